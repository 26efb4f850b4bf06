/**
 * From raw receipts to wishes: envelopes become events by their connector's mapping, events run the operator's rules, and
 * what a rule wants becomes items in the commit that settles its run.
 *
 * <p>In: due envelopes and runs, the folder {@code routes/}, the polls that rules ask for. Out: events, runs, items, merged
 * contacts, polled envelopes, {@link io.smartmails.hub.routing.RouteStatuses}. May fail: a mapping (dead letter with the
 * raw bytes kept), a rule (it repeats alone), a route file (its last good text goes on running), a poll (it resumes from its
 * checkpoint).
 */
package io.smartmails.hub.routing;
