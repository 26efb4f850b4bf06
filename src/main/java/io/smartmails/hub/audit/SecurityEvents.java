// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

/** Where the front door reports what it noticed. */
public interface SecurityEvents {
    /** Never blocks, never throws, costs no disk while the caller waits. */
    void report(SecurityEvent event);
}
