/**
 * The hub's words in a route, as Camel components: {@code event:} and {@code poll:} start a rule, {@code smartmails:send},
 * {@code smartmails:contact} and {@code event:} say what it wants.
 *
 * <p>In: the event of a run. Out: subscriptions ({@link io.smartmails.hub.component.Rules}) and the commands a run collected
 * ({@link io.smartmails.hub.component.RuleRun}). Nothing here calls anybody or writes anything; wrong options fail when the
 * route is created.
 */
package io.smartmails.hub.component;
