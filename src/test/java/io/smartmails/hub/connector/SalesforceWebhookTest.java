// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.hub.connector.Verdict.Admitted;
import io.smartmails.hub.connector.Verdict.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SalesforceWebhookTest {
    private static final Path SAMPLES = Path.of("connectors/salesforce/samples");

    private final Connection crm = crm("00D000000000001EAA");

    private static Connection crm(String organization) {
        return Connectors.load(Path.of("."), Map.of("DEMO_CRM_ORG", organization)::get)
                .connection("demo-crm")
                .orElseThrow();
    }

    private static String sample(String name) throws IOException {
        return Files.readString(SAMPLES.resolve(name).resolve("request.xml"));
    }

    private static Verdict admit(Connection connection, String secret, String body) {
        return connection
                .connector()
                .admit(connection, new InboundRequest(secret, Map.of(), body.getBytes(StandardCharsets.UTF_8)));
    }

    private static String batch(int notifications) throws IOException {
        var one = sample("Contact");
        var from = one.indexOf("<Notification>");
        var to = one.indexOf("</Notification>") + "</Notification>".length();
        return one.substring(0, from)
                + IntStream.rangeClosed(1, notifications)
                        .mapToObj(i -> one.substring(from, to).replace("04l000000000001AAA", "04l%015d".formatted(i)))
                        .collect(Collectors.joining())
                + one.substring(to);
    }

    @Test
    void cutsABatchIntoDeliveriesThatStandAlone() throws IOException {
        var verdict = admit(crm, "demo-crm-path", sample("Contact.batch"));
        assertThat(verdict).isInstanceOf(Admitted.class);
        var deliveries = ((Admitted) verdict).deliveries();
        assertThat(deliveries)
                .extracting(Delivery::dedupeId)
                .containsExactly("04l000000000001AAA", "04l000000000002AAA", "04l000000000003AAA");
        assertThat(deliveries).extracting(Delivery::topic).containsOnly("Contact");
        assertThat(new String(deliveries.get(1).body(), StandardCharsets.UTF_8))
                .contains("bob@example.com")
                .doesNotContain("alice@example.com", "SessionId");
    }

    @Test
    void takesExactlyOneToAHundredNotifications() throws IOException {
        assertThat(((Admitted) admit(crm, "demo-crm-path", batch(100))).deliveries())
                .hasSize(100);
        for (int wrong : List.of(0, 101)) {
            assertThat(admit(crm, "demo-crm-path", batch(wrong)))
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            rejected -> assertThat(rejected.status()).isEqualTo(400));
        }
    }

    @Test
    void comparesOrganizationIdsInBothLengthsAndWithTheirCase() throws IOException {
        var fifteen = sample("Contact");
        var eighteen = sample("Contact.long-organization-id");
        for (var configured : List.of("00D000000000001", "00D000000000001EAA")) {
            assertThat(admit(crm(configured), "demo-crm-path", fifteen)).isInstanceOf(Admitted.class);
            assertThat(admit(crm(configured), "demo-crm-path", eighteen)).isInstanceOf(Admitted.class);
        }
        assertThat(admit(crm("00d000000000001"), "demo-crm-path", fifteen)).isInstanceOf(Rejected.class);
        assertThat(admit(crm, "demo-crm-path", eighteen.replace("001EAA", "001AAA")))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void looksAtThePathSecretBeforeItReadsTheBody() {
        assertThat(admit(crm, "guess", "<not xml")).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo("signature_mismatch");
            assertThat(rejected.reason()).doesNotContain("guess", "demo-crm-path");
        });
    }

    @Test
    void refusesEntitiesWhateverTheyWouldExpandTo() throws IOException {
        var laughs = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
        var hostile = sample("Contact").replaceFirst("<\\?xml[^>]*>", laughs).replace("Archer", "&b;");
        assertThat(admit(crm, "demo-crm-path", hostile)).isInstanceOf(Rejected.class);
        var deep = "<a>".repeat(100_000) + "</a>".repeat(100_000);
        assertThat(admit(crm, "demo-crm-path", deep)).isInstanceOf(Rejected.class);
    }

    @Test
    void refusesAMessageThatOnlyLooksLikeOne() throws IOException {
        var foreign = sample("Contact").replace("http://soap.sforce.com/2005/09/outbound", "http://example.com/other");
        assertThat(admit(crm, "demo-crm-path", foreign)).isInstanceOf(Rejected.class);
        var untyped = sample("Contact").replace("xsi:type=\"sf:Contact\"", "");
        assertThat(admit(crm, "demo-crm-path", untyped))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.reason()).contains("topic"));
    }

    @Test
    void acknowledgesInTheOnlyFormThatStopsRepeats() {
        var answer = crm.connector().answer(crm, true);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("text/xml");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .startsWith("<?xml")
                .contains("<notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack>")
                .endsWith("</soapenv:Envelope>");
    }
}
