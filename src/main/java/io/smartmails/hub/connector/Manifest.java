// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code connector.yaml}: everything about one kind of outside system, as data.
 *
 * @param webhook null when the system does not call us
 * @param api null when we do not call the system
 * @param withoutEvent topics that are known and deliberately make no event, with the reason
 * @param fresh what is new in every sample that is sent by hand
 */
record Manifest(
        String name,
        String title,
        String kind,
        Map<String, Setting> settings,
        Webhook webhook,
        Api api,
        Map<String, PollDefinition> polls,
        Map<String, String> withoutEvent,
        Fresh fresh,
        List<Fact> facts) {

    /**
     * A fact about the outside system.
     *
     * @param read the day it was read, ISO date
     * @param confirmed false while it is background knowledge that nobody has looked up
     */
    record Fact(String says, String source, String read, boolean confirmed) {
        static Fact read(YamlPlace place) {
            place.allow("says", "source", "read", "confirmed");
            var read = place.get("read");
            if (!read.text().matches("\\d{4}-\\d{2}-\\d{2}")) {
                throw read.error("'read' must be a day such as 2026-11-23");
            }
            return new Fact(
                    place.get("says").text(),
                    place.get("source").text(),
                    read.text(),
                    place.find("confirmed").map(YamlPlace::flag).orElse(true));
        }
    }

    /**
     * @param ids headers or pointers that get the id of the sending
     * @param times those that get the time
     */
    record Fresh(List<DeliveryTerm> ids, List<DeliveryTerm> times) {
        static Fresh read(YamlPlace place, Webhook webhook) {
            place.allow("ids", "times");
            return new Fresh(terms(place, "ids", webhook), terms(place, "times", webhook));
        }

        private static List<DeliveryTerm> terms(YamlPlace place, String key, Webhook webhook) {
            return place.find(key).map(YamlPlace::items).orElse(List.of()).stream()
                    .map(term -> DeliveryTerm.read(term, webhook.headers()))
                    .toList();
        }
    }

    static Manifest read(YamlPlace place) {
        place.allow(
                "name", "title", "kind", "settings", "webhook", "api", "polls", "without-event", "samples", "facts");
        var settings = new LinkedHashMap<String, Setting>();
        place.find("settings")
                .map(YamlPlace::members)
                .orElse(Map.of())
                .forEach((name, setting) -> settings.put(name, Setting.read(setting)));
        var webhook =
                place.find("webhook").map(part -> Webhook.read(part, settings)).orElse(null);
        var api = place.find("api").map(part -> Api.read(part, settings)).orElse(null);
        var polls = new LinkedHashMap<String, PollDefinition>();
        place.find("polls").ifPresent(part -> {
            if (api == null) {
                throw part.error("'polls' needs an 'api' part that says where and how to log in");
            }
            part.members().forEach((name, poll) -> polls.put(name, PollDefinition.read(poll)));
        });
        var withoutEvent = new LinkedHashMap<String, String>();
        place.find("without-event")
                .map(YamlPlace::members)
                .orElse(Map.of())
                .forEach((topic, reason) -> withoutEvent.put(topic, reason.text()));
        return new Manifest(
                place.get("name").text(),
                place.get("title").text(),
                place.get("kind").text(),
                settings,
                webhook,
                api,
                polls,
                withoutEvent,
                place.find("samples").map(part -> Fresh.read(part, webhook)).orElse(new Fresh(List.of(), List.of())),
                place.get("facts").items().stream().map(Fact::read).toList());
    }
}
