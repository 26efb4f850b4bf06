// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.util.List;

/** The accounts in outside systems, without their secrets. */
@FunctionalInterface
public interface ConnectionsView {
    List<Entry> connections();

    /** @param webhook path that takes its webhooks, with {@code ***} in place of a secret segment; null when it takes none */
    record Entry(String name, String connector, String webhook) {}
}
