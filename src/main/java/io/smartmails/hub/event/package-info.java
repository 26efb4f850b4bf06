/**
 * The canonical vocabulary: what happened, to whom, according to which source. Made by a connector's mapping, read by the
 * operator's rules. Knows nothing but the JDK.
 */
package io.smartmails.hub.event;
