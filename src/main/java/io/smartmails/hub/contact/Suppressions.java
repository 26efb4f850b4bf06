// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.contact;

import io.smartmails.db.Tx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Addresses that must not be mailed, and why. What changes is told to SmartMails by {@code sending}. */
public final class Suppressions {
    private final ContactLedger ledger;
    private final SuppressionStore store;
    private final Contacts contacts;

    public Suppressions(ContactLedger ledger, Contacts contacts) {
        this.ledger = ledger;
        this.store = ledger.suppressions();
        this.contacts = contacts;
    }

    public Page list(Paging paging) {
        return store.list(
                paging,
                ledger.clock().millis(),
                rows -> rows.stream().map(Suppression::view).toList());
    }

    /** The widest entry of the address, and all of them as {@code entries}; empty when it may be mailed. */
    public Optional<Map<String, Object>> view(String address) {
        List<Suppression> entries = Addresses.key(address)
                .map(key -> store.of(key, ledger.clock().millis()))
                .orElse(List.of());
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> view = new LinkedHashMap<>(entries.get(0).view());
        view.put("entries", entries.stream().map(Suppression::view).toList());
        return Optional.of(view);
    }

    /** Stores the entry; a contact of that address gets the status that goes with the reason. */
    public void add(Tx tx, Suppression entry, String envelopeId) {
        store.put(tx, entry, ledger.leaves());
        contacts.suppressed(tx, entry, envelopeId);
    }

    /** Whether somebody at this address complained. */
    public boolean hasComplaint(Tx tx, String emailKey) {
        return store.of(tx, emailKey, ledger.clock().millis()).stream()
                .anyMatch(entry -> entry.reason().equals(Suppression.COMPLAINT));
    }

    /** @return false when the address is not suppressed */
    public boolean remove(Tx tx, String emailKey) {
        if (store.of(tx, emailKey, ledger.clock().millis()).isEmpty()) {
            return false;
        }
        if (ledger.leaves()) {
            store.remove(tx, emailKey, ledger.clock().millis());
        } else {
            store.delete(tx, emailKey);
        }
        contacts.restored(tx, emailKey);
        return true;
    }

    /** Entries SmartMails has to be told of, oldest first. */
    public List<Suppression> dirty(int most) {
        return store.dirtyPuts(most);
    }

    /** An address that is suppressed at SmartMails only; it is released there, then {@link #released}. */
    public Optional<String> nextRelease() {
        return store.nextRemoved();
    }

    public void synced(Tx tx, List<Suppression> entries) {
        entries.forEach(entry -> store.synced(tx, entry));
    }

    public void released(Tx tx, String emailKey) {
        store.removed(tx, emailKey);
    }
}
