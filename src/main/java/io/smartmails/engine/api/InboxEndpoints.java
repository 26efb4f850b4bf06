// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.capture.Inbox;
import io.smartmails.engine.page.PageRequest;

/** What the capture server took. Not in the contract, there only in capture mode, and free of the key's minute. */
final class InboxEndpoints {
    /** A whole test run in one answer; paging is for what people browse. */
    private static final int MOST_MAILS = 10_000;

    private final Inbox inbox;

    InboxEndpoints(Inbox inbox) {
        this.inbox = inbox;
    }

    void addTo(Routes routes) {
        routes.addFree(
                "GET",
                "/inbox",
                "messages:read",
                call -> Reply.ok(
                        inbox.newest(call.parameter("to"), PageRequest.limit(call.parameters(), 50, MOST_MAILS))));
        routes.addFree("GET", "/inbox/count", "messages:read", call -> Reply.ok(inbox.counts()));
    }
}
