// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.queue.Item;
import java.util.Locale;

/** What a request is for. Transactional mail has a share of the budget of its own; the others share the rest. */
public enum Lane {
    TRANSACTIONAL(40),
    SYNC(30),
    BULK(20),
    /** Templates, lists, the account, reads. */
    CONTROL(10);

    private final int share;

    Lane(int share) {
        this.share = share;
    }

    /** Its part among the lanes that wait at the same time (contract 4.22). */
    int share() {
        return share;
    }

    boolean isTransactional() {
        return this == TRANSACTIONAL;
    }

    static Lane of(Item.Lane lane) {
        return valueOf(lane.name());
    }

    String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Lane read(String stored) {
        return valueOf(stored.toUpperCase(Locale.ROOT));
    }
}
