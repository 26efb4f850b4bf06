// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.testkit.FakeSmartMails;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import io.smartmails.testkit.SettableClock;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SmartMailsClientTest {
    private final FakeSmartMails smartMails = new FakeSmartMails();
    private final SmartMailsClient client = new SmartMailsClient(
            new SmartMailsSettings(smartMails.baseUrl(), FakeSmartMails.KEY, 60), new SettableClock());

    @AfterEach
    void close() {
        smartMails.close();
    }

    private static List<JsonNode> sends(String... to) {
        var json = new ObjectMapper();
        return List.of(to).stream()
                .map(email -> {
                    var message = json.createObjectNode().put("dedupe_id", email);
                    message.putArray("to").addObject().put("email", email);
                    return (JsonNode) message;
                })
                .toList();
    }

    @Test
    void resultsComeInTheOrderOfTheItems() {
        assertThat(client.sendBatch(sends("ada@example.com", "invalid@example.com", "suppressed@example.com")))
                .extracting(SendResult::status)
                .containsExactly(SendResult.Status.ACCEPTED, SendResult.Status.REJECTED, SendResult.Status.DROPPED);
        assertThat(client.sendBatch(sends("ada@example.com")))
                .containsExactly(new SendResult(SendResult.Status.DUPLICATE, "msg_of_ada@example.com", null, null));
    }

    @ParameterizedTest
    @EnumSource(
            names = {"THROTTLE", "SCOPE_MISSING", "SHUFFLED", "DUPLICATE_INDEXES", "UNKNOWN_STATUS"},
            mode = EnumSource.Mode.EXCLUDE)
    void whatSaysNothingAboutTheItemsIsTransientAndTriedOnlyOnce(Mishap mishap) {
        smartMails.next(mishap);
        assertThatThrownBy(() -> client.sendBatch(sends("ada@example.com")))
                .isInstanceOf(TransientFailure.class)
                .hasMessageNotContainingAny(FakeSmartMails.KEY, "ada@example.com");
        assertThat(smartMails.requests()).hasSize(1);
    }

    @Test
    void aThrottledCallTellsHowLongToWait() {
        smartMails.next(Mishap.THROTTLE);
        assertThatThrownBy(client::ping)
                .isInstanceOfSatisfying(
                        SmartMailsClient.Throttled.class,
                        throttled -> assertThat(throttled.after()).isEqualTo(Duration.ofSeconds(20)));
    }

    @Test
    void aRefusedKeyIsAKindOfItsOwnAndIsNeverTold() {
        smartMails.acceptOnly("another");
        assertThatThrownBy(client::account)
                .isInstanceOf(SmartMailsClient.KeyRefused.class)
                .hasMessageContaining("401 unknown_key")
                .hasMessageNotContaining(FakeSmartMails.KEY);
        assertThat(new SmartMailsSettings(smartMails.baseUrl(), FakeSmartMails.KEY, 60))
                .asString()
                .doesNotContain(FakeSmartMails.KEY);
    }

    @Test
    void aRequestThatIsRefusedAsAWholeIsPermanent() {
        smartMails.refuseBatchesWith(item -> true);
        assertThatThrownBy(() -> client.sendBatch(sends("ada@example.com")))
                .isInstanceOf(PermanentFailure.class)
                .hasMessageContaining("422 validation_failed");
    }

    @Test
    void aServerThatIsNotThereIsTransient() {
        smartMails.close();
        assertThatThrownBy(client::ping)
                .isInstanceOf(TransientFailure.class)
                .hasMessageContaining("could not be reached");
    }

    @Test
    void settingsThatCannotWorkAreRefusedAtTheStart() {
        assertThatThrownBy(() -> new SmartMailsSettings(smartMails.baseUrl(), " ", 60))
                .hasMessageContaining("smartmails.api-key");
        assertThatThrownBy(() -> new SmartMailsSettings(URI.create("ftp://host/v1"), "key", 60))
                .hasMessageContaining("smartmails.base-url");
        assertThatThrownBy(() -> new SmartMailsSettings(smartMails.baseUrl(), "key", 0))
                .hasMessageContaining("smartmails.requests-per-minute");
    }
}
