// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.db.Database;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.key.ApiKey;
import io.smartmails.testkit.Databases;
import io.smartmails.testkit.SettableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private Database database;
    private KeyRing keys;

    @BeforeEach
    void open() {
        database = Databases.sqlite(folder, "db/hub");
        var secrets = Secrets.open(folder.resolve("secrets"), new SecureRandom(), Optional.empty());
        keys = new KeyRing(database, secrets, clock, new Ids(clock, new Random(1)), new SecureRandom());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private KeyRing.Created create() {
        return keys.create("shop", "sending", Preset.SENDING.scopes(), 60, "key_1");
    }

    @Test
    void aKeyProvesItsCallerUntilItIsRevoked() {
        KeyRing.Created created = create();
        Caller caller = keys.authenticate(created.secret());
        assertThat(caller.keyId()).isEqualTo(created.key().id());
        assertThat(caller.may("messages:send")).isTrue();
        assertThat(caller.may("keys:admin")).isFalse();
        keys.revoke(created.key().id());
        assertThatThrownBy(() -> keys.authenticate(created.secret())).hasMessageContaining("revoked_key");
    }

    @Test
    void aTypingErrorIsToldWithoutALookUpAndAStrangeKeyIsUnknown() {
        String secret = create().secret();
        assertThatThrownBy(() -> keys.authenticate(secret + "x")).hasMessageContaining("malformed_key");
        assertThatThrownBy(() -> keys.authenticate(ApiKey.generate(ApiKey.LIVE, new Random(9))))
                .hasMessageContaining("unknown_key");
    }

    @Test
    void theKeyIsNowhereInTheDataFolder() throws IOException {
        String secret = create().secret();
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain(secret));
        }
    }

    @Test
    void theFirstAdminKeyIsMadeOnce() {
        String wanted = ApiKey.generate(ApiKey.LIVE, new Random(5));
        assertThat(keys.firstAdminKey(Optional.of(wanted))).contains(wanted);
        assertThat(keys.firstAdminKey(Optional.empty())).isEmpty();
        assertThat(keys.authenticate(wanted).may("keys:admin")).isTrue();
    }
}
