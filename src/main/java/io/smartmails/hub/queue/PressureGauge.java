// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

/**
 * One of the things that may run out.
 *
 * @param name {@code queue}, {@code disk}, {@code data}
 * @param level 1 = at the mark
 * @param value rows that wait, bytes that are free, bytes the database holds
 * @param mark of the same unit
 * @param detail in plain words
 */
public record PressureGauge(String name, double level, long value, long mark, String detail) {
    public int percent() {
        return (int) Math.floor(level * 100);
    }
}
