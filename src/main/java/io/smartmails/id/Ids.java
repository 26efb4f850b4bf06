// SPDX-License-Identifier: Apache-2.0
package io.smartmails.id;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Makes ids such as {@code msg_01J...}: prefix, underscore, 26 characters of ULID. Strictly growing within a process. */
public final class Ids {
    private final UlidFactory factory;
    private final InstantSource clock;

    public Ids(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.factory = UlidFactory.newMonotonicInstance((LongSupplier) random::nextLong);
    }

    /** @param prefix kind of thing without the underscore: {@code env}, {@code msg}, {@code con} */
    public String next(String prefix) {
        return prefix + "_" + factory.create(clock.millis());
    }

    /** Lower than every id made at that time or later: where a search in the order of ids begins. */
    public static String lowest(String prefix, Instant at) {
        return prefix + "_" + Ulid.min(at.toEpochMilli());
    }
}
