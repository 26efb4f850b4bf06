// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.db.Database;
import io.smartmails.hub.connector.Answer;
import io.smartmails.hub.gateway.Admission;
import io.smartmails.hub.gateway.ProblemWriter;
import io.smartmails.hub.gateway.Refusals;
import io.smartmails.hub.gateway.WebhookGate;
import io.smartmails.hub.queue.Envelope;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.Receipt;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /webhooks/{connection}[/{secret}]}.
 *
 * <p>2xx carries {@code X-Hub-Receipt}; for a repeat that of the first one, with {@code X-Hub-Duplicate: true}. A batch is
 * one commit and one answer; its receipt is that of the first envelope, whose story lists the others.
 */
final class WebhookServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookServlet.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    private final transient WebhookGate gate;
    private final transient Refusals refusals;
    private final transient Database database;
    private final transient EnvelopeStore envelopes;
    private final transient TimelineStore timeline;
    private final transient Wakeup translator;
    private final transient Pressure pressure;
    private final transient InstantSource clock;
    private final transient Ids ids;

    WebhookServlet(
            WebhookGate gate,
            Refusals refusals,
            Database database,
            EnvelopeStore envelopes,
            TimelineStore timeline,
            Wakeup translator,
            Pressure pressure,
            InstantSource clock,
            Ids ids) {
        this.gate = gate;
        this.refusals = refusals;
        this.database = database;
        this.envelopes = envelopes;
        this.timeline = timeline;
        this.translator = translator;
        this.pressure = pressure;
        this.clock = clock;
        this.ids = ids;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("POST")) {
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "Webhooks are posted")
                            .withHeader("Allow", "POST"));
            return;
        }
        try {
            pressure.requireRoom();
            accept(gate.admit(request), request, response);
        } catch (WebhookGate.Refused refused) {
            refusals.count();
            ProblemWriter.write(
                    request,
                    response,
                    refused.status(),
                    refused.code(),
                    "The webhook was refused",
                    refused.getMessage());
        } catch (ProblemException refused) {
            refusals.count();
            ProblemWriter.write(request, response, refused.problem());
        }
    }

    private void accept(Admission admission, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Instant now = clock.instant();
        List<Envelope> arrived = admission.deliveries().stream()
                .map(delivery -> new Envelope(
                        ids.next("env"),
                        admission.connection().connector().name(),
                        admission.connection().name(),
                        delivery.topic(),
                        delivery.dedupeId(),
                        now,
                        delivery.keptHeaders(),
                        delivery.body(),
                        0))
                .toList();
        List<Receipt> receipts;
        try {
            receipts = database.write(tx -> {
                List<Receipt> stored = envelopes.accept(tx, arrived);
                if (stored.size() > 1 && !stored.get(0).duplicate()) {
                    timeline.add(
                            tx,
                            stored.get(0).id(),
                            "intake",
                            "batch",
                            "first of " + stored.size() + " that came together: "
                                    + stored.stream().map(Receipt::id).collect(Collectors.joining(" ")),
                            null);
                }
                return stored;
            });
        } catch (RuntimeException e) {
            LOG.error(
                    "A webhook for {} could not be journalled",
                    admission.connection().name(),
                    e);
            ProblemWriter.write(
                    request,
                    response,
                    Problem.of(ProblemCode.OVERLOADED, "The webhook could not be stored; send it again")
                            .withHeader("Retry-After", RETRY_AFTER_SECONDS));
            return;
        }
        translator.signal();
        boolean repeat = receipts.stream().allMatch(Receipt::duplicate);
        Answer answer = admission.connection().connector().answer(admission.connection(), repeat);
        response.setHeader("X-Hub-Receipt", receipts.get(0).id());
        if (repeat) {
            response.setHeader("X-Hub-Duplicate", "true");
        }
        response.setStatus(answer.status());
        if (answer.contentType() != null) {
            response.setContentType(answer.contentType());
        }
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }
}
