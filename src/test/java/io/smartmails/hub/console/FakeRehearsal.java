// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.Run;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mapping that wants a "total" in the payload, and one rule that asks for a mail per receipt. */
final class FakeRehearsal implements Rehearsal {
    @Override
    public List<Event> translate(Envelope envelope) {
        if (!new String(envelope.body(), StandardCharsets.UTF_8).contains("total")) {
            throw new PermanentFailure("no such field /total");
        }
        return List.of(new Event(
                "order.paid",
                "shopify",
                envelope.connection(),
                envelope.topic(),
                "1001",
                envelope.receivedAt(),
                null,
                Map.of("number", "1001")));
    }

    @Override
    public List<String> listenersOf(Event event) {
        return List.of("order-confirmation");
    }

    @Override
    public Optional<Outcome> run(Run run) {
        return Optional.of(new Outcome(List.of(new Send(run.envelopeId(), null)), 0, List.of()));
    }
}
