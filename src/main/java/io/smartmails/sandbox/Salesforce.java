// SPDX-License-Identifier: Apache-2.0
package io.smartmails.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * As much of a Salesforce org as a poll meets: the client credentials login (any non-empty client is let in), paged queries
 * over Contact, and creating and changing contacts, by the real API's paths and by {@code PUT /sandbox/contacts/{id}}.
 */
public final class Salesforce implements HttpHandler {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BODY_BYTES = 1_000_000;
    private static final int DAILY_LIMIT = 15_000;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{15}([A-Za-z0-9]{3})?");
    private static final Pattern DATA = Pattern.compile("/services/data/(v\\d{2}\\.\\d)/(.+)");
    private static final Pattern OWN = Pattern.compile("/sandbox/contacts/([^/]+)");

    /** What went wrong, in the vendor's shape. */
    private static final class Refused extends Exception {
        private final int status;
        private final String code;

        Refused(int status, String code, String message) {
            super(message, null, false, false);
            this.status = status;
            this.code = code;
        }
    }

    private record Reply(int status, Object body) {}

    private final ContactTable contacts;
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final QueryPages pages = new QueryPages();
    private final ConcurrentLinkedQueue<Integer> troubles = new ConcurrentLinkedQueue<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int mostRows = 2000;

    Salesforce(ContactTable contacts) {
        this.contacts = contacts;
    }

    /** The next calls to the data API answer these statuses, one each, for example 429 or 500. */
    public void failNext(int... statuses) {
        Arrays.stream(statuses).forEach(troubles::add);
    }

    /** Makes pages smaller than asked for, as the real system may; 1 to 2000. */
    public void pageRows(int most) {
        mostRows = most;
    }

    /** Ends all sessions: the tokens given so far are worth nothing from now on. */
    public void endSessions() {
        tokens.clear();
    }

    /** Forgets the further pages of all queries. */
    public void forgetPages() {
        pages.forget();
    }

    /** Logins so far. */
    public int logins() {
        return logins.get();
    }

    /** Changes or makes a contact, as {@code PUT /sandbox/contacts/{id}} does; names as in Salesforce. */
    public void putContact(String id, Map<String, Object> fields) {
        contacts.put(id, fields);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = answer(exchange);
            } catch (Refused e) {
                if (e.status == 429) {
                    exchange.getResponseHeaders().set("Retry-After", "7");
                }
                reply = new Reply(e.status, List.of(Map.of("message", e.getMessage(), "errorCode", e.code)));
            }
            var body = reply.body() == null ? new byte[0] : JSON.writeValueAsBytes(reply.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json;charset=UTF-8");
            exchange.getResponseHeaders().set("Sforce-Limit-Info", "api-usage=" + calls.get() + "/" + DAILY_LIMIT);
            exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Reply answer(HttpExchange exchange) throws IOException, Refused {
        var path = exchange.getRequestURI().getPath();
        var method = exchange.getRequestMethod();
        if (path.equals("/services/oauth2/token") && method.equals("POST")) {
            return login(exchange);
        }
        var own = OWN.matcher(path);
        if (own.matches() && method.equals("PUT")) {
            contacts.put(id(own.group(1)), fields(exchange));
            return new Reply(204, null);
        }
        if (path.equals("/sandbox/contacts") && method.equals("GET")) {
            return new Reply(
                    200,
                    contacts.inOrder().stream().map(ContactTable.Row::fields).toList());
        }
        var data = DATA.matcher(path);
        if (data.matches()) {
            return data(exchange, method, data.group(1), data.group(2));
        }
        throw new Refused(404, "NOT_FOUND", "The requested resource does not exist");
    }

    private Reply login(HttpExchange exchange) throws IOException, Refused {
        var form = parameters(new String(body(exchange), StandardCharsets.UTF_8));
        if (!"client_credentials".equals(form.get("grant_type"))) {
            return new Reply(
                    400, Map.of("error", "unsupported_grant_type", "error_description", "grant type not supported"));
        }
        if (form.getOrDefault("client_id", "").isBlank()
                || form.getOrDefault("client_secret", "").isBlank()) {
            return new Reply(400, Map.of("error", "invalid_client", "error_description", "invalid client credentials"));
        }
        var token = "00D000000000001!sandbox." + logins.incrementAndGet();
        tokens.add(token);
        var reply = new LinkedHashMap<String, Object>();
        reply.put("access_token", token);
        reply.put(
                "instance_url", "http://127.0.0.1:" + exchange.getLocalAddress().getPort());
        reply.put("id", reply.get("instance_url") + "/id/00D000000000001EAA/005000000000001AAA");
        reply.put("token_type", "Bearer");
        reply.put("scope", "api");
        return new Reply(200, reply);
    }

    private Reply data(HttpExchange exchange, String method, String version, String resource)
            throws IOException, Refused {
        calls.incrementAndGet();
        var given = exchange.getRequestHeaders().getFirst("Authorization");
        if (given == null || !given.startsWith("Bearer ") || !tokens.contains(given.substring("Bearer ".length()))) {
            throw new Refused(401, "INVALID_SESSION_ID", "Session expired or invalid");
        }
        var trouble = troubles.poll();
        if (trouble != null) {
            throw new Refused(trouble, trouble == 403 ? "REQUEST_LIMIT_EXCEEDED" : "SERVER_ERROR", "as ordered");
        }
        if ((resource.equals("query") || resource.equals("queryAll")) && method.equals("GET")) {
            return query(exchange, version);
        }
        if (resource.startsWith("query/") && method.equals("GET")) {
            return new Reply(
                    200,
                    pages.next(version, resource.substring("query/".length()))
                            .orElseThrow(() -> new Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")));
        }
        if (resource.equals("sobjects/Contact") && method.equals("POST")) {
            return new Reply(
                    201, Map.of("id", contacts.create(fields(exchange)), "success", true, "errors", List.of()));
        }
        if (resource.startsWith("sobjects/Contact/") && method.equals("PATCH")) {
            var id = id(resource.substring("sobjects/Contact/".length()));
            if (!contacts.has(id)) {
                throw new Refused(
                        404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + id);
            }
            contacts.put(id, fields(exchange));
            return new Reply(204, null);
        }
        throw new Refused(404, "NOT_FOUND", "The requested resource does not exist");
    }

    private Reply query(HttpExchange exchange, String version) throws Refused {
        var raw = exchange.getRequestURI().getRawQuery();
        Soql query;
        try {
            query = Soql.parse(parameters(raw == null ? "" : raw).getOrDefault("q", ""));
        } catch (Soql.Malformed e) {
            throw new Refused(400, "MALFORMED_QUERY", e.getMessage());
        }
        var rows = contacts.inOrder().stream()
                .filter(query.condition())
                .limit(query.limit())
                .toList();
        var name = "01g000000000%04dAAA".formatted(calls.get());
        var pageRows = Math.min(mostRows, batchSize(exchange));
        return new Reply(200, pages.first(version, name, query.fields(), rows, pageRows));
    }

    private static int batchSize(HttpExchange exchange) {
        var options = exchange.getRequestHeaders().getFirst("Sforce-Query-Options");
        var size = options == null ? "" : options.replace("batchSize=", "").strip();
        return size.matches("\\d{1,6}") ? Math.max(200, Math.min(2000, Integer.parseInt(size))) : 2000;
    }

    private static String id(String text) throws Refused {
        if (!ID.matcher(text).matches()) {
            throw new Refused(400, "MALFORMED_ID", "an id has 15 or 18 letters and digits");
        }
        return text;
    }

    private static Map<String, Object> fields(HttpExchange exchange) throws IOException, Refused {
        Map<String, Object> fields;
        try {
            fields = JSON.readValue(body(exchange), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new Refused(400, "JSON_PARSER_ERROR", "the body is not a JSON object");
        }
        for (var field : fields.keySet()) {
            if (!ContactTable.FIELDS.contains(field) || ContactTable.SYSTEM_FIELDS.contains(field)) {
                throw new Refused(
                        400, "INVALID_FIELD", "No such writable column '" + field + "' on sobject of type Contact");
            }
        }
        return fields;
    }

    private static byte[] body(HttpExchange exchange) throws IOException, Refused {
        var body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new Refused(413, "REQUEST_TOO_LARGE", "at most " + MAX_BODY_BYTES + " bytes");
        }
        return body;
    }

    private static Map<String, String> parameters(String encoded) {
        var parameters = new LinkedHashMap<String, String>();
        for (var pair : encoded.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }
}
