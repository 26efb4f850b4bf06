// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.db.Tx;
import io.smartmails.engine.contact.ContactMerge.Options;
import io.smartmails.engine.contact.ContactMerge.Result;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem.FieldError;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Brings one change to the contact it is about, inside a transaction; decides by reading before it writes anything. */
final class ContactUpsert {
    /** What became of one change; either a result or an error. */
    record Outcome(Result result, FieldError error, Map<String, Object> more) {
        static Outcome failed(String pointer, String code, String detail, Map<String, Object> more) {
            return new Outcome(null, new FieldError(pointer, code, detail), more);
        }
    }

    private final Ids ids;
    private final InstantSource clock;

    ContactUpsert(Ids ids, InstantSource clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /** Changes a contact that is known already. */
    Outcome change(Tx tx, Contact before, ContactPatch patch, Options options, Map<String, String> lists) {
        Outcome taken = conflict(tx, before, patch, "");
        return taken != null ? taken : save(tx, before, patch, options, "", lists);
    }

    /** Creates or updates whom the change is about. */
    Outcome apply(
            Tx tx, ContactPatch patch, ContactBatch.Settings settings, String pointer, Map<String, String> lists) {
        if (patch.email() == null && patch.externalIds().values().stream().allMatch(Objects::isNull)) {
            return Outcome.failed(pointer + "/email", "required", "email or an external id is needed", Map.of());
        }
        List<Contact> matches = matches(tx, patch, settings);
        if (matches.size() > 1 && !settings.merge()) {
            List<String> both = matches.stream().map(Contact::id).toList();
            return Outcome.failed(
                    pointer, "conflict", "external id and email belong to different contacts", Map.of("ids", both));
        }
        Contact before = matches.isEmpty() ? null : matches.get(0);
        if (matches.size() > 1) {
            before = ContactUnion.absorb(tx, before, matches.subList(1, matches.size()), clock.millis());
        }
        if (before != null && !before.archived() && settings.mode().equals("create_only")) {
            return Outcome.failed(
                    pointer, "already_exists", "the contact is there already", Map.of("existing_id", before.id()));
        }
        if (before == null && settings.mode().equals("update_only")) {
            return Outcome.failed(pointer, "not_found", "there is no such contact to update", Map.of());
        }
        Outcome taken = conflict(tx, before, patch, pointer);
        return taken != null
                ? taken
                : save(tx, before, patch, new Options(settings.resubscribe(), false, false), pointer, lists);
    }

    private static List<Contact> matches(Tx tx, ContactPatch patch, ContactBatch.Settings settings) {
        Map<String, Contact> matches = new LinkedHashMap<>();
        patch.externalIds().forEach((namespace, value) -> {
            if (value != null && settings.matches("external_id:" + namespace)) {
                ContactStore.byExternal(tx.jdbc(), namespace, value).ifPresent(c -> matches.put(c.id(), c));
            }
        });
        if (patch.email() != null && settings.matches("email")) {
            ContactStore.byEmail(tx.jdbc(), patch.email()).ifPresent(c -> matches.put(c.id(), c));
        }
        return List.copyOf(matches.values());
    }

    /** An address or external id that another contact holds. */
    private static Outcome conflict(Tx tx, Contact self, ContactPatch patch, String pointer) {
        Optional<Contact> other = patch.email() == null
                ? Optional.empty()
                : ContactStore.byEmail(tx.jdbc(), patch.email()).filter(c -> self == null || !c.id().equals(self.id()));
        for (var entry : patch.externalIds().entrySet()) {
            if (other.isEmpty() && entry.getValue() != null) {
                other = ContactStore.byExternal(tx.jdbc(), entry.getKey(), entry.getValue())
                        .filter(c -> self == null || !c.id().equals(self.id()));
            }
        }
        return other.map(contact -> {
                    List<String> both = self == null ? List.of(contact.id()) : List.of(self.id(), contact.id());
                    return Outcome.failed(
                            pointer,
                            "conflict",
                            "the email or external id belongs to another contact",
                            Map.of("ids", both));
                })
                .orElse(null);
    }

    private Outcome save(
            Tx tx, Contact before, ContactPatch patch, Options options, String pointer, Map<String, String> lists) {
        for (String name : patch.listReferences()) {
            String id = lists.computeIfAbsent(
                    name, key -> ListStore.resolve(tx.jdbc(), key).orElse(null));
            if (id == null) {
                return Outcome.failed(pointer + "/lists", "unknown_list", "there is no list " + name, Map.of());
            }
        }
        String newId = before == null ? ids.next("con") : before.id();
        Result result = ContactMerge.apply(before, patch, newId, lists, options, clock.millis());
        Contact after = result.contact();
        switch (result.status()) {
            case "created" -> ContactStore.insert(tx, after);
            case "updated" -> ContactStore.update(tx, before, after);
            case "unchanged" -> {
                if (!after.sources().equals(before.sources())) {
                    ContactStore.updateSources(tx, after);
                }
            }
            default -> {}
        }
        if (before != null
                && before.email() != null
                && after.email() != null
                && !before.email().equals(after.email())) {
            SuppressionStore.copy(tx, before.email(), after.email());
        }
        boolean cameBack = after.status().equals(Contact.SUBSCRIBED)
                && before != null
                && !before.status().equals(Contact.SUBSCRIBED);
        if (cameBack && after.email() != null) {
            SuppressionStore.removeOptOut(tx, after.email());
        }
        return new Outcome(result, null, Map.of());
    }
}
