// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

/** Told once when something about SmartMails needs a person. */
@FunctionalInterface
public interface UpstreamAlarm {
    /**
     * Never throws, never blocks.
     *
     * @param type {@code upstream_refused}, {@code upstream_scope}, {@code upstream_quota} or {@code upstream_nonsense}
     * @param subject what it is about, such as a kind of request
     * @param detail in plain words, without secrets and personal data
     */
    void raise(String type, String subject, String detail);
}
