// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Named sets of scopes, as in section 4.4 of the SmartMails contract. */
public enum Preset {
    SENDING("messages:send messages:read templates:read account:read"),
    SYNC("contacts:read contacts:write lists:read lists:write suppressions:read suppressions:write segments:read"
            + " events:write account:read"),
    READ_ONLY("account:read messages:read templates:read contacts:read lists:read segments:read suppressions:read"
            + " campaigns:read automations:read events:read metrics:read senders:read webhooks:read audit:read"),
    WEBHOOK_IN("events:write contacts:write"),
    MARKETING(SYNC.text + " campaigns:read campaigns:write campaigns:send templates:read templates:write segments:write"
            + " automations:read automations:write metrics:read"),
    ADMIN(Stream.of(
                    SENDING.text,
                    READ_ONLY.text,
                    MARKETING.text,
                    WEBHOOK_IN.text,
                    "senders:write webhooks:write",
                    "keys:admin team:admin")
            .collect(Collectors.joining(" ")));

    private final String text;

    Preset(String scopes) {
        this.text = scopes;
    }

    Set<String> scopes() {
        return new LinkedHashSet<>(Arrays.asList(text.split(" ")));
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Preset> of(String code) {
        return Arrays.stream(values())
                .filter(preset -> preset.code().equals(code))
                .findFirst();
    }
}
