// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.message.Messages;
import io.smartmails.engine.page.PageRequest;

/** Messages (contract 4.8). */
final class MessageEndpoints {
    static final long MOST_SINGLE_BYTES = 15 * Routes.MB;
    static final long MOST_BATCH_BYTES = 20 * Routes.MB;

    private final Messages messages;

    MessageEndpoints(Messages messages) {
        this.messages = messages;
    }

    void addTo(Routes routes) {
        String send = "messages:send";
        String read = "messages:read";
        routes.add(
                "POST",
                "/messages",
                send,
                MOST_SINGLE_BYTES,
                call -> Reply.json(202, messages.send(call.caller(), call.object(), call.lenient())));
        routes.add(
                "GET",
                "/messages",
                read,
                call -> Reply.ok(messages.list(PageRequest.of(
                                call.parameters(), "status", "to", "category", "dedupe_id", "template_id", "batch_id"))
                        .view()));
        routes.add(
                "POST",
                "/messages/batch",
                send,
                MOST_BATCH_BYTES,
                call -> Reply.json(202, messages.sendBatch(call.caller(), call.object(), call.lenient())));
        routes.add(
                "POST",
                "/messages/preview",
                send,
                MOST_SINGLE_BYTES,
                call -> Reply.ok(messages.preview(call.object(), call.lenient())));
        routes.add(
                "GET",
                "/messages/{id}",
                read,
                call -> Reply.ok(messages.get(call.variable("id"), call.names("include"))));
        routes.add("GET", "/messages/{id}/events", read, call -> Reply.ok(messages.events(call.variable("id"))));
        routes.add(
                "PUT",
                "/messages/{id}",
                send,
                call -> Reply.ok(messages.reschedule(call.variable("id"), call.object(), call.lenient())));
        routes.add("DELETE", "/messages/{id}", send, call -> {
            messages.cancel(call.variable("id"));
            return Reply.noContent();
        });
        routes.add("GET", "/message-batches/{id}", read, call -> Reply.ok(messages.batch(call.variable("id"))));
    }
}
