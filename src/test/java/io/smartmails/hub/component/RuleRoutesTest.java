// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.hub.event.Consent;
import io.smartmails.hub.event.Contact;
import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.queue.Run;
import io.smartmails.hub.queue.SendCommand;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What routes can say with the hub's components, and what comes of it. The examples of docs/routes.md are among them. */
class RuleRoutesTest {
    private static final Instant AT = Instant.parse("2026-11-24T08:00:00Z");

    private final Rules rules = new Rules();
    private DefaultCamelContext camel;

    @BeforeEach
    void startCamel() {
        camel = new DefaultCamelContext();
        camel.getRegistry().bind("rules", rules);
        FailurePolicy.applyTo(camel);
        camel.start();
    }

    @AfterEach
    void stopCamel() {
        camel.stop();
    }

    @Test
    void aPaidOrderBecomesOneSendCommand() throws Exception {
        load("event:order.paid", "- to: {uri: 'smartmails:send?template=order-confirmation&expiresAfter=6h'}");

        SendCommand send = run(order()).sends().get(0);

        assertThat(send.recipient()).isEqualTo("Jane@Example.com");
        assertThat(send.step()).isEqualTo("order-confirmation");
        assertThat(send.once()).isEqualTo(SendCommand.Once.PER_SUBJECT);
        assertThat(send.category()).isEqualTo("transactional");
        assertThat(send.expiresAfter()).isEqualTo(Duration.ofHours(6));
        assertThat(send.message())
                .containsEntry("template_alias", "order-confirmation")
                .containsEntry("to", List.of(Map.of("email", "Jane@Example.com", "name", "Jane Doe")))
                .containsEntry("metadata", Map.of("receipt", "env_1", "rule", "r"))
                .containsEntry("tags", List.of("shopify"));
        assertThat(send.message().get("contact"))
                .isEqualTo(Map.of(
                        "email", "Jane@Example.com",
                        "first_name", "Jane",
                        "last_name", "Doe",
                        "external_ids", Map.of("shopify", "77"),
                        "consent",
                                Map.of(
                                        "status", "subscribed",
                                        "source", "shopify",
                                        "method", "double",
                                        "at", AT.toString())));
        assertThat((Map<?, ?>) send.message().get("variables"))
                .isEqualTo(Map.of(
                        "total", Map.of("amount", new BigDecimal("199.10"), "currency", "EUR"),
                        "items", List.of(Map.of("title", "Mug"), Map.of("title", "Cup")),
                        "event", Map.of("type", "order.paid", "subject", "5001", "occurred_at", AT.toString())));
    }

    @Test
    void everyOptionOfSendIsUnderstood() throws Exception {
        load("event:order.*", """
                - to:
                    uri: smartmails:send
                    parameters:
                      template: big-order
                      to: RAW(sales+${variable.event.data.total.currency}@example.com)
                      subject: Order ${variable.event.subject}
                      category: marketing
                      step: tell-sales
                      once: per-day
                """);

        SendCommand send = run(order()).sends().get(0);

        assertThat(send.recipient()).isEqualTo("sales+EUR@example.com");
        assertThat(send.step()).isEqualTo("tell-sales");
        assertThat(send.once()).isEqualTo(SendCommand.Once.PER_DAY);
        assertThat(send.category()).isEqualTo("marketing");
        assertThat(send.message()).containsEntry("subject", "Order 5001").doesNotContainKey("contact");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${variable.event.data.total.amount} > 199.09 | 1",
                "${variable.event.data.total.amount} > 199 | 1",
                "${variable.event.data.total.amount} == 199 | 0",
                "${variable.event.data.total.amount} <= 199.1 | 1",
                "${variable.event.data.total.amount} >= 1000 | 0",
                "${variable.event.data.total.currency} == 'EUR' | 1",
                "${variable.event.data.items[0].title} == 'Mug' | 1",
                "${variable.event.data.items[9].title} == 'Mug' | 0",
                "${variable.event.data.discount} == null | 1",
                "${variable.event.contact.email} contains '@' | 1",
                "${body[data][total][currency]} == 'EUR' | 1"
            })
    void aFilterReadsCanonicalFieldsAndComparesExactly(String condition, int sends) throws Exception {
        load("event:order.paid", """
                - filter:
                    expression:
                      simple:
                        expression: "%s"
                    steps:
                      - to: {uri: 'smartmails:send?template=t'}
                """.formatted(condition));

        assertThat(run(order()).sends()).hasSize(sends);
    }

    @Test
    void copiesOfTheExchangeCollectIntoOneRun() throws Exception {
        load("event:order.paid", """
                - split:
                    expression:
                      simple:
                        expression: "${variable.event.data.items}"
                    parallelProcessing: true
                    steps:
                      - to: {uri: 'smartmails:send?template=item&step=${body[title]}'}
                - multicast:
                    steps:
                      - to: {uri: 'smartmails:contact?list=customers, buyers&tag=paid'}
                """.replace("&step=${body[title]}", ""));

        RuleRun collected = run(order());

        assertThat(collected.sends()).hasSize(2);
        assertThat(collected.contacts()).singleElement().satisfies(command -> {
            assertThat(command.lists()).containsExactly("customers", "buyers");
            assertThat(command.tags()).containsExactly("paid");
            assertThat(command.connection()).isEqualTo("demo-shop");
        });
    }

    @Test
    void aListMayBeNamedTwice() throws Exception {
        load("event:order.paid", "- to: {uri: 'smartmails:contact?list=a&list=b'}");

        assertThat(run(order()).contacts().get(0).lists()).containsExactly("a", "b");
    }

    @Test
    void nobodyToMailIsADeadEndButNobodyToKeepIsAFact() throws Exception {
        load("event:order.paid", "- to: {uri: 'smartmails:contact?list=a'}");
        assertThat(run(withoutContact()).withoutAddress()).isEqualTo(1);

        camel.getRouteController().stopRoute("r");
        camel.removeRoute("r");
        load("event:order.paid", "- to: {uri: 'smartmails:send?template=t'}");
        assertThatThrownBy(() -> run(withoutContact()))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("names no address to send 't' to")
                .hasMessageContaining("rule 'r'");
    }

    @Test
    void aRuleMakesAnEventOfItsOwnButNoCircle() throws Exception {
        load("event:order.*", "- to: {uri: 'event:order.vip'}");

        Event derived = run(order()).events().get(0);

        assertThat(derived.type()).isEqualTo("order.vip");
        assertThat(derived.subject()).isEqualTo("5001");
        assertThat(derived.data()).isEqualTo(order().data());
        assertThat(derived.topic()).isEqualTo("rule/r");
        assertThatThrownBy(() -> run(derived))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("rules run in a circle");
    }

    @Test
    void aStepThatOutlivesTheRunIsRefused() throws Exception {
        load("event:order.paid", "- to: {uri: 'mock:end'}");
        RuleRun collected = run(order());

        assertThatThrownBy(collected::addWithoutAddress)
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("must not stand behind wireTap");
    }

    @Test
    void outsideARuleSmartMailsSaysWhereItBelongs() throws Exception {
        load("direct:start", "- to: {uri: 'smartmails:send?template=t'}");

        assertThatThrownBy(() -> camel.createProducerTemplate().sendBody("direct:start", "x"))
                .rootCause()
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("works only in a rule");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smartmails:send?templat=x | did you mean 'template'",
                "smartmails:send | needs template=",
                "smartmails:send?template=t&list=a | options of smartmails:contact",
                "smartmails:contact?template=t | takes list and tag",
                "smartmails:sned?template=t | there are smartmails:send and smartmails:contact",
                "smartmails:send?template=t&once=sometimes | it can be per-subject, per-event, per-day",
                "smartmails:send?template=t&expiresAfter=0s | longer than zero",
                "event:shopify/order.paid | cannot be made by a rule",
                "poll:demo-crm/contacts?every=15m | cannot be a step"
            })
    void aWrongStepFailsWhenTheRouteIsCreated(String step, String told) {
        assertThatThrownBy(() -> load("event:order.paid", "- to: {uri: '" + step + "'}"))
                .rootCause()
                .hasMessageContaining(told);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "event:Order Paid | is not a name of events",
                "event:order.paid?typ=x | option 'typ' is not known",
                "poll:demo-crm/contacts | needs every=",
                "poll:demo-crm/contacts?evry=15m | did you mean 'every'",
                "poll:contacts?every=15m | names no poll",
                "smartmails:send?template=t | rules start with event: or poll:"
            })
    void aWrongStartFailsWhenTheRouteIsCreated(String from, String told) {
        assertThatThrownBy(() -> load(from, "- to: {uri: 'mock:end'}"))
                .rootCause()
                .hasMessageContaining(told);
    }

    @Test
    void aStoppedRuleKeepsItsSubscription() throws Exception {
        load("event:order.paid", "- to: {uri: 'mock:end'}");
        assertThat(rules.running()).hasSize(1);

        camel.getRouteController().stopRoute("r");

        assertThat(rules.running()).isEmpty();
        assertThat(rules.listenersOf(order())).containsExactly("r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"event", "poll", "smartmails"})
    void theComponentsHaveACatalogueEntry(String scheme) throws Exception {
        assertThat(camel.getComponentParameterJsonSchema(scheme)).contains("\"scheme\": \"" + scheme + "\"");
    }

    private void load(String from, String steps) throws Exception {
        String yaml = "- route:\n    id: r\n    from:\n      uri: '" + from + "'\n      steps:\n" + steps.indent(8);
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("r.yaml", yaml));
    }

    private RuleRun run(Event event) throws Exception {
        return rules.find("r").orElseThrow().consumer().run(new Run("run_1", "env_1", "evt_1", "r", event, AT, 1, AT));
    }

    private static Event order() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("total", Map.of("amount", new BigDecimal("199.10"), "currency", "EUR"));
        data.put("items", List.of(Map.of("title", "Mug"), Map.of("title", "Cup")));
        return new Event("order.paid", "shopify", "demo-shop", "orders/paid", "5001", AT, jane(), data);
    }

    private static Event withoutContact() {
        return new Event("order.paid", "shopify", "demo-shop", "orders/paid", "5001", AT, null, Map.of());
    }

    private static Contact jane() {
        return new Contact(
                "77",
                "Jane@Example.com",
                "Jane",
                "Doe",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new Consent(Consent.State.SUBSCRIBED, "double", AT, null),
                AT);
    }
}
