// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smartmails.hub.queue.Account;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * How often somebody may call: buckets of a key, of the account and of an address at once. Deciding and counting are one
 * step, so of many parallel calls exactly as many pass as there are tokens; a refused call takes nothing anywhere, and
 * whoever waits as long as {@code Retry-After} says gets in if nobody else came first.
 */
public final class Throttle {
    /** Administration counts apart from a key's calls to {@code /v1}, with so many times its limits. */
    private static final int ADMINISTRATION_FACTOR = 100;

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int FAILURES_PER_CONNECTION = 600;
    private static final String ONE_SECOND = "1";

    private final Buckets buckets;
    private final Supplier<DoorRules> rules;
    private final List<RateWindow> wrongKeys;
    private final Buckets failures;
    /** Held while several buckets decide together, so that none gives way for a call another refuses. */
    private final ReentrantLock together = new ReentrantLock();

    private final Cache<List<RateWindow>, List<RateWindow>> administration =
            Caffeine.newBuilder().maximumSize(1_000).build();

    /** @param wrongKeysPerMinute refused keys an address may send before it is answered 429 */
    Throttle(Buckets buckets, Buckets failures, Supplier<DoorRules> rules, int wrongKeysPerMinute) {
        this.buckets = buckets;
        this.failures = failures;
        this.rules = rules;
        this.wrongKeys = List.of(new RateWindow("wrong-keys", wrongKeysPerMinute, MINUTE));
    }

    /** Which buckets of a key a call draws on. */
    enum Area {
        API,
        ADMINISTRATION
    }

    /** A call that was let in; {@link #end} it when its answer is complete. */
    static final class Pass {
        private final CallerBucket bucket;
        private final List<CallerBucket.Level> levels;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Pass(CallerBucket bucket, List<CallerBucket.Level> levels) {
            this.bucket = bucket;
            this.levels = levels;
        }

        /** What is left in each bucket, to tell the caller. */
        List<CallerBucket.Level> levels() {
            return levels;
        }

        /** Gives the place free; a second time does nothing. */
        void end() {
            if (ended.compareAndSet(false, true)) {
                bucket.end();
            }
        }
    }

    /**
     * Lets a call in.
     *
     * @throws io.smartmails.problem.ProblemException 429 {@code rate_limited} or {@code concurrency_limited} with a
     *     {@code Retry-After} that is right
     */
    Pass enter(Caller caller, ClientAddress from, Area area) {
        CallerBucket own = ofKey(caller, area);
        if (!own.begin(caller.limits().concurrentRequests())) {
            throw tooManyAtOnce(caller, own);
        }
        try {
            List<CallerBucket.Level> levels = takeFromAll(own, from);
            for (CallerBucket.Level level : levels) {
                if (!level.granted()) {
                    throw refusal(caller, levels);
                }
            }
            return new Pass(own, levels);
        } catch (RuntimeException e) {
            own.end();
            throw e;
        }
    }

    /** How a key's bucket stands, for answers to calls that cost nothing. */
    List<CallerBucket.Level> look(Caller caller, Area area) {
        return List.of(ofKey(caller, area).look());
    }

    private CallerBucket ofKey(Caller caller, Area area) {
        List<RateWindow> windows = caller.limits().windows();
        return area == Area.API
                ? buckets.of("key:" + caller.bucketId(), "", windows)
                : buckets.of("admin:" + caller.bucketId(), "admin-", administration.get(windows, Throttle::widened));
    }

    private static List<RateWindow> widened(List<RateWindow> windows) {
        return windows.stream()
                .map(w -> new RateWindow(
                        w.name(), Math.min(RateWindow.MAX_QUOTA, w.quota() * ADMINISTRATION_FACTOR), w.length()))
                .toList();
    }

    private List<CallerBucket.Level> takeFromAll(CallerBucket own, ClientAddress from) {
        DoorRules now = rules.get();
        if (now.account().isEmpty() && now.address().isEmpty()) {
            CallerBucket.Level level = own.take(1);
            if (level.granted()) {
                buckets.changed(own);
            }
            return List.of(level);
        }
        List<CallerBucket> all = new ArrayList<>(3);
        all.add(own);
        if (!now.account().isEmpty()) {
            all.add(buckets.of("account:" + Account.MAIN, "account-", now.account()));
        }
        if (!now.address().isEmpty()) {
            all.add(buckets.of("addr:" + from.source(), "address-", now.address()));
        }
        if (buckets.areShared()) {
            return takeOrGiveBack(all);
        }
        together.lock();
        try {
            return takeOrGiveBack(all);
        } finally {
            together.unlock();
        }
    }

    /** Takes one token of each, or none: those taken before one refused are given back. */
    private List<CallerBucket.Level> takeOrGiveBack(List<CallerBucket> all) {
        List<CallerBucket.Level> levels = new ArrayList<>(all.size());
        boolean granted = true;
        for (CallerBucket bucket : all) {
            CallerBucket.Level level = granted ? bucket.take(1) : bucket.look(1);
            granted &= level.granted();
            levels.add(level);
        }
        for (int i = 0; i < all.size(); i++) {
            if (granted) {
                buckets.changed(all.get(i));
            } else if (levels.get(i).granted() && takenBefore(levels, i)) {
                all.get(i).giveBack(1);
                levels.set(i, all.get(i).look(1));
            }
        }
        return levels;
    }

    private static boolean takenBefore(List<CallerBucket.Level> levels, int index) {
        return levels.subList(0, index).stream().allMatch(CallerBucket.Level::granted);
    }

    /** Tokens of the recipients' bucket that a later step may give back. */
    public static final class Recipients {
        private final CallerBucket bucket;
        private final long count;
        private final AtomicBoolean returned = new AtomicBoolean();

        private Recipients(CallerBucket bucket, long count) {
            this.bucket = bucket;
            this.count = count;
        }

        /** To be called when nothing was sent after all; a second time does nothing. */
        public void giveBack() {
            if (count > 0 && returned.compareAndSet(false, true)) {
                bucket.giveBack(count);
            }
        }
    }

    /**
     * Takes as many recipients as a call names; handlers call it once they know that the call is otherwise right.
     *
     * @param count 0 or more
     * @throws io.smartmails.problem.ProblemException 422 {@code validation_failed} for more than the bucket ever holds, 429
     *     {@code rate_limited} for more than it holds now
     */
    public Recipients takeRecipients(Caller caller, long count) {
        long most = caller.limits().recipientsPerMinute();
        CallerBucket bucket =
                buckets.of("recipients:" + caller.bucketId(), "", List.of(new RateWindow("recipients", most, MINUTE)));
        if (count > most) {
            throw Problem.of(
                            ProblemCode.VALIDATION_FAILED,
                            "Key " + caller.keyId() + " may name " + most + " recipients a minute, and this call names "
                                    + count + "; split it")
                    .with("max_recipients", most)
                    .asException();
        }
        if (count > 0) {
            CallerBucket.Level level = bucket.take(count);
            if (!level.granted()) {
                throw refusal(
                        "Key " + caller.keyId() + " may name " + most + " recipients a minute; these " + count
                                + " fit in " + level.waitSeconds() + " s",
                        List.of(level));
            }
            buckets.changed(bucket);
        }
        return new Recipients(bucket, count);
    }

    /**
     * Counts a refused key, or none where one is needed, against the address it came from.
     *
     * @return how the address stands
     * @throws io.smartmails.problem.ProblemException 429 when it sent too many; whoever has a good key is not concerned
     */
    CallerBucket.Level countWrongKey(ClientAddress from) {
        CallerBucket.Level level =
                failures.of("wrong-keys:" + from.source(), "", wrongKeys).take(1);
        if (!level.granted()) {
            throw refusal(
                    "Too many wrong or missing keys from this address; calls with a good key are served",
                    List.of(level));
        }
        return level;
    }

    /**
     * Counts a webhook that did not prove itself against its connection; good ones are never asked.
     *
     * @throws io.smartmails.problem.ProblemException 429 when too many came
     */
    void countBadSignature(String connection) {
        CallerBucket.Level level = failures.of(
                        "webhook:" + connection,
                        "",
                        List.of(new RateWindow("bad-signatures", FAILURES_PER_CONNECTION, MINUTE)))
                .take(1);
        if (!level.granted()) {
            throw refusal(
                    "Too many webhooks of this connection had no valid signature; valid ones are served",
                    List.of(level));
        }
    }

    private static RuntimeException refusal(Caller caller, List<CallerBucket.Level> levels) {
        long wait = levels.stream()
                .filter(level -> !level.granted())
                .mapToLong(CallerBucket.Level::waitSeconds)
                .max()
                .orElse(1);
        return refusal(
                "Key " + caller.keyId() + " has used up " + RateHeaders.violated(levels) + "; the next call in " + wait
                        + " s",
                levels);
    }

    private static RuntimeException refusal(String detail, List<CallerBucket.Level> levels) {
        return new Problem(
                        ProblemCode.RATE_LIMITED,
                        detail,
                        List.of(),
                        Map.of("violated_policies", RateHeaders.violatedNames(levels)),
                        RateHeaders.of(levels))
                .asException();
    }

    private static RuntimeException tooManyAtOnce(Caller caller, CallerBucket bucket) {
        int most = caller.limits().concurrentRequests();
        Map<String, String> headers = RateHeaders.of(List.of(bucket.look()));
        headers.put("Retry-After", ONE_SECOND);
        headers.merge(
                "RateLimit-Policy",
                "\"concurrent\";q=" + most + ";qu=\"concurrent-requests\"",
                (all, one) -> all + ", " + one);
        headers.merge("RateLimit", "\"concurrent\";r=0", (all, one) -> all + ", " + one);
        return new Problem(
                        ProblemCode.CONCURRENCY_LIMITED,
                        "Key " + caller.keyId() + " has " + most + " calls under way; wait for one to end",
                        List.of(),
                        Map.of("violated_policies", List.of("concurrent")),
                        headers)
                .asException();
    }

    void save() {
        buckets.save();
    }
}
