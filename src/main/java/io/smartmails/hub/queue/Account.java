// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

/** The SmartMails account everything belongs to. One for now; every table carries the id so that accounts can shard. */
public final class Account {
    public static final String MAIN = "main";

    private Account() {}
}
