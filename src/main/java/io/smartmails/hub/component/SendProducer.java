// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.SendCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.DefaultProducer;

/** Collects the wish that one mail goes out, in the members of the SmartMails message. */
class SendProducer extends DefaultProducer {
    /** RFC 5321, 4.5.3.1.3: the longest path is 256 with its angle brackets. */
    private static final int ADDRESS_CHARS = 254;

    private final SmartMailsEndpoint endpoint;
    private Expression to;
    private Expression subject;

    SendProducer(SmartMailsEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        to = simple(endpoint.getTo());
        subject = simple(endpoint.getSubject());
    }

    private Expression simple(String text) {
        if (text == null) {
            return null;
        }
        Expression expression =
                endpoint.getCamelContext().resolveLanguage("simple").createExpression(text);
        expression.init(endpoint.getCamelContext());
        return expression;
    }

    @Override
    public void process(Exchange exchange) {
        RuleRun collected = RuleRun.of(exchange, "smartmails:send");
        Run run = collected.run();
        String recipient = recipient(exchange, run);
        String category = endpoint.getCategory().name().toLowerCase(Locale.ROOT);
        collected.add(new SendCommand(
                endpoint.getTemplate(),
                recipient,
                endpoint.getStep() == null ? endpoint.getTemplate() : endpoint.getStep(),
                endpoint.getOnce() == null ? usual(run.event()) : endpoint.getOnce(),
                category,
                endpoint.getExpiresAfter(),
                message(exchange, run, recipient, category)));
    }

    private static SendCommand.Once usual(Event event) {
        return event.type().startsWith("order.") ? SendCommand.Once.PER_SUBJECT : SendCommand.Once.PER_EVENT;
    }

    private String recipient(Exchange exchange, Run run) {
        Contact contact = run.event().contact();
        String address = to != null ? to.evaluate(exchange, String.class) : contact == null ? null : contact.email();
        if (address == null || address.isBlank()) {
            throw new PermanentFailure(run.event().type() + " of " + run.event().connection()
                    + " names no address to send '" + endpoint.getTemplate() + "' to; "
                    + (to == null
                            ? "give smartmails:send a 'to', or filter such events out in rule '"
                            : "the 'to' of smartmails:send gave nothing in rule '")
                    + run.rule() + "'");
        }
        String stripped = address.strip();
        int at = stripped.indexOf('@');
        if (at < 1
                || at == stripped.length() - 1
                || stripped.length() > ADDRESS_CHARS
                || stripped.chars().anyMatch(Character::isWhitespace)) {
            throw new PermanentFailure("the recipient of '" + endpoint.getTemplate() + "' in rule '" + run.rule()
                    + "' is not an e-mail address (" + stripped.length()
                    + " characters); correct it at the source or in the rule's 'to', then replay");
        }
        return stripped;
    }

    private Map<String, Object> message(Exchange exchange, Run run, String recipient, String category) {
        Event event = run.event();
        boolean toContact = event.contact() != null
                && recipient.equalsIgnoreCase(strip(event.contact().email()));
        Map<String, Object> addressee = new LinkedHashMap<>();
        addressee.put("email", recipient);
        String name = toContact ? name(event.contact()) : "";
        if (!name.isEmpty()) {
            addressee.put("name", name);
        }
        Map<String, Object> variables = new LinkedHashMap<>(event.data());
        variables.put("event", EventBody.about(event));
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("to", List.of(addressee));
        message.put("template_alias", endpoint.getTemplate());
        if (subject != null) {
            message.put("subject", subject.evaluate(exchange, String.class));
        }
        message.put("variables", variables);
        if (toContact) {
            Map<String, Object> contact = EventBody.inlineContact(event);
            contact.put("email", recipient);
            message.put("contact", contact);
        }
        message.put("category", category);
        message.put("metadata", Map.of("receipt", run.envelopeId(), "rule", run.rule()));
        message.put("tags", List.of(event.connector()));
        return message;
    }

    private static String name(Contact contact) {
        return Stream.of(contact.firstName(), contact.lastName())
                .filter(part -> part != null && !part.isBlank())
                .collect(Collectors.joining(" "));
    }

    private static String strip(String address) {
        return address == null ? null : address.strip();
    }
}
