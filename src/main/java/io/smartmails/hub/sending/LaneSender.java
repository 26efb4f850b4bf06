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
import io.smartmails.hub.queue.Worker;
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
 * Takes due sends of one lane to SmartMails, a batch a request.
 *
 * <p>An answer settles every item by its own result, in one commit. No answer settles nothing: the items come back under
 * the same dedupe ids, by which SmartMails knows what it took. A step makes one request at most and waits for nothing but
 * its answer.
 */
final class LaneSender extends Worker {
    /** Well above the longest call; a crash gives the items back earlier on the embedded database. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private static final Duration IDLE = Duration.ofMillis(500);
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
    private final Predicate<String> publishAgain;
    private final InstantSource clock;
    private Duration pause = IDLE;

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
            Predicate<String> publishAgain,
            InstantSource clock,
            Wakeup wakeup) {
        super("sender-" + Lane.of(lane).stored(), wakeup, IDLE);
        this.lane = lane;
        this.next = next;
        this.database = database;
        this.items = items;
        this.failures = failures;
        this.upstream = upstream;
        this.client = client;
        this.limits = limits;
        this.publishAgain = publishAgain;
        this.clock = clock;
    }

    @Override
    protected Duration idle() {
        return pause;
    }

    @Override
    protected boolean step() {
        pause = IDLE;
        next.signal();
        Optional<String> batchKey = items.nextBatchKey(lane);
        return batchKey.isPresent() && send(batchKey.get());
    }

    private boolean send(String batchKey) {
        int most = limits.current().messagesPerBatch();
        boolean full = ItemFailures.isPart(batchKey) || items.dueSends(lane, batchKey, most) == most;
        Optional<Budget.Token> token = upstream.token(Lane.of(lane), full);
        if (token.isEmpty()) {
            Duration wait = upstream.pauseFor(Lane.of(lane), full);
            pause = wait.compareTo(pause) < 0 ? wait : pause;
            return false;
        }
        try (Budget.Token request = token.get()) {
            List<Item> claimed = items.claimSends(lane, batchKey, most, LEASE);
            List<Outgoing> batch = prepare(claimed);
            if (batch.isEmpty()) {
                request.giveBack();
            } else {
                deliver(batch, request);
            }
            return !claimed.isEmpty();
        }
    }

    private record Outgoing(Item item, JsonNode message) {}

    /** Late is dropped with a record, never sent; what cannot be read dies alone. */
    private List<Outgoing> prepare(List<Item> claimed) {
        Instant now = clock.instant();
        List<Outgoing> batch = new ArrayList<>(claimed.size());
        List<Item> late = new ArrayList<>();
        List<Item> unreadable = new ArrayList<>();
        for (Item item : claimed) {
            if (item.expiresAt() != null && item.expiresAt().isBefore(now)) {
                late.add(item);
            } else {
                message(item)
                        .ifPresentOrElse(message -> batch.add(new Outgoing(item, message)), () -> unreadable.add(item));
            }
        }
        if (batch.size() < claimed.size()) {
            database.write(tx -> {
                late.forEach(item -> items.drop(tx, item.id(), "past its best-before " + item.expiresAt()));
                failures.record(tx, unreadable, new PermanentFailure("the stored message is no JSON object"));
                return null;
            });
        }
        return batch;
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

    private void deliver(List<Outgoing> batch, Budget.Token request) {
        List<JsonNode> messages = batch.stream().map(Outgoing::message).toList();
        List<SendResult> results;
        try {
            results = upstream.use(request, () -> client.sendBatch(messages));
        } catch (TransientFailure failure) {
            database.write(tx -> {
                failures.record(tx, batch.stream().map(Outgoing::item).toList(), failure);
                return null;
            });
            return;
        } catch (PermanentFailure refused) {
            database.write(tx -> {
                failures.refused(
                        tx, batch.stream().map(one -> List.of(one.item())).toList(), refused);
                return null;
            });
            return;
        }
        settle(batch, results);
    }

    private void settle(List<Outgoing> batch, List<SendResult> results) {
        Map<Item, RuntimeException> rejections = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            if (results.get(i).status() == SendResult.Status.REJECTED) {
                rejections.put(batch.get(i).item(), rejection(batch.get(i).message(), results.get(i)));
            }
        }
        database.write(tx -> {
            for (int i = 0; i < batch.size(); i++) {
                Item item = batch.get(i).item();
                SendResult result = results.get(i);
                switch (result.status()) {
                    case ACCEPTED, DUPLICATE -> items.deliver(tx, item.id(), result.id());
                    case DROPPED -> items.drop(tx, item.id(), "SmartMails dropped it: " + result.detail());
                    case REJECTED -> failures.record(tx, List.of(item), rejections.get(item));
                }
            }
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
