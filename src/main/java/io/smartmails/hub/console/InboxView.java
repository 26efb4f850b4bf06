// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The mails the capture server took instead of sending them. */
@FunctionalInterface
public interface InboxView {
    /**
     * Newest first.
     *
     * @param to only mails to this address; null = all
     * @throws io.smartmails.problem.ProblemException when there is no inbox: mail leaves by a real SMTP server, or in the cloud
     */
    List<Mail> inbox(String to, int limit);

    /**
     * One captured mail.
     *
     * @param id unique in the inbox
     * @param html null when the mail has only text; the same the other way round
     * @param headers in the order of the mail
     */
    record Mail(
            String id,
            List<String> to,
            String from,
            String subject,
            String text,
            String html,
            Map<String, Object> headers,
            Instant at) {}
}
