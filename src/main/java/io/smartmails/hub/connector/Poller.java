// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.failure.PermanentFailure;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a recurring query page by page with a keyset cursor of (time, id): records that share a time are neither skipped nor
 * read for ever, and a crash resumes behind the last stored page.
 *
 * <p>A round reads from ({@code high} - overlap) to (now - safety lag), where {@code high} is the end of the round before, by
 * whichever clock is behind, ours or the system's: after a bulk load the last records are not read again for ever, and a clock
 * that is fast loses nothing. What the overlap reads again carries the same dedupe id and is dropped as a duplicate. The
 * checkpoint holds {@code high} and, inside a round, {@code until}, {@code quiet}, {@code time}, {@code id} and {@code next};
 * all state is in it, so any node can go on.
 *
 * <p>Described for operators in docs/connectors.md, Polls.
 */
public final class Poller {
    private static final String HIGH = "high";
    private static final String UNTIL = "until";
    private static final String TIME = "time";
    private static final String ID = "id";
    private static final String NEXT = "next";
    private static final String QUIET = "quiet";

    /** An id goes into a query, so nothing that could end a quoted text may stand in it. */
    private static final Pattern SAFE_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final PollDefinition definition;
    private final ApiClient client;
    private final InstantSource clock;

    Poller(PollDefinition definition, ApiClient client, InstantSource clock) {
        this.definition = definition;
        this.client = client;
        this.clock = clock;
    }

    /** Topic of the deliveries. */
    public String topic() {
        return definition.topic();
    }

    /**
     * Reads one page; one HTTP request, and up to three when the token or the next page's address had expired.
     *
     * @param checkpoint of the last stored page; empty at the very first
     * @throws io.smartmails.hub.failure.TransientFailure the system is busy or not reachable; {@code after} as it asked for
     * @throws PermanentFailure the system refuses the query or the login, or its answer makes no sense
     */
    public PollPage next(Map<String, String> checkpoint) {
        var round = new TreeMap<>(checkpoint);
        round.computeIfAbsent(UNTIL, key -> format(clock.instant().minus(definition.safetyLag())));
        var answer = page(round);
        if (answer.at() != null) {
            round.computeIfAbsent(QUIET, key -> format(quiet(round, answer.at())));
        }
        var records = definition.records().in(answer.body());
        if (!records.isArray()) {
            throw wrong("the answer has no list at " + definition.records());
        }
        var deliveries = new ArrayList<Delivery>();
        records.forEach(node -> deliveries.add(delivery(node)));
        advance(round, records);
        var next = definition.next().in(answer.body());
        if (next.isTextual() && !next.asText().isBlank()) {
            if (records.isEmpty() || next.asText().equals(round.get(NEXT))) {
                throw wrong("paging does not advance: the next page is the same again");
            }
            round.put(NEXT, next.asText());
            return new PollPage(deliveries, round, true);
        }
        return new PollPage(deliveries, ended(round), false);
    }

    private ApiClient.Page page(Map<String, String> round) {
        if (round.containsKey(NEXT)) {
            var page = client.get(round.get(NEXT), definition.headers());
            if (page.isPresent()) {
                return page.get();
            }
            round.remove(NEXT);
        }
        return client.get(firstPath(round), definition.headers())
                .orElseThrow(() -> wrong("a new query is refused as an expired page"));
    }

    /** Up to here this round sees everything, by our clock and by the system's own, whichever is behind. */
    private Instant quiet(Map<String, String> round, Instant at) {
        var until = Instant.parse(round.get(UNTIL));
        var theirs = at.minus(definition.safetyLag());
        return theirs.isBefore(until) ? theirs : until;
    }

    private String firstPath(Map<String, String> round) {
        var condition = round.containsKey(ID)
                ? definition.resume().replace("{id}", round.get(ID)).replace("{time}", round.get(TIME))
                : definition.first().replace("{time}", start(round));
        var window = condition.replace("{until}", round.get(UNTIL));
        return definition.path()
                + definition.query().entrySet().stream()
                        .map(entry -> encode(entry.getKey()) + "="
                                + encode(entry.getValue().replace("{window}", window)))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private String start(Map<String, String> round) {
        return round.containsKey(HIGH)
                ? format(Instant.parse(round.get(HIGH)).minus(definition.overlap()))
                : format(Instant.EPOCH);
    }

    private Delivery delivery(JsonNode node) {
        var version = new ArrayList<String>();
        for (var pointer : definition.dedupe()) {
            version.add(scalar(node, pointer));
        }
        try {
            return new Delivery(
                    definition.topic(), String.join("|", version), Map.of(), Payload.JSON.writeValueAsBytes(node));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that was parsed cannot be written", e);
        }
    }

    /**
     * Moves the cursor to the last record of the page. A record that changed after the round began carries a time beyond the
     * round's end although it stands in the middle; it must not move the cursor and comes again in the next round.
     */
    private void advance(Map<String, String> round, JsonNode records) {
        var until = Instant.parse(round.get(UNTIL));
        for (var node : records) {
            var time = time(node);
            var id = scalar(node, definition.id());
            if (!SAFE_ID.matcher(id).matches()) {
                throw wrong("a record's " + definition.id() + " is not an id");
            }
            if (time.isAfter(until)) {
                continue;
            }
            if (round.containsKey(ID) && !isAfter(time, id, round)) {
                throw wrong("paging does not advance: a record is not behind the one before it in (time, id) order");
            }
            round.put(TIME, format(time));
            round.put(ID, id);
        }
    }

    private static boolean isAfter(Instant time, String id, Map<String, String> round) {
        int order = time.compareTo(Instant.parse(round.get(TIME)));
        return order > 0 || (order == 0 && id.compareTo(round.get(ID)) > 0);
    }

    private static Map<String, String> ended(Map<String, String> round) {
        var newest = List.of(HIGH, TIME, QUIET).stream()
                .map(round::get)
                .filter(time -> time != null)
                .max(Comparator.comparing(Instant::parse));
        return newest.map(time -> Map.of(HIGH, time)).orElse(Map.of());
    }

    private Instant time(JsonNode node) {
        try {
            return MappingInput.instant(scalar(node, definition.time()));
        } catch (DateTimeException e) {
            throw wrong("a record's " + definition.time() + " is not a time with an offset");
        }
    }

    private String scalar(JsonNode node, Pointer pointer) {
        var value = pointer.in(node);
        if (!value.isValueNode() || value.isNull()) {
            throw wrong("a record has no " + pointer);
        }
        return value.asText();
    }

    private PermanentFailure wrong(String what) {
        return new PermanentFailure("poll " + definition.name() + ": " + what
                + ". Compare the manifest's 'polls' part with what the system answers");
    }

    private static String format(Instant time) {
        var millis = time.truncatedTo(ChronoUnit.MILLIS).toString();
        return millis.contains(".") ? millis : millis.replace("Z", ".000Z");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
