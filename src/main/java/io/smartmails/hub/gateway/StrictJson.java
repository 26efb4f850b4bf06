// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** What JSON of strangers must be: UTF-8, every name once, at most 64 deep, numbers of at most 100 characters. */
public final class StrictJson {
    /** For a whole body to arrive. */
    static final Duration BODY_TIME = Duration.ofSeconds(30);

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_CHARS = 100;
    private static final int DECODED_AT_ONCE = 4 * 1024;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private StrictJson() {}

    /**
     * The checks without the tree; for bodies that somebody else reads afterwards.
     *
     * @throws io.smartmails.problem.ProblemException 400 {@code invalid_json} with the place
     */
    static void check(byte[] body) throws IOException {
        requireUtf8(body);
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != null && parser.skipChildren().nextToken() != null) {
                throw Problem.of(ProblemCode.INVALID_JSON, "The body holds more than one JSON value")
                        .asException();
            }
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    /** @throws io.smartmails.problem.ProblemException 415 for anything but JSON in UTF-8 */
    public static void requireJson(String contentType) {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        int end = type.indexOf(';');
        String media = (end < 0 ? type : type.substring(0, end)).strip();
        int charset = type.indexOf("charset=");
        boolean utf8 =
                charset < 0 || type.substring(charset + "charset=".length()).matches("\"?utf-?8\"?\\s*(;.*)?");
        boolean json = media.equals("application/json") || media.endsWith("+json");
        if (!json || !utf8) {
            throw Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json in UTF-8")
                    .asException();
        }
    }

    /**
     * Refuses what Jackson would guess to be UTF-16 or UTF-32, and bytes that are no UTF-8 at all.
     *
     * @throws io.smartmails.problem.ProblemException 400 {@code invalid_json}
     */
    public static void requireUtf8(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(Math.min(DECODED_AT_ONCE, Math.max(1, body.length)));
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        // Jackson would take zero bytes at the start for UTF-16 or UTF-32; JSON in UTF-8 never holds them.
        boolean otherEncoding = body.length > 1 && (body[0] == 0 || body[1] == 0);
        if (result.isError() || otherEncoding) {
            throw Problem.of(ProblemCode.INVALID_JSON, "The body is not valid UTF-8")
                    .asException();
        }
    }

    private static RuntimeException invalid(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String place = at == null
                ? ": it is nested too deeply, or a value is too long"
                : ": line " + at.getLineNr() + ", column " + at.getColumnNr();
        return Problem.of(
                        ProblemCode.INVALID_JSON,
                        "The body is not valid JSON" + place + " (names may stand once, " + MAX_DEPTH
                                + " levels and numbers of " + MAX_NUMBER_CHARS + " digits are the limit)")
                .asException();
    }
}
