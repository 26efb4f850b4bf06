// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static io.smartmails.hub.routing.RoutingKit.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.queue.Item;
import io.smartmails.hub.timeline.Story;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is all or nothing, and the same business event is one mail however often it runs. */
class RuleRunnerTest {
    @TempDir
    Path folder;

    private RoutingKit kit;

    @BeforeEach
    void open() {
        kit = new RoutingKit(folder);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aRunBecomesAnItemWithItsIdentityLaneAndBestBefore() {
        deploy(rule("r", "event:order.paid", "smartmails:send?template=t&expiresAfter=6h"));
        String receipt = kit.publish(kit.event("order.paid", "5001", "Jane@Example.com"));
        kit.clock.advance(Duration.ofMinutes(5));

        assertThat(kit.runDue("r")).isTrue();

        assertThat(kit.identities()).containsExactly("main/r/t/demo-shop:5001/jane@example.com");
        Item item = kit.items.find(kit.column("item", "id", receipt)).orElseThrow();
        assertThat(item.lane()).isEqualTo(Item.Lane.TRANSACTIONAL);
        assertThat(item.batchKey()).isEqualTo("live");
        assertThat(item.expiresAt()).isEqualTo(kit.clock.instant().plus(Duration.ofMinutes(355)));
        assertThat(item.payload()).contains("\"template_alias\":\"t\"", "Jane@Example.com", receipt);
        assertThat(kit.column("run", "result", receipt)).isEqualTo("1 send");
        assertThat(kit.runDue("r")).isFalse();
    }

    @Test
    void theSameOrderMailsOnceHoweverOftenItsEventComes() {
        deploy(rule("r", "event:order.paid", "smartmails:send?template=t"));
        kit.publish(kit.event("order.paid", "5001", "jane@example.com"));
        String repeat = kit.publish(kit.event("order.paid", "5001", "JANE@example.com"));

        kit.runDue("r");

        assertThat(kit.identities()).hasSize(1);
        assertThat(kit.column("run", "result", repeat)).matches("already mailed \\(itm_\\w+\\)");
        assertThat(kit.stories.find(repeat).orElseThrow().entries())
                .extracting(Story.Entry::what)
                .contains("already-mailed");
    }

    @Test
    void aRuleThatRunsTwiceGivesTheSameIdentityForEveryScope() {
        for (String once : List.of("per-event", "per-subject", "per-day")) {
            deploy(rule("r", "event:contact.subscribed", "smartmails:send?template=t&once=" + once));
            String receipt = kit.publish(kit.event("contact.subscribed", once, "jane@example.com"));
            kit.runDue("r");
            String identity = kit.column("item", "identity", receipt);

            // A crash between the run and its settlement leaves the run waiting; here the row is set back.
            kit.clock.advance(Duration.ofHours(30));
            kit.database.write(tx -> tx.jdbc()
                    .sql("UPDATE run SET state = 'waiting', due_at = 0 WHERE envelope_id = :id")
                    .param("id", receipt)
                    .update());
            kit.runDue("r");

            assertThat(kit.identities()).filteredOn(identity::equals).hasSize(1);
            assertThat(kit.column("run", "result", receipt)).startsWith("already mailed");
        }
    }

    @Test
    void perEventMailsAgainForANewEventAndPerDayForANewDay() {
        deploy(rule("e", "event:contact.subscribed", "smartmails:send?template=t"));
        deploy(rule("d", "event:contact.subscribed", "smartmails:send?template=t&once=per-day"));
        kit.publish(kit.event("contact.subscribed", "77", "jane@example.com"));
        kit.publish(kit.event("contact.subscribed", "77", "jane@example.com"));
        kit.clock.advance(Duration.ofDays(1));
        kit.publish(kit.event("contact.subscribed", "77", "jane@example.com"));

        kit.runDue("e");
        kit.runDue("d");

        assertThat(kit.identities())
                .filteredOn(identity -> identity.startsWith("main/e/"))
                .hasSize(3);
        assertThat(kit.identities())
                .filteredOn(identity -> identity.startsWith("main/d/"))
                .containsExactly(
                        "main/d/t/demo-shop:77@2026-11-24/jane@example.com",
                        "main/d/t/demo-shop:77@2026-11-25/jane@example.com");
    }

    @Test
    void whatCannotBeStoredWhollyIsNotStoredAtAllAndComesAgain() {
        deploy("""
                - route:
                    id: r
                    from:
                      uri: event:order.paid
                      steps:
                        - to:
                            uri: smartmails:send?template=t
                        - to:
                            uri: smartmails:contact?list=customers
                        - to:
                            uri: event:order.thanked
                """);
        String receipt = kit.publish(kit.event("order.paid", "5001", "jane@example.com"));
        kit.failContacts(true);

        kit.runDue("r");

        assertThat(kit.identities()).isEmpty();
        assertThat(kit.stories.find(receipt).orElseThrow().entries())
                .extracting(Story.Entry::what)
                .contains("retry")
                .doesNotContain("no-rule");

        kit.failContacts(false);
        kit.clock.advance(Duration.ofSeconds(10));
        kit.runDue("r");

        assertThat(kit.identities()).hasSize(1);
        assertThat(kit.merged).containsExactly("demo-shop jane@example.com");
        assertThat(kit.column("run", "result", receipt)).isEqualTo("1 send, contact changed, event order.thanked");
    }

    @Test
    void aFailingRuleRepeatsAlone() {
        deploy(rule("bad", "event:order.paid", "direct:nowhere?block=false"));
        deploy(rule("good", "event:order.paid", "smartmails:send?template=t"));
        String receipt = kit.publish(kit.event("order.paid", "5001", "jane@example.com"));

        kit.runDue("bad");
        kit.runDue("good");

        assertThat(kit.identities()).containsExactly("main/good/t/demo-shop:5001/jane@example.com");
        assertThat(kit.stories.find(receipt).orElseThrow().fate()).isEqualTo("waiting");
        assertThat(kit.status("bad.yaml").waitingRuns()).isEqualTo(1);
        assertThat(kit.runner.hasDue("bad")).isFalse();
        kit.clock.advance(Duration.ofSeconds(10));
        assertThat(kit.runner.hasDue("bad")).isTrue();
    }

    @Test
    void nobodyToMailIsADeadLetterInPlainWords() {
        deploy(rule("r", "event:order.paid", "smartmails:send?template=t"));
        String receipt = kit.publish(kit.event("order.paid", "5001", null));

        kit.runDue("r");

        assertThat(kit.column("run", "cause", receipt)).contains("names no address to send 't' to");
        assertThat(kit.stories.find(receipt).orElseThrow().fate()).isEqualTo("dead");
    }

    @Test
    void aDerivedEventRunsTheRulesThatListen() {
        deploy(rule("vip", "event:order.paid", "event:order.vip"));
        deploy(rule("thank", "event:order.vip", "smartmails:send?template=thanks"));
        kit.publish(kit.event("order.paid", "5001", "jane@example.com"));

        kit.runDue("vip");
        kit.runDue("thank");

        assertThat(kit.identities()).containsExactly("main/thank/thanks/demo-shop:5001/jane@example.com");
    }

    @Test
    void whatIsLeftOfABatchGoesBackWhenTheHubStops() {
        deploy(rule("r", "event:order.paid", "smartmails:send?template=t"));
        kit.publish(kit.event("order.paid", "1", "jane@example.com"));
        kit.publish(kit.event("order.paid", "2", "jane@example.com"));
        var asked = new AtomicInteger();

        kit.runner.runDue("r", () -> asked.getAndIncrement() == 0);

        assertThat(kit.identities()).hasSize(1);
        assertThat(kit.runner.hasDue("r")).isTrue();
    }

    private void deploy(String text) {
        String id = text.replaceFirst("(?s).*?id: (\\w+).*", "$1");
        kit.write(id + ".yaml", text);
        if (kit.deployer.deployed()) {
            kit.scanTwice();
        } else {
            kit.deployer.deployAll();
        }
        assertThat(kit.status(id + ".yaml").error()).isNull();
    }
}
