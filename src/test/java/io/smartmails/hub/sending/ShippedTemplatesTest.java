// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smartmails.engine.template.CompiledTemplate;
import io.smartmails.engine.template.Rendered;
import io.smartmails.engine.template.TemplateContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The templates that come with the hub, filled by the engine with what the connectors make of their samples. */
class ShippedTemplatesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LINK = "https://mail.example.com/u/abc";
    private static final String ORDER_URL =
            "https://demo-shop.example.com/61234567/orders/0123456789abcdef1001/authenticate?key=sample";

    private static JsonNode content(String alias) throws Exception {
        return TemplateFile.parse(alias + ".yaml", Files.readString(Path.of("config/templates", alias + ".yaml")))
                .content();
    }

    private static Rendered render(String alias, Map<String, Object> data, Map<String, Object> contact)
            throws Exception {
        JsonNode content = content(alias);
        var template = new CompiledTemplate(new TemplateContent(
                content.path("subject").asText(),
                content.path("preheader").asText(),
                content.path("html").asText(),
                content.path("text").asText(),
                List.of()));
        return template.render(
                data,
                Map.of(
                        "contact", contact,
                        "sender", Map.of("name", "Demo Shop"),
                        "links", Map.of("unsubscribe", LINK)),
                null);
    }

    private static Map<String, Object> event(String sample) throws IOException {
        return JSON.readValue(
                Path.of("connectors/shopify/samples", sample, "event.json").toFile(), new TypeReference<>() {});
    }

    @SuppressWarnings("unchecked")
    private static Rendered sample(String alias, String sample) throws Exception {
        Map<String, Object> event = event(sample);
        return render(alias, (Map<String, Object>) event.get("data"), (Map<String, Object>) event.get("contact"));
    }

    @Test
    void theOrderConfirmationTellsNumberItemsTotalAndWhereToLook() throws Exception {
        Rendered mail = sample("order-confirmation", "orders-paid");
        assertThat(mail.subject()).isEqualTo("Your order #1001");
        assertThat(mail.html())
                .contains("Hi Alice,", "#1001", "Espresso cup, white", "14.90 EUR", "28.50 EUR", "Total 63.20 EUR")
                .contains("href=\"" + ORDER_URL + "\"", "Demo Shop");
        assertThat(mail.text()).isEqualTo("""
                Hi Alice,

                your payment has arrived and we are getting order #1001 ready.

                - 2 x Espresso cup, white, 14.90 EUR each
                - 1 x Espresso beans 1 kg, 28.50 EUR each

                Total: 63.20 EUR

                View your order: %s

                You get this mail because you placed an order.
                """.formatted(ORDER_URL));
    }

    @Test
    void theShippingNoticeTellsTheParcel() throws Exception {
        Rendered mail = sample("shipping-notice", "orders-fulfilled");
        assertThat(mail.subject()).isEqualTo("Your order #1001 is on its way");
        assertThat(mail.html())
                .contains("Example Parcel", "EX0000000002", "Espresso beans 1 kg")
                .contains("href=\"https://parcel.example.com/EX0000000002\"")
                .doesNotContain("View your order");
        assertThat(mail.text()).isEqualTo("""
                Hi Alice,

                good news: order #1001 has been handed over for delivery.

                Carrier: Example Parcel

                Tracking number: EX0000000002

                Track your parcel: https://parcel.example.com/EX0000000002

                - 2 x Espresso cup, white
                - 1 x Espresso beans 1 kg

                You get this mail because you placed an order.
                """);
    }

    @Test
    void theShippingNoticeOfAnUntrackedParcelLinksTheOrder() throws Exception {
        Rendered mail = sample("shipping-notice", "orders-fulfilled.untracked");
        assertThat(mail.html()).contains("href=\"" + ORDER_URL + "\"").doesNotContain("Carrier", "Tracking number");
        assertThat(mail.text()).contains("View your order: " + ORDER_URL).doesNotContain("Carrier", "\n\n\n");
    }

    @Test
    void theWelcomeIsMarketingAndCarriesTheUnsubscribeLink() throws Exception {
        assertThat(content("welcome").path("kind").asText()).isEqualTo("marketing");
        Rendered mail = sample("welcome", "customers_email_marketing_consent-update");
        assertThat(mail.subject()).isEqualTo("Welcome!");
        assertThat(mail.html()).contains("Hi there,", "href=\"" + LINK + "\"");
        assertThat(mail.text()).contains("Hi there,", "Unsubscribe: " + LINK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-confirmation", "shipping-notice", "welcome"})
    void whateverIsMissingLeavesItsPartOut(String alias) throws Exception {
        Rendered mail = render(alias, Map.of(), Map.of());
        assertThat(mail.html())
                .contains("Hi there,")
                .doesNotContain("class=\"button\"", "href=\"\"", "<th", "Total", "{{", "{%");
        assertThat(mail.text()).doesNotContain("Total", "View your order", "{{", "{%", "\n\n\n");
        assertThat(mail.subject()).isNotBlank().doesNotContain("  ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-confirmation", "shipping-notice", "welcome"})
    void namesFromOutsideCannotBecomeMarkup(String alias) throws Exception {
        String evil = "\"><script>alert(1)</script>";
        Map<String, Object> data = new HashMap<>();
        data.put("order", Map.of("number", evil, "url", evil));
        data.put("total", Map.of("amount", evil, "currency", evil));
        data.put("items", List.of(Map.of("title", evil, "quantity", evil, "price", evil)));
        data.put("tracking", Map.of("company", evil, "number", evil, "url", evil));
        Rendered mail = render(alias, data, Map.of("first_name", evil));
        assertThat(mail.html()).contains("&lt;script&gt;").doesNotContain("<script", "\"\">");
    }
}
