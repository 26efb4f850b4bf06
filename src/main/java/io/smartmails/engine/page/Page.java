// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.page;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One page of a listing.
 *
 * @param nextCursor null on the last page
 * @param total null unless asked for
 */
public record Page(List<Map<String, Object>> data, String nextCursor, Long total) {

    public Map<String, Object> view() {
        var view = new LinkedHashMap<String, Object>();
        view.put("data", data);
        view.put("has_more", nextCursor != null);
        view.put("next_cursor", nextCursor);
        if (total != null) {
            view.put("total", total);
        }
        return view;
    }
}
