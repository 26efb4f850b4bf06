// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * What the settings say about the door; fixed while the hub runs.
 *
 * @param trustedProxies whose word about the caller's address is believed
 * @param addresses who may come at all; what is set at run time restricts further
 * @param httpsRequired for callers that are not on this machine
 * @param wrongKeysPerMinute refused keys from one address before it is answered 429
 */
record DoorSettings(
        List<AddressRange> trustedProxies, AddressRules addresses, boolean httpsRequired, int wrongKeysPerMinute) {
    private static final String PREFIX = "hub.gateway.";
    private static final int DEFAULT_WRONG_KEYS = 20;
    private static final int MOST_WRONG_KEYS = 1_000_000;

    /** @throws IllegalStateException that names the setting and the entry */
    static DoorSettings read(Environment environment) {
        List<AddressRange> allow = ranges(environment, "allow");
        List<AddressRange> deny = ranges(environment, "deny");
        return new DoorSettings(
                ranges(environment, "trusted-proxies"),
                new AddressRules(allow, deny),
                httpsRequired(environment),
                wrongKeys(environment));
    }

    private static List<AddressRange> ranges(Environment environment, String name) {
        List<String> entries = Binder.get(environment)
                .bind(PREFIX + name, Bindable.listOf(String.class))
                .orElse(List.of());
        List<AddressRange> ranges = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            try {
                ranges.add(AddressRange.parse(entries.get(i).strip()));
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(PREFIX + name + "[" + i + "]: " + e.getMessage());
            }
        }
        return List.copyOf(ranges);
    }

    private static boolean httpsRequired(Environment environment) {
        String name = PREFIX + "https-required";
        String set = environment.getProperty(name);
        if (set == null || set.isBlank()) {
            byte[] address = IpLiteral.canonical(environment.getProperty("server.address", "0.0.0.0"));
            return address == null || !IpLiteral.address(address).isLoopbackAddress();
        }
        return switch (set.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalStateException(name + " is '" + set + "'; it is true or false");
        };
    }

    private static int wrongKeys(Environment environment) {
        String name = PREFIX + "wrong-keys-per-minute";
        String set = environment
                .getProperty(name, Integer.toString(DEFAULT_WRONG_KEYS))
                .strip();
        boolean number = !set.isEmpty() && set.length() <= 7 && set.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(set) < 1 || Integer.parseInt(set) > MOST_WRONG_KEYS) {
            throw new IllegalStateException(name + " is '" + set + "'; it is a number from 1 to " + MOST_WRONG_KEYS);
        }
        return Integer.parseInt(set);
    }
}
