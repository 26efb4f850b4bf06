// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    @TempDir
    Path folder;

    private Secrets open() {
        return Secrets.open(folder, new SecureRandom(), Optional.empty());
    }

    @Test
    void whatWasStoredComesBackAfterARestartAndIsNotReadableOnDisk() throws IOException {
        open().store("upstream", "sml_secret");
        assertThat(open().load("upstream")).contains("sml_secret");
        assertThat(open().load("other")).isEmpty();
        assertThat(Files.readString(folder.resolve("upstream.enc"), StandardCharsets.ISO_8859_1))
                .doesNotContain("sml_secret");
    }

    @Test
    void theHashIsStableAndNeedsThePepper() throws IOException {
        String hash = open().hash("key");
        assertThat(open().hash("key")).isEqualTo(hash).hasSize(64);
        Files.delete(folder.resolve("pepper"));
        assertThat(open().hash("key")).isNotEqualTo(hash);
    }

    @Test
    void onlyTheOwnerCanReadTheFiles() throws IOException {
        open().store("upstream", "x");
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void aTruncatedSecretStopsTheStartInsteadOfBeingReplaced() throws IOException {
        open();
        Files.write(folder.resolve("pepper"), new byte[5]);
        assertThatThrownBy(this::open).hasMessageContaining("must hold 32 bytes but holds 5");
    }

    @Test
    void anotherMasterKeyIsToldPlainly() {
        open().store("upstream", "x");
        var other = Secrets.open(folder, new SecureRandom(), Optional.of("A".repeat(43) + "="));
        assertThatThrownBy(() -> other.load("upstream")).hasMessageContaining("cannot be decrypted");
    }
}
