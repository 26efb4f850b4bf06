// SPDX-License-Identifier: Apache-2.0
package io.smartmails.sandbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Query results in pages; the further pages of the latest queries can be asked for by their locator. */
final class QueryPages {
    private static final int KEPT_QUERIES = 20;

    private record Result(List<String> fields, List<ContactTable.Row> rows, int pageRows) {}

    private final Map<String, Result> results = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Result> eldest) {
            return size() > KEPT_QUERIES;
        }
    };

    /** The first page. @param name locator for the others, of letters and digits */
    synchronized Map<String, Object> first(
            String version, String name, List<String> fields, List<ContactTable.Row> rows, int pageRows) {
        var result = new Result(fields, rows, pageRows);
        results.put(name, result);
        return page(version, name, result, 0);
    }

    /** @return empty when the locator is unknown or forgotten */
    synchronized Optional<Map<String, Object>> next(String version, String locator) {
        int dash = locator.lastIndexOf('-');
        var from = locator.substring(dash + 1);
        var result = dash < 0 ? null : results.get(locator.substring(0, dash));
        if (result == null
                || !from.matches("\\d{1,7}")
                || Integer.parseInt(from) > result.rows().size()) {
            return Optional.empty();
        }
        return Optional.of(page(version, locator.substring(0, dash), result, Integer.parseInt(from)));
    }

    synchronized void forget() {
        results.clear();
    }

    private static Map<String, Object> page(String version, String name, Result result, int from) {
        int to = Math.min(result.rows().size(), from + result.pageRows());
        var page = new LinkedHashMap<String, Object>();
        page.put("totalSize", result.rows().size());
        page.put("done", to == result.rows().size());
        if (to < result.rows().size()) {
            page.put("nextRecordsUrl", "/services/data/" + version + "/query/" + name + "-" + to);
        }
        page.put(
                "records",
                result.rows().subList(from, to).stream()
                        .map(row -> record(row, result.fields(), version))
                        .toList());
        return page;
    }

    private static Map<String, Object> record(ContactTable.Row row, List<String> fields, String version) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put(
                "attributes",
                Map.of("type", "Contact", "url", "/services/data/" + version + "/sobjects/Contact/" + row.id()));
        fields.forEach(field -> shown.put(field, row.fields().get(field)));
        return shown;
    }
}
