// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.Map;

/**
 * The scope a call needs, by path and method: sections 4.5 to 4.20 of the SmartMails contract for {@code /v1}. Asked before
 * the throttle, so that a call without the right costs no token; handlers ask again for what only they can know.
 */
final class Scopes {
    private static final String ADMIN = "keys:admin";
    private static final String AUDIT = "audit:read";
    private static final String METRICS = "metrics:read";

    /** First segment below /v1, and the resource its scopes are called after. */
    private static final Map<String, String> RESOURCES = Map.ofEntries(
            Map.entry("messages", "messages"),
            Map.entry("message-batches", "messages"),
            Map.entry("activity", "messages"),
            Map.entry("templates", "templates"),
            Map.entry("content-blocks", "templates"),
            Map.entry("contacts", "contacts"),
            Map.entry("contact-fields", "contacts"),
            Map.entry("topics", "contacts"),
            Map.entry("imports", "contacts"),
            Map.entry("exports", "contacts"),
            Map.entry("email-verifications", "contacts"),
            Map.entry("predictions", "contacts"),
            Map.entry("lists", "lists"),
            Map.entry("segments", "segments"),
            Map.entry("suppressions", "suppressions"),
            Map.entry("sender-profiles", "senders"),
            Map.entry("domains", "senders"),
            Map.entry("ip-pools", "senders"),
            Map.entry("campaigns", "campaigns"),
            Map.entry("experiments", "campaigns"),
            Map.entry("automations", "automations"),
            Map.entry("events", "events"),
            Map.entry("event-names", "events"),
            Map.entry("metrics", "metrics"),
            Map.entry("webhooks", "webhooks"),
            Map.entry("account", "account"));

    private Scopes() {}

    /** @return null when any key may */
    static String ofApi(String method, String path) {
        String below = path.length() <= "/v1/".length() ? "" : path.substring("/v1/".length());
        int slash = below.indexOf('/');
        String first = slash < 0 ? below : below.substring(0, slash);
        boolean reads = reads(method);
        switch (first) {
            case "api-keys":
                return below.equals("api-keys/current") ? null : ADMIN;
            case "team-members":
                return "team:admin";
            case "audit-events":
                return AUDIT;
            case "security-alerts":
                return reads ? AUDIT : ADMIN;
            case "alert-rules":
                return ADMIN;
            case "exports", "email-verifications", "predictions":
                return "contacts:read";
            case "messages":
                return reads ? "messages:read" : "messages:send";
            default:
                String resource = RESOURCES.get(first);
                return resource == null ? null : special(resource, below, reads);
        }
    }

    private static String special(String resource, String below, boolean reads) {
        String last = below.substring(below.lastIndexOf('/') + 1);
        if (reads) {
            boolean figures = (resource.equals("campaigns")
                            && (last.equals("stats")
                                    || last.equals("recipients")
                                    || last.equals("links")
                                    || last.equals("ab-test")))
                    || (resource.equals("automations") && last.equals("stats"));
            return figures ? METRICS : resource + ":read";
        }
        boolean asks = below.equals("segments/preview") || (resource.equals("templates") && last.equals("render"));
        boolean sends = below.startsWith("campaigns/")
                && switch (last) {
                    case "schedule", "send", "pause", "resume", "cancel", "winner" -> true;
                    default -> false;
                };
        if (sends) {
            return "campaigns:send";
        }
        return resource + (asks ? ":read" : ":write");
    }

    static String ofAdministration(String method, String path) {
        boolean audit = path.startsWith("/admin/v1/audit") || path.startsWith("/admin/v1/alerts");
        return audit && reads(method) ? AUDIT : ADMIN;
    }

    private static boolean reads(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }
}
