// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.smartmails.db.Database;
import io.smartmails.hub.gateway.AddressRules;
import io.smartmails.hub.gateway.Caller;
import io.smartmails.hub.gateway.KeyLimits;
import io.smartmails.hub.queue.EnvelopeStore;
import io.smartmails.hub.queue.ItemStore;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.PressureSettings;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.timeline.StoryStore;
import io.smartmails.hub.timeline.TimelineStore;
import io.smartmails.id.Ids;
import io.smartmails.testkit.SettableClock;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The applications' API over a real database and a settable clock, without a server around it. */
final class ApiKit {
    static final Set<String> SCOPES = Set.of("messages:send", "messages:read", "events:write");

    final SettableClock clock = new SettableClock();
    final Database database;
    final EnvelopeStore envelopes;
    final ItemStore items;
    final StoryStore stories;
    final DedupeStore dedupe;
    private final ApplicationApi api;

    ApiKit(Database database) {
        this.database = database;
        var ids = new Ids(clock, new Random(1));
        envelopes = new EnvelopeStore(database, clock);
        items = new ItemStore(database, clock);
        stories = new StoryStore(database);
        dedupe = new DedupeStore(database, clock);
        var configuration = new IntakeConfiguration();
        var factory = new org.springframework.beans.factory.support.DefaultListableBeanFactory();
        var messages = configuration.messageEndpoints(
                database,
                envelopes,
                items,
                dedupe,
                stories,
                new TimelineStore(clock, ids),
                factory.getBeanProvider(SendingRights.class),
                new Wakeup(),
                clock,
                ids);
        var events = configuration.eventEndpoints(database, envelopes, dedupe, new Wakeup(), clock, ids);
        var unwatched = new Pressure(
                new PressureSettings(1_000, 0, 0, java.nio.file.Path.of(".")), database, (type, subject, detail) -> {});
        api = configuration.applicationApi(messages, events, unwatched, clock).getFilter();
    }

    record Answer(int status, JsonNode body, MockHttpServletResponse raw) {
        String code() {
            return body.path("code").asText();
        }

        /** The first wrong place. */
        String pointer() {
            return body.path("errors").path(0).path("pointer").asText();
        }
    }

    static Caller caller(boolean test, Set<String> scopes) {
        return new Caller("key_1", "app", "key_1", scopes, KeyLimits.perMinute(60), AddressRules.ANY, test);
    }

    Answer live(String method, String path, String body) throws Exception {
        return send(caller(false, SCOPES), request(method, path, body));
    }

    Answer test(String method, String path, String body) throws Exception {
        return send(caller(true, SCOPES), request(method, path, body));
    }

    static MockHttpServletRequest request(String method, String path, String body) {
        int query = path.indexOf('?');
        var request = new MockHttpServletRequest(method, query < 0 ? path : path.substring(0, query));
        request.setServletPath("/v1");
        request.setPathInfo(query < 0 ? path : path.substring(0, query));
        if (query >= 0) {
            for (String pair : path.substring(query + 1).split("&")) {
                request.addParameter(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        if (body != null) {
            request.setContentType("application/json");
            request.setContent(body.getBytes(StandardCharsets.UTF_8));
        }
        return request;
    }

    Answer send(Caller caller, MockHttpServletRequest request) throws Exception {
        request.setAttribute(Caller.ATTRIBUTE, caller);
        var response = new MockHttpServletResponse();
        var chain = new MockFilterChain();
        api.doFilter(request, response, chain);
        if (chain.getRequest() != null) {
            response.setStatus(299); // went on to whoever answers the rest
        }
        byte[] body = response.getContentAsByteArray();
        return new Answer(
                response.getStatus(),
                body.length == 0 ? JsonBody.JSON.nullNode() : JsonBody.JSON.readTree(body),
                response);
    }
}
