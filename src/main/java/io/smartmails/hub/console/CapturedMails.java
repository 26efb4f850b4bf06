// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inbox, read from SmartMails, whose capture server took the mails. Costs nothing of the budget. */
final class CapturedMails implements InboxView {
    private final SmartMailsClient smartMails;

    CapturedMails(SmartMailsClient smartMails) {
        this.smartMails = smartMails;
    }

    @Override
    public List<Mail> inbox(String to, int limit) {
        try {
            JsonNode inbox = smartMails
                    .inbox(to, limit)
                    .orElseThrow(() -> Problem.of(
                                    ProblemCode.NOT_FOUND,
                                    "There is no inbox here: mail leaves by a real SMTP server or in the cloud. Without"
                                            + " engine.smtp.host and smartmails.base-url it is captured.")
                            .asException());
            List<Mail> mails = new ArrayList<>();
            inbox.path("data").forEach(mail -> mails.add(mail(mail)));
            return mails;
        } catch (TransientFailure | SmartMailsClient.KeyRefused | SmartMailsClient.Throttled e) {
            throw Problem.of(ProblemCode.UPSTREAM_ERROR, e.getMessage()).asException();
        }
    }

    private static Mail mail(JsonNode mail) {
        List<String> to = new ArrayList<>();
        mail.path("to").forEach(address -> to.add(address.asText()));
        Map<String, Object> headers = new LinkedHashMap<>();
        mail.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        return new Mail(
                mail.path("id").asText(),
                to,
                mail.path("from").asText(null),
                mail.path("subject").asText(null),
                mail.path("text").asText(null),
                mail.path("html").asText(null),
                headers,
                Instant.parse(mail.path("at").asText()));
    }
}
