// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.problem.NearestName;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The generic ways a sender proves itself; which one and with what parameters stands in the manifest. */
sealed interface Verification {
    enum Scheme {
        HMAC,
        PATH_SECRET
    }

    /** Looks at what needs no parsing. @return why the call is refused, empty when this part is proven */
    Optional<String> refusal(Connection connection, InboundRequest request, VendorHeaders headers);

    /** Whether the second part of the proof stands in the parsed body. */
    default boolean readsBody() {
        return false;
    }

    /** Looks at the parsed body, for schemes that need it. */
    default Optional<String> refusal(Connection connection, JsonNode body) {
        return Optional.empty();
    }

    /** The header of ours that carries the proof and is therefore never kept; null when none does. */
    default String proofHeader() {
        return null;
    }

    static Verification read(YamlPlace place, Map<String, Setting> settings, VendorHeaders headers) {
        return switch (place.get("scheme").choice(Scheme.class)) {
            case HMAC -> Hmac.read(place, settings, headers);
            case PATH_SECRET -> PathSecret.read(place, settings);
        };
    }

    static String known(YamlPlace place, Map<String, Setting> settings) {
        if (!settings.containsKey(place.text())) {
            throw place.error("setting '" + place.text() + "' is not declared under 'settings'"
                    + NearestName.hint(place.text(), settings.keySet()));
        }
        return place.text();
    }

    /**
     * A keyed hash over the raw body in a header. All secrets are tried, so a rotation loses nothing, and all are computed,
     * so the time says nothing about which one fits.
     */
    record Hmac(String algorithm, Encoding encoding, String prefix, String header, List<String> secrets)
            implements Verification {
        enum Encoding {
            BASE64,
            HEX
        }

        static Hmac read(YamlPlace place, Map<String, Setting> settings, VendorHeaders headers) {
            place.allow("scheme", "algorithm", "encoding", "prefix", "header", "secrets");
            var header = place.get("header");
            if (!headers.knows(header.text())) {
                throw header.error("header '" + header.text() + "' is not declared under 'headers'"
                        + NearestName.hint(header.text(), headers.names().keySet()));
            }
            var secrets = place.get("secrets").items().stream()
                    .map(secret -> known(secret, settings))
                    .toList();
            if (secrets.isEmpty() || !settings.get(secrets.get(0)).required()) {
                throw place.get("secrets").error("the first secret must be a required setting");
            }
            var algorithm = place.get("algorithm");
            try {
                Mac.getInstance(algorithm.text());
            } catch (GeneralSecurityException e) {
                throw algorithm.error("this Java runtime has no '" + algorithm.text() + "'; usual is HmacSHA256");
            }
            return new Hmac(
                    algorithm.text(),
                    place.get("encoding").choice(Encoding.class),
                    place.find("prefix").map(YamlPlace::text).orElse(""),
                    header.text(),
                    secrets);
        }

        @Override
        public Optional<String> refusal(Connection connection, InboundRequest request, VendorHeaders headers) {
            Optional<String> given;
            try {
                given = headers.value(header, request.headers());
            } catch (VendorHeaders.Ambiguous e) {
                return Optional.of("more than one signature was sent");
            }
            if (given.isEmpty()) {
                return Optional.of(
                        "the signature header " + headers.names().get(header).get(0) + " is missing");
            }
            var bytes = given.get().getBytes(StandardCharsets.UTF_8);
            boolean fits = false;
            for (var secret : secrets) {
                var value = connection.setting(secret);
                if (value.isPresent()) {
                    fits |= MessageDigest.isEqual(
                            signature(value.get(), request.body()).getBytes(StandardCharsets.UTF_8), bytes);
                }
            }
            return fits
                    ? Optional.empty()
                    : Optional.of("the signature does not fit the body and any configured secret of this connection");
        }

        /** What the sender would put into the header. */
        String signature(String secret, byte[] body) {
            try {
                var mac = Mac.getInstance(algorithm);
                mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
                var hash = mac.doFinal(body);
                return prefix
                        + (encoding == Encoding.HEX
                                ? HexFormat.of().formatHex(hash)
                                : Base64.getEncoder().encodeToString(hash));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(algorithm + " was there at start and is gone", e);
            }
        }

        @Override
        public String proofHeader() {
            return header;
        }
    }

    /** No signature at all: a secret last segment of the address, and account ids that must stand in the body. */
    record PathSecret(String secret, List<Field> fields) implements Verification {
        enum Compare {
            EXACT,
            /** 15 characters, or the same with the 3 characters that carry its letter case. */
            SALESFORCE_ID
        }

        /** @param at pointer into the body, before it is split */
        record Field(Pointer at, String setting, Compare compare) {}

        static PathSecret read(YamlPlace place, Map<String, Setting> settings) {
            place.allow("scheme", "secret", "fields");
            var fields = place.find("fields").map(YamlPlace::items).orElse(List.of()).stream()
                    .map(field -> {
                        field.allow("at", "setting", "compare");
                        return new Field(
                                Pointer.read(field.get("at")),
                                known(field.get("setting"), settings),
                                field.find("compare")
                                        .map(compare -> compare.choice(Compare.class))
                                        .orElse(Compare.EXACT));
                    })
                    .toList();
            var secret = place.get("secret");
            if (!settings.containsKey(known(secret, settings))
                    || !settings.get(secret.text()).required()) {
                throw secret.error("'" + secret.text() + "' must be a required setting");
            }
            return new PathSecret(secret.text(), fields);
        }

        @Override
        public Optional<String> refusal(Connection connection, InboundRequest request, VendorHeaders headers) {
            if (request.pathSecret() == null) {
                return Optional.of("the secret last segment of the address is missing");
            }
            return MessageDigest.isEqual(bytes(connection.required(secret)), bytes(request.pathSecret()))
                    ? Optional.empty()
                    : Optional.of("the secret last segment of the address is wrong");
        }

        @Override
        public boolean readsBody() {
            return !fields.isEmpty();
        }

        @Override
        public Optional<String> refusal(Connection connection, JsonNode body) {
            for (var field : fields) {
                var node = field.at().in(body);
                var expected = connection.setting(field.setting());
                if (expected.isPresent()
                        && !(node.isValueNode() && same(field.compare(), expected.get(), node.asText()))) {
                    return Optional.of(field.at() + " is not the " + field.setting() + " of this connection");
                }
            }
            return Optional.empty();
        }

        private static boolean same(Compare compare, String one, String other) {
            return compare == Compare.EXACT
                    ? MessageDigest.isEqual(bytes(one), bytes(other))
                    : MessageDigest.isEqual(bytes(eighteen(one)), bytes(eighteen(other)));
        }

        /** Each of the last three characters says which of five characters are upper case. Other lengths stay as they are. */
        private static String eighteen(String id) {
            if (id.length() != 15) {
                return id;
            }
            var suffix = new StringBuilder(id);
            for (int group = 0; group < 15; group += 5) {
                int bits = 0;
                for (int i = 0; i < 5; i++) {
                    var c = id.charAt(group + i);
                    bits |= c >= 'A' && c <= 'Z' ? 1 << i : 0;
                }
                suffix.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".charAt(bits));
            }
            return suffix.toString();
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
