// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lays a change over a contact by the rules of contract 4.10. Pure: decides, stores nothing. */
final class ContactMerge {
    private static final Set<String> OUT = Set.of(Contact.UNSUBSCRIBED, Contact.BOUNCED, Contact.COMPLAINED);

    /**
     * @param resubscribe whether a newer consent may bring back someone who left
     * @param replaceArrays plain arrays of tags and lists replace (PUT) instead of adding (upsert)
     * @param clearAbsent fields not given are cleared ({@code ?mode=replace})
     */
    record Options(boolean resubscribe, boolean replaceArrays, boolean clearAbsent) {
        static final Options UPSERT = new Options(false, false, false);
    }

    /**
     * @param status created, updated, unchanged or stale
     * @param contact the contact afterwards
     * @param keptStatus the status that was kept although another was asked for; null when none was
     */
    record Result(String status, Contact contact, String keptStatus) {}

    private ContactMerge() {}

    /**
     * @param before the contact so far; null for a new one
     * @param lists ids of the lists named in the change, by the name used there
     */
    static Result apply(
            Contact before, ContactPatch patch, String newId, Map<String, String> lists, Options options, long now) {
        boolean created = before == null;
        Contact base = created
                ? new Contact(newId, null, Contact.PENDING, false, Json.object(), Json.object(), List.of(), now, now)
                : before;
        if (isStale(base, patch)) {
            return new Result("stale", base, null);
        }
        ObjectNode body = body(base, patch, options);
        ObjectNode sources = base.sources().deepCopy();
        if (patch.source() != null && patch.sourceUpdatedAt() != null) {
            sources.put(patch.source(), patch.sourceUpdatedAt());
        }
        String status = statusAfter(base, patch, options.resubscribe(), created);
        boolean kept = patch.status() != null && !patch.status().equals(status);
        consent(body, base, patch, status, kept, now);

        List<String> tags = patch.names("tags", Json.strings(base.body().get("tags")), options.replaceArrays());
        if (tags != null) {
            body.set("tags", Json.MAPPER.valueToTree(tags));
        }
        List<String> memberships = patch.names("lists", base.lists(), options.replaceArrays());
        List<String> listIds = memberships == null
                ? base.lists()
                : memberships.stream()
                        .map(name -> lists.getOrDefault(name, name))
                        .distinct()
                        .sorted()
                        .toList();
        if (patch.fields().get("lists") instanceof ObjectNode change) {
            Set<String> removed = Json.strings(change.get("remove")).stream()
                    .map(name -> lists.getOrDefault(name, name))
                    .collect(Collectors.toSet());
            listIds = listIds.stream().filter(id -> !removed.contains(id)).toList();
        }
        String email = patch.fields().has("email") ? patch.email() : base.email();
        boolean same = !created
                && !base.archived()
                && Objects.equals(email, base.email())
                && status.equals(base.status())
                && body.equals(base.body())
                && listIds.equals(base.lists());
        var after = new Contact(
                base.id(),
                email,
                status,
                false,
                body,
                sources,
                listIds,
                base.createdAt(),
                same ? base.updatedAt() : now);
        return new Result(created ? "created" : same ? "unchanged" : "updated", after, kept ? status : null);
    }

    private static boolean isStale(Contact base, ContactPatch patch) {
        JsonNode seen = patch.source() == null ? null : base.sources().get(patch.source());
        return seen != null && patch.sourceUpdatedAt() != null && patch.sourceUpdatedAt() < seen.longValue();
    }

    private static ObjectNode body(Contact base, ContactPatch patch, Options options) {
        ObjectNode body = options.clearAbsent() ? kept(base) : base.body().deepCopy();
        for (String name : ContactPatch.TEXTS) {
            put(body, name, patch.fields().get(name));
        }
        for (String name : List.of("fields", "topics", "external_ids")) {
            JsonNode change = patch.fields().get(name);
            if (change instanceof ObjectNode object) {
                ObjectNode merged = body.get(name) instanceof ObjectNode old ? old : Json.object();
                object.properties().forEach(entry -> put(merged, entry.getKey(), entry.getValue()));
                body.set(name, merged);
            } else if (change != null && change.isNull()) {
                body.remove(name);
            }
        }
        if (patch.source() != null) {
            body.put("source", patch.source());
            // Only a change of something else is worth a write; the time alone goes to `sources`.
            if (patch.sourceUpdatedAt() != null && !body.equals(base.body())) {
                body.put("source_updated_at", Times.text(patch.sourceUpdatedAt().longValue()));
            }
        }
        return body;
    }

    private static ObjectNode kept(Contact base) {
        ObjectNode kept = Json.object();
        JsonNode consent = base.body().get("consent");
        if (consent != null) {
            kept.set("consent", consent);
        }
        return kept;
    }

    private static void put(ObjectNode into, String name, JsonNode value) {
        if (value == null) {
            return;
        }
        if (value.isNull()) {
            into.remove(name);
        } else {
            into.set(name, value);
        }
    }

    private static String statusAfter(Contact base, ContactPatch patch, boolean resubscribe, boolean created) {
        String wanted = patch.status();
        if (wanted == null || created) {
            return wanted == null ? base.status() : wanted;
        }
        Long storedAt = consentAt(base);
        boolean older = patch.consentAt() != null && storedAt != null && patch.consentAt() < storedAt;
        boolean newer = patch.consentAt() != null && (storedAt == null || patch.consentAt() > storedAt);
        if (OUT.contains(base.status()) && !OUT.contains(wanted)) {
            return wanted.equals(Contact.SUBSCRIBED) && resubscribe && newer ? wanted : base.status();
        }
        return older ? base.status() : wanted;
    }

    private static void consent(
            ObjectNode body, Contact base, ContactPatch patch, String status, boolean kept, long now) {
        JsonNode given = patch.fields().get("consent");
        Long storedAt = consentAt(base);
        boolean older = patch.consentAt() != null && storedAt != null && patch.consentAt() < storedAt;
        if (given instanceof ObjectNode && !kept && !older) {
            body.set("consent", given);
        }
        boolean left = OUT.contains(status) && !status.equals(base.status());
        if (left && (given == null || patch.consentAt() == null)) {
            // Without a time of its own the opt-out counts from now, so that only a newer consent can undo it.
            ObjectNode consent = given instanceof ObjectNode object ? object.deepCopy() : Json.object();
            body.set("consent", consent.put("status", status).put("at", Times.text(now)));
        }
    }

    private static Long consentAt(Contact contact) {
        return ContactPatch.time(contact.object("consent").get("at"));
    }
}
