// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Tx;

/** Counts of things that leave no row: repeats, refusals. */
public final class CounterStore {
    private CounterStore() {}

    /** Joins the caller's commit. */
    public static void add(Tx tx, String name, long howMany) {
        tx.jdbc()
                .sql("INSERT INTO counter (account, name, value) VALUES (:account, :name, :n)"
                        + " ON CONFLICT (account, name) DO UPDATE SET value = counter.value + excluded.value")
                .param("account", Account.MAIN)
                .param("name", name)
                .param("n", howMany)
                .update();
    }
}
