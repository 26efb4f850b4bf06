// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One account in an outside system, as {@code config/connections.yaml} names it. Holds secrets, never shows them. */
public final class Connection {
    private final String name;
    private final Connector connector;
    private final Map<String, String> settings;

    Connection(String name, Connector connector, Map<String, String> settings) {
        this.name = name;
        this.connector = connector;
        this.settings = Map.copyOf(settings);
    }

    public String name() {
        return name;
    }

    public Connector connector() {
        return connector;
    }

    /** Path that takes its webhooks, with {@code ***} for a secret segment; empty when it takes none. */
    public Optional<String> webhookPath() {
        if (!connector.hasWebhook()) {
            return Optional.empty();
        }
        boolean secret = connector.manifest().webhook().verification() instanceof Verification.PathSecret;
        return Optional.of("/webhooks/" + name + (secret ? "/***" : ""));
    }

    Optional<String> setting(String setting) {
        return Optional.ofNullable(settings.get(setting));
    }

    /** For settings the manifest requires, so that they were there at start. */
    String required(String setting) {
        return Objects.requireNonNull(settings.get(setting), setting);
    }

    @Override
    public String toString() {
        return "Connection[" + name + ", connector " + connector.name() + "]";
    }
}
