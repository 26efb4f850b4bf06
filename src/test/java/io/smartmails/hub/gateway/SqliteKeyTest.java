// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.testkit.Databases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SqliteKeyTest extends KeySuite {
    @Override
    Database database(Path home) {
        return Databases.sqlite(home, "db/hub");
    }

    @Test
    void noKeyStandsInAnyFile() throws IOException {
        KeyDesk.Created made = kit.create();
        String rolled = kit.roll(made.key().id(), "PT1H").secret();
        kit.ring.authenticate(rolled);
        kit.usage.record(kit.ring.authenticate(made.secret()), 200, java.time.Duration.ZERO, "192.0.2.1");
        kit.usage.save();
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain(made.secret(), rolled, kit.adminSecret)
                            .doesNotContain(made.secret().substring(8, 28)));
        }
    }

    @Test
    void theFirstAdminKeyIsMadeOnce() {
        assertThat(kit.desk.firstAdminKey(Optional.empty())).isEmpty();
        assertThat(kit.ring.authenticate(kit.adminSecret).may("keys:admin")).isTrue();
        assertThat(kit.audit.get(0).actor()).isEqualTo("hub");
        assertThat(kit.audit.get(0).action()).isEqualTo("key.create");
    }
}
