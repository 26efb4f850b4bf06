// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.db.Database;
import io.smartmails.db.Tx;
import io.smartmails.hub.queue.Account;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The row of {@code door_rules}. */
final class DoorRulesStore {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;

    DoorRulesStore(Database database) {
        this.database = database;
    }

    /** Empty when nothing was set yet. */
    Optional<DoorRules> find() {
        return database.read()
                .sql("SELECT version, rules FROM door_rules WHERE account = :account")
                .param("account", Account.MAIN)
                .query((rs, n) -> read(rs.getString("rules"), rs.getLong("version")))
                .optional();
    }

    /** 0 when nothing was set yet. */
    long version() {
        return database.read()
                .sql("SELECT version FROM door_rules WHERE account = :account")
                .param("account", Account.MAIN)
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    /** What is set at this moment, inside the commit that changes it. */
    DoorRules find(Tx tx) {
        return tx.jdbc()
                .sql("SELECT version, rules FROM door_rules WHERE account = :account")
                .param("account", Account.MAIN)
                .query((rs, n) -> read(rs.getString("rules"), rs.getLong("version")))
                .optional()
                .orElse(DoorRules.NONE);
    }

    void save(Tx tx, DoorRules rules, Instant at, String by) {
        tx.jdbc()
                .sql("INSERT INTO door_rules (account, version, rules, changed_at, changed_by)"
                        + " VALUES (:account, :version, :rules, :at, :by) ON CONFLICT (account) DO UPDATE SET"
                        + " version = excluded.version, rules = excluded.rules, changed_at = excluded.changed_at,"
                        + " changed_by = excluded.changed_by")
                .param("account", Account.MAIN)
                .param("version", rules.version())
                .param("rules", write(rules))
                .param("at", at.toEpochMilli())
                .param("by", by)
                .update();
    }

    private static String write(DoorRules rules) {
        try {
            return JSON.writeValueAsString(texts(rules));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("lists of texts are always writable", e);
        }
    }

    /** As shown, stored and audited. */
    static Map<String, List<String>> texts(DoorRules rules) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        texts.put(
                "allow",
                rules.addresses().allow().stream().map(AddressRange::text).toList());
        texts.put(
                "deny",
                rules.addresses().deny().stream().map(AddressRange::text).toList());
        texts.put("account", rules.account().stream().map(RateWindow::text).toList());
        texts.put("address", rules.address().stream().map(RateWindow::text).toList());
        return texts;
    }

    private static DoorRules read(String json, long version) {
        try {
            Map<String, List<String>> texts = JSON.readValue(json, new TypeReference<>() {});
            return new DoorRules(
                    AddressRules.parse(texts.get("allow"), texts.get("deny")),
                    RateWindow.parseAll(texts.get("account")),
                    RateWindow.parseAll(texts.get("address")),
                    version);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "the stored rules of the door are not readable: " + e.getOriginalMessage(), e);
        }
    }
}
