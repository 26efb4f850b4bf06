// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.contact;

import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One contact as stored.
 *
 * @param email the address in lower case; null for a contact known by external ids only
 * @param status subscribed, unsubscribed, pending, bounced or complained; what it is beneath the archive flag
 * @param body every other field of the contract that a caller may set
 * @param sources source name to the newest {@code source_updated_at} seen from it, epoch milliseconds
 * @param lists ids of the lists it is on
 */
public record Contact(
        String id,
        String email,
        String status,
        boolean archived,
        ObjectNode body,
        ObjectNode sources,
        List<String> lists,
        long createdAt,
        long updatedAt) {

    public static final String SUBSCRIBED = "subscribed";
    public static final String UNSUBSCRIBED = "unsubscribed";
    public static final String PENDING = "pending";
    public static final String BOUNCED = "bounced";
    public static final String COMPLAINED = "complained";

    /** The reply of the API. */
    public Map<String, Object> view() {
        var view = new LinkedHashMap<String, Object>();
        view.put("id", id);
        view.put("email", email);
        view.put("external_ids", object("external_ids"));
        for (String name : ContactPatch.TEXTS) {
            view.put(name, body.get(name));
        }
        view.put("fields", object("fields"));
        view.put("tags", Json.strings(body.get("tags")));
        view.put("lists", lists);
        view.put("status", archived ? "archived" : status);
        view.put("consent", body.get("consent"));
        view.put("topics", object("topics"));
        view.put("source", body.get("source"));
        view.put("source_updated_at", body.get("source_updated_at"));
        view.put("created_at", Times.text(createdAt));
        view.put("updated_at", Times.text(updatedAt));
        return view;
    }

    /** What templates see as {@code contact}. */
    public Map<String, Object> variables() {
        Map<String, Object> variables = Json.plain(body);
        variables.put("id", id);
        variables.put("email", email);
        variables.put("status", archived ? "archived" : status);
        variables.putIfAbsent("fields", Map.of());
        variables.putIfAbsent("tags", List.of());
        return variables;
    }

    boolean optedOutOf(String topic) {
        JsonNode choice = topic == null ? null : object("topics").get(topic);
        return choice != null && choice.isBoolean() && !choice.booleanValue();
    }

    ObjectNode object(String name) {
        return body.get(name) instanceof ObjectNode object ? object : Json.object();
    }
}
