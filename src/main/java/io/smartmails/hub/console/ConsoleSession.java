// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Somebody logged in to the console, kept on the server; the browser holds only the session's id. */
final class ConsoleSession {
    /** Idle time after which the key has to be shown again. A page that refreshes itself does not count as use. */
    static final Duration IDLE = Duration.ofMinutes(30);

    private static final String ATTRIBUTE = ConsoleSession.class.getName();
    private static final int TOKEN_BYTES = 32;

    private final String keyId;
    private final String csrf;
    private volatile Instant usedAt;

    private ConsoleSession(String keyId, String csrf, Instant usedAt) {
        this.keyId = keyId;
        this.csrf = csrf;
        this.usedAt = usedAt;
    }

    /** Opens a session with a new id, so that one planted before the log-in is worth nothing. */
    static void open(HttpServletRequest request, String keyId, RandomGenerator random, Instant now) {
        close(request);
        request.getSession(true).setAttribute(ATTRIBUTE, new ConsoleSession(keyId, token(random), now));
    }

    static Optional<ConsoleSession> of(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session == null
                ? Optional.empty()
                : Optional.ofNullable((ConsoleSession) session.getAttribute(ATTRIBUTE));
    }

    static void close(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
    }

    /** 256 bits as hex. */
    static String token(RandomGenerator random) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Compares in constant time. */
    static boolean same(String expected, String given) {
        return expected != null
                && given != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    boolean isIdle(Instant now) {
        return now.isAfter(usedAt.plus(IDLE));
    }

    void use(Instant now) {
        usedAt = now;
    }

    String keyId() {
        return keyId;
    }

    String csrf() {
        return csrf;
    }
}
