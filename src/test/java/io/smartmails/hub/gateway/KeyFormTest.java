// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFormTest {
    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");

    private static KeyTerms create(String json) {
        return KeyForm.create(KeyKit.json(json), NOW, false).terms();
    }

    private static KeyTerms change(KeyTerms old, String json) {
        return KeyForm.change(old, KeyKit.json(json), NOW, false);
    }

    private static Problem refusal(String json) {
        return catchThrowableOfType(ProblemException.class, () -> create(json)).problem();
    }

    @Test
    void aNameIsEnough() {
        KeyTerms terms = create("{'name':' shop '}");
        assertThat(terms).isEqualTo(KeyTerms.of(Preset.SENDING).named("shop"));
        assertThat(terms.limits()).isEqualTo(KeyLimits.perMinute(60));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'name':''                                | /name                  | invalid",
                "'name':'a\\nb'                           | /name                  | invalid",
                "'name':null                              | /name                  | required",
                "'name':7                                 | /name                  | type",
                "'preset':'sendin'                        | /preset                | unknown",
                "'preset':'custom'                        | /preset                | unknown",
                "'preset':null                            | /preset                | required",
                "'preset':'sync','scopes':['keys:admin']  | /preset                | conflict",
                "'scopes':[]                              | /scopes                | required",
                "'scopes':null                            | /scopes                | required",
                "'scopes':'messages:send'                 | /scopes                | type",
                "'scopes':['messages:sent']               | /scopes/0              | invalid",
                "'scopes':['messages:send',7]             | /scopes/1              | type",
                "'allowed_ips':['192.0.2.1','192.0.2.0/33'] | /allowed_ips/1       | invalid",
                "'denied_ips':['example.com']             | /denied_ips/0          | invalid",
                "'denied_ips':['2001:db8::1/32']          | /denied_ips/0          | invalid",
                "'denied_ips':{}                          | /denied_ips            | type",
                "'allowed_senders':['a b@example.com']    | /allowed_senders/0     | invalid",
                "'allowed_senders':['@']                  | /allowed_senders/0     | invalid",
                "'limits':[]                              | /limits                | required",
                "'limits':['60']                          | /limits/0              | invalid",
                "'limits':['10/s','0/min']                | /limits/1              | invalid",
                "'limits':['10/fortnight']                | /limits/0              | invalid",
                "'limits':['10/min','20/min']             | /limits                | conflict",
                "'limits':['10/min'],'requests_per_minute':11 | /requests_per_minute | conflict",
                "'requests_per_minute':0                  | /requests_per_minute   | range",
                "'requests_per_minute':1.5                | /requests_per_minute   | type",
                "'requests_per_minute':'60'               | /requests_per_minute   | type",
                "'requests_per_minute':1e400              | /requests_per_minute   | type",
                "'requests_per_minute':99999999999999999999 | /requests_per_minute | range",
                "'recipients_per_minute':-1               | /recipients_per_minute | range",
                "'concurrent_requests':10001              | /concurrent_requests   | range",
                "'expires_at':'tomorrow'                  | /expires_at            | invalid",
                "'expires_at':'2026-11-24'                | /expires_at            | invalid",
                "'expires_at':'2026-11-24T08:00:00Z'      | /expires_at            | range",
                "'expires_at':'+999999999-01-01T00:00:00Z' | /expires_at           | range",
                "'expires_at':1900000000                  | /expires_at            | type",
                "'rotate_every':'90 days'                 | /rotate_every          | invalid",
                "'rotate_every':'PT1H'                    | /rotate_every          | invalid",
                "'mode':'sandbox'                         | /mode                  | unknown",
                "'id':'key_1'                             | /id                    | unknown_field",
                "'account_id':'other'                     | /account_id            | unknown_field",
                "'a/b~c':1                                | /a~1b~0c               | unknown_field"
            })
    void whatIsWrongIsToldWithItsPlace(String fields, String pointer, String code) {
        String name = fields.startsWith("'name'") ? "" : "'name':'shop',";
        Problem problem = refusal("{" + name + fields + "}");
        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.code().code())
                .isEqualTo(code.equals("unknown_field") ? "unknown_field" : "validation_failed");
        assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly(pointer);
        assertThat(problem.errors()).extracting(FieldError::code).containsExactly(code);
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        Problem problem = refusal("{'preset':'x','limits':['x','y'],'color':'red'}");
        assertThat(problem.code().code()).isEqualTo("validation_failed");
        assertThat(problem.errors())
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder("/color", "/name", "/preset", "/limits/0", "/limits/1");
    }

    @Test
    void theNearestNameIsOffered() {
        assertThat(refusal("{'name':'x','preset':'sendin'}").errors().get(0).detail())
                .contains("did you mean 'sending'?");
        assertThat(refusal("{'name':'x','scopes':['contact:read']}")
                        .errors()
                        .get(0)
                        .detail())
                .contains("did you mean 'contacts:read'?");
        assertThat(refusal("{'name':'x','allowed_ip':[]}").errors().get(0).detail())
                .contains("did you mean 'allowed_ips'?");
    }

    @Test
    void unknownFieldsMayBePassedOverButNeverThoseThatCannotBeSet() {
        assertThat(KeyForm.create(KeyKit.json("{'name':'x','color':'red'}"), NOW, true)
                        .terms()
                        .name())
                .isEqualTo("x");
        assertThat(catchThrowableOfType(
                        ProblemException.class,
                        () -> KeyForm.create(KeyKit.json("{'name':'x','created_by':'me'}"), NOW, true)))
                .isNotNull();
    }

    @Test
    void absentFieldsStayAndNullBringsBackTheUsual() {
        KeyTerms full = create("""
                {'name':'a','scopes':['messages:send'],'allowed_ips':['192.0.2.0/24'],'denied_ips':['192.0.2.1'],
                 'allowed_senders':['example.com'],'limits':['10/s','100/min'],'recipients_per_minute':5,
                 'concurrent_requests':2,'expires_at':'2027-01-01T01:00:00+01:00','rotate_every':'P90D'}""");
        assertThat(full.expiresAt()).isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(full.preset()).isEqualTo("custom");
        assertThat(change(full, "{}")).isEqualTo(full);
        assertThat(change(full, "{'name':'b'}")).isEqualTo(full.named("b"));

        KeyTerms cleared = change(full, """
                {'allowed_ips':null,'denied_ips':null,'allowed_senders':null,'limits':null,
                 'recipients_per_minute':null,'concurrent_requests':null,'expires_at':null,'rotate_every':null}""");
        KeyTerms usual = KeyTerms.of(Preset.SENDING);
        assertThat(cleared.limits()).isEqualTo(usual.limits());
        assertThat(cleared.allowedIps()).isEmpty();
        assertThat(cleared.deniedIps()).isEmpty();
        assertThat(cleared.allowedSenders()).isEmpty();
        assertThat(cleared.expiresAt()).isNull();
        assertThat(cleared.rotateEvery()).isNull();
        assertThat(cleared.scopes()).containsExactly("messages:send");
    }

    @Test
    void theMinuteMayBeChangedAlone() {
        KeyTerms terms = change(create("{'name':'a','limits':['10/s','5000/day']}"), "{'requests_per_minute':30}");
        assertThat(terms.windows()).extracting(RateWindow::text).containsExactly("10/s", "30/min", "5000/day");
        assertThat(change(terms, "{'requests_per_minute':null}").windows())
                .extracting(RateWindow::text)
                .containsExactly("10/s", "60/min", "5000/day");
    }

    @Test
    void scopesThatAreAPresetAreCalledByIt() {
        List<String> scopes = List.copyOf(Preset.WEBHOOK_IN.scopes());
        assertThat(create("{'name':'a','scopes':['" + String.join("','", scopes) + "']}")
                        .preset())
                .isEqualTo("webhook_in");
        assertThat(change(create("{'name':'a','scopes':['events:read']}"), "{'preset':'sync'}")
                        .scopes())
                .isEqualTo(Preset.SYNC.scopes());
    }

    @ParameterizedTest
    @CsvSource({"PT0S,0", "P30D,720", "PT24H,24"})
    void aGraceIsZeroToThirtyDays(String grace, long hours) {
        assertThat(KeyForm.roll(
                                KeyTerms.of(Preset.SENDING),
                                KeyKit.json("{'grace_period':'" + grace + "'}"),
                                NOW,
                                false)
                        .grace())
                .isEqualTo(Duration.ofHours(hours));
    }

    @ParameterizedTest
    @CsvSource({"P31D", "P30DT1S", "-PT1S", "1 day", "PT99999999999999999999H"})
    void anotherGraceIsRefused(String grace) {
        Problem problem = catchThrowableOfType(
                        ProblemException.class,
                        () -> KeyForm.roll(
                                KeyTerms.of(Preset.SENDING),
                                KeyKit.json("{'grace_period':'" + grace + "'}"),
                                NOW,
                                false))
                .problem();
        assertThat(problem.errors().get(0).pointer()).isEqualTo("/grace_period");
    }
}
