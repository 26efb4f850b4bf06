// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.contact.Merge;
import io.smartmails.hub.queue.Item.Lane;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.FakeSmartMails.Mishap;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The statements of sender and contact sync on the shared database. */
class PostgresSendingTest {
    @Test
    void everyWayAnItemCanGo() {
        try (var kit = new SendingKit(Databases.postgres("db/hub"), 60)) {
            kit.sends(8);
            kit.send(Lane.TRANSACTIONAL, "invalid@example.com");
            kit.send(Lane.TRANSACTIONAL, "suppressed@example.com");
            kit.send(Lane.BULK, "{}", kit.clock.instant().minusSeconds(1));
            kit.smartMails.refuseBatchesWith(
                    item -> item.path("to").path(0).path("email").asText().equals("person3@example.com")
                            || item.path("first_name").asText().equals("Spoiler"));
            kit.limits.current();
            kit.smartMails.next(Mishap.THROTTLE, Mishap.LOSE_ANSWER);
            kit.drain();
            assertThat(kit.states()).isEqualTo(Map.of("delivered", 7, "dead", 2, "dropped", 2));

            kit.changed("1", "ada@example.com", "Ada", "customers");
            kit.changed("2", "ben@example.com", "Ben");
            kit.changed("3", "cy@example.com", "Spoiler");
            kit.advance(Duration.ofSeconds(1));
            assertThat(kit.changed("2", "ADA@example.com", "Ben")).isEqualTo(Merge.CHANGED);
            kit.drain();
            assertThat(kit.states()).isEqualTo(Map.of("delivered", 10, "dead", 3, "dropped", 2));
        }
    }
}
