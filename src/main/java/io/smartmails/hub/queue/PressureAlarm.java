// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

/** Who is told when it gets tight. */
public interface PressureAlarm {
    /**
     * Called once when a mark is passed, again only after it was clearly left below.
     *
     * @param type {@code pressure.half}, {@code pressure.high}, {@code pressure.refusing}
     * @param subject what gets tight: {@code queue}, {@code disk}, {@code data}
     * @param detail in plain words, with what to do
     */
    void raise(String type, String subject, String detail);
}
