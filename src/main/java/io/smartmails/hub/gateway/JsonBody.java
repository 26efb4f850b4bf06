// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** Reads JSON of strangers: UTF-8 only, every name once, at most 64 deep, numbers of at most 100 digits, in bounded time. */
public final class JsonBody {
    /** For the whole body to arrive. */
    public static final Duration TIME = Duration.ofSeconds(30);

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_CHARS = 100;
    private static final int MAX_STRING_CHARS = 50 * 1024 * 1024;
    private static final int MAX_NAME_CHARS = 10_000;
    private static final int DECODED_AT_ONCE = 4 * 1024;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARS)
                            .maxStringLength(MAX_STRING_CHARS)
                            .maxNameLength(MAX_NAME_CHARS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonBody() {}

    /**
     * @param maxBytes after decompression
     * @throws io.smartmails.problem.ProblemException 415 for another media type or encoding, 413, 400 {@code invalid_json}
     *     with the place, 400 {@code request_timeout}
     */
    public static JsonNode read(HttpServletRequest request, int maxBytes) throws IOException {
        requireJson(request.getContentType());
        byte[] body = BodyReader.readCompressed(request, maxBytes, TIME);
        requireUtf8(body);
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    /** The checks without the tree; for bodies that somebody else reads afterwards. */
    static void check(byte[] body) throws IOException {
        requireUtf8(body);
        try (JsonParser parser = JSON.getFactory().createParser(body)) {
            if (parser.nextToken() == null) {
                return;
            }
            parser.skipChildren();
            checkNumbers(parser);
            if (parser.nextToken() != null) {
                throw Problem.of(ProblemCode.INVALID_JSON, "The body holds more than one JSON value")
                        .asException();
            }
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    private static void checkNumbers(JsonParser parser) throws IOException {
        if (parser.currentToken().isNumeric()) {
            parser.getNumberValue();
        }
    }

    /** @throws io.smartmails.problem.ProblemException 415 for anything but JSON in UTF-8 */
    static void requireJson(String contentType) {
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

    private static void requireUtf8(byte[] body) {
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
