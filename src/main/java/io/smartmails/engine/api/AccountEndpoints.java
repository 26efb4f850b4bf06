// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import io.smartmails.engine.EngineSettings;
import io.smartmails.engine.contact.ContactBatch;
import io.smartmails.engine.input.Times;
import io.smartmails.engine.message.MessageStore;
import io.smartmails.engine.message.Messages;
import io.smartmails.engine.message.Sender;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Ping, account, status and the description of the API (contract 4.5). */
final class AccountEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(AccountEndpoints.class);
    private static final List<String> CAPABILITIES = List.of(
            "messages.single",
            "messages.batch",
            "messages.schedule",
            "messages.dedupe",
            "contacts.batch",
            "contacts.external_id",
            "lists",
            "suppressions");

    private final EngineSettings settings;
    private final Messages messages;
    private final MessageStore queue;
    private final InstantSource clock;
    private final byte[] description;

    AccountEndpoints(EngineSettings settings, Messages messages, MessageStore queue, InstantSource clock) {
        this.settings = settings;
        this.messages = messages;
        this.queue = queue;
        this.clock = clock;
        this.description = description();
    }

    void addTo(Routes routes) {
        routes.add("GET", "/ping", null, this::ping);
        routes.add("GET", "/account", "account:read", call -> Reply.ok(account(call)));
        routes.addPublic("GET", "/v1/status", call -> status());
        routes.addPublic("GET", "/v1/openapi.json", call -> new Reply(200, "application/json", description, Map.of()));
    }

    private Reply ping(Call call) {
        var pong = new LinkedHashMap<String, Object>();
        pong.put("ok", true);
        pong.put("mode", mode(call));
        pong.put("time", Times.text(clock.millis()));
        return Reply.ok(pong);
    }

    private Map<String, Object> account(Call call) {
        var bodies = new LinkedHashMap<String, Object>();
        bodies.put("default", Routes.MB);
        bodies.put("messages", MessageEndpoints.MOST_SINGLE_BYTES);
        bodies.put("messages_batch", MessageEndpoints.MOST_BATCH_BYTES);
        bodies.put("contacts_batch", ContactEndpoints.MOST_BATCH_BYTES);
        var limits = new LinkedHashMap<String, Object>();
        limits.put("requests_per_minute", settings.requestsPerMinute());
        limits.put("messages_per_batch", Messages.MOST_ITEMS);
        limits.put("contacts_per_batch", ContactBatch.MOST_ITEMS);
        limits.put("max_body_bytes", bodies);
        LocalDate month = LocalDate.ofInstant(Instant.ofEpochMilli(clock.millis()), ZoneOffset.UTC)
                .withDayOfMonth(1);
        long start = month.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
        long end = month.plusMonths(1).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
        var emails = new LinkedHashMap<String, Object>();
        emails.put("used", messages.acceptedSince(start));
        emails.put("limit", null);
        var usage = new LinkedHashMap<String, Object>();
        usage.put("period_start", Times.text(start));
        usage.put("period_end", Times.text(end));
        usage.put("emails", emails);
        var account = new LinkedHashMap<String, Object>();
        account.put("id", "acc_engine");
        account.put("name", "SmartMails engine");
        account.put("mode", mode(call));
        account.put("plan", "embedded");
        account.put("timezone", "UTC");
        account.put("default_sender_profile_id", Sender.DEFAULT_PROFILE);
        account.put("capabilities", CAPABILITIES);
        account.put("limits", limits);
        account.put("usage", usage);
        return account;
    }

    private static String mode(Call call) {
        return call.caller().test() ? "test" : "live";
    }

    private Reply status() {
        var components = new LinkedHashMap<String, Object>();
        components.put("smtp", settings.smtp().captured() ? "captured" : "relayed");
        var status = new LinkedHashMap<String, Object>();
        try {
            components.put("queue", Map.of("waiting", queue.waiting()));
            components.put("database", "ok");
            status.put("status", "ok");
        } catch (DataAccessException e) {
            LOG.error("The database cannot be read", e);
            components.put("database", "down");
            status.put("status", "down");
        }
        status.put("components", components);
        return Reply.json(status.get("status").equals("ok") ? 200 : 503, status);
    }

    private static byte[] description() {
        try (InputStream in = AccountEndpoints.class.getResourceAsStream("/openapi/engine.json")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
