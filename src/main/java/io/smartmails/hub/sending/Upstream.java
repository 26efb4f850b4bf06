// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Makes calls within the budget and knows how SmartMails takes them. None of this costs an item anything:
 *
 * <ul>
 *   <li>a 429 stops every lane for as long as it asks and lowers the limit;
 *   <li>a refused key opens the circuit: nothing leaves but a probe on the control lane, after 1 min growing to 10 min;
 *   <li>a scope that the key lacks pauses the operation that needs it, as long.
 * </ul>
 */
public final class Upstream {
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    /** @param next how long the next pause of the operation lasts */
    private record Paused(Instant until, Duration next, String why) {}

    private final Budget budget;
    private final SmartMailsClient client;
    private final UpstreamAlarm alarm;
    private final InstantSource clock;
    private final Map<Operation, Paused> paused = new ConcurrentHashMap<>();
    private volatile String refusal;
    private volatile boolean senseless;
    private Duration pause = FIRST_PAUSE;

    public Upstream(Budget budget, SmartMailsClient client, UpstreamAlarm alarm, InstantSource clock) {
        this.budget = budget;
        this.client = client;
        this.alarm = alarm;
        this.clock = clock;
        client.onAnswer(budget::told);
    }

    /** A token for one request, when the lane may have one now. */
    Optional<Budget.Token> token(Lane lane, boolean full) {
        return refusal == null || probe() ? budget.take(lane, full) : Optional.empty();
    }

    /** The same, unless the operation is paused. */
    Optional<Budget.Token> token(Lane lane, boolean full, Operation operation) {
        return isPaused(operation) ? Optional.empty() : token(lane, full);
    }

    /** When it is worth asking for a token again. */
    Duration pauseFor(Lane lane, boolean full) {
        return Duration.between(clock.instant(), budget.nextFreeAt(refusal == null ? lane : Lane.CONTROL, full));
    }

    boolean isPaused(Operation operation) {
        Paused since = paused.get(operation);
        return since != null && since.until().isAfter(clock.instant());
    }

    /** Whether SmartMails takes the key again. One asks, the others wait for what it hears. */
    private synchronized boolean probe() {
        if (refusal == null) {
            return true;
        }
        Optional<Budget.Token> token = budget.take(Lane.CONTROL, false);
        if (token.isEmpty()) {
            return false;
        }
        try {
            attempt(token.get(), Operation.OTHERS, client::ping);
        } catch (TransientFailure failure) {
            if (failure.getCause() instanceof SmartMailsClient.KeyRefused) {
                return false;
            }
        } catch (PermanentFailure refused) {
            // About the request, so the key was taken.
        }
        refusal = null;
        return true;
    }

    /** Makes one request if a token is free right now; for what can do without an answer. */
    public <T> Optional<T> callNow(Lane lane, Supplier<T> request) {
        return token(lane, false).map(token -> use(token, request));
    }

    /**
     * Whether the failure says nothing about the items of the request: a pause that SmartMails asks for, a refused key, a
     * missing scope.
     */
    static boolean isPause(Throwable failure) {
        return failure.getCause() instanceof SmartMailsClient.Throttled
                || failure.getCause() instanceof SmartMailsClient.KeyRefused
                || isScopeMissing(failure);
    }

    static boolean isScopeMissing(Throwable failure) {
        return failure.getCause() instanceof SmartMailsClient.ScopeMissing;
    }

    /** Whether SmartMails may have done the work all the same. */
    static boolean isUncertain(Throwable failure) {
        return failure.getCause() instanceof SmartMailsClient.Uncertain;
    }

    static boolean isNonsense(Throwable failure) {
        return failure.getCause() instanceof SmartMailsClient.Uncertain uncertain && uncertain.isNonsense();
    }

    <T> T use(Budget.Token token, Supplier<T> request) {
        return use(token, Operation.OTHERS, request);
    }

    /**
     * Makes one request and closes its token.
     *
     * @throws TransientFailure also for a 429, for a refused key and for a missing scope: see {@link #isPause}
     */
    <T> T use(Budget.Token token, Operation operation, Supplier<T> request) {
        T answer = attempt(token, operation, request);
        itWorks(operation);
        return answer;
    }

    private synchronized void itWorks(Operation operation) {
        refusal = null;
        senseless = false;
        pause = FIRST_PAUSE;
        paused.remove(operation);
    }

    private <T> T attempt(Budget.Token token, Operation operation, Supplier<T> request) {
        try (token) {
            return request.get();
        } catch (PermanentFailure refused) {
            itWorks(operation);
            throw refused;
        } catch (SmartMailsClient.Throttled throttled) {
            throw pausedBy(throttled);
        } catch (SmartMailsClient.KeyRefused refused) {
            throw pausedBy(refused);
        } catch (SmartMailsClient.ScopeMissing missing) {
            throw pausedBy(missing, operation);
        } catch (TransientFailure failure) {
            if (isNonsense(failure) && !senseless) {
                senseless = true;
                alarm.raise("upstream_nonsense", operation.word(), failure.getMessage());
            }
            throw failure;
        }
    }

    private TransientFailure pausedBy(SmartMailsClient.Throttled throttled) {
        Duration asked = throttled.after().compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : throttled.after();
        if (throttled.isQuota()) {
            budget.stop(asked);
            alarm.raise("upstream_quota", "account", throttled.getMessage());
        } else {
            budget.throttled(asked);
        }
        return new TransientFailure(throttled.getMessage(), asked, throttled);
    }

    private synchronized TransientFailure pausedBy(SmartMailsClient.KeyRefused refused) {
        if (refusal == null && pause.equals(FIRST_PAUSE)) {
            alarm.raise("upstream_refused", "key", refused.getMessage() + "; everything waits until it is taken again");
        }
        refusal = refused.getMessage();
        Duration now = pause;
        budget.stop(now);
        pause = longer(now);
        return new TransientFailure(refused.getMessage(), now, refused);
    }

    private TransientFailure pausedBy(SmartMailsClient.ScopeMissing missing, Operation operation) {
        Paused before = paused.get(operation);
        Duration now = before == null ? FIRST_PAUSE : before.next();
        if (operation != Operation.OTHERS) {
            paused.put(operation, new Paused(clock.instant().plus(now), longer(now), missing.getMessage()));
        }
        if (before == null) {
            alarm.raise("upstream_scope", operation.word(), missing.getMessage());
        }
        return new TransientFailure(missing.getMessage(), now, missing);
    }

    private static Duration longer(Duration before) {
        Duration doubled = before.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    /** Why SmartMails refuses our key, or a kind of request, in plain words; null while it takes all. */
    public String refusal() {
        return refusal != null
                ? refusal
                : paused.values().stream().map(Paused::why).sorted().findFirst().orElse(null);
    }
}
