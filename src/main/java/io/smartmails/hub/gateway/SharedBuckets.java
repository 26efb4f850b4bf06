// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.jdbc.PrimaryKeyMapper;
import io.github.bucket4j.postgresql.Bucket4jPostgreSQL;
import io.github.bucket4j.postgresql.PostgreSQLSelectForUpdateBasedProxyManager;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Buckets that several nodes draw on, in PostgreSQL by Bucket4j: a decision is one transaction that locks one row. The
 * nodes' clocks must agree to the second.
 */
final class SharedBuckets {
    private static final Logger LOG = LoggerFactory.getLogger(SharedBuckets.class);
    private static final Duration KEPT_LONGER = Duration.ofSeconds(10);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(2);
    private static final int CLEANED_AT_ONCE = 1_000;

    private final PostgreSQLSelectForUpdateBasedProxyManager<String> buckets;

    SharedBuckets(DataSource source, TimeMeter clock) {
        this.buckets = new Bucket4jPostgreSQL.PostgreSQLSelectForUpdateBasedProxyManagerBuilder<>(
                        source, PrimaryKeyMapper.STRING)
                .table("bucket_shared")
                .clientClock(clock)
                .requestTimeout(ANSWERS_WITHIN)
                .expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_LONGER))
                .build();
    }

    Bucket bucket(String id, BucketConfiguration configuration) {
        Bucket bucket = buckets.builder().build(id, () -> configuration);
        try {
            // Another node, or this one before a restart, may have made it with older limits.
            bucket.replaceConfiguration(configuration, TokensInheritanceStrategy.PROPORTIONALLY);
        } catch (RuntimeException e) {
            LOG.debug("the shared bucket {} cannot be reached yet", id, e);
        }
        return bucket;
    }

    void removeFull() {
        try {
            buckets.removeExpired(CLEANED_AT_ONCE);
        } catch (RuntimeException e) {
            LOG.debug("full buckets could not be removed; the next round tries again", e);
        }
    }
}
