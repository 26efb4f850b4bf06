// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectorsTest {
    private static final String CONNECTIONS = "config/connections.yaml";
    private static final String MANIFEST = "connectors/tiny/connector.yaml";

    @TempDir
    private Path root;

    private HomeFolder home;

    @BeforeEach
    void makeHome() {
        home = new HomeFolder(root);
    }

    private void assertError(String... parts) {
        assertThatThrownBy(home::load)
                .isInstanceOf(ConfigurationError.class)
                .satisfies(error -> assertThat(error.getMessage()).contains(parts));
    }

    @Test
    void findsTheConnectionsAndConnectorsOfTheHomeFolder() {
        var connectors = home.load();
        assertThat(connectors.connectors()).extracting(Connector::name).containsExactly("tiny");
        assertThat(connectors.connection("my-tiny")).map(Connection::name).contains("my-tiny");
        assertThat(connectors.connection("other")).isEmpty();
    }

    @Test
    void anEmptyHomeHasNoConnectionsAndIsNoError(@TempDir Path empty) {
        assertThat(Connectors.load(empty, name -> null).connections()).isEmpty();
    }

    @Test
    void guessesAMisspeltKey() {
        home.write(CONNECTIONS, "my-tiny:\n  conector: tiny\n  secret: ${S:s}\n");
        assertError("config/connections.yaml:2: unknown key 'conector'; did you mean 'connector'?");
        home.write(CONNECTIONS, "my-tiny:\n  connector: tiny\n  secrett: ${S:s}\n");
        assertError("config/connections.yaml:3: unknown key 'secrett'; did you mean 'secret'?");
    }

    @Test
    void guessesAMisspeltConnector() {
        home.write(CONNECTIONS, "my-tiny:\n  connector: tinny\n  secret: ${S:s}\n");
        assertError("config/connections.yaml:2: unknown connector 'tinny'; did you mean 'tiny'?");
    }

    @Test
    void wantsEveryRequiredSettingAndAValueInIt() {
        home.write(CONNECTIONS, "my-tiny:\n  connector: tiny\n");
        assertError("config/connections.yaml:1: connection 'my-tiny' lacks 'secret' (Shared secret)");
        home.write(CONNECTIONS, "my-tiny:\n  connector: tiny\n  secret: ${TINY_SECRET}\n");
        assertError("config/connections.yaml:3:", "environment variable TINY_SECRET", "not set");
        home.write(CONNECTIONS, "my-tiny:\n  connector: tiny\n  secret: ${TINY_SECRET:}\n");
        assertError("config/connections.yaml:3:", "TINY_SECRET");
    }

    @Test
    void refusesASecretInClear() {
        home.write(CONNECTIONS, "my-tiny:\n  connector: tiny\n  secret: hunter2\n");
        assertThatThrownBy(home::load)
                .hasMessageContaining("config/connections.yaml:3: 'secret' is a secret")
                .hasMessageContaining("${VARIABLE}")
                .satisfies(error -> assertThat(error.getMessage()).doesNotContain("hunter2"));
    }

    @Test
    void refusesAValueThatDoesNotFitItsPattern() {
        home.write(CONNECTIONS, "my-tiny:\n  connector: tiny\n  secret: ${S:s}\n  region: Europe\n");
        assertError("config/connections.yaml:4: 'region' (Region) must match [a-z]{2}");
    }

    @Test
    void refusesAnAddressThatWouldCarryTheSecretInClear() {
        assertThatThrownBy(() -> Connectors.load(
                        Path.of("."), name -> name.equals("DEMO_CRM_URL") ? "http://crm.example.com" : null))
                .isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("'url' must be an https address");
    }

    @Test
    void takesValuesFromTheEnvironmentOrAFileAndNeverShowsThem() {
        home.write("secret.txt", "from-a-file\n");
        home.write(
                CONNECTIONS,
                "one:\n  connector: tiny\n  secret: ${TINY_SECRET:default}\ntwo:\n  connector: tiny\n  secret: file:secret.txt\n");
        var connectors = home.load(Map.of("TINY_SECRET", "from-outside"));
        assertThat(connectors.connection("one").orElseThrow().required("secret"))
                .isEqualTo("from-outside");
        assertThat(connectors.connection("two").orElseThrow().required("secret"))
                .isEqualTo("from-a-file");
        assertThat(connectors.connections().toString()).doesNotContain("from-");
        assertThat(home.load().connection("one").orElseThrow().required("secret"))
                .isEqualTo("default");
    }

    @Test
    void refusesNamesThatCannotStandInAnAddressAndNamesGivenTwice() {
        home.write(CONNECTIONS, "My Shop:\n  connector: tiny\n  secret: ${S:s}\n");
        assertError("config/connections.yaml:1: 'My Shop' cannot name a connection");
        home.write(CONNECTIONS, "a:\n  connector: tiny\n  secret: ${S:s}\na:\n  connector: tiny\n");
        assertError("config/connections.yaml:4: key 'a' is there twice");
    }

    @Test
    void tellsWhereAFileIsNotYaml() {
        home.write(CONNECTIONS, "a:\n  connector: [tiny\n");
        assertError("config/connections.yaml:3: this is not YAML");
    }

    @Test
    void tellsWhatIsWrongInAManifest() {
        home.spoil(MANIFEST, "scheme: hmac", "scheme: hmak");
        assertError(MANIFEST + ":12: 'scheme' cannot be 'hmak'; did you mean 'hmac'?");
        home.write(MANIFEST, HomeFolder.MANIFEST).spoil(MANIFEST, "secrets: [secret]", "secrets: [sekret]");
        assertError(MANIFEST + ":12: setting 'sekret' is not declared", "did you mean 'secret'?");
        home.write(MANIFEST, HomeFolder.MANIFEST).spoil(MANIFEST, "header: signature", "header: signatur");
        assertError(MANIFEST + ":12: header 'signatur' is not declared", "did you mean 'signature'?");
        home.write(MANIFEST, HomeFolder.MANIFEST).spoil(MANIFEST, "status: 202", "status: 500");
        assertError(MANIFEST + ":15: 'status' must be a whole number from 200 to 299");
        home.write(MANIFEST, HomeFolder.MANIFEST).spoil(MANIFEST, "name: tiny", "name: small");
        assertError(MANIFEST + ":1: 'name' must be the folder's name, 'tiny'");
        home.write(MANIFEST, HomeFolder.MANIFEST).spoil(MANIFEST, "read: 2026-11-23", "read: yesterday");
        assertError(MANIFEST + ":18: 'read' must be a day");
    }

    @Test
    void stopsAtABrokenMappingAndAtAFolderWithoutManifest() {
        home.spoil("connectors/tiny/mappings/paid.yaml", "subject: /id", "subjekt: /id");
        assertError("connectors/tiny/mappings/paid.yaml:2: unknown key 'subjekt'; did you mean 'subject'?");
        home.write("connectors/tiny/mappings/paid.yaml", HomeFolder.MAPPING).write("connectors/bare/README.md", "");
        assertError("connectors/bare/connector.yaml");
    }

    @Test
    void guessesAMisspeltPoll() {
        var crm = ShippedConnectors.load().connection("demo-crm").orElseThrow();
        assertThatThrownBy(() -> crm.connector().poll(crm, "contact"))
                .isInstanceOf(ConfigurationError.class)
                .hasMessageContaining("'demo-crm'")
                .hasMessageContaining("did you mean 'contacts'?");
    }

    @Test
    void shippedFactsHaveSourceAndDayAndBackgroundKnowledgeIsMarked() {
        for (var connector : ShippedConnectors.load().connectors()) {
            assertThat(connector.manifest().facts()).isNotEmpty().allSatisfy(fact -> {
                assertThat(fact.source()).isNotBlank();
                assertThat(fact.confirmed())
                        .isEqualTo(!fact.source().contains("background")
                                && !fact.source().contains("not on a vendor page"));
            });
        }
    }

    @Test
    void shippedSettingsThatHoldSecretsAreMarkedAsSuch() {
        for (var connector : ShippedConnectors.load().connectors()) {
            connector.manifest().settings().forEach((name, setting) -> {
                if (name.matches(".*(key|token|secret|auth|password|client-id).*")) {
                    assertThat(setting.format())
                            .as(connector.name() + " " + name)
                            .isEqualTo(Setting.Format.PASSWORD);
                }
            });
        }
    }
}
