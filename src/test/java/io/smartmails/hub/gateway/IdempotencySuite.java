// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartmails.db.Database;
import io.smartmails.hub.queue.CounterStore;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import io.smartmails.testkit.SettableClock;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** {@code Idempotency-Key} (contract 4.1), the same on both databases. */
abstract class IdempotencySuite {
    @TempDir
    Path folder;

    private final SettableClock clock = new SettableClock();
    private final AtomicInteger calls = new AtomicInteger();
    private Database database;
    private IdempotencyStore store;
    private IdempotencyFilter filter;

    abstract Database open(Path folder);

    @BeforeEach
    void open() {
        database = open(folder);
        store = new IdempotencyStore(database, clock);
        filter = new IdempotencyFilter(
                database,
                store,
                Secrets.open(folder.resolve("secrets"), new SecureRandom(), Optional.empty()),
                new Ids(clock, new Random(1)));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private MockHttpServletResponse post(String key, String body, FilterChain handler) throws Exception {
        return post("key_1", "/lists", key, body, handler);
    }

    private MockHttpServletResponse post(String caller, String path, String key, String body, FilterChain handler)
            throws Exception {
        var request = new MockHttpServletRequest("POST", "/v1" + path);
        request.setServletPath("/v1" + path);
        request.addHeader("Idempotency-Key", key);
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        request.setAttribute(
                Caller.ATTRIBUTE,
                new Caller(caller, "app", caller, Set.of(), KeyLimits.perMinute(60), AddressRules.ANY, false));
        var response = new MockHttpServletResponse();
        filter.doFilter(request, response, handler);
        return response;
    }

    /** Answers with the number of the call and the body it read. */
    private FilterChain handler(int status) {
        return (request, response) -> {
            int call = calls.incrementAndGet();
            byte[] body = request.getInputStream().readAllBytes();
            ((HttpServletResponse) response).setStatus(status);
            ((HttpServletResponse) response).setHeader("Location", "/v1/lists/" + call);
            response.setContentType("application/json");
            response.getOutputStream()
                    .write(("{\"call\":" + call + ",\"body\":" + new String(body, StandardCharsets.UTF_8) + "}")
                            .getBytes(StandardCharsets.UTF_8));
        };
    }

    @Test
    void aRepeatGetsTheStoredAnswerFor24Hours() throws Exception {
        MockHttpServletResponse first = post("k1", "{\"a\":1}", handler(201));
        MockHttpServletResponse again = post("k1", "{\"a\":1}", handler(201));
        assertThat(first.getHeader("Idempotency-Replayed")).isNull();
        assertThat(again.getHeader("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.getStatus()).isEqualTo(201);
        assertThat(again.getHeader("Location")).isEqualTo("/v1/lists/1");
        assertThat(again.getContentType()).isEqualTo("application/json");
        assertThat(again.getContentAsString())
                .isEqualTo(first.getContentAsString())
                .isEqualTo("{\"call\":1,\"body\":{\"a\":1}}");
        clock.advance(Duration.ofHours(25));
        assertThat(post("k1", "{\"a\":1}", handler(201)).getContentAsString()).contains("\"call\":2");
        clock.advance(Duration.ofHours(25));
        store.forget();
        assertThat(count()).isZero();
    }

    @Test
    void theKeyIsBoundToCallerPathAndBody() throws Exception {
        post("k1", "{}", handler(200));
        MockHttpServletResponse other = post("k1", "{\"b\":2}", handler(200));
        assertThat(other.getStatus()).isEqualTo(422);
        assertThat(other.getContentAsString()).contains("idempotency_mismatch");
        post("key_2", "/lists", "k1", "{\"b\":2}", handler(200));
        post("key_1", "/contacts", "k1", "{\"b\":2}", handler(200));
        assertThat(calls).hasValue(3);
    }

    @Test
    void failuresAndThrottlingAreNotStoredRefusalsAre() throws Exception {
        for (int status : new int[] {503, 429, 403}) {
            post("k" + status, "{}", handler(status));
            assertThat(post("k" + status, "{}", handler(200)).getStatus()).isEqualTo(200);
        }
        post("k422", "{}", handler(422));
        MockHttpServletResponse again = post("k422", "{}", handler(200));
        assertThat(again.getStatus()).isEqualTo(422);
        assertThat(again.getHeader("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void aRepeatWhileTheFirstRunsIsToldSo() throws Exception {
        post("k1", "{}", (request, response) -> {
            MockHttpServletResponse meanwhile = unchecked("k1");
            assertThat(meanwhile.getStatus()).isEqualTo(409);
            assertThat(meanwhile.getHeader("Retry-After")).isEqualTo("1");
            calls.incrementAndGet();
        });
        assertThat(calls).hasValue(1);
    }

    private MockHttpServletResponse unchecked(String key) {
        try {
            return post(key, "{}", handler(200));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCrashInTheMiddleBlocksForTheLeaseAtMost() throws Exception {
        post("k1", "{}", (request, response) -> {
            assertThat(unchecked("k1").getStatus()).isEqualTo(409);
            clock.advance(IdempotencyStore.LEASE.plusSeconds(1));
            assertThat(unchecked("k1").getStatus()).isEqualTo(200);
        });
    }

    @Test
    void whoWasOvertakenStoresNothing() throws Exception {
        MockHttpServletResponse slow = post("k1", "{}", (request, response) -> {
            clock.advance(IdempotencyStore.LEASE.plusSeconds(1));
            unchecked("k1");
            try {
                keep((HttpServletRequest) request);
            } catch (ProblemException lost) {
                assertThat(lost.problem().code()).isEqualTo(ProblemCode.IDEMPOTENCY_IN_PROGRESS);
                ((HttpServletResponse) response).setStatus(lost.problem().status());
            }
        });
        assertThat(slow.getStatus()).isEqualTo(409);
        assertThat(counter()).isZero();
        assertThat(post("k1", "{}", handler(200)).getContentAsString()).contains("\"call\":1");
    }

    @Test
    void workAndAnswerAreOneCommit() throws Exception {
        post("k1", "{}", (request, response) -> {
            keep((HttpServletRequest) request);
            ((HttpServletResponse) response).setStatus(202);
            response.getOutputStream().write('x');
        });
        MockHttpServletResponse again = post("k1", "{}", handler(500));
        assertThat(again.getStatus()).isEqualTo(202);
        assertThat(again.getContentAsString()).isEqualTo("x");
        assertThat(counter()).isEqualTo(1);
    }

    private void keep(HttpServletRequest request) {
        IdempotentCall call = IdempotentCall.of(request).orElseThrow();
        database.write(tx -> {
            CounterStore.add(tx, "work", 1);
            call.keep(tx, 202, "application/json", null, new byte[] {'x'});
            return null;
        });
    }

    @Test
    void whatIsStoredIsSealed() throws Exception {
        post("k1", "\"sml_secret\"", handler(201));
        byte[] stored = database.read()
                .sql("SELECT body FROM idempotency")
                .query((rs, n) -> rs.getBytes("body"))
                .single();
        assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain("sml_secret");
    }

    @Test
    void anOddKeyIsRefused() throws Exception {
        for (String key : new String[] {"", "ä", "x".repeat(256)}) {
            MockHttpServletResponse refused = post(key, "{}", handler(200));
            assertThat(refused.getStatus()).isEqualTo(400);
        }
        assertThat(calls).hasValue(0);
    }

    private long count() {
        return database.read()
                .sql("SELECT COUNT(*) FROM idempotency")
                .query(Long.class)
                .single();
    }

    private long counter() {
        return database.read()
                .sql("SELECT COALESCE(SUM(value), 0) FROM counter WHERE name = 'work'")
                .query(Long.class)
                .single();
    }
}
