// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.nio.file.Path;

/**
 * Where new work is refused.
 *
 * @param maxWaitingRows envelopes, runs and items that may wait together
 * @param minFreeBytes that must stay free on the disk of the data folder; 0 = the smaller of 1 GB and 5 % of the disk
 * @param maxDataBytes the database may hold; 0 = no matter
 * @param data folder whose disk is watched
 */
public record PressureSettings(long maxWaitingRows, long minFreeBytes, long maxDataBytes, Path data) {}
