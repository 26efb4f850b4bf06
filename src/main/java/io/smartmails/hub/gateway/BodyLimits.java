// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

/** How large a body may be, by path; section 4.1 of the SmartMails contract. */
public final class BodyLimits {
    private static final int MB = 1024 * 1024;
    static final int NORMAL = MB;
    /** Shopify's largest orders stay under 2 MB; Salesforce batches of 100 under 4 MB. */
    static final int WEBHOOK = 5 * MB;

    private BodyLimits() {}

    /** @param path undecoded path of the request; @return bytes, after decompression */
    public static int maxBytes(String path) {
        if (path.startsWith("/webhooks/")) {
            return WEBHOOK;
        }
        if (!path.startsWith("/v1/")) {
            return NORMAL;
        }
        return switch (path) {
            case "/v1/messages", "/v1/messages/preview" -> 15 * MB;
            case "/v1/messages/batch" -> 20 * MB;
            case "/v1/contacts/batch", "/v1/events/batch" -> 5 * MB;
            case "/v1/imports" -> 50 * MB;
            default -> NORMAL;
        };
    }
}
