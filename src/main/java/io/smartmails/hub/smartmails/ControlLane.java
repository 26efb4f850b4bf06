// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import java.time.Duration;

/** Leave for one request to SmartMails outside the queue: a read passed through, a look-up. */
public interface ControlLane {
    /**
     * Takes one request from the account's budget, waiting for it if need be.
     *
     * @return null when it may leave now; otherwise how long to wait before it is worth asking again, 1 s at least
     */
    Duration await(Duration longest) throws InterruptedException;
}
