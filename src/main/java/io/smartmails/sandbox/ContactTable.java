// SPDX-License-Identifier: Apache-2.0
package io.smartmails.sandbox;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The Contact records, each with the system fields that Salesforce keeps. */
final class ContactTable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+0000'").withZone(ZoneOffset.UTC);

    static final List<String> SYSTEM_FIELDS =
            List.of("Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "attributes");

    static final List<String> FIELDS = List.of(
            "Id",
            "Email",
            "FirstName",
            "LastName",
            "Phone",
            "MobilePhone",
            "Title",
            "LeadSource",
            "HasOptedOutOfEmail",
            "MailingCity",
            "CreatedDate",
            "LastModifiedDate",
            "SystemModstamp",
            "IsDeleted");

    /** One record as it is now; {@code changed} is its SystemModstamp, to the second as in the real system's answers. */
    record Row(String id, Instant changed, Map<String, Object> fields) {}

    private final Map<String, Row> rows = new TreeMap<>();
    private final InstantSource clock;
    private int created;

    ContactTable(InstantSource clock) {
        this.clock = clock;
        create(Map.of(
                "FirstName", "Alice", "LastName", "Archer", "Email", "alice@example.com", "MailingCity", "Berlin"));
        create(Map.of("FirstName", "Bob", "LastName", "Baker", "Email", "bob@example.com", "Phone", "+49 40 1234567"));
        create(Map.of(
                "FirstName", "Carol", "LastName", "Cook", "Email", "carol@example.com", "HasOptedOutOfEmail", true));
    }

    /** @return the new record's id, 18 characters */
    synchronized String create(Map<String, Object> fields) {
        var id = "0030000000%05dAAA".formatted(++created);
        put(id, fields);
        return id;
    }

    /** Changes the named fields of a record, or makes it with defaults for the others. */
    synchronized void put(String id, Map<String, Object> fields) {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var merged = new LinkedHashMap<String, Object>();
        var held = rows.get(id);
        FIELDS.forEach(
                field -> merged.put(field, held == null ? null : held.fields().get(field)));
        merged.putIfAbsent("HasOptedOutOfEmail", false);
        merged.putIfAbsent("IsDeleted", false);
        merged.putIfAbsent("CreatedDate", TIME.format(now));
        merged.putAll(fields);
        merged.put("Id", id);
        merged.put("LastModifiedDate", TIME.format(now));
        merged.put("SystemModstamp", TIME.format(now));
        rows.put(id, new Row(id, now, merged));
    }

    synchronized boolean has(String id) {
        return rows.containsKey(id);
    }

    /** All records by (time of change, id). */
    synchronized List<Row> inOrder() {
        return rows.values().stream()
                .sorted(Comparator.comparing(Row::changed).thenComparing(Row::id))
                .toList();
    }
}
