// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** A place in the list of dead letters, so that a page goes on where the last one ended whatever dies meanwhile. */
public record DeadLetterPlace(Instant diedAt, String id) {
    public static DeadLetterPlace of(DeadLetter letter) {
        return new DeadLetterPlace(letter.diedAt(), letter.id());
    }

    /** Opaque to callers. */
    public String cursor() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((diedAt.toEpochMilli() + ":" + id).getBytes(StandardCharsets.US_ASCII));
    }

    /** @return empty for what no {@link #cursor()} ever was */
    public static Optional<DeadLetterPlace> parse(String cursor) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII).split(":", 2);
            return Optional.of(new DeadLetterPlace(Instant.ofEpochMilli(Long.parseLong(parts[0])), parts[1]));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
