// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.time.Instant;

/**
 * The budget as the console shows it.
 *
 * @param limit requests SmartMails allows in any 60 s
 * @param usedInWindow requests counted in the last 60 s
 * @param free requests that could leave before the limit, the slack kept
 * @param nextFreeAt when a transactional request may leave
 */
public record BudgetView(int limit, int usedInWindow, int free, Instant nextFreeAt) {}
