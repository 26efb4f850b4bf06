// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Tx;
import io.smartmails.engine.input.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/** Makes one contact of several when the caller asked for it ({@code merge: true}). */
final class ContactUnion {
    private static final Set<String> OUT = Set.of(Contact.UNSUBSCRIBED, Contact.BOUNCED, Contact.COMPLAINED);

    private ContactUnion() {}

    /** The first contact stays and wins where both hold a value; an opt-out of any of them holds for the whole. */
    static Contact absorb(Tx tx, Contact first, List<Contact> others, long now) {
        Contact merged = first;
        for (Contact other : others) {
            ContactStore.delete(tx, other.id());
            ObjectNode body = Json.merge(other.body(), merged.body());
            var tags = new LinkedHashSet<>(Json.strings(merged.body().get("tags")));
            tags.addAll(Json.strings(other.body().get("tags")));
            if (!tags.isEmpty()) {
                body.set("tags", Json.MAPPER.valueToTree(tags));
            }
            var lists = new TreeSet<>(merged.lists());
            lists.addAll(other.lists());
            boolean out = OUT.contains(other.status()) && !OUT.contains(merged.status());
            if (out && other.body().has("consent")) {
                body.set("consent", other.body().get("consent"));
            }
            merged = new Contact(
                    merged.id(),
                    merged.email() == null ? other.email() : merged.email(),
                    out ? other.status() : merged.status(),
                    false,
                    body,
                    Json.merge(other.sources(), merged.sources()),
                    List.copyOf(lists),
                    Math.min(merged.createdAt(), other.createdAt()),
                    now);
        }
        ContactStore.update(tx, first, merged);
        return merged;
    }
}
