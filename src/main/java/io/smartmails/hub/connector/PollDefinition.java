// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One recurring query, read by a keyset of (time, id).
 *
 * @param topic topic of its deliveries, and so the name of their mapping
 * @param query query parameters; {@code {window}} stands for one of the two conditions below
 * @param first condition of a round's first page, with {@code {time}} and {@code {until}}
 * @param resume condition after the record {@code {time}}, {@code {id}}
 * @param records list of records in an answer
 * @param next address of the next page in an answer, absent on the last
 * @param dedupe pointers into a record that together name one version of it
 * @param overlap how far each round starts before the newest record seen, because records commit late
 * @param safetyLag how far each round stops before now, because the present second is not finished
 */
record PollDefinition(
        String name,
        String title,
        String topic,
        String path,
        Map<String, String> query,
        Map<String, String> headers,
        String first,
        String resume,
        Pointer records,
        Pointer next,
        Pointer time,
        Pointer id,
        List<Pointer> dedupe,
        Duration overlap,
        Duration safetyLag) {

    static PollDefinition read(YamlPlace place) {
        place.allow(
                "title", "topic", "request", "window", "records", "next", "cursor", "dedupe", "overlap", "safety-lag");
        var request = place.get("request").allow("path", "query", "headers");
        var window = place.get("window").allow("first", "resume");
        var cursor = place.get("cursor").allow("time", "id");
        return new PollDefinition(
                place.key(),
                place.get("title").text(),
                place.find("topic").map(YamlPlace::text).orElse("poll/" + place.key()),
                request.get("path").path(),
                texts(request, "query"),
                texts(request, "headers"),
                window.get("first").text(),
                window.get("resume").text(),
                Pointer.read(place.get("records")),
                Pointer.read(place.get("next")),
                Pointer.read(cursor.get("time")),
                Pointer.read(cursor.get("id")),
                place.get("dedupe").items().stream().map(Pointer::read).toList(),
                place.get("overlap").duration(),
                place.get("safety-lag").duration());
    }

    private static Map<String, String> texts(YamlPlace place, String key) {
        var texts = new LinkedHashMap<String, String>();
        place.find(key)
                .map(YamlPlace::members)
                .orElse(Map.of())
                .forEach((name, value) -> texts.put(name, value.text()));
        return texts;
    }
}
