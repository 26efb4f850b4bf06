// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.time.Instant;

/**
 * The budget as the console shows it.
 *
 * @param configured requests in any 60 s by the settings
 * @param limit requests that hold now: the least of what is configured, told by SmartMails and learnt from 429s
 * @param usedInWindow requests counted in the last 60 s
 * @param others requests of the last 60 s that somebody else made with the account's key, as far as the headers tell
 * @param free requests that could leave before the limit, the slack kept
 * @param nextFreeAt when a transactional request may leave
 */
public record BudgetView(int configured, int limit, int usedInWindow, int others, int free, Instant nextFreeAt) {}
