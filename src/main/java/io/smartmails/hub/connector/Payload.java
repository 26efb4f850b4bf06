// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** A body as a tree that mappings point into. Numbers stay exact: ids above 2^53 and money lose nothing. */
final class Payload {
    enum Format {
        JSON,
        XML
    }

    /** The bytes are not what the connector says they are; the message quotes nothing from them. */
    static final class Unreadable extends Exception {
        Unreadable(String message) {
            super(message, null, false, false);
        }
    }

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Payload() {}

    static JsonNode read(Format format, byte[] body) throws Unreadable {
        return format == Format.XML ? XmlTree.of(XmlTree.parse(body)) : json(body);
    }

    private static JsonNode json(byte[] body) throws Unreadable {
        try {
            var tree = JSON.readTree(body);
            if (!tree.isContainerNode()) {
                throw new Unreadable("the body is not a JSON object");
            }
            return tree;
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            throw new Unreadable("the body is not valid JSON"
                    + (place == null ? "" : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")"));
        } catch (IOException e) {
            throw new Unreadable("the body is not valid JSON in UTF-8");
        }
    }
}
