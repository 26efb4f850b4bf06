// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.util.Set;

/**
 * Who a key proves.
 *
 * @param keyId public handle of the key
 * @param scopes {@code resource:verb} of the SmartMails contract
 * @param requestsPerMinute what the key may do, 1 to 100,000
 */
public record Caller(String keyId, String name, Set<String> scopes, int requestsPerMinute, boolean test) {
    /** Name of the request attribute the filter leaves it in. */
    public static final String ATTRIBUTE = Caller.class.getName();

    public boolean may(String scope) {
        return scopes.contains(scope);
    }
}
