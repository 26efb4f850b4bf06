// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemException;

/** 401 for a whole key that is stored here but was revoked or disabled, or has expired. */
final class RefusedKey extends ProblemException {
    private final String keyId;

    RefusedKey(String keyId, Problem problem) {
        super(problem);
        this.keyId = keyId;
    }

    /** For the audit and alerts; the caller is not told. */
    String keyId() {
        return keyId;
    }
}
