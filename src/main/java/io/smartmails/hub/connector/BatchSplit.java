// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.List;
import org.w3c.dom.Element;

/**
 * How one XML call is cut into its notifications.
 *
 * @param within element names from below the root to the element that holds the notifications
 * @param namespace of that element
 * @param each local name of one notification
 * @param max most notifications in one call
 */
record BatchSplit(List<String> within, String namespace, String each, int max) {
    record Batch(Element whole, List<Element> parts) {}

    static BatchSplit read(YamlPlace place) {
        place.allow("within", "namespace", "each", "max");
        return new BatchSplit(
                Pointer.read(place.get("within")).steps(),
                place.get("namespace").text(),
                place.get("each").text(),
                place.get("max").number(1, 10_000));
    }

    Batch open(byte[] body) throws Payload.Unreadable {
        return in(XmlTree.parse(body));
    }

    Batch in(Element root) throws Payload.Unreadable {
        var element = root;
        for (var step : within) {
            element = XmlTree.children(element).stream()
                    .filter(child -> step.equals(child.getLocalName()))
                    .findFirst()
                    .orElseThrow(() -> new Payload.Unreadable("the message has no " + step + " element"));
        }
        if (!namespace.equals(element.getNamespaceURI())) {
            throw new Payload.Unreadable("the message is not in the namespace " + namespace);
        }
        var parts = XmlTree.children(element).stream()
                .filter(child -> each.equals(child.getLocalName()))
                .toList();
        return new Batch(element, parts);
    }
}
