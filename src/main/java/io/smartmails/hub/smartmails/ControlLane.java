// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import java.time.Duration;
import java.util.Optional;

/**
 * Leave for requests to SmartMails outside the queue: a read passed through, a look-up. Unit: requests of the account's one
 * budget. Safe for many threads.
 */
public interface ControlLane {
    /**
     * Takes one request from the account's budget, waiting for it if need be. It counts as under way for as long as a call
     * may take; {@link #take} is more exact.
     *
     * @return null when it may leave now; otherwise how long to wait before it is worth asking again, 1 s at least
     */
    Duration await(Duration longest) throws InterruptedException;

    /** Leave for one request when there is one right now. */
    Optional<Leave> take();

    /** How long until it is worth asking again; zero when now. */
    Duration nextFree();

    /** One request that may be made; to be closed when its answer came, or came not. Closing it again does nothing. */
    interface Leave extends AutoCloseable {
        /** SmartMails asked for a pause: nobody calls before it is over. */
        void throttled(Duration pause);

        @Override
        void close();
    }
}
