// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smartmails.db.Tx;
import io.smartmails.hub.audit.Noticeboard.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows from where and how much keys are used, at the cost of a few rows a minute: an address is written once an hour,
 * counts every ten seconds. For one thread; {@link #see} collects, {@link #save} writes and raises alerts.
 */
final class KeyUse {
    private static final Duration WRITE_COUNTS = Duration.ofSeconds(10);
    private static final Duration WRITE_ADDRESS = Duration.ofHours(1);
    private static final Duration PRUNE = Duration.ofDays(1);
    private static final int ADDRESSES = 50_000;
    private static final int ADDRESSES_AT_ONCE = 500;

    private record Place(String keyId, String group) {}

    private record KeyHour(String keyId, long hour) {}

    private final Cache<Place, Instant> written =
            Caffeine.newBuilder().maximumSize(ADDRESSES).build();
    private final Map<Place, String> unseen = new LinkedHashMap<>();
    private final Map<KeyHour, Long> counts = new HashMap<>();
    private final Set<KeyHour> spiked = new HashSet<>();
    /** Found in the commit that is under way, which may be tried twice. */
    private final Set<KeyHour> spiking = new HashSet<>();

    private Instant countsWrittenAt = Instant.EPOCH;
    private Instant prunedAt = Instant.EPOCH;

    void see(List<Tally> uses, Instant now) {
        for (Tally use : uses) {
            if (use.sighting().keyId() == null) {
                continue;
            }
            var place = new Place(
                    use.sighting().keyId(), AddressGroup.of(use.sighting().address()));
            Instant before = written.getIfPresent(place);
            if ((before == null || before.plus(WRITE_ADDRESS).isBefore(now)) && unseen.size() < ADDRESSES_AT_ONCE) {
                unseen.put(place, use.requestId());
            }
            counts.merge(new KeyHour(place.keyId(), now.getEpochSecond() / 3600), use.times(), Long::sum);
        }
    }

    boolean hasToSave(Instant now) {
        return !unseen.isEmpty()
                || (!counts.isEmpty() && !countsWrittenAt.plus(WRITE_COUNTS).isAfter(now));
    }

    /** Joins the caller's commit; {@link #saved} follows it. */
    void save(Tx tx, Map<AlertType, AlertRule> rules, Alerts alerts, Instant now) {
        Duration memory = rules.get(AlertType.KEY_NEW_IP).window();
        unseen.forEach((place, requestId) -> {
            KeyUseStore.Sight sight = KeyUseStore.see(tx, place.keyId(), place.group(), now, memory);
            if (!sight.known() && !sight.first()) {
                Map<String, Object> detail = new LinkedHashMap<>();
                detail.put("key", place.keyId());
                detail.put("address", place.group());
                if (requestId != null) {
                    detail.put("request_id", requestId);
                }
                alerts.raise(tx, Cause.of(AlertType.KEY_NEW_IP, place.keyId() + " from " + place.group(), detail));
            }
        });
        spiking.clear();
        double times = rules.get(AlertType.VOLUME_SPIKE).threshold();
        counts.forEach((key, requests) -> {
            KeyUseStore.Hour hour = KeyUseStore.add(tx, key.keyId(), key.hour(), requests);
            if (!spiked.contains(key) && VolumeSpike.is(hour.requests(), hour.before(), hour.days(), times)) {
                spiking.add(key);
                alerts.raise(
                        tx,
                        Cause.of(
                                AlertType.VOLUME_SPIKE,
                                key.keyId(),
                                Map.of("requests", hour.requests(), "usual", hour.before() / hour.days())));
            }
        });
        if (prunedAt.plus(PRUNE).isBefore(now)) {
            KeyUseStore.prune(tx, now, memory);
        }
    }

    /** What {@link #save} wrote is committed. */
    void saved(Instant now) {
        unseen.keySet().forEach(place -> written.put(place, now));
        unseen.clear();
        counts.clear();
        spiked.addAll(spiking);
        countsWrittenAt = now;
        if (prunedAt.plus(PRUNE).isBefore(now)) {
            prunedAt = now;
            spiked.removeIf(key -> key.hour() < now.getEpochSecond() / 3600);
        }
    }
}
