// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;

/** Keys in words. */
final class KeyText {
    private KeyText() {}

    static void showSecret(Task task, JsonNode key) {
        if (task.wantsJson()) {
            task.print(key);
            return;
        }
        task.say("%s", key.path("key").asText());
        task.say(
                "Id %s, preset %s, %s. The key is shown this once.",
                key.path("id").asText(),
                key.path("preset").asText(),
                key.path("mode").asText());
    }

    static void show(Task task, JsonNode key) {
        if (task.wantsJson()) {
            task.print(key);
            return;
        }
        task.say("Id           %s", key.path("id").asText());
        task.say("Name         %s", key.path("name").asText());
        task.say(
                "Key          %s, %s",
                key.path("display").asText(), key.path("mode").asText());
        task.say("Status       %s", key.path("status").asText());
        task.say("Preset       %s", key.path("preset").asText());
        task.say("Scopes       %s", joined(key.path("scopes")));
        task.say(
                "Limits       %s; %s recipients a minute; %s calls at once",
                joined(key.path("limits")),
                key.path("recipients_per_minute").asText(),
                key.path("concurrent_requests").asText());
        task.say(
                "Addresses    %s%s",
                key.path("allowed_ips").isEmpty() ? "any" : joined(key.path("allowed_ips")),
                key.path("denied_ips").isEmpty() ? "" : ", but not " + joined(key.path("denied_ips")));
        task.say(
                "Senders      %s", key.path("allowed_senders").isEmpty() ? "any" : joined(key.path("allowed_senders")));
        task.say("Expires      %s", text(key, "expires_at", "never"));
        task.say(
                "Roll it      %s%s",
                key.path("rotate_every").isNull() ? "whenever you like" : "every " + text(key, "rotate_every", ""),
                key.path("rotation_due").asBoolean() ? ": due" : "");
        task.say(
                "Made         %s by %s",
                key.path("created_at").asText(), key.path("created_by").asText());
        task.say("Last used    %s %s", text(key, "last_used_at", "never"), text(key, "last_used_ip", ""));
        if (key.hasNonNull("replaces")) {
            task.say("Replaces     %s", key.path("replaces").asText());
        }
        if (key.hasNonNull("replaced_by")) {
            task.say("Replaced by  %s", key.path("replaced_by").asText());
        }
    }

    static Integer told(KeysCommand.OfOne task, JsonNode key, String what) {
        if (task.wantsJson()) {
            task.print(key);
        } else {
            task.say("%s %s.", task.id(), what);
        }
        return 0;
    }

    static String text(JsonNode key, String field, String otherwise) {
        return key.hasNonNull(field) ? key.path(field).asText() : otherwise;
    }

    static String joined(JsonNode list) {
        var joiner = new StringJoiner(" ");
        list.forEach(entry -> joiner.add(entry.asText()));
        return joiner.toString();
    }
}
