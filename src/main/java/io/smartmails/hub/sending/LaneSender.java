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
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Takes due sends of one lane to SmartMails, a batch a request.
 *
 * <p>An answer settles every item by its own result, in one commit. No answer settles nothing: the items come back under
 * the same dedupe ids, by which SmartMails knows what it took. A batch that is refused as a whole is halved until the
 * culprit is alone.
 */
final class LaneSender extends Worker {
    /** Above the longest call and a few halvings; a crash gives the items back earlier on the embedded database. */
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
        boolean full = items.dueSends(lane, batchKey, most) == most;
        Optional<Budget.Token> token = upstream.token(Lane.of(lane), full);
        if (token.isEmpty()) {
            Duration wait = upstream.pauseFor(Lane.of(lane), full);
            pause = wait.compareTo(pause) < 0 ? wait : pause;
            return false;
        }
        List<Item> claimed = items.claimSends(lane, batchKey, most, LEASE);
        List<Item> fresh = dropExpired(claimed);
        if (fresh.isEmpty()) {
            try (Budget.Token unused = token.get()) {
                unused.giveBack();
            }
            return !claimed.isEmpty();
        }
        deliver(fresh, Optional.of(token.get()));
        return true;
    }

    /** Late is dropped with a record, never sent. */
    private List<Item> dropExpired(List<Item> claimed) {
        Instant now = clock.instant();
        List<Item> late = claimed.stream()
                .filter(item -> item.expiresAt() != null && item.expiresAt().isBefore(now))
                .toList();
        if (late.isEmpty()) {
            return claimed;
        }
        database.write(tx -> {
            late.forEach(item -> items.drop(tx, item.id(), "past its best-before " + item.expiresAt()));
            return null;
        });
        return claimed.stream().filter(item -> !late.contains(item)).toList();
    }

    /** @param token for the first request; the halves of a refused batch wait for tokens of their own */
    private void deliver(List<Item> batch, Optional<Budget.Token> token) {
        try {
            List<JsonNode> messages = batch.stream().map(LaneSender::message).toList();
            List<SendResult> results = token.isPresent()
                    ? upstream.use(token.get(), () -> client.sendBatch(messages))
                    : upstream.call(Lane.of(lane), () -> client.sendBatch(messages));
            settle(batch, results);
        } catch (TransientFailure failure) {
            database.write(tx -> {
                batch.forEach(item -> failures.record(tx, item, failure));
                return null;
            });
        } catch (PermanentFailure refused) {
            if (batch.size() == 1) {
                database.write(tx -> {
                    failures.record(tx, batch.get(0), refused);
                    return null;
                });
            } else {
                deliver(batch.subList(0, batch.size() / 2), Optional.empty());
                deliver(batch.subList(batch.size() / 2, batch.size()), Optional.empty());
            }
        }
    }

    private static JsonNode message(Item item) {
        try {
            ObjectNode message = (ObjectNode) JSON.readTree(item.payload());
            if (!message.hasNonNull("dedupe_id")) {
                message.put("dedupe_id", item.id());
            }
            if (item.expiresAt() != null && !message.hasNonNull("expires_at")) {
                message.put("expires_at", item.expiresAt().toString());
            }
            return message;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored item is not readable: " + e.getOriginalMessage(), e);
        }
    }

    private void settle(List<Item> batch, List<SendResult> results) {
        List<Throwable> rejections = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            rejections.add(
                    results.get(i).status() == SendResult.Status.REJECTED
                            ? rejection(batch.get(i), results.get(i))
                            : null);
        }
        database.write(tx -> {
            for (int i = 0; i < batch.size(); i++) {
                Item item = batch.get(i);
                SendResult result = results.get(i);
                switch (result.status()) {
                    case ACCEPTED, DUPLICATE -> items.deliver(tx, item.id(), result.id());
                    case DROPPED -> items.drop(tx, item.id(), "SmartMails dropped it: " + result.detail());
                    case REJECTED -> failures.record(tx, item, rejections.get(i));
                }
            }
            return null;
        });
    }

    private Throwable rejection(Item item, SendResult result) {
        if (UNKNOWN_TEMPLATE.equals(result.code())) {
            String alias = message(item).path("template_alias").asText("");
            if (publishAgain.test(alias)) {
                return new TransientFailure("SmartMails did not have the template '" + alias + "' yet", Duration.ZERO);
            }
            return new PermanentFailure("SmartMails has no template '" + alias + "'; add config/templates/" + alias
                    + ".yaml or make it there, then replay");
        }
        return new PermanentFailure("SmartMails rejected it: " + result.code() + ", " + result.detail());
    }
}
