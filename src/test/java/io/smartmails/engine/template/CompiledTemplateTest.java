// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.smartmails.engine.input.Json;
import io.smartmails.engine.template.TemplateContent.Variable;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompiledTemplateTest {
    private static final String EVIL = "<b>\"O'Neil\" & \"Söhne\"</b>";

    private static Rendered render(String subject, String html, String text, Map<String, Object> data) {
        return new CompiledTemplate(new TemplateContent(subject, null, html, text, List.of()))
                .render(data, Map.of("contact", Map.of("first_name", "Ada")), null);
    }

    private static String html(String source) {
        return render("s", source, null, Map.of("name", EVIL, "note", "a\n<b", "list", List.of("<x>", "y")))
                .html();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '\0', textBlock = """
            {{ name }}                                              => &lt;b&gt;&quot;O&#39;Neil&quot; &amp; &quot;Söhne&quot;&lt;/b&gt;
            {{ data.name | slice: 0, 3 | upcase }}                  => &lt;B&gt;
            {{ name | slice: 0, 3 | escape }}                       => &lt;b&gt;
            {{ note | newline_to_br }}                              => a<br />\\n&lt;b
            {{ list }}                                              => &lt;x&gt;y
            {% for x in list %}[{{ x }}]{% endfor %}                => [&lt;x&gt;][y]
            {% cycle list[0], 'b' %}                                => &lt;x&gt;
            {% capture c %}<i>{{ list[0] }}</i>{% endcapture %}{{ c }} => <i>&lt;x&gt;</i>
            {% assign z = list[0] %}{{ z }}                         => &lt;x&gt;
            {{ missing }}-{{ missing | default: '<d>' }}            => -&lt;d&gt;
            """)
    void escapesEveryOutputOfHtmlOnce(String source, String expected) {
        assertThat(html(source)).isEqualTo(expected.replace("\\n", "\n"));
    }

    @Test
    void leavesSubjectAndTextAsTheyAre() {
        Rendered mail = render("{{ name }}", "<p>x</p>", "{{ name }} {{ contact.first_name }}", Map.of("name", EVIL));

        assertThat(mail.subject()).isEqualTo(EVIL);
        assertThat(mail.text()).isEqualTo(EVIL + " Ada");
    }

    @Test
    void keepsTheSubjectOnOneLine() {
        assertThat(render("Hi {{ name }}", null, "x", Map.of("name", "a\r\nBcc: eve@example.com"))
                        .subject())
                .isEqualTo("Hi a Bcc: eve@example.com");
    }

    @Test
    void makesTextFromHtml() {
        String html =
                "<head><title>no</title></head><p>Hi&nbsp;<b>you</b></p><a href=\"https://example.com/?a=1&amp;b=2\">"
                        + "see</a><ul><li>one</li><li>&lt;two&gt;</li></ul>";

        assertThat(render("s", html, null, Map.of()).text())
                .isEqualTo("Hi you\nsee (https://example.com/?a=1&b=2)- one\n- <two>");
    }

    @Test
    void variablesNeverHideReservedNames() {
        assertThat(render("{{ contact.first_name }}/{{ data.contact }}", null, "x", Map.of("contact", "me"))
                        .subject())
                .isEqualTo("Ada/me");
    }

    @Test
    void tellsRequiredVariablesThatAreMissing() {
        var variables = List.of(
                new Variable("order.number", true, null),
                new Variable("shop", true, Json.MAPPER.readTree("\"Corner\"")),
                new Variable("note", false, null));
        var template = new CompiledTemplate(new TemplateContent("{{ shop }}", null, null, "x", variables));

        assertThat(template.missing(Map.of())).containsExactly("order.number");
        assertThat(template.missing(Map.of("order", Map.of("number", 7)))).isEmpty();
        assertThat(template.render(Map.of(), Map.of(), null).subject()).isEqualTo("Corner");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '\0', textBlock = """
            {% if x %}never closed => 1
            ok\\n{{ x | nonsense }} => 2
            ok\\n\\n{% include 'a' %} => 3
            {{ x => 1
            {% frobnicate %} => 1
            """)
    void refusesWrongSyntaxWithItsPlace(String source, int line) {
        Problem problem = refusal(source.replace("\\n", "\n"), Map.of());

        assertThat(problem.code().code()).isEqualTo("template_error");
        assertThat(problem.extras())
                .containsEntry("part", "html")
                .containsEntry("line", line)
                .containsKey("column");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {% for i in (1..2000000000) %}{% endfor %}
            {% for i in (1..300) %}{% for j in (1..300) %}{% for k in (1..300) %}{{ k }}{% endfor %}{% endfor %}{% endfor %}
            {% for i in (1..50000) %}{{ long }}{% endfor %}
            """)
    void endsWhatWouldRunForEver(String source) {
        assertThat(refusal(source, Map.of("long", "x".repeat(1000))).code().code())
                .isEqualTo("template_error");
    }

    private static Problem refusal(String html, Map<String, Object> data) {
        return catchThrowableOfType(ProblemException.class, () -> render("s", html, null, data))
                .problem();
    }
}
