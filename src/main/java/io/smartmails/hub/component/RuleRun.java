// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.ContactCommand;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.SendCommand;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * What one run of a rule wants, collected while its route runs; nothing of it happens before the run is settled. Copies of
 * the exchange (split, multicast) share it, also on several threads.
 */
public final class RuleRun {
    private static final String PROPERTY = "SmartMailsRuleRun";

    private final Run run;
    private final List<SendCommand> sends = new ArrayList<>();
    private final List<ContactCommand> contacts = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private int withoutAddress;
    private boolean over;

    private RuleRun(Run run) {
        this.run = run;
    }

    static RuleRun start(Exchange exchange, Run run) {
        var started = new RuleRun(run);
        exchange.setProperty(PROPERTY, started);
        return started;
    }

    /** @param endpoint what stands in the route, for the error text */
    static RuleRun of(Exchange exchange, String endpoint) {
        RuleRun current = exchange.getProperty(PROPERTY, RuleRun.class);
        if (current == null) {
            throw new PermanentFailure(endpoint + " in route '" + exchange.getFromRouteId()
                    + "' has no event to act on: it works only in a rule, a route that starts with event: or poll:");
        }
        return current;
    }

    Run run() {
        return run;
    }

    synchronized void add(SendCommand send) {
        stillRunning();
        sends.add(send);
    }

    synchronized void add(ContactCommand contact) {
        stillRunning();
        contacts.add(contact);
    }

    synchronized void add(Event derived) {
        stillRunning();
        events.add(derived);
    }

    synchronized void addWithoutAddress() {
        stillRunning();
        withoutAddress++;
    }

    /** What comes later would be lost, so it is refused: a step behind wireTap, seda or threads is not part of the run. */
    synchronized void end() {
        over = true;
    }

    private void stillRunning() {
        if (over) {
            throw new PermanentFailure("rule '" + run.rule()
                    + "' had ended when this step ran; smartmails: and event: must not stand behind wireTap or seda");
        }
    }

    public synchronized List<SendCommand> sends() {
        return List.copyOf(sends);
    }

    public synchronized List<ContactCommand> contacts() {
        return List.copyOf(contacts);
    }

    /** Events the rule makes of its own. */
    public synchronized List<Event> events() {
        return List.copyOf(events);
    }

    /** Contacts that were not kept in step because the source names no address. */
    public synchronized int withoutAddress() {
        return withoutAddress;
    }
}
