// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartmails.testkit.HubHome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops a start says what to change. */
class StartTest {
    @TempDir
    Path home;

    private void assertRefuses(String... words) {
        assertThatThrownBy(() -> HubProcess.start(
                        "--hub.home=" + home, "--server.port=0", "--engine.port=0", "--sandbox.enabled=false"))
                .isInstanceOf(StartFailure.class)
                .satisfies(failure -> assertThat(failure.getMessage()).contains(words));
    }

    @Test
    void anUnknownSettingIsNamedWithFileLineAndTheNearestKey() throws IOException {
        HubHome.create(home);
        Files.writeString(home.resolve("config/application.yaml"), "engine:\n  requests-per-minut: 30\n");
        assertRefuses("application.yaml", "2:", "engine.requests-per-minut", "engine.requests-per-minute");
    }

    @Test
    void aBrokenConnectionIsNamedWithFileLineAndTheNearestKey() throws IOException {
        HubHome.create(home);
        Files.writeString(
                home.resolve("config/connections.yaml"), "shop:\n  conector: shopify\n  client-secret: ${NONE:x}\n");
        assertRefuses("config/connections.yaml:2", "conector", "connector");
    }

    @Test
    void anImpossiblePortIsNamed() {
        HubHome.create(home);
        assertThatThrownBy(() -> HubProcess.start("--hub.home=" + home, "--server.port=99999"))
                .hasMessageContaining("server.port is '99999'");
    }

    @Test
    void aFolderWithoutRoutesIsNoHome() {
        assertRefuses("holds no folder routes/", "--hub.home");
    }

    @Test
    void aSecondHubOverTheSameFolderIsRefused() throws IOException {
        HubHome.create(home);
        Files.createDirectories(home.resolve("data"));
        try (FileChannel channel = FileChannel.open(
                        home.resolve("data/hub.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(() -> HubProcess.start("--hub.home=" + home))
                    .hasMessageContaining("Another hub runs in");
        }
    }

    @Test
    void everySettingOfOursStandsInHelpAndInTheSettingsFile() throws IOException {
        String file = Files.readString(Path.of("config/application.yaml"));
        assertThat(Settings.ALL).allSatisfy(setting -> {
            assertThat(Settings.help()).contains(setting.name());
            String[] path = setting.name().split("\\.");
            String last = path[path.length - 1];
            if (!last.matches("[A-Z_]+|home|password|api-key")) {
                assertThat(file).as(setting.name()).contains(last + ":");
            }
        });
    }
}
