// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options that say which dead letters are meant. */
final class LetterFilter {
    @Option(names = "--kind", paramLabel = "KIND", description = "envelope, run or item.")
    private String kind;

    @Option(names = "--connection", paramLabel = "NAME", description = "Of this outside account only.")
    private String connection;

    @Option(names = "--route", paramLabel = "RULE", description = "Of this rule only.")
    private String route;

    @Option(names = "--code", paramLabel = "CODE", description = "With this reason only, such as mapping_failed.")
    private String code;

    @Option(names = "--after", paramLabel = "TIME", description = "Died then or later, such as 2026-01-31T08:00:00Z.")
    private String after;

    @Option(names = "--before", paramLabel = "TIME", description = "Died before.")
    private String before;

    @Option(names = "--id", paramLabel = "ID", description = "Id or receipt, or its beginning.")
    private String q;

    Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        put(members, "kind", kind);
        put(members, "connection", connection);
        put(members, "route", route);
        put(members, "code", code);
        put(members, "after", after);
        put(members, "before", before);
        put(members, "q", q);
        return members;
    }

    /** For a query: {@code &name=value}. */
    String query() {
        return members().entrySet().stream()
                .map(member -> "&" + member.getKey() + "="
                        + Task.part(member.getValue().toString()))
                .collect(Collectors.joining());
    }

    private static void put(Map<String, Object> members, String name, String value) {
        if (value != null) {
            members.put(name, value);
        }
    }
}
