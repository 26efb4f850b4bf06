// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the system's API is reached.
 *
 * @param url setting with the base address
 * @param errorCode where an error answer says its code
 * @param transientCodes codes that mean "later", whatever their status
 * @param expiredPageCodes codes that mean the address of a next page is no longer known
 * @param transientAfter how long such a refusal lasts at least
 */
record Api(
        String url,
        Login login,
        Duration connectTimeout,
        Duration requestTimeout,
        Pointer errorCode,
        Set<String> transientCodes,
        Set<String> expiredPageCodes,
        Duration transientAfter) {

    enum Scheme {
        OAUTH_CLIENT_CREDENTIALS
    }

    /**
     * @param clientId setting with the client's id
     * @param clientSecret setting with its secret
     */
    record Login(Scheme scheme, String tokenPath, String clientId, String clientSecret) {
        static Login read(YamlPlace place, Map<String, Setting> settings) {
            place.allow("scheme", "token-path", "client-id", "client-secret");
            return new Login(
                    place.get("scheme").choice(Scheme.class),
                    place.get("token-path").path(),
                    required(place.get("client-id"), settings),
                    required(place.get("client-secret"), settings));
        }
    }

    static Api read(YamlPlace place, Map<String, Setting> settings) {
        place.allow("url", "login", "connect-timeout", "request-timeout", "errors");
        var errors = place.get("errors").allow("code", "transient", "expired-page", "transient-after");
        return new Api(
                required(place.get("url"), settings),
                Login.read(place.get("login"), settings),
                place.get("connect-timeout").duration(),
                place.get("request-timeout").duration(),
                Pointer.read(errors.get("code")),
                Set.copyOf(errors.find("transient").map(YamlPlace::texts).orElse(List.of())),
                Set.copyOf(errors.find("expired-page").map(YamlPlace::texts).orElse(List.of())),
                errors.get("transient-after").duration());
    }

    private static String required(YamlPlace place, Map<String, Setting> settings) {
        var name = Verification.known(place, settings);
        if (!settings.get(name).required()) {
            throw place.error("'" + name + "' must be a required setting");
        }
        return name;
    }
}
