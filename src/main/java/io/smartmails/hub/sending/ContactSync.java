// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
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
import io.smartmails.hub.queue.Worker;
import io.smartmails.hub.smartmails.ContactResult;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Takes the newest state of contacts with waiting items to SmartMails, a batch a request. Ten changes of one contact that
 * wait together cost one item of the batch and settle together; what changes meanwhile waits under an item of its own.
 */
final class ContactSync extends Worker {
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private final Database database;
    private final ItemStore items;
    private final ContactLedger ledger;
    private final ItemFailures failures;
    private final Upstream upstream;
    private final SmartMailsClient client;
    private final AccountLimits limits;
    private final InstantSource clock;
    private final Map<String, String> listIds = new HashMap<>();
    private Duration pause = IDLE;

    ContactSync(
            Database database,
            ItemStore items,
            ContactLedger ledger,
            ItemFailures failures,
            Upstream upstream,
            SmartMailsClient client,
            AccountLimits limits,
            InstantSource clock,
            Wakeup wakeup) {
        super("contact-sync", wakeup, IDLE);
        this.database = database;
        this.items = items;
        this.ledger = ledger;
        this.failures = failures;
        this.upstream = upstream;
        this.client = client;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public synchronized void start() {
        upstream.stopping(false);
        super.start();
    }

    @Override
    public synchronized void stop() {
        upstream.stopping(true);
        super.stop();
    }

    @Override
    protected Duration idle() {
        return pause;
    }

    @Override
    protected boolean step() {
        pause = IDLE;
        int most = limits.current().contactsPerBatch();
        int due = items.dueContacts(most);
        if (due == 0) {
            return false;
        }
        Optional<Budget.Token> token = upstream.token(Lane.SYNC, due == most);
        if (token.isEmpty()) {
            Duration wait = upstream.pauseFor(Lane.SYNC, due == most);
            pause = wait.compareTo(IDLE) < 0 ? wait : IDLE;
            return false;
        }
        Map<String, List<Item>> claimed = items.claimContacts(most, LEASE).stream()
                .collect(Collectors.groupingBy(Item::contactId, LinkedHashMap::new, Collectors.toList()));
        if (claimed.isEmpty()) {
            try (Budget.Token unused = token.get()) {
                unused.giveBack();
            }
            return true;
        }
        sync(claimed, token);
        return true;
    }

    private void sync(Map<String, List<Item>> all, Optional<Budget.Token> given) {
        Map<String, ContactLedger.Outgoing> outgoing = ledger.outgoing(all.keySet());
        Map<String, List<Item>> claimed =
                part(all, all.keySet().stream().filter(outgoing::containsKey).toList());
        putBackAbsorbed(all, outgoing.keySet());
        Optional<Budget.Token> token = given;
        // A token must not wait for the tokens of other calls: it would leave long after it was counted.
        if (given.isPresent()
                && (claimed.isEmpty() || !unknownLists(outgoing.values()).isEmpty())) {
            try (Budget.Token unused = given.get()) {
                unused.giveBack();
            }
            token = Optional.empty();
        }
        if (!claimed.isEmpty()) {
            send(claimed, outgoing, token);
        }
    }

    /** Contacts that became part of another one since they were claimed; their items belong to that one now. */
    private void putBackAbsorbed(Map<String, List<Item>> all, Collection<String> present) {
        List<Item> absorbed = all.entrySet().stream()
                .filter(entry -> !present.contains(entry.getKey()))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
        if (!absorbed.isEmpty()) {
            database.write(tx -> {
                absorbed.forEach(item -> items.putBack(tx, item.id(), clock.instant(), "the contact was merged"));
                return null;
            });
        }
    }

    private void send(
            Map<String, List<Item>> claimed,
            Map<String, ContactLedger.Outgoing> outgoing,
            Optional<Budget.Token> token) {
        List<String> contactIds = List.copyOf(claimed.keySet());
        try {
            List<String> namespaces = List.copyOf(outgoing.values().stream()
                    .flatMap(contact -> contact.namespaces().stream())
                    .collect(Collectors.toCollection(TreeSet::new)));
            learnLists(outgoing.values());
            List<JsonNode> contacts =
                    contactIds.stream().map(id -> json(outgoing.get(id))).toList();
            List<ContactResult> results = token.isPresent()
                    ? upstream.use(token.get(), () -> client.upsertContacts(contacts, namespaces))
                    : upstream.call(Lane.SYNC, () -> client.upsertContacts(contacts, namespaces));
            settle(contactIds, claimed, results);
        } catch (TransientFailure failure) {
            failAll(claimed.values(), failure);
        } catch (PermanentFailure refused) {
            if (contactIds.size() == 1) {
                failAll(claimed.values(), refused);
            } else {
                int half = contactIds.size() / 2;
                sync(part(claimed, contactIds.subList(0, half)), Optional.empty());
                sync(part(claimed, contactIds.subList(half, contactIds.size())), Optional.empty());
            }
        }
    }

    private static Map<String, List<Item>> part(Map<String, List<Item>> claimed, List<String> contactIds) {
        Map<String, List<Item>> part = new LinkedHashMap<>();
        contactIds.forEach(id -> part.put(id, claimed.get(id)));
        return part;
    }

    private Collection<String> unknownLists(Collection<ContactLedger.Outgoing> contacts) {
        return contacts.stream()
                .flatMap(contact -> contact.lists().stream())
                .filter(name -> !listIds.containsKey(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** A rule names lists; SmartMails wants ids. Asked or made once, then remembered. */
    private void learnLists(Collection<ContactLedger.Outgoing> contacts) {
        Collection<String> unknown = unknownLists(contacts);
        if (!unknown.isEmpty()) {
            listIds.putAll(upstream.call(Lane.CONTROL, client::lists));
        }
        for (String name : unknown) {
            if (!listIds.containsKey(name)) {
                listIds.put(name, upstream.call(Lane.CONTROL, () -> client.ensureList(name)));
            }
        }
    }

    private JsonNode json(ContactLedger.Outgoing contact) {
        ObjectNode json = JSON.valueToTree(contact.members());
        if (!contact.lists().isEmpty()) {
            ArrayNode ids = json.putObject("lists").putArray("add");
            contact.lists().forEach(name -> ids.add(listIds.get(name)));
        }
        return json;
    }

    private void settle(List<String> contactIds, Map<String, List<Item>> claimed, List<ContactResult> results) {
        boolean listGone = results.stream().anyMatch(result -> "unknown_list".equals(result.code()));
        if (listGone) {
            listIds.clear();
        }
        database.write(tx -> {
            for (int i = 0; i < contactIds.size(); i++) {
                ContactResult result = results.get(i);
                for (Item item : claimed.get(contactIds.get(i))) {
                    if (result.status() != ContactResult.Status.FAILED) {
                        items.deliver(tx, item.id(), result.id());
                    } else {
                        Throwable failure = "unknown_list".equals(result.code())
                                ? new TransientFailure("a list is gone at SmartMails; it is made again", Duration.ZERO)
                                : new PermanentFailure(
                                        "SmartMails rejected the contact: " + result.code() + ", " + result.detail());
                        failures.record(tx, item, failure);
                    }
                }
            }
            return null;
        });
    }

    private void failAll(Collection<List<Item>> claimed, Throwable failure) {
        List<Item> all = new ArrayList<>();
        claimed.forEach(all::addAll);
        database.write(tx -> {
            all.forEach(item -> failures.record(tx, item, failure));
            return null;
        });
    }
}
