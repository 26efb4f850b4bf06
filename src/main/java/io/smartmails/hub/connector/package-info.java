// SPDX-License-Identifier: Apache-2.0
/**
 * Outside systems as data. In comes a connector folder (manifest, mappings, samples), the operator's
 * {@code config/connections.yaml} and raw requests or polled pages; out go verdicts at the door, deliveries to journal, and
 * canonical events. Java holds only generic schemes, so a connector of a known shape needs no code.
 *
 * <p>May fail with {@link io.smartmails.hub.connector.ConfigurationError} at start (file, line and cure in the message),
 * with {@link io.smartmails.hub.failure.PermanentFailure} when a payload or a mapping does not fit, and with
 * {@link io.smartmails.hub.failure.TransientFailure} when a polled system is not available.
 */
package io.smartmails.hub.connector;
