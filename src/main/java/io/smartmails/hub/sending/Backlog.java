// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.hub.queue.Item;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.smartmails.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What waits to leave, and when it will have left at the pace the budget allows. */
public final class Backlog {
    private final ItemStore items;
    private final AccountLimits limits;
    private final Budget budget;
    private final InstantSource clock;

    Backlog(ItemStore items, AccountLimits limits, Budget budget, InstantSource clock) {
        this.items = items;
        this.limits = limits;
        this.budget = budget;
        this.clock = clock;
    }

    /**
     * One lane.
     *
     * @param waiting items, those included that were tried and are due later
     * @param due of those, items that could leave now
     * @param requests the items need
     * @param clearsAt when the last of them leaves if nothing is added and nothing fails; now when nothing waits
     */
    public record LaneState(Lane lane, long waiting, long due, long requests, Instant clearsAt) {}

    /** Every lane that carries items; transactional mail has its way first, the others share what it leaves. */
    public List<LaneState> lanes() {
        Map<Item.Lane, ItemStore.Backlog> waiting = new EnumMap<>(Item.Lane.class);
        items.backlog().forEach(backlog -> waiting.put(backlog.lane(), backlog));
        Limits allowed = limits.known();
        long urgent = requests(waiting.get(Item.Lane.TRANSACTIONAL), allowed);
        long all = waiting.values().stream()
                .mapToLong(backlog -> requests(backlog, allowed))
                .sum();
        BudgetView view = budget.view();
        return Stream.of(Item.Lane.values())
                .map(lane -> {
                    ItemStore.Backlog backlog = waiting.getOrDefault(lane, new ItemStore.Backlog(lane, 0, 0));
                    long needed = requests(backlog, allowed);
                    return new LaneState(
                            Lane.of(lane),
                            backlog.waiting(),
                            backlog.due(),
                            needed,
                            clearsAt(needed == 0 ? 0 : lane == Item.Lane.TRANSACTIONAL ? urgent : all, view));
                })
                .toList();
    }

    private static long requests(ItemStore.Backlog backlog, Limits allowed) {
        if (backlog == null) {
            return 0;
        }
        int batch = backlog.lane() == Item.Lane.SYNC ? allowed.contactsPerBatch() : allowed.messagesPerBatch();
        return (backlog.waiting() + batch - 1) / batch;
    }

    /** Half of what is free leaves at once, the rest is spread over the window. */
    private Instant clearsAt(long requests, BudgetView view) {
        Instant now = clock.instant();
        if (requests == 0) {
            return now;
        }
        Instant start = view.nextFreeAt().isAfter(now) ? view.nextFreeAt() : now;
        long spread = Math.max(0, requests - view.free() / 2);
        int usable = BudgetDecider.usable(Math.max(1, view.limit() - view.others()));
        return start.plus(Duration.ofMillis(spread * BudgetDecider.WINDOW.toMillis() / usable));
    }
}
