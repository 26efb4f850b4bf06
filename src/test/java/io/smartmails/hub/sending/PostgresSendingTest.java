// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static io.smartmails.hub.sending.SendingKit.person;
import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.contact.Merge;
import io.smartmails.hub.queue.Item;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import org.junit.jupiter.api.Test;

/** The statements of sender, contact sync and ledger on the shared database. */
class PostgresSendingTest {
    @Test
    void everyWayAnItemCanGoWorksOnPostgres() {
        var clock = new SettableClock();
        try (Database database = Databases.postgres("db/hub");
                var smartMails = new FakeSmartMails(clock)) {
            var kit = new SendingKit(database, smartMails, clock, 60);
            for (int i = 0; i < 8; i++) {
                kit.addSend("itm_" + i);
            }
            kit.addSend("itm_late", Item.Lane.BULK, clock.instant().minusSeconds(1), SendingKit.message("itm_late"));
            smartMails.spoils = item ->
                    item.path("variables").path("id").asText().equals("itm_3")
                            || item.path("first_name").asText().equals("Spoiler");
            smartMails.troubles.add(FakeSmartMails.Trouble.THROTTLED);
            kit.drain();
            assertThat(kit.count("send", "delivered")).isEqualTo(7);
            assertThat(kit.send("itm_3").state()).isEqualTo("dead");
            assertThat(kit.send("itm_late").state()).isEqualTo("dropped");

            assertThat(kit.say(person(null, "Ada@example.com", "Ada", clock.instant()), "customers"))
                    .isEqualTo(Merge.CHANGED);
            assertThat(kit.say(person("7", "ada@example.com", "Ada", clock.instant())))
                    .isEqualTo(Merge.CHANGED);
            assertThat(kit.say(person("7", "ada@example.com", "Ada", clock.instant())))
                    .isEqualTo(Merge.UNCHANGED);
            assertThat(kit.say(person("8", "grace@example.com", "Grace", clock.instant())))
                    .isEqualTo(Merge.CHANGED);
            assertThat(kit.say(person(
                            "8", "ADA@example.com", "Ada", clock.instant().plusSeconds(1))))
                    .isEqualTo(Merge.CHANGED);
            assertThat(kit.say(person("9", "edsger@example.com", "Spoiler", clock.instant())))
                    .isEqualTo(Merge.CHANGED);
            kit.drain();
            assertThat(kit.count("contact", "delivered")).isEqualTo(4);
            assertThat(kit.count("contact", "dead")).isEqualTo(1);
            assertThat(smartMails.mostInAnyMinute()).isLessThanOrEqualTo(60);
        }
    }
}
