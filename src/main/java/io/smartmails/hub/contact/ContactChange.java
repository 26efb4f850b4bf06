// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.hub.event.Consent;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Lays an application's change over a person by the rules of contract 4.10. Pure: decides, stores nothing. */
final class ContactChange {
    static final String BY = "api";
    private static final Set<String> OUT = Set.of("unsubscribed", "bounced", "complained");

    /**
     * @param resubscribe whether a newer consent may bring back somebody who left
     * @param replaceNames plain lists of tags and lists replace (PUT) instead of adding (upsert)
     * @param clearAbsent facts not given are cleared ({@code ?mode=replace})
     */
    record Options(boolean resubscribe, boolean replaceNames, boolean clearAbsent) {}

    /**
     * @param person afterwards
     * @param suppress reason of a suppression that the asked status means; null for none
     * @param cameBack whether an opt-out was undone
     */
    record Result(Person person, String suppress, boolean cameBack) {}

    private ContactChange() {}

    /** Whether the same source said something newer before. */
    static boolean isStale(Person before, ContactPatch patch) {
        Long seen = patch.source() == null ? null : before.marks().versions().get(patch.source());
        return seen != null && patch.sourceUpdatedAt() != null && patch.sourceUpdatedAt() < seen;
    }

    /**
     * @param status of the person so far, as applications see it
     * @param now epoch ms
     */
    static Result apply(Person before, String status, ContactPatch patch, Options options, long now) {
        SortedMap<String, Fact> facts = facts(before, patch, options, now);
        SortedMap<String, Long> leftLists = new TreeMap<>(before.marks().leftLists());
        SortedMap<String, Long> leftTags = new TreeMap<>(before.marks().leftTags());
        SortedSet<String> lists = names(before.lists(), leftLists, patch.lists(), options.replaceNames(), now);
        ContactPatch.Names tagChange = options.clearAbsent() && patch.tags().equals(ContactPatch.Names.NONE)
                ? new ContactPatch.Names(Set.of(), Set.of(), true)
                : patch.tags();
        SortedSet<String> tags = names(before.tags(), leftTags, tagChange, options.replaceNames(), now);
        ConsentRecord consent = consent(before.consent(), status, patch, options.resubscribe(), now);
        Marks marks =
                before.marks().withLeft(leftLists, leftTags).archived(null).byApplication();
        if (patch.source() != null) {
            marks = marks.from(patch.source(), patch.sourceUpdatedAt());
            if (patch.sourceUpdatedAt() != null) {
                marks = marks.version(patch.source(), patch.sourceUpdatedAt());
            }
        }
        String suppress = Objects.equals(patch.status(), status) || patch.status() == null
                ? null
                : switch (patch.status()) {
                    case "bounced" -> Suppression.HARD_BOUNCE;
                    case "complained" -> Suppression.COMPLAINT;
                    default -> null;
                };
        boolean cameBack = status.equals("unsubscribed") && consent.state() == Consent.State.SUBSCRIBED;
        return new Result(new Person(facts, lists, tags, consent, marks), suppress, cameBack);
    }

    private static SortedMap<String, Fact> facts(Person before, ContactPatch patch, Options options, long now) {
        SortedMap<String, Fact> facts = new TreeMap<>(before.facts());
        for (String name : List.copyOf(facts.keySet())) {
            boolean clears = options.clearAbsent() || patch.cleared().stream().anyMatch(name::startsWith);
            if (clears && !name.equals(Person.EMAIL) && !patch.facts().containsKey(name)) {
                put(facts, name, null, now);
            }
        }
        patch.facts().forEach((name, value) -> put(facts, name, value, now));
        if (patch.email() != null) {
            put(facts, Person.EMAIL, patch.email(), now);
        }
        return facts;
    }

    /** An equal value keeps its source and time; a direct order wins over whatever was said before. */
    private static void put(SortedMap<String, Fact> facts, String name, Object value, long now) {
        Fact known = facts.get(name);
        boolean same = known == null ? value == null : Objects.equals(text(known.value()), text(value));
        if (!same) {
            facts.put(name, new Fact(value, known == null ? now : Math.max(now, known.at() + 1), BY));
        }
    }

    private static String text(Object value) {
        return value == null ? null : value.getClass().getSimpleName().charAt(0) + String.valueOf(value);
    }

    private static SortedSet<String> names(
            SortedSet<String> before,
            SortedMap<String, Long> left,
            ContactPatch.Names change,
            boolean replace,
            long now) {
        SortedSet<String> after = new TreeSet<>(before);
        if (replace && change.whole()) {
            after.retainAll(change.add());
        }
        after.addAll(change.add());
        after.removeAll(change.remove());
        left.keySet().removeAll(after);
        before.stream().filter(name -> !after.contains(name)).forEach(name -> left.put(name, now));
        return after;
    }

    private static ConsentRecord consent(
            ConsentRecord before, String status, ContactPatch patch, boolean resubscribe, long now) {
        String wanted = patch.status();
        Consent.State state = wanted == null
                ? Consent.State.UNKNOWN
                : switch (wanted) {
                    case "subscribed" -> Consent.State.SUBSCRIBED;
                    case "unsubscribed" -> Consent.State.UNSUBSCRIBED;
                    case "pending" -> Consent.State.PENDING;
                    default -> Consent.State.UNKNOWN;
                };
        ContactPatch.Evidence evidence = patch.consent();
        boolean silent = evidence == null
                && (before.state() == state
                        || before.state() == Consent.State.UNKNOWN && state == Consent.State.PENDING);
        if (state == Consent.State.UNKNOWN || silent) {
            return before;
        }
        Long at = evidence == null ? null : evidence.at();
        if (state == Consent.State.SUBSCRIBED
                && (OUT.contains(status) || before.state() == Consent.State.UNSUBSCRIBED)) {
            ConsentRecord.Said left = before.decisive();
            boolean newer = at != null && (left == null || at > left.at());
            if (!resubscribe || !newer) {
                return before;
            }
        }
        boolean older = at != null
                && before.decisive() != null
                && at < before.decisive().at();
        if (older) {
            return before;
        }
        String by = evidence == null || evidence.source() == null ? BY : evidence.source();
        ConsentRecord said = ConsentRecord.of(
                new Consent(
                        state,
                        evidence == null ? null : evidence.method(),
                        at == null ? null : Instant.ofEpochMilli(at),
                        evidence == null ? null : evidence.text()),
                now,
                by,
                now);
        return before.and(evidence == null ? said : said.from(evidence.ip()));
    }
}
