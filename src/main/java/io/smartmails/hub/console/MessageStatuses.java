// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.smartmails.hub.timeline.Story;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What SmartMails says about the messages of a story, best effort. An answer costs a request of the budget, so it is kept:
 * 10 minutes when it will hardly change, else 15 seconds; at most 3 messages are asked about per story.
 */
final class MessageStatuses {
    private static final Set<String> FINAL =
            Set.of("delivered", "bounced", "dropped", "expired", "failed", "cancelled", "sent");
    private static final Duration FINAL_KEPT = Duration.ofMinutes(10);
    private static final Duration KEPT = Duration.ofSeconds(15);
    private static final int MOST_KEPT = 10_000;
    private static final int MOST_ASKED = 3;

    private final LoadingCache<String, Optional<String>> statuses;

    MessageStatuses(MessagesView messages, InstantSource clock) {
        this.statuses = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .expireAfter(Expiry.<String, Optional<String>>creating(
                        (id, status) -> status.filter(FINAL::contains).isPresent() ? FINAL_KEPT : KEPT))
                .build(messages::status);
    }

    /** Status by message id, of the sends SmartMails took; {@code unknown} where it cannot be told now. */
    Map<String, String> of(Story story) {
        Map<String, String> found = new LinkedHashMap<>();
        story.entries().stream()
                .filter(entry -> entry.what().equals("delivered")
                        && entry.ref() != null
                        && entry.ref().startsWith("msg_"))
                .limit(MOST_ASKED)
                .forEach(entry ->
                        found.put(entry.ref(), statuses.get(entry.ref()).orElse("unknown")));
        return found;
    }
}
