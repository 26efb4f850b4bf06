// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import java.net.URI;
import java.time.Duration;

/**
 * The account the hub sends through.
 *
 * @param baseUrl with the version, without a slash at the end, for example {@code http://127.0.0.1:8025/v1}
 * @param apiKey never shown: {@link #toString} masks it
 * @param requestsPerMinute requests the account allows in any 60 s, at least 1
 * @param dedupeLife how long SmartMails takes a dedupe id once; what is older is looked up before it is sent again
 */
public record SmartMailsSettings(URI baseUrl, String apiKey, int requestsPerMinute, Duration dedupeLife) {
    private static final Duration USUAL_DEDUPE_LIFE = Duration.ofDays(30);

    /** With the contract's dedupe life. */
    public SmartMailsSettings(URI baseUrl, String apiKey, int requestsPerMinute) {
        this(baseUrl, apiKey, requestsPerMinute, USUAL_DEDUPE_LIFE);
    }

    public SmartMailsSettings {
        if (apiKey == null || apiKey.isBlank()) {
            throw new IllegalStateException(
                    "smartmails.api-key is not set; give the account's key in the environment (SMARTMAILS_API_KEY)");
        }
        if (requestsPerMinute < 1) {
            throw new IllegalStateException("smartmails.requests-per-minute must be at least 1");
        }
        if (baseUrl.getHost() == null || !String.valueOf(baseUrl.getScheme()).matches("https?")) {
            throw new IllegalStateException(
                    "smartmails.base-url must be an http or https address such as https://host/v1");
        }
        String text = baseUrl.toString();
        baseUrl = text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : baseUrl;
    }

    @Override
    public String toString() {
        return "SmartMailsSettings[" + baseUrl + ", key masked, " + requestsPerMinute + "/min]";
    }
}
