// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.Limits;
import io.smartmails.hub.smartmails.SendResult;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Takes due sends of one lane to SmartMails, and those of the other lane that fit into the same request.
 *
 * <p>An answer settles every item by its own result, in one commit. No answer settles nothing: the items come back under the
 * same dedupe ids, by which SmartMails knows what it took. One that is older than SmartMails remembers is looked up first.
 */
final class LaneSender extends BatchWorker {
    private static final List<Item.Lane> MAIL = List.of(Item.Lane.TRANSACTIONAL, Item.Lane.BULK);
    /** Leaves room for names and commas of the request around the messages. */
    private static final double BODY_SHARE = 0.8;
    /** Before the end of the dedupe life, so that nothing is sent in the very moment it is forgotten. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private static final String UNKNOWN_TEMPLATE = "unknown_template";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private final Item.Lane lane;
    private final Wakeup next;
    private final Database database;
    private final ItemStore items;
    private final ItemFailures failures;
    private final Upstream upstream;
    private final SmartMailsClient client;
    private final AccountLimits limits;
    private final Duration dedupeLife;
    private final Predicate<String> publishAgain;
    private final InstantSource clock;

    /**
     * @param next woken with every step, for the lane after this one
     * @param publishAgain asked with the alias SmartMails does not know; whether it is one of ours and will be put there
     */
    LaneSender(
            Item.Lane lane,
            Wakeup next,
            Database database,
            ItemStore items,
            ItemFailures failures,
            Upstream upstream,
            SmartMailsClient client,
            AccountLimits limits,
            Duration dedupeLife,
            Predicate<String> publishAgain,
            InstantSource clock,
            Wakeup wakeup) {
        super("sender-" + lane.word(), lane, Operation.SENDS, items, upstream, wakeup);
        this.lane = lane;
        this.next = next;
        this.database = database;
        this.items = items;
        this.failures = failures;
        this.upstream = upstream;
        this.client = client;
        this.limits = limits;
        this.dedupeLife = dedupeLife;
        this.publishAgain = publishAgain;
        this.clock = clock;
    }

    @Override
    protected boolean step() {
        next.signal();
        return super.step();
    }

    @Override
    boolean isFull(String batchKey) {
        Limits allowed = limits.current();
        return items.fillsRequest(lane, batchKey, allowed.messagesPerBatch(), mostBytes(allowed));
    }

    /** Mail of both lanes shares the request, the urgent first: whoever got the token, the others ride along. */
    @Override
    List<Item> claim(String batchKey) {
        Limits allowed = limits.current();
        int most = allowed.messagesPerBatch();
        long mostBytes = mostBytes(allowed);
        List<Item> claimed = new ArrayList<>();
        for (Item.Lane carried : ItemFailures.isPart(batchKey) ? List.of(lane) : MAIL) {
            int room = most - claimed.size();
            if (room > 0 && mostBytes > 0 && (carried == lane || items.fillsRequest(carried, batchKey, 1, 1))) {
                List<Item> more = items.claimSends(carried, batchKey, room, mostBytes, LEASE);
                claimed.addAll(more);
                mostBytes -=
                        more.stream().mapToLong(item -> item.payload().length()).sum();
            }
        }
        return claimed;
    }

    private static long mostBytes(Limits allowed) {
        return (long) (allowed.messagesBytes() * BODY_SHARE);
    }

    @Override
    void carry(List<Item> claimed, Budget.Token request) {
        List<Outgoing> batch = prepare(claimed);
        if (batch.isEmpty()) {
            request.giveBack();
        } else if (ItemFailures.isLookUp(batch.get(0).item().batchKey())) {
            lookUp(batch.get(0), request);
        } else {
            deliver(batch, request);
        }
    }

    private record Outgoing(Item item, JsonNode message) {}

    /** Late is dropped with a record, never sent; what cannot be read dies alone. */
    private List<Outgoing> prepare(List<Item> claimed) {
        Instant now = clock.instant();
        List<Outgoing> batch = new ArrayList<>(claimed.size());
        List<Item> late = new ArrayList<>();
        List<Item> unreadable = new ArrayList<>();
        List<Item> unknown = new ArrayList<>();
        for (Item item : claimed) {
            Optional<JsonNode> message = message(item);
            if (item.expiresAt() != null && !now.isBefore(item.expiresAt())) {
                late.add(item);
            } else if (message.isEmpty()) {
                unreadable.add(item);
            } else if (mustBeLookedUp(item, now) && !ItemFailures.isLookUp(item.batchKey())) {
                unknown.add(item);
            } else {
                batch.add(new Outgoing(item, message.get()));
            }
        }
        if (batch.size() < claimed.size()) {
            database.write(tx -> {
                late.forEach(item -> items.drop(tx, item.id(), "past its best-before " + item.expiresAt()));
                failures.record(tx, unreadable, new PermanentFailure("the stored message is no JSON object"));
                unknown.forEach(item -> failures.lookUpFirst(tx, item));
                return null;
            });
        }
        return batch;
    }

    private boolean mustBeLookedUp(Item item, Instant now) {
        return item.isUncertain()
                && (!limits.current().dedupes()
                        || !now.isBefore(item.triedAt().plus(dedupeLife).minus(MARGIN)));
    }

    private static Optional<JsonNode> message(Item item) {
        try {
            if (!(JSON.readTree(item.payload()) instanceof ObjectNode message)) {
                return Optional.empty();
            }
            if (!message.hasNonNull("dedupe_id")) {
                message.put("dedupe_id", item.id());
            }
            if (item.expiresAt() != null && !message.hasNonNull("expires_at")) {
                message.put("expires_at", item.expiresAt().toString());
            }
            return Optional.of(message);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private void lookUp(Outgoing one, Budget.Token request) {
        Optional<String> there;
        try {
            String dedupeId = one.message().path("dedupe_id").asText();
            there = upstream.use(request, Operation.LOOK_UPS, () -> client.messageOf(dedupeId));
        } catch (TransientFailure | PermanentFailure failure) {
            // Nothing but an answer may end the doubt, so a refused look-up kills nothing.
            var again = new TransientFailure(
                    "it cannot be looked up: " + failure.getMessage(), Duration.ZERO, failure.getCause());
            database.write(tx -> {
                failures.record(tx, List.of(one.item()), again);
                return null;
            });
            return;
        }
        database.write(tx -> {
            there.ifPresentOrElse(
                    id -> items.deliver(tx, one.item().id(), id), () -> failures.notThere(tx, one.item()));
            return null;
        });
    }

    private void deliver(List<Outgoing> batch, Budget.Token request) {
        List<JsonNode> messages = batch.stream().map(Outgoing::message).toList();
        List<List<Item>> each = batch.stream().map(one -> List.of(one.item())).toList();
        List<SendResult> results;
        try {
            results = upstream.use(request, Operation.SENDS, () -> client.sendBatch(messages));
        } catch (TransientFailure failure) {
            database.write(tx -> {
                failures.unanswered(tx, each, failure);
                return null;
            });
            return;
        } catch (PermanentFailure refused) {
            database.write(tx -> {
                failures.refused(tx, each, refused);
                return null;
            });
            return;
        }
        settle(batch, results);
    }

    private void settle(List<Outgoing> batch, List<SendResult> results) {
        Map<Item, RuntimeException> failed = new LinkedHashMap<>();
        List<ItemStore.Delivered> delivered = new ArrayList<>(batch.size());
        Map<Item, String> dropped = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            Item item = batch.get(i).item();
            SendResult result = results.get(i);
            switch (result.status()) {
                case ACCEPTED, DUPLICATE -> delivered.add(new ItemStore.Delivered(item.id(), result.id()));
                case DROPPED -> dropped.put(item, "SmartMails dropped it: " + result.detail());
                case REJECTED -> failed.put(item, rejection(batch.get(i).message(), result));
                case UNCLEAR -> failed.put(item, SmartMailsClient.unclear(result.detail()));
            }
        }
        database.write(tx -> {
            items.deliver(tx, delivered);
            dropped.forEach((item, why) -> items.drop(tx, item.id(), why));
            failed.forEach((item, why) -> failures.record(tx, List.of(item), why));
            return null;
        });
    }

    private RuntimeException rejection(JsonNode message, SendResult result) {
        if (UNKNOWN_TEMPLATE.equals(result.code())) {
            String alias = message.path("template_alias").asText("");
            if (publishAgain.test(alias)) {
                return new TransientFailure("SmartMails did not have the template '" + alias + "' yet", Duration.ZERO);
            }
            return new PermanentFailure("SmartMails has no template '" + alias + "'; add config/templates/" + alias
                    + ".yaml or make it there, then replay");
        }
        return new PermanentFailure("SmartMails rejected it: " + result.code() + ", " + result.detail());
    }
}
