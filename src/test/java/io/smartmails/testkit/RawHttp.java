// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Speaks HTTP by hand, so that it can be spoken wrongly. */
public final class RawHttp implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWERS_WITHIN_MILLIS = 45_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    public RawHttp(String url) throws IOException {
        URI at = URI.create(url);
        socket.connect(new InetSocketAddress(at.getHost(), at.getPort()), 5_000);
        socket.setSoTimeout(ANSWERS_WITHIN_MILLIS);
        in = socket.getInputStream();
    }

    /** @param fields header fields as lines */
    public record Answer(int status, List<String> fields, byte[] body) {
        public String field(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return fields.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst()
                    .orElse(null);
        }

        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException(new String(body, StandardCharsets.UTF_8), e);
            }
        }
    }

    /** One character is one byte. */
    public RawHttp send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
        return this;
    }

    /** @throws EOFException when the server closed instead of answering */
    public Answer answer() throws IOException {
        String status = line();
        if (status == null) {
            throw new EOFException("closed without an answer");
        }
        List<String> fields = new ArrayList<>();
        for (String line = line(); line != null && !line.isEmpty(); line = line()) {
            fields.add(line);
        }
        var head = new Answer(Integer.parseInt(status.split(" ")[1]), fields, new byte[0]);
        if (head.status() == 100) {
            return answer();
        }
        String length = head.field("Content-Length");
        byte[] body;
        if (length != null) {
            body = in.readNBytes(Integer.parseInt(length));
        } else if ("chunked".equals(head.field("Transfer-Encoding"))) {
            body = chunks();
        } else if (head.status() == 204) {
            body = new byte[0];
        } else {
            body = in.readAllBytes();
        }
        return new Answer(head.status(), fields, body);
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.write(in.readNBytes(size));
            line();
        }
        line();
        return body.toByteArray();
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.ISO_8859_1);
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** All that comes until the server hangs up. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Whether the server hung up, waiting for it. */
    public boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
