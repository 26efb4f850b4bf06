// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import java.util.List;

/** What can be read of the alerts. */
public interface AlertsView {
    /** @param state {@code open}, {@code acknowledged}, {@code resolved}; null = all. Newest first. */
    List<Alert> alerts(String state, int limit);

    /** Not resolved ones: for a badge. */
    long unresolved();

    /** One per type. */
    List<AlertRule> rules();
}
