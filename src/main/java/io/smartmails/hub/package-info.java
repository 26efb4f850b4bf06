/**
 * The hub: one Spring context that wires the stages of the flow
 * {@code gateway -> intake -> queue -> routing -> sending -> smartmails -> timeline}. Knows the engine only as an address
 * and a key.
 */
package io.smartmails.hub;
