// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.contact.Contacts;
import io.smartmails.hub.contact.Lists;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Lists and contacts have ids of the hub; SmartMails knows lists by ids of its own and contacts by their address. What is
 * handed on (a campaign's audience, an enrolment) is translated, and lists in the answers are translated back.
 *
 * <p>Only whole strings are, so that no text of a mail is touched. A contact in an answer keeps the id SmartMails gave it.
 */
final class HubIds {
    /** In JSON a whole string; behind a comma or equals sign a value of a query. */
    private static final Pattern OURS = Pattern.compile("(?<=[\",=])((?:lst|con)_[0-9A-HJKMNP-TV-Z]{26})(?=[\",&]|$)");

    private static final Pattern WORD = Pattern.compile("\"([A-Za-z0-9_-]{1,80})\"");

    private final Lists lists;
    private final Contacts contacts;

    HubIds(Lists lists, Contacts contacts) {
        this.lists = lists;
        this.contacts = contacts;
    }

    byte[] toSmartMails(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        String translated = toSmartMails(text);
        return translated.equals(text) ? json : translated.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws io.smartmails.problem.ProblemException 409 {@code invalid_state} for a list that is still on its way there */
    String toSmartMails(String text) {
        Set<String> ours = OURS.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
        if (ours.isEmpty()) {
            return text;
        }
        Map<String, String> theirs = new HashMap<>(contacts.addresses(ours));
        Map<String, String> upstream = lists.upstreamIds();
        ours.stream().filter(id -> id.startsWith("lst_")).forEach(id -> {
            if (upstream.containsKey(id)) {
                theirs.put(id, upstream.get(id));
            } else if (lists.view(id).isPresent()) {
                throw Problem.of(
                                ProblemCode.INVALID_STATE,
                                "The list " + id + " is on its way to SmartMails; repeat this in a few seconds")
                        .with("state", "syncing")
                        .withHeader("Retry-After", "5")
                        .asException();
            }
        });
        return OURS.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(theirs.getOrDefault(match.group(), match.group())));
    }

    byte[] toHub(byte[] json) {
        Map<String, String> ours = new HashMap<>();
        lists.upstreamIds().forEach((hub, theirs) -> ours.put(theirs, hub));
        if (ours.isEmpty()) {
            return json;
        }
        String text = new String(json, StandardCharsets.UTF_8);
        String translated = WORD.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        ours.containsKey(match.group(1)) ? '"' + ours.get(match.group(1)) + '"' : match.group()));
        return translated.equals(text) ? json : translated.getBytes(StandardCharsets.UTF_8);
    }
}
