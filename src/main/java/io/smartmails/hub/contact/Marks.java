// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What applications did to a person beyond saying things: taking away, archiving, and the versions they named.
 *
 * @param leftLists ids of lists the person was taken off, and when (epoch ms); an older statement does not put them back
 * @param leftTags the same for tags
 * @param versions newest {@code source_updated_at} by source, epoch ms
 * @param archivedAt epoch ms; null when not archived
 * @param source that changed the person last, as an application named it; null when none did
 * @param sourceAt its version, epoch ms; null when not told
 * @param known whether an application ever wrote this person: SmartMails then knows them by the hub's id
 */
record Marks(
        SortedMap<String, Long> leftLists,
        SortedMap<String, Long> leftTags,
        SortedMap<String, Long> versions,
        Long archivedAt,
        String source,
        Long sourceAt,
        boolean known) {
    static final Marks NONE = new Marks(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), null, null, null, false);

    Marks and(Marks other) {
        return new Marks(
                newest(leftLists, other.leftLists),
                newest(leftTags, other.leftTags),
                newest(versions, other.versions),
                archivedAt == null || other.archivedAt == null
                        ? null
                        : Long.valueOf(Math.max(archivedAt, other.archivedAt)),
                source == null ? other.source : source,
                source == null ? other.sourceAt : sourceAt,
                known || other.known);
    }

    private static SortedMap<String, Long> newest(SortedMap<String, Long> a, SortedMap<String, Long> b) {
        SortedMap<String, Long> all = new TreeMap<>(a);
        b.forEach((name, at) -> all.merge(name, at, Math::max));
        return all;
    }

    Marks archived(Long at) {
        return new Marks(leftLists, leftTags, versions, at, source, sourceAt, known);
    }

    Marks byApplication() {
        return new Marks(leftLists, leftTags, versions, archivedAt, source, sourceAt, true);
    }

    /** A change that a source claims. */
    Marks from(String name, Long at) {
        return new Marks(leftLists, leftTags, versions, archivedAt, name, at, known);
    }

    Marks version(String name, long at) {
        SortedMap<String, Long> all = new TreeMap<>(versions);
        all.merge(name, at, Math::max);
        return new Marks(leftLists, leftTags, all, archivedAt, source, sourceAt, known);
    }

    Marks withLeft(SortedMap<String, Long> lists, SortedMap<String, Long> tags) {
        return new Marks(lists, tags, versions, archivedAt, source, sourceAt, known);
    }
}
