// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls within the budget and knows how SmartMails takes them: a 429 stops every lane for as long as it asks, a
 * refused key for a minute. Neither costs an item anything.
 */
public final class Upstream {
    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);
    private static final Duration KEY_REFUSED_PAUSE = Duration.ofMinutes(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final Budget budget;
    private final InstantSource clock;
    private volatile String refusal;

    public Upstream(Budget budget, InstantSource clock) {
        this.budget = budget;
        this.clock = clock;
    }

    /** A token for one request, when the lane may have one now. */
    Optional<Budget.Token> token(Lane lane, boolean full) {
        return budget.take(lane, full);
    }

    /** When it is worth asking for a token again. */
    Duration pauseFor(Lane lane, boolean full) {
        return Duration.between(clock.instant(), budget.nextFreeAt(lane, full));
    }

    /** Makes one request if a token is free right now; for what can do without an answer. */
    public <T> Optional<T> callNow(Lane lane, Supplier<T> request) {
        return token(lane, false).map(token -> use(token, request));
    }

    /** Whether the failure says nothing about the items of the request: a pause that SmartMails asks for, or a refused key. */
    static boolean isPause(Throwable failure) {
        return failure.getCause() instanceof SmartMailsClient.Throttled
                || failure.getCause() instanceof SmartMailsClient.KeyRefused;
    }

    /**
     * Makes one request and closes its token.
     *
     * @throws TransientFailure also for a 429 and for a refused key: see {@link #isPause}
     */
    <T> T use(Budget.Token token, Supplier<T> request) {
        try (token) {
            T answer = request.get();
            refusal = null;
            return answer;
        } catch (PermanentFailure refused) {
            refusal = null;
            throw refused;
        } catch (SmartMailsClient.Throttled throttled) {
            Duration pause = throttled.after().compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : throttled.after();
            budget.stop(pause);
            throw new TransientFailure(throttled.getMessage(), pause, throttled);
        } catch (SmartMailsClient.KeyRefused refused) {
            if (refusal == null) {
                LOG.error("{}; everything waits until it takes the key again", refused.getMessage());
            }
            refusal = refused.getMessage();
            budget.stop(KEY_REFUSED_PAUSE);
            throw new TransientFailure(refused.getMessage(), KEY_REFUSED_PAUSE, refused);
        }
    }

    /** Why SmartMails refuses our key, in plain words; null while it takes it. */
    public String refusal() {
        return refusal;
    }
}
