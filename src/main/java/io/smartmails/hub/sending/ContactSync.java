// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.db.Database;
import io.smartmails.hub.contact.ContactLedger;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.smartmails.ContactResult;
import io.smartmails.hub.smartmails.LedgerClient;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Takes the newest state of contacts with waiting items to SmartMails, a batch a request. Ten changes of one contact that
 * wait together cost one item of the batch and settle together; what changes meanwhile waits under an item of its own. A
 * step makes one request at most and waits for nothing but its answer.
 */
final class ContactSync extends BatchWorker {
    /** Leaves room for what stands around the contacts. */
    private static final double BODY_SHARE = 0.8;

    private static final String UNKNOWN_LIST = "unknown_list";
    /** Numbers stay as the source wrote them: 10.00 is not 10. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private final Database database;
    private final ItemStore items;
    private final ContactLedger ledger;
    private final ItemFailures failures;
    private final Upstream upstream;
    private final SmartMailsClient client;
    private final LedgerClient archive;
    private final AccountLimits limits;
    private final InstantSource clock;
    private final Map<String, String> listIds = new HashMap<>();
    private boolean listsAsked;

    ContactSync(
            Database database,
            ItemStore items,
            ContactLedger ledger,
            ItemFailures failures,
            Upstream upstream,
            SmartMailsClient client,
            LedgerClient archive,
            AccountLimits limits,
            InstantSource clock,
            Wakeup wakeup) {
        super("contact-sync", Item.Lane.SYNC, Operation.CONTACTS, items, upstream, wakeup);
        this.database = database;
        this.items = items;
        this.ledger = ledger;
        this.failures = failures;
        this.upstream = upstream;
        this.client = client;
        this.archive = archive;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    boolean isFull(String batchKey) {
        return items.fillsRequest(batchKey, limits.current().contactsPerBatch());
    }

    @Override
    List<Item> claim(String batchKey) {
        return items.claimContacts(batchKey, limits.current().contactsPerBatch(), LEASE);
    }

    @Override
    void carry(List<Item> claimed, Budget.Token request) {
        List<Changed> batch = prepare(claimed.stream()
                .collect(Collectors.groupingBy(Item::contactId, LinkedHashMap::new, Collectors.toList())));
        if (batch.isEmpty()) {
            request.giveBack();
        } else if (batch.stream().anyMatch(Changed::isArchived)) {
            archive(batch, request);
        } else {
            listIds.putAll(ledger.upstreamLists());
            unknownList(batch).ifPresentOrElse(name -> learnList(name, batch, request), () -> upsert(batch, request));
        }
    }

    /** A contact with the items that settle when SmartMails has it. */
    private record Changed(ContactLedger.Outgoing contact, List<Item> items) {
        boolean isArchived() {
            return contact.reference() != null;
        }
    }

    /** Those that an application archived go alone; the others are due again at once. */
    private void archive(List<Changed> batch, Budget.Token request) {
        Map<Boolean, List<Changed>> parts = batch.stream().collect(Collectors.partitioningBy(Changed::isArchived));
        giveBack(parts.get(false));
        List<Changed> gone = parts.get(true);
        try {
            upstream.use(request, Operation.CONTACTS, () -> {
                archive.archive(gone.stream()
                        .map(changed -> changed.contact().reference())
                        .toList());
                return null;
            });
        } catch (TransientFailure failure) {
            fail(itemsOf(gone), failure);
            return;
        } catch (PermanentFailure refused) {
            refused(gone.stream().map(Changed::items).toList(), refused);
            return;
        }
        database.write(tx -> {
            itemsOf(gone).forEach(item -> items.deliver(tx, item.id(), null));
            return null;
        });
    }

    private List<Changed> prepare(Map<String, List<Item>> claimed) {
        Map<String, ContactLedger.Outgoing> outgoing;
        try {
            outgoing = ledger.outgoing(claimed.keySet());
        } catch (PermanentFailure unreadable) {
            refused(List.copyOf(claimed.values()), unreadable);
            return List.of();
        }
        List<Changed> batch = new ArrayList<>(claimed.size());
        List<Item> joined = new ArrayList<>();
        claimed.forEach((id, waiting) -> {
            if (outgoing.containsKey(id)) {
                batch.add(new Changed(outgoing.get(id), waiting));
            } else {
                joined.addAll(waiting);
            }
        });
        if (!joined.isEmpty()) {
            fail(joined, new TransientFailure("the contact was joined with another one just now", Duration.ZERO));
        }
        return batch;
    }

    private Optional<String> unknownList(List<Changed> batch) {
        return batch.stream()
                .flatMap(changed -> changed.contact().lists().stream())
                .filter(name -> !listIds.containsKey(name))
                .min(Comparator.naturalOrder());
    }

    /**
     * A rule names lists; SmartMails wants ids. Asked once, made if need be, then remembered. The request of the batch is
     * spent on it and the batch is due again: waiting here for a second one could last for ever in a small budget.
     */
    private void learnList(String name, List<Changed> batch, Budget.Token request) {
        try {
            if (listsAsked) {
                listIds.put(name, upstream.use(request, Operation.LISTS, () -> client.ensureList(name)));
            } else {
                listIds.putAll(upstream.use(request, Operation.LISTS, client::lists));
                listsAsked = true;
            }
            ledger.learnLists(listIds);
            giveBack(batch);
        } catch (TransientFailure failure) {
            if (Upstream.isScopeMissing(failure)) {
                Map<Boolean, List<Changed>> byList = batch.stream()
                        .collect(Collectors.partitioningBy(
                                changed -> !changed.contact().lists().isEmpty()));
                fail(itemsOf(byList.get(true)), failure);
                giveBack(byList.get(false));
            } else {
                fail(itemsOf(batch), failure);
            }
        } catch (PermanentFailure refused) {
            Map<Boolean, List<Changed>> byName = batch.stream()
                    .collect(Collectors.partitioningBy(
                            changed -> changed.contact().lists().contains(name)));
            fail(
                    itemsOf(byName.get(true)),
                    new PermanentFailure("the list '" + name + "' cannot be used: " + refused.getMessage(), refused));
            giveBack(byName.get(false));
        }
    }

    private void upsert(List<Changed> batch, Budget.Token request) {
        List<String> namespaces = List.copyOf(batch.stream()
                .flatMap(changed -> changed.contact().namespaces().stream())
                .collect(Collectors.toCollection(TreeSet::new)));
        List<JsonNode> contacts =
                batch.stream().map(changed -> json(changed.contact())).toList();
        if (batch.size() > 1 && bytes(contacts) > limits.current().contactsBytes() * BODY_SHARE) {
            request.giveBack();
            refused(itemsOfEach(batch), new PermanentFailure("too large for one request"));
            return;
        }
        List<ContactResult> results;
        try {
            results = upstream.use(request, Operation.CONTACTS, () -> client.upsertContacts(contacts, namespaces));
        } catch (TransientFailure failure) {
            database.write(tx -> {
                failures.unanswered(tx, itemsOfEach(batch), failure);
                return null;
            });
            return;
        } catch (PermanentFailure refused) {
            refused(itemsOfEach(batch), refused);
            return;
        }
        settle(batch, results);
    }

    private static long bytes(List<JsonNode> contacts) {
        return contacts.stream()
                .mapToLong(contact -> contact.toString().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    private JsonNode json(ContactLedger.Outgoing contact) {
        ObjectNode json = JSON.valueToTree(contact.members());
        if (!contact.lists().isEmpty() || !contact.leaves().isEmpty()) {
            ObjectNode lists = json.putObject("lists");
            ArrayNode ids = lists.putArray("add");
            contact.lists().forEach(name -> ids.add(listIds.get(name)));
            ArrayNode left = lists.putArray("remove");
            contact.leaves().stream().map(listIds::get).filter(Objects::nonNull).forEach(left::add);
        }
        return json;
    }

    private void settle(List<Changed> batch, List<ContactResult> results) {
        if (results.stream().anyMatch(result -> UNKNOWN_LIST.equals(result.code()))) {
            listIds.clear();
            listsAsked = false;
            ledger.forgetUpstreamLists();
        }
        List<ItemStore.Delivered> delivered = new ArrayList<>(batch.size());
        Map<List<Item>, RuntimeException> failed = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            ContactResult result = results.get(i);
            switch (result.status()) {
                case FAILED -> failed.put(batch.get(i).items(), rejection(result));
                case UNCLEAR -> failed.put(batch.get(i).items(), SmartMailsClient.unclear(result.detail()));
                default ->
                    batch.get(i)
                            .items()
                            .forEach(item -> delivered.add(new ItemStore.Delivered(item.id(), result.id())));
            }
        }
        database.write(tx -> {
            items.deliver(tx, delivered);
            failed.forEach((together, why) -> failures.record(tx, together, why));
            return null;
        });
    }

    private static RuntimeException rejection(ContactResult result) {
        return UNKNOWN_LIST.equals(result.code())
                ? new TransientFailure("a list is gone at SmartMails; it is made again", Duration.ZERO)
                : new PermanentFailure("SmartMails rejected the contact: " + result.code() + ", " + result.detail());
    }

    private static List<List<Item>> itemsOfEach(List<Changed> batch) {
        return batch.stream().map(Changed::items).toList();
    }

    private static List<Item> itemsOf(List<Changed> batch) {
        return batch.stream().flatMap(changed -> changed.items().stream()).toList();
    }

    private void giveBack(List<Changed> batch) {
        database.write(tx -> {
            itemsOf(batch).forEach(item -> items.giveBack(tx, item.id(), clock.instant(), null));
            return null;
        });
    }

    private void fail(List<Item> failed, RuntimeException failure) {
        database.write(tx -> {
            failures.record(tx, failed, failure);
            return null;
        });
    }

    private void refused(List<List<Item>> batch, PermanentFailure refusal) {
        database.write(tx -> {
            failures.refused(tx, batch, refusal);
            return null;
        });
    }
}
