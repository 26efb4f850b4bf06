// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Run;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultConsumer;

/** Start of a rule: subscribes it while its route runs and runs the route for one event at a time, when asked. */
public final class RuleConsumer extends DefaultConsumer {
    private final EventFilter filter;
    private final PollSchedule schedule;

    RuleConsumer(Endpoint endpoint, Processor processor, EventFilter filter, PollSchedule schedule) {
        super(endpoint, processor);
        this.filter = filter;
        this.schedule = schedule;
    }

    /**
     * Runs the route to its end on this thread.
     *
     * @return what it wants
     * @throws PermanentFailure when trying again cannot help
     * @throws TransientFailure when it may, or whatever else a step threw
     */
    public RuleRun run(Run run) throws Exception {
        Exchange exchange = createExchange(false);
        try {
            Map<String, Object> body = EventBody.of(run.event());
            exchange.getMessage().setBody(body);
            EventBody.paths(body, exchange::setVariable);
            RuleRun collected = RuleRun.start(exchange, run);
            try {
                getProcessor().process(exchange);
            } finally {
                collected.end();
            }
            if (exchange.getException() != null) {
                throw ours(exchange.getException());
            }
            return collected;
        } finally {
            releaseExchange(exchange, false);
        }
    }

    /** A failure of ours within Camel's wrappings, or the failure itself. */
    private static Exception ours(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PermanentFailure || cause instanceof TransientFailure) {
                return (RuntimeException) cause;
            }
        }
        return failure;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        rules().listen(new Subscription(getRouteId(), filter, schedule, this));
    }

    @Override
    protected void doStop() throws Exception {
        rules().pause(getRouteId());
        super.doStop();
    }

    private Rules rules() {
        return CamelContextHelper.mandatoryFindSingleByType(getEndpoint().getCamelContext(), Rules.class);
    }
}
