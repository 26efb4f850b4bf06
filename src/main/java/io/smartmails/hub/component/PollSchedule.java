// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import java.time.Duration;

/**
 * What a rule wants read, and how often.
 *
 * @param connection name of a connection
 * @param poll name of one of its connector's polls
 * @param every from the end of one read to the start of the next
 * @param initialDelay from the deployment of the rule to the first read
 */
public record PollSchedule(String connection, String poll, Duration every, Duration initialDelay) {}
