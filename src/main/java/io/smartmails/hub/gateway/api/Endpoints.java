// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which method and path of the contract needs which scope, and how large a body may be (contract 4.1 to 4.19). */
final class Endpoints {
    static final int MB = 1024 * 1024;

    /**
     * One path a line: path, then method=scope; several paths of one kind are told by a comma; {@code *} = any key. Paths
     * with fixed segments stand before those with variables that would fit as well. {@code :4MB} bounds a body, {@code
     * :file} tells an answer that is no JSON.
     */
    private static final String TABLE = """
            /ping GET=*
            /status GET=*
            /account GET=account:read
            /messages/preview POST=messages:send :15MB
            /templates,/content-blocks GET=templates:read POST=templates:write :4MB
            /templates/{},/content-blocks/{} GET=templates:read PUT=templates:write DELETE=templates:write :4MB
            /templates/{}/publish,/templates/{}/duplicate,/templates/{}/rollback POST=templates:write
            /templates/{}/render POST=templates:read
            /templates/{}/versions GET=templates:read
            /contact-fields,/topics GET=contacts:read POST=contacts:write
            /contact-fields/{},/topics/{} PUT=contacts:write DELETE=contacts:write
            /segments GET=segments:read POST=segments:write
            /segments/preview POST=segments:read
            /segments/{} GET=segments:read PUT=segments:write DELETE=segments:write
            /segments/{}/contacts GET=segments:read
            /imports GET=contacts:read POST=contacts:write :50MB
            /imports/{} GET=contacts:read
            /imports/{}/cancel POST=contacts:write
            /imports/{}/errors GET=contacts:read :file
            /exports POST=contacts:read
            /exports/{} GET=contacts:read
            /exports/{}/file GET=contacts:read :file
            /email-verifications POST=contacts:read
            /sender-profiles,/domains GET=senders:read POST=senders:write
            /sender-profiles/{},/domains/{} GET=senders:read PUT=senders:write DELETE=senders:write
            /sender-profiles/{}/verify,/domains/{}/verify,/domains/{}/rotate-dkim POST=senders:write
            /ip-pools GET=senders:read
            /campaigns,/experiments GET=campaigns:read POST=campaigns:write :4MB
            /campaigns/{},/experiments/{} GET=campaigns:read PUT=campaigns:write DELETE=campaigns:write :4MB
            /campaigns/{}/check,/campaigns/{}/test,/campaigns/{}/clone POST=campaigns:write
            /campaigns/{}/schedule,/campaigns/{}/send,/campaigns/{}/pause POST=campaigns:send
            /campaigns/{}/resume,/campaigns/{}/cancel,/campaigns/{}/ab-test/winner POST=campaigns:send
            /campaigns/{}/stats,/campaigns/{}/recipients,/campaigns/{}/links GET=metrics:read
            /campaigns/{}/ab-test GET=metrics:read
            /automations GET=automations:read POST=automations:write
            /automations/{} GET=automations:read PUT=automations:write DELETE=automations:write
            /automations/{}/activate,/automations/{}/pause,/automations/{}/duplicate POST=automations:write
            /automations/{}/simulate,/automations/{}/enrollments POST=automations:write
            /automations/{}/enrollments/remove POST=automations:write
            /automations/{}/runs,/automations/{}/runs/{} GET=automations:read
            /automations/{}/stats GET=metrics:read
            /event-names GET=events:read
            /metrics/summary,/metrics/timeseries,/metrics/links GET=metrics:read
            /metrics/domains,/metrics/health GET=metrics:read
            /activity GET=messages:read
            /webhooks GET=webhooks:read POST=webhooks:write
            /webhooks/{} GET=webhooks:read PUT=webhooks:write DELETE=webhooks:write
            /webhooks/{}/test,/webhooks/{}/rotate-secret,/webhooks/{}/enable,/webhooks/{}/replay POST=webhooks:write
            /webhooks/{}/deliveries GET=webhooks:read
            /webhooks/{}/deliveries/{}/retry POST=webhooks:write
            /predictions/rank POST=contacts:read
            /team-members GET=team:admin POST=team:admin
            /team-members/{} GET=team:admin PUT=team:admin DELETE=team:admin
            /contacts/{}/activity,/contacts/{}/export,/contacts/{}/predictions GET=contacts:read
            """;

    private final Map<String, List<Endpoint>> byFirstSegment = new HashMap<>();

    Endpoints() {
        TABLE.lines().forEach(this::add);
    }

    private void add(String line) {
        String[] words = line.split(" ");
        Map<String, String> scopes = new TreeMap<>();
        int maxBytes = MB;
        boolean file = false;
        for (String word : List.of(words).subList(1, words.length)) {
            if (word.equals(":file")) {
                file = true;
            } else if (word.startsWith(":")) {
                maxBytes = Integer.parseInt(word.substring(1, word.length() - 2)) * MB;
            } else {
                int equals = word.indexOf('=');
                String scope = word.substring(equals + 1);
                scopes.put(word.substring(0, equals), scope.equals("*") ? "" : scope);
            }
        }
        for (String path : words[0].split(",")) {
            List<String> segments = List.of(path.substring(1).split("/"));
            byFirstSegment
                    .computeIfAbsent(segments.get(0), first -> new ArrayList<>())
                    .add(new Endpoint(segments, scopes, maxBytes, file));
        }
    }

    /** First segments there are, for the servlet's mappings. */
    Set<String> resources() {
        return byFirstSegment.keySet();
    }

    /**
     * @param path decoded segments after the version
     * @throws io.smartmails.problem.ProblemException 404 {@code unknown_endpoint}, 405 with {@code Allow}
     */
    Endpoint find(String method, List<String> path) {
        for (Endpoint endpoint : byFirstSegment.getOrDefault(path.isEmpty() ? "" : path.get(0), List.of())) {
            if (endpoint.fits(path)) {
                if (!endpoint.scopes().containsKey(method)) {
                    throw wrongMethod(endpoint.scopes().keySet());
                }
                return endpoint;
            }
        }
        throw unknown();
    }

    static RuntimeException unknown() {
        return Problem.of(ProblemCode.UNKNOWN_ENDPOINT, "There is no such endpoint; /openapi.json tells what there is")
                .asException();
    }

    static RuntimeException wrongMethod(Set<String> allowed) {
        String methods = String.join(", ", allowed);
        return Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Use " + methods)
                .withHeader("Allow", methods)
                .asException();
    }
}
