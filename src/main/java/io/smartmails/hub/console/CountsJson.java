// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.hub.queue.Counts;
import java.util.LinkedHashMap;
import java.util.Map;

/** The counts as scripts read them. */
final class CountsJson {
    private CountsJson() {}

    static Map<String, Object> of(Counts counts) {
        Map<String, Object> json = new LinkedHashMap<>(counts.fates());
        json.put("duplicates", counts.duplicates());
        json.put("refused", counts.refused());
        json.put("envelopes", counts.envelopes());
        json.put("runs", counts.runs());
        Map<String, Object> items = new LinkedHashMap<>(itemsOf(counts));
        items.put("by_kind", counts.items());
        json.put("items", items);
        return json;
    }

    /** All kinds together. */
    static Map<String, Long> itemsOf(Counts counts) {
        Map<String, Long> sum = new LinkedHashMap<>();
        counts.items().values().forEach(kind -> kind.forEach((state, n) -> sum.merge(state, n, Long::sum)));
        return sum;
    }
}
