// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartmails.db.Database;
import io.smartmails.hub.smartmails.SmartMailsClient;
import io.smartmails.hub.smartmails.SmartMailsSettings;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplatePublisherTest {
    @TempDir
    Path home;

    private final SettableClock clock = new SettableClock();
    private FakeTemplates smartMails;
    private Database database;
    private Budget budget;
    private SmartMailsClient client;
    private Upstream upstream;
    private TemplatePublisher publisher;

    @BeforeEach
    void start() {
        smartMails = new FakeTemplates();
        database = Database.open(Database.sqliteUrl(home.resolve("hub.db")), null, null, "db/hub");
        budget = new Budget(new RequestLogStore(database), 6000, clock, new Ids(clock, new Random(7)));
        client = new SmartMailsClient(new SmartMailsSettings(smartMails.url(), "sml_test", 6000), clock);
        upstream = new Upstream(budget, client, (type, subject, detail) -> {}, clock);
        publisher = publisher();
    }

    private TemplatePublisher publisher() {
        return new TemplatePublisher(home.resolve("templates"), database, client, upstream, smartMails.url(), clock);
    }

    @AfterEach
    void stop() {
        publisher.stop();
        database.close();
        smartMails.close();
    }

    private void write(String file, String yaml) throws IOException {
        Files.createDirectories(home.resolve("templates"));
        Files.writeString(home.resolve("templates").resolve(file), yaml);
    }

    private void work() {
        while (publisher.step()) {
            // one template a step
        }
    }

    @Test
    void publishesATemplateOnceAndAgainOnlyAfterAChange() throws IOException {
        write("hello.yaml", "kind: marketing\nsubject: Hello\nhtml: <p>Hi</p>\n");
        work();
        assertThat(smartMails.requests)
                .containsExactly("PUT /templates/hello", "POST /templates", "POST /templates/hello/publish");
        assertThat(smartMails.published.get("hello"))
                .hasToString(
                        "{\"alias\":\"hello\",\"kind\":\"marketing\",\"subject\":\"Hello\",\"html\":\"<p>Hi</p>\"}");

        work();
        publisher = publisher();
        write("hello.yaml", "# a remark changes nothing\nkind: marketing\nsubject: Hello\nhtml: <p>Hi</p>\n");
        work();
        assertThat(smartMails.requests).hasSize(3);

        write("hello.yaml", "kind: marketing\nsubject: Welcome\nhtml: <p>Hi</p>\n");
        work();
        assertThat(smartMails.requests.subList(3, smartMails.requests.size()))
                .containsExactly("PUT /templates/hello", "POST /templates/hello/publish");
        assertThat(smartMails.published.get("hello").path("subject").asText()).isEqualTo("Welcome");
        assertThat(publisher.errors()).isEmpty();
    }

    @Test
    void publishesAgainWhatSmartMailsDoesNotKnowAnyMore() throws IOException {
        write("hello.yaml", "subject: Hello\ntext: Hi\n");
        work();
        smartMails.drafts.clear();
        smartMails.published.clear();

        assertThat(publisher.publishAgain("hello")).isTrue();
        assertThat(publisher.publishAgain("somebody-elses")).isFalse();
        assertThat(publisher.has("../hub")).isFalse();
        work();
        assertThat(smartMails.published).containsOnlyKeys("hello");
    }

    @Test
    void triesAgainAfterGrowingPausesWhileSmartMailsIsDown() throws IOException {
        write("hello.yaml", "subject: Hello\ntext: Hi\n");
        smartMails.troubles.add(FakeTemplates.Answer.of(500));
        smartMails.troubles.add(FakeTemplates.Answer.of(503));
        work();
        work();
        assertThat(smartMails.requests).hasSize(1);
        clock.advance(Duration.ofSeconds(1));
        work();
        assertThat(smartMails.requests).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        work();
        assertThat(smartMails.requests).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        work();
        assertThat(smartMails.published).containsOnlyKeys("hello");
        assertThat(publisher.errors()).isEmpty();
    }

    @Test
    void aTemplateThatFailsKeepsNoOtherWaiting() throws IOException {
        write("a.yaml", "subject: A\ntext: A\n");
        write("b.yaml", "subject: B\ntext: B\n");
        smartMails.troubles.add(FakeTemplates.Answer.of(500));
        work();
        clock.advance(Duration.ofSeconds(1));
        smartMails.requests.clear();
        publisher.step();
        assertThat(smartMails.requests).allMatch(request -> !request.contains("/a"));
        assertThat(smartMails.published).containsOnlyKeys("b");
        work();
        assertThat(smartMails.published).containsOnlyKeys("a", "b");
    }

    @Test
    void waitsAsLongAsSmartMailsAsks() throws IOException {
        write("hello.yaml", "subject: Hello\ntext: Hi\n");
        smartMails.troubles.add(new FakeTemplates.Answer(429, "{}", "30"));
        work();
        assertThat(upstream.token(Lane.TRANSACTIONAL, false)).isEmpty();
        clock.advance(Duration.ofSeconds(29));
        work();
        assertThat(smartMails.requests).hasSize(1);
        clock.advance(Duration.ofSeconds(1));
        work();
        assertThat(smartMails.published).containsOnlyKeys("hello");
    }

    @Test
    void aRefusedKeyIsToldAndTriedAgainAfterAMinute() throws IOException {
        write("hello.yaml", "subject: Hello\ntext: Hi\n");
        smartMails.troubles.add(FakeTemplates.Answer.of(401));
        work();
        assertThat(upstream.refusal()).contains("401");
        clock.advance(Duration.ofMinutes(1));
        work();
        assertThat(smartMails.published).containsOnlyKeys("hello");
        assertThat(upstream.refusal()).isNull();
    }

    @Test
    void tellsFileAndLineOfWhatIsWrongAndPublishesTheOthers() throws IOException {
        write("good.yaml", "subject: Hello\ntext: Hi\n");
        write("guess.yaml", "name: x\nsubjekt: Hello\ntext: Hi\n");
        write("kind.yaml", "text: Hi\nkind: marketting\n");
        write("braces.yaml", "text: Hi\nsubject: {{ data.order.number }}\n");
        write("tab.yaml", "text: Hi\n\tsubject: x\n");
        write("empty.yaml", "");
        write("nothing.yaml", "subject: Hello\n");
        write("Upper.yaml", "text: Hi\n");
        write("refused.yaml", "subject: x\nhtml: <p>unclosed</p>\n");
        work();
        work();
        assertThat(smartMails.published).containsOnlyKeys("good");
        assertThat(publisher.errors())
                .extracting(TemplateError::toString)
                .satisfiesExactlyInAnyOrder(
                        error -> assertThat(error)
                                .isEqualTo("guess.yaml:2: unknown key 'subjekt'; did you mean 'subject'?"),
                        error -> assertThat(error)
                                .isEqualTo("kind.yaml:2: 'kind' cannot be 'marketting'; did you mean 'marketing'?"),
                        error -> assertThat(error).isEqualTo("braces.yaml:2: 'subject' must be text; put it in quotes"),
                        error -> assertThat(error).startsWith("tab.yaml:2: not readable as YAML"),
                        error -> assertThat(error).startsWith("empty.yaml:1: "),
                        error -> assertThat(error).startsWith("nothing.yaml:1: a template needs"),
                        error -> assertThat(error).startsWith("Upper.yaml:1: the file's name is the alias"),
                        error -> assertThat(error)
                                .startsWith("refused.yaml:2: ")
                                .contains("template_error, html: the if is not closed"));
        assertThat(smartMails.requests.stream().filter(request -> request.contains("refused")))
                .hasSize(1);

        write("refused.yaml", "subject: x\nhtml: <p>closed</p>\n");
        work();
        assertThat(smartMails.published).containsOnlyKeys("good", "refused");
        assertThat(publisher.errors()).extracting(TemplateError::file).doesNotContain("refused.yaml");
    }

    @Test
    void runsOnAThreadOfItsOwnAndStopsWhileItWaitsForAToken() throws IOException {
        write("hello.yaml", "subject: Hello\ntext: Hi\n");
        publisher.start();
        await().until(() -> smartMails.published.containsKey("hello"));

        budget.stop(Duration.ofHours(1));
        write("broken.yaml", "text:");
        write("more.yaml", "subject: Hello\ntext: Hi\n");
        publisher.publishAgain("more");
        await().until(() -> !publisher.errors().isEmpty());
        publisher.stop();
        assertThat(publisher.isRunning()).isFalse();
        assertThat(smartMails.published).containsOnlyKeys("hello");
    }
}
