// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static io.smartmails.hub.routing.RoutingKit.rule;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the rules when their files change. */
class RouteDeployerTest {
    private static final String GOOD = rule("confirm", "event:order.paid", "smartmails:send?template=a");
    private static final String OTHER = rule("other", "event:order.*", "smartmails:send?template=b");

    @TempDir
    Path folder;

    private RoutingKit kit;

    @BeforeEach
    void deployTwoRules() {
        kit = new RoutingKit(folder);
        kit.write("confirm.yaml", GOOD);
        kit.write("other.yaml", OTHER);
        kit.deployer.deployAll();
    }

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void everyFileBecomesARuleAndTheStageIsReady() {
        assertThat(listeners()).containsExactly("confirm", "other");
        assertThat(kit.statuses().ready()).isTrue();
        assertThat(kit.status("confirm.yaml"))
                .extracting(RouteStatus::rule, RouteStatus::sentence, RouteStatus::from, RouteStatus::state)
                .containsExactly(
                        "confirm", "The rule confirm in a sentence.", "event:order.paid", RouteStatus.State.RUNNING);
    }

    @Test
    void aNewFileIsTakenAtTheSecondLook() {
        kit.write("third.yaml", rule("third", "event:order.paid", "mock:x"));

        kit.deployer.scan();
        assertThat(listeners()).doesNotContain("third");
        kit.deployer.scan();
        assertThat(listeners()).contains("third");
    }

    @Test
    void anEditReplacesTheRuleAndTouchesNoOther() {
        Object untouched = kit.rules.find("other").orElseThrow().consumer();

        kit.write("confirm.yaml", rule("confirm", "event:order.placed", "smartmails:send?template=a"));
        kit.scanTwice();

        assertThat(kit.rules.listenersOf(kit.event("order.placed", "1", null))).contains("confirm");
        assertThat(listeners()).containsExactly("other");
        assertThat(kit.rules.find("other").orElseThrow().consumer()).isSameAs(untouched);
    }

    @Test
    void aCommentOrLayoutRestartsNothing() {
        Object untouched = kit.rules.find("confirm").orElseThrow().consumer();

        kit.write("confirm.yaml", GOOD.replaceFirst("# .*\n", "# Said anew.\n\n"));
        kit.scanTwice();

        assertThat(kit.rules.find("confirm").orElseThrow().consumer()).isSameAs(untouched);
        assertThat(kit.status("confirm.yaml").sentence()).isEqualTo("Said anew.");
    }

    @Test
    void aBrokenEditLeavesTheOldRuleRunningUntilItIsMended() {
        Object old = kit.rules.find("confirm").orElseThrow().consumer();

        kit.write("confirm.yaml", rule("confirm", "event:order.paid", "smartmails:send?templat=a"));
        kit.scanTwice();

        assertThat(kit.rules.find("confirm").orElseThrow().consumer()).isSameAs(old);
        RouteStatus broken = kit.status("confirm.yaml");
        assertThat(broken.state().word()).isEqualTo("broken-old-running");
        assertThat(broken.error().line()).isEqualTo(8);
        assertThat(broken.error().reason()).contains("option 'templat' is not known", "did you mean 'template'");
        assertThat(kit.statuses().ready()).isTrue();

        kit.write("confirm.yaml", rule("confirm", "event:order.paid", "smartmails:send?template=c"));
        kit.scanTwice();

        assertThat(kit.status("confirm.yaml").state()).isEqualTo(RouteStatus.State.RUNNING);
        assertThat(kit.status("confirm.yaml").error()).isNull();
        assertThat(kit.rules.find("confirm").orElseThrow().consumer()).isNotSameAs(old);
    }

    @Test
    void afterARestartABrokenFileRunsItsLastGoodText() {
        kit.write("confirm.yaml", "- route: [");
        kit.restart();

        assertThat(listeners()).containsExactly("confirm", "other");
        assertThat(kit.status("confirm.yaml").state()).isEqualTo(RouteStatus.State.BROKEN_OLD_RUNNING);
        assertThat(kit.statuses().ready()).isTrue();
    }

    @Test
    void aFileThatWasNeverGoodStopsNeitherStartNorReadiness() {
        kit.write("new.yaml", rule("new", "smartmial:x", "mock:x"));
        kit.restart();

        RouteStatus broken = kit.status("new.yaml");
        assertThat(broken.state()).isEqualTo(RouteStatus.State.BROKEN);
        assertThat(broken.error().line()).isEqualTo(5);
        assertThat(broken.error().reason()).contains("smartmial");
        assertThat(listeners()).containsExactly("confirm", "other");
        assertThat(kit.statuses().ready()).isTrue();
    }

    @Test
    void aDeletedFileEndsTheRuleAndKeepsItsWaitingRuns() {
        String receipt = kit.publish(kit.event("order.paid", "1", "jane@example.com"));

        kit.delete("confirm.yaml");
        kit.scanTwice();

        assertThat(listeners()).containsExactly("other");
        assertThat(kit.statuses().list())
                .filteredOn(status -> "confirm".equals(status.rule()))
                .singleElement()
                .satisfies(gone -> {
                    assertThat(gone.state().word()).isEqualTo("removed-with-waiting");
                    assertThat(gone.waitingRuns()).isEqualTo(1);
                });

        kit.write("confirm.yaml", GOOD);
        kit.scanTwice();
        assertThat(kit.runDue("confirm")).isTrue();
        assertThat(kit.identities()).containsExactly("main/confirm/a/demo-shop:1/jane@example.com");
        assertThat(kit.stories.find(receipt)).isPresent();
    }

    @Test
    void aFileThatIsBackAtTheNextLookWasNeverGone() {
        Object untouched = kit.rules.find("confirm").orElseThrow().consumer();

        kit.delete("confirm.yaml");
        kit.deployer.scan();
        kit.write("confirm.yaml", GOOD);
        kit.scanTwice();

        assertThat(kit.rules.find("confirm").orElseThrow().consumer()).isSameAs(untouched);
    }

    @Test
    void aRenamedFileKeepsItsRuleRunning() {
        Object untouched = kit.rules.find("confirm").orElseThrow().consumer();

        kit.delete("confirm.yaml");
        kit.write("confirmation.yaml", GOOD);
        kit.scanTwice();

        assertThat(kit.rules.find("confirm").orElseThrow().consumer()).isSameAs(untouched);
        assertThat(kit.status("confirmation.yaml").state()).isEqualTo(RouteStatus.State.RUNNING);
        assertThat(kit.statuses().list()).extracting(RouteStatus::file).doesNotContain("confirm.yaml");
    }

    @Test
    void aRenamedRuleTakesTheOldOnesPlace() {
        kit.write("confirm.yaml", GOOD.replace("id: confirm", "id: confirmation"));
        kit.scanTwice();

        assertThat(listeners()).containsExactly("confirmation", "other");
        assertThat(kit.camel.getRoute("confirm")).isNull();
    }

    @Test
    void anIdInTwoFilesIsRefusedWithBothNamesUntilItIsFree() {
        kit.write("another.yaml", GOOD.replace("template=a", "template=z"));
        kit.scanTwice();

        assertThat(kit.status("another.yaml").state()).isEqualTo(RouteStatus.State.BROKEN);
        assertThat(kit.status("another.yaml").error().reason()).contains("confirm.yaml", "another.yaml", "'confirm'");
        assertThat(kit.status("confirm.yaml").state()).isEqualTo(RouteStatus.State.RUNNING);

        kit.restart();
        assertThat(kit.status("confirm.yaml").state()).isEqualTo(RouteStatus.State.RUNNING);

        kit.delete("confirm.yaml");
        kit.scanTwice();
        kit.scanTwice();
        assertThat(kit.status("another.yaml").state()).isEqualTo(RouteStatus.State.RUNNING);
    }

    @Test
    void whenTheFolderGoesAwayTheRulesStay() throws Exception {
        Files.move(kit.routes, folder.resolve("elsewhere"));
        kit.scanTwice();
        kit.scanTwice();

        assertThat(listeners()).containsExactly("confirm", "other");
    }

    private List<String> listeners() {
        return kit.rules.listenersOf(kit.event("order.paid", "1", null));
    }
}
