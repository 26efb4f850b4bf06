// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.queue.SendCommand;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Send a mail about an event, or keep its contact in step. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "smartmails",
        title = "SmartMails",
        syntax = "smartmails:operation",
        category = {Category.MAIL},
        producerOnly = true)
public class SmartMailsEndpoint extends DefaultEndpoint {
    @UriPath(description = "What is wanted.")
    @Metadata(required = true)
    private final SmartMailsOperation operation;

    @UriParam(label = "send", description = "Alias of the template. Required for send.")
    private String template;

    @UriParam(
            label = "send",
            description =
                    "Recipient: an address or a Simple expression that gives one. The event's contact unless set.")
    private String to;

    @UriParam(label = "send", description = "Subject line, text or Simple expression. The template's unless set.")
    private String subject;

    @UriParam(
            label = "send",
            defaultValue = "TRANSACTIONAL",
            description =
                    "transactional, or marketing: that needs the contact's consent and carries one-click unsubscribe.")
    private MailCategory category = MailCategory.TRANSACTIONAL;

    @UriParam(
            label = "send",
            description =
                    "Name of this step in the rule's send identity. The template's alias unless set; needed when one rule"
                            + " sends one template twice to a recipient.")
    private String step;

    @UriParam(
            label = "send",
            description = "What counts as the same mail, which is sent once: per-subject (one per order, customer ...),"
                    + " per-event, per-day. per-subject for order events, per-event for others unless set.")
    private SendCommand.Once once;

    @UriParam(
            label = "send",
            description =
                    "Best-before, counted from the receipt of the event: 6h, 2d. Later the mail is dropped, not sent.")
    private Duration expiresAfter;

    @UriParam(label = "contact", description = "Lists the contact joins: one or more names, separated by commas.")
    private String list;

    @UriParam(label = "contact", description = "Tags the contact gets: one or more, separated by commas.")
    private String tag;

    public SmartMailsEndpoint(String uri, SmartMailsComponent component, SmartMailsOperation operation) {
        super(uri, component);
        this.operation = operation;
    }

    void validate() {
        if (operation == SmartMailsOperation.SEND) {
            if (template == null || template.isBlank()) {
                throw new IllegalArgumentException("smartmails:send needs template=<alias of a template>");
            }
            if (list != null || tag != null) {
                throw new IllegalArgumentException(
                        "list and tag are options of smartmails:contact, not of smartmails:send");
            }
            if (expiresAfter != null && (expiresAfter.isZero() || expiresAfter.isNegative())) {
                throw new IllegalArgumentException("expiresAfter must be longer than zero, for example 6h");
            }
        } else if (template != null
                || to != null
                || subject != null
                || step != null
                || once != null
                || expiresAfter != null) {
            throw new IllegalArgumentException(
                    "smartmails:contact takes list and tag; the others are options of smartmails:send");
        }
    }

    @Override
    public Producer createProducer() {
        return operation == SmartMailsOperation.SEND ? new SendProducer(this) : new ContactProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new IllegalArgumentException("smartmails: cannot start a route; rules start with event: or poll:");
    }

    List<String> lists() {
        return names(list);
    }

    List<String> tags() {
        return names(tag);
    }

    private static List<String> names(String option) {
        return option == null
                ? List.of()
                : Arrays.stream(option.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .distinct()
                        .toList();
    }

    public SmartMailsOperation getOperation() {
        return operation;
    }

    public String getTemplate() {
        return template;
    }

    public void setTemplate(String template) {
        this.template = template;
    }

    public String getTo() {
        return to;
    }

    public void setTo(String to) {
        this.to = to;
    }

    public String getSubject() {
        return subject;
    }

    public void setSubject(String subject) {
        this.subject = subject;
    }

    public MailCategory getCategory() {
        return category;
    }

    public void setCategory(MailCategory category) {
        this.category = category;
    }

    public String getStep() {
        return step;
    }

    public void setStep(String step) {
        this.step = step;
    }

    public SendCommand.Once getOnce() {
        return once;
    }

    public void setOnce(SendCommand.Once once) {
        this.once = once;
    }

    public Duration getExpiresAfter() {
        return expiresAfter;
    }

    public void setExpiresAfter(Duration expiresAfter) {
        this.expiresAfter = expiresAfter;
    }

    public String getList() {
        return list;
    }

    public void setList(String list) {
        this.list = list;
    }

    public String getTag() {
        return tag;
    }

    public void setTag(String tag) {
        this.tag = tag;
    }
}
