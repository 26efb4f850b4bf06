// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One thing a connection must or may say, as the manifest declares it.
 *
 * @param pattern what the value must match; null when anything goes
 */
record Setting(String name, String title, Format format, boolean required, Pattern pattern) {
    enum Format {
        TEXT,
        /** Secret: may stand in a file only as a reference. */
        PASSWORD,
        /** Base address of the system's API; https, or http on the same machine. */
        URL
    }

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::(.*))?}");
    private static final String FILE = "file:";
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    static Setting read(YamlPlace place) {
        place.allow("title", "format", "required", "pattern");
        return new Setting(
                place.key(),
                place.get("title").text(),
                place.find("format").map(format -> format.choice(Format.class)).orElse(Format.TEXT),
                place.find("required").map(YamlPlace::flag).orElse(false),
                place.find("pattern").map(Setting::pattern).orElse(null));
    }

    private static Pattern pattern(YamlPlace place) {
        try {
            return Pattern.compile(place.text());
        } catch (PatternSyntaxException e) {
            throw place.error("'pattern' is not a regular expression: " + e.getDescription());
        }
    }

    /** The value, with references resolved; empty when an optional setting resolves to nothing. */
    Optional<String> resolve(YamlPlace place, Path home, Function<String, String> environment) {
        var written = place.text();
        var reference = REFERENCE.matcher(written);
        String value;
        if (reference.matches()) {
            var found = environment.apply(reference.group(1));
            value = found == null || found.isBlank() ? reference.group(2) : found;
            if (required && (value == null || value.isBlank())) {
                throw place.error("'" + name + "' needs the environment variable " + reference.group(1)
                        + ", which is not set; set it, or write ${" + reference.group(1) + ":default}");
            }
        } else if (written.startsWith(FILE)) {
            value = contentOf(place, home.resolve(written.substring(FILE.length())));
        } else if (format == Format.PASSWORD) {
            throw place.error("'" + name + "' is a secret and must not stand in this file; write ${VARIABLE}, "
                    + "${VARIABLE:default} or file:data/secrets/" + name);
        } else if (written.contains("${")) {
            throw place.error("'" + name + "' must be one whole reference such as ${VARIABLE:default}, or plain text");
        } else {
            value = written;
        }
        if (value == null || value.isBlank()) {
            if (required) {
                throw place.error("'" + name + "' is empty");
            }
            return Optional.empty();
        }
        check(place, value.strip());
        return Optional.of(value.strip());
    }

    private String contentOf(YamlPlace place, Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw place.error("'" + name + "' names a file that cannot be read: " + place.text());
        }
    }

    private void check(YamlPlace place, String value) {
        if (pattern != null && !pattern.matcher(value).matches()) {
            throw place.error("'" + name + "' (" + title + ") must match " + pattern);
        }
        if (format == Format.URL && !isSafeUrl(value)) {
            throw place.error(
                    "'" + name + "' must be an https address such as https://example.my.salesforce.com, without a "
                            + "path, query or user (http is taken on this machine only)");
        }
    }

    private static boolean isSafeUrl(String value) {
        try {
            var url = URI.create(value);
            return url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
                    && ("https".equals(url.getScheme())
                            || ("http".equals(url.getScheme()) && LOOPBACK.contains(url.getHost())));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
