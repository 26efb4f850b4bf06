// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A checked change of a contact by an application. What is absent stays, null clears.
 *
 * @param email as normalized; null when the change has none
 * @param facts by the ledger's name ({@code first_name}, {@code fields.plan}, {@code topics.news}); null clears
 * @param cleared prefixes of which every fact is cleared first: {@code fields.}, {@code topics.}
 * @param externalIds namespace to value; a null value removes
 * @param lists ids
 * @param status asked for; null for none
 * @param consent as given; null for none
 * @param source who says so; null when not told
 * @param sourceUpdatedAt when that source changed it, epoch ms; null when not told
 */
public record ContactPatch(
        String email,
        Map<String, Object> facts,
        Set<String> cleared,
        Map<String, String> externalIds,
        Names tags,
        Names lists,
        String status,
        Evidence consent,
        String source,
        Long sourceUpdatedAt) {

    /** Status values an application may ask for (contract 4.10). */
    public static final List<String> STATUSES =
            List.of("subscribed", "unsubscribed", "pending", "bounced", "complained", "archived");

    /**
     * What happens to a set of names.
     *
     * @param whole the names stand for the whole set where the call replaces; otherwise they are added
     */
    public record Names(Set<String> add, Set<String> remove, boolean whole) {
        public static final Names NONE = new Names(Set.of(), Set.of(), false);

        Set<String> all() {
            Set<String> all = new LinkedHashSet<>(add);
            all.addAll(remove);
            return all;
        }
    }

    /**
     * How a person decided.
     *
     * @param at epoch ms; null when not told
     */
    public record Evidence(String source, String method, String ip, Long at, String text) {}

    ContactPatch withLists(Names resolved) {
        return new ContactPatch(
                email, facts, cleared, externalIds, tags, resolved, status, consent, source, sourceUpdatedAt);
    }
}
