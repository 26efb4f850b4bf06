// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

/** Asks the key ring whether somebody may administer the hub. */
public interface AdminKeys {
    /**
     * Checks a key as it was typed or sent.
     *
     * @return its public id
     * @throws io.smartmails.problem.ProblemException when it is not a valid key with preset admin
     */
    String authenticate(String rawKey);

    /** Whether the key of an earlier log-in still is a valid admin key; asked on each page, so a revoked key is out at once. */
    boolean isStillAdmin(String keyId);
}
