// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import java.util.List;
import java.util.Map;

/**
 * One path of the contract that is handed on.
 *
 * @param segments of the path; one in braces stands for anything
 * @param scopes method to scope; an empty scope is met by any key
 * @param maxBodyBytes of a request
 * @param file the answer may be something else than JSON, and is not cached
 */
record Endpoint(List<String> segments, Map<String, String> scopes, int maxBodyBytes, boolean file) {
    boolean fits(List<String> path) {
        if (path.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            String segment = segments.get(i);
            if (!segment.equals("{}") && !segment.equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }
}
