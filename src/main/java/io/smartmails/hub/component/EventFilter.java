// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Event;
import java.util.regex.Pattern;

/**
 * Which events a rule listens to.
 *
 * @param source a connector or a connection; null = any
 * @param type canonical type; a trailing {@code *} stands for any ending
 * @param topic the vendor's topic or the poll; null = any
 */
record EventFilter(String source, String type, String topic) {
    private static final Pattern FORM =
            Pattern.compile("(?:[A-Za-z0-9][A-Za-z0-9_-]*/)?(?:[a-z0-9_]+(?:\\.[a-z0-9_]+)*(?:\\.\\*)?|\\*)");

    /** @param name {@code order.paid}, {@code contact.*}, {@code shopify/order.paid} or {@code demo-shop/*} */
    static EventFilter named(String name) {
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException("'event:" + name
                    + "' is not a name of events; write event:order.paid, event:contact.* or, narrowed to a connector or a"
                    + " connection, event:shopify/order.paid");
        }
        int slash = name.indexOf('/');
        return new EventFilter(slash < 0 ? null : name.substring(0, slash), name.substring(slash + 1), null);
    }

    static EventFilter polled(String connection, String topic) {
        return new EventFilter(connection, "*", topic);
    }

    boolean matches(Event event) {
        boolean fromSource = source == null || source.equals(event.connection()) || source.equals(event.connector());
        boolean ofType = type.endsWith("*")
                ? event.type().startsWith(type.substring(0, type.length() - 1))
                : type.equals(event.type());
        return fromSource && ofType && (topic == null || topic.equals(event.topic()));
    }
}
