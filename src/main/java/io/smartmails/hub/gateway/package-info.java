/**
 * The front door: decides about a request before anything of it is processed.
 *
 * <p>In: an HTTP request. Out: a {@link io.smartmails.hub.gateway.Caller} for a key, an
 * {@link io.smartmails.hub.gateway.Admission} for a webhook. Refuses with problem+json; order of checks: framing and size,
 * credential, scope, throttle. Nothing of a request's headers or query reaches Camel from here.
 */
package io.smartmails.hub.gateway;
