// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.component.RuleConsumer;
import io.smartmails.hub.component.RuleRun;
import io.smartmails.hub.component.Rules;
import io.smartmails.hub.component.Subscription;
import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.Rehearsal;
import io.smartmails.hub.queue.Run;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Translates and runs rules without storing what comes of it. Producers of a rule only collect wishes, so a rule of nothing
 * but such steps can be run for its wishes alone; any other is not touched.
 */
final class RuleRehearsal implements Rehearsal {
    private final Connectors connectors;
    private final Rules rules;

    RuleRehearsal(Connectors connectors, Rules rules) {
        this.connectors = connectors;
        this.rules = rules;
    }

    @Override
    public List<Event> translate(Envelope envelope) {
        Connection connection = connectors
                .connection(envelope.connection())
                .orElseThrow(() -> new TransientFailure(
                        "connection '" + envelope.connection() + "' is not in config/connections.yaml any more",
                        Duration.ZERO));
        return connection
                .connector()
                .translate(connection, envelope.topic(), envelope.headers(), envelope.body(), envelope.receivedAt());
    }

    @Override
    public List<String> listenersOf(Event event) {
        return rules.listenersOf(event);
    }

    @Override
    public Optional<Outcome> run(Run run) {
        Optional<RuleConsumer> consumer = rules.find(run.rule()).map(Subscription::consumer);
        if (consumer.isEmpty() || !PureRoute.is(consumer.get().getEndpoint().getCamelContext(), run.rule())) {
            return Optional.empty();
        }
        RuleRun wishes;
        try {
            wishes = consumer.get().run(run);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        List<Send> sends = wishes.sends().stream()
                .map(send -> new Send(
                        SendIdentity.of(run, send),
                        send.expiresAfter() == null ? null : run.receivedAt().plus(send.expiresAfter())))
                .toList();
        return Optional.of(new Outcome(sends, wishes.contacts().size(), wishes.events()));
    }
}
