// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.IdempotentCall;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.function.Function;

/**
 * One request of an application.
 *
 * @param id what stands for {@code {id}} in the path; null when there is none
 */
record Call(HttpServletRequest request, Caller caller, String id) {
    /** Answer of a handler; the body is written as JSON, null for none. */
    record Reply(int status, byte[] body) {
        static Reply of(int status, Object body) {
            return new Reply(status, JsonBody.bytes(body));
        }
    }

    /** Does one thing. */
    @FunctionalInterface
    interface Handler {
        Reply handle(Call call) throws IOException;
    }

    ObjectNode body(int maxBytes) throws IOException {
        return JsonBody.of(request, maxBytes);
    }

    /** Test and live keys see different messages. */
    String mode() {
        return caller.test() ? "test" : "live";
    }

    /** Whether unknown fields are ignored. */
    boolean lenient() {
        return Collections.list(request.getHeaders("Prefer")).stream()
                .anyMatch(prefer ->
                        prefer.toLowerCase(Locale.ROOT).replace(" ", "").contains("handling=lenient"));
    }

    /** Does the work and keeps its answer, should the request be repeated, in one commit. */
    Reply commit(Database database, int status, Function<Tx, Object> work) {
        return database.write(tx -> {
            Reply reply = Reply.of(status, work.apply(tx));
            IdempotentCall.of(request).ifPresent(call -> call.keep(tx, status, "application/json", null, reply.body()));
            return reply;
        });
    }
}
