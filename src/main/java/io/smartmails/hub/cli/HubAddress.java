// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where the hub is and how to prove who asks: {@code --url}, {@code HUB_URL} and {@code HUB_ADMIN_KEY}, then
 * {@code data/cli.yaml} of the home folder, which the hub writes at its first start.
 *
 * @param key null when none is known
 * @param keySource where the key came from, for messages
 */
record HubAddress(URI url, String key, String keySource) {
    private static final String DEFAULT_URL = "http://127.0.0.1:8080";

    static HubAddress find(Path home, String url, Map<String, String> environment) {
        Path file = home.resolve("data/cli.yaml");
        JsonNode stored = read(file);
        String address = Optional.ofNullable(url)
                .or(() -> set(environment, "HUB_URL"))
                .or(() -> Optional.ofNullable(stored.path("url").asText(null)))
                .orElse(DEFAULT_URL);
        Optional<String> fromEnvironment = set(environment, "HUB_ADMIN_KEY");
        return new HubAddress(
                parse(address),
                fromEnvironment.orElse(stored.path("key").asText(null)),
                fromEnvironment.isPresent() ? "HUB_ADMIN_KEY" : file.toString());
    }

    URI resolve(String path) {
        String base = url.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    private static Optional<String> set(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static JsonNode read(Path file) {
        if (!Files.exists(file)) {
            return new YAMLMapper().createObjectNode();
        }
        try {
            return new YAMLMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new CommandFailure(file + " cannot be read: " + e.getClass().getSimpleName()
                    + ". It holds two lines, 'url:' and 'key:'.");
        }
    }

    private static URI parse(String address) {
        try {
            URI uri = new URI(address);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (java.net.URISyntaxException e) {
            // told below, like every other wrong address
        }
        throw new CommandFailure("'" + address + "' is no address of a hub; it looks like " + DEFAULT_URL);
    }
}
