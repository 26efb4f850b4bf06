// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** What the items of a batch share (contract 4.8): each item's own fields lie over the defaults, objects key by key. */
final class BatchDefaults {
    /** Within a group one field excludes the others, so an item's own replaces the whole group. */
    private static final List<Set<String>> GROUPS =
            List.of(Set.of("template_id", "template_alias", "html", "text"), Set.of("from", "sender_profile_id"));

    private BatchDefaults() {}

    static ObjectNode under(ObjectNode item, ObjectNode defaults) {
        ObjectNode under = defaults.deepCopy();
        for (Set<String> group : GROUPS) {
            if (group.stream().anyMatch(item::has)) {
                under.remove(group);
            }
        }
        return merge(under, item);
    }

    private static ObjectNode merge(ObjectNode under, ObjectNode over) {
        over.properties().forEach(entry -> {
            JsonNode below = under.get(entry.getKey());
            if (below instanceof ObjectNode lower && entry.getValue() instanceof ObjectNode upper) {
                merge(lower, upper);
            } else {
                under.set(entry.getKey(), entry.getValue());
            }
        });
        return under;
    }

    /** Where a wrong field really stands: in the item, or in the defaults it took it from. */
    static String placeOf(String pointer, String at, ObjectNode item, ObjectNode defaults) {
        if (pointer.length() <= at.length()) {
            return pointer;
        }
        String below = pointer.substring(at.length());
        return item.at(below).isMissingNode() && !defaults.at(below).isMissingNode() ? "/defaults" + below : pointer;
    }
}
