// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Raw bytes as JSON and people can take them.
 *
 * @param encoding {@code text} for valid UTF-8 without control characters, else {@code base64}
 * @param bytes size of the original
 */
record Payload(String encoding, String content, int bytes) {
    static Payload of(byte[] raw) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
            if (text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t')) {
                return new Payload("text", text, raw.length);
            }
        } catch (CharacterCodingException e) {
            // not UTF-8: told by the encoding of the result
        }
        return new Payload("base64", Base64.getEncoder().encodeToString(raw), raw.length);
    }
}
