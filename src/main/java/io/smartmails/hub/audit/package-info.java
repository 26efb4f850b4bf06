/**
 * What is remembered for security: in come administrative acts and what the front door noticed; out go an append-only,
 * hash-chained log and alerts. Losing the last second of noticed events in a crash is allowed, losing an act is not.
 */
package io.smartmails.hub.audit;
