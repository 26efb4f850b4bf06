// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a pool: what runs may finish, within bounds; what does not is repeated after the next start. */
final class Threads {
    private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
    private static final long FINISH_SECONDS = 15;

    private Threads() {}

    static void finish(ExecutorService threads, String what) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(FINISH_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Some {} did not finish in {} s; they run again after the next start", what, FINISH_SECONDS);
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
