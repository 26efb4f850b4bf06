// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.hub.audit.SecurityEvent;
import io.smartmails.hub.audit.SecurityEvent.Kind;
import io.smartmails.hub.audit.SecurityEvents;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import io.smartmails.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * The decision about a call, the same for the fixed entrances and for operators' own: address, credential, the key's
 * addresses, scope, throttle, in this order; what one step refuses costs nothing at a later one.
 */
final class Door {
    /** Request attribute with the {@link ClientAddress}. */
    static final String CLIENT = Door.class.getName() + ".client";

    private final KeyRing keys;
    private final Throttle throttle;
    private final SecurityEvents events;
    private final DoorSettings settings;
    private final Supplier<DoorRules> rules;
    private final ClientAddresses addresses;

    Door(KeyRing keys, Throttle throttle, SecurityEvents events, DoorSettings settings, Supplier<DoorRules> rules) {
        this.keys = keys;
        this.throttle = throttle;
        this.events = events;
        this.settings = settings;
        this.rules = rules;
        this.addresses = new ClientAddresses(settings.trustedProxies());
    }

    /**
     * The part that concerns everybody: HTTPS and the global address lists.
     *
     * @throws ProblemException 403 {@code https_required} or {@code ip_not_allowed}
     */
    ClientAddress approach(HttpServletRequest request) {
        ClientAddress from = addresses.of(request);
        request.setAttribute(CLIENT, from);
        if (settings.httpsRequired() && !from.secure() && !from.isLocal()) {
            throw Problem.of(
                            ProblemCode.HTTPS_REQUIRED,
                            "Come over HTTPS; a proxy that ends it must be named in hub.gateway.trusted-proxies")
                    .asException();
        }
        if (!settings.addresses().permit(from.address())
                || !rules.get().addresses().permit(from.address())) {
            report(Kind.ADDRESS_REFUSED, null, from, "global", request);
            throw Problem.of(ProblemCode.IP_NOT_ALLOWED, "Calls from " + from.text() + " are not taken")
                    .asException();
        }
        return from;
    }

    /**
     * The part that concerns a key. Leaves the {@link Caller} on the request and what is left in its buckets on the answer.
     *
     * @param scope null when any key may
     * @return to be ended when the answer is complete
     * @throws ProblemException 400, 401, 403, 429
     */
    Throttle.Pass enter(HttpServletRequest request, HttpServletResponse response, Throttle.Area area, String scope)
            throws IOException {
        ClientAddress from = clientOf(request);
        Caller caller = authenticate(request, response, from);
        request.setAttribute(Caller.ATTRIBUTE, caller); // also of a refused call, which counts as the key's use
        if (!caller.addresses().permit(from.address())) {
            RateHeaders.write(response, throttle.look(caller, area));
            report(Kind.ADDRESS_REFUSED, caller.keyId(), from, "key", request);
            throw Problem.of(
                            ProblemCode.IP_NOT_ALLOWED,
                            "Key " + caller.keyId() + " may not be used from " + from.text())
                    .asException();
        }
        if (scope != null && !caller.may(scope)) {
            RateHeaders.write(response, throttle.look(caller, area));
            report(Kind.SCOPE_MISSING, caller.keyId(), from, scope, request);
            throw missing(caller, scope);
        }
        try {
            Throttle.Pass pass = throttle.enter(caller, from, area);
            RateHeaders.write(response, pass.levels());
            report(Kind.KEY_USED, caller.keyId(), from, null, request);
            return pass;
        } catch (ProblemException refused) {
            report(
                    Kind.THROTTLED,
                    caller.keyId(),
                    from,
                    refused.problem().code().code(),
                    request);
            throw refused;
        }
    }

    static RuntimeException missing(Caller caller, String scope) {
        return Problem.of(
                        ProblemCode.MISSING_SCOPE,
                        "Key " + caller.keyId() + " lacks the scope " + scope + "; use a key that has it")
                .with("required_scope", scope)
                .asException();
    }

    private Caller authenticate(HttpServletRequest request, HttpServletResponse response, ClientAddress from)
            throws IOException {
        String misplaced = Credentials.misplaced(request);
        try {
            if (misplaced != null) {
                throw keyInUrl(misplaced, from, request);
            }
            return keys.authenticate(Credentials.bearer(request));
        } catch (ProblemException refused) {
            ProblemCode code = refused.problem().code();
            if (code.status() == 401) {
                countWrongKey(response, from, request);
            }
            switch (code) {
                case MISSING_KEY, KEY_IN_URL -> {}
                case EXPIRED_KEY, REVOKED_KEY ->
                    report(
                            Kind.DEAD_KEY_USED,
                            refused instanceof RefusedKey dead ? dead.keyId() : null,
                            from,
                            code.code(),
                            request);
                default -> report(Kind.KEY_REFUSED, null, from, code.code(), request);
            }
            throw refused;
        }
    }

    private void countWrongKey(HttpServletResponse response, ClientAddress from, HttpServletRequest request) {
        try {
            RateHeaders.write(response, List.of(throttle.countWrongKey(from)));
        } catch (ProblemException tooMany) {
            report(Kind.ADDRESS_THROTTLED, null, from, tooMany.problem().code().code(), request);
            throw tooMany;
        }
    }

    /** Only a key that lives is an alarm; for the caller it makes no difference. */
    private RuntimeException keyInUrl(String key, ClientAddress from, HttpServletRequest request) {
        try {
            report(Kind.KEY_IN_URL, keys.authenticate(key).keyId(), from, ProblemCode.KEY_IN_URL.code(), request);
        } catch (ProblemException dead) {
            report(Kind.KEY_REFUSED, null, from, ProblemCode.KEY_IN_URL.code(), request);
        }
        return Problem.of(
                        ProblemCode.KEY_IN_URL,
                        "Keys in URLs and forms end up in logs: send it as 'Authorization: Bearer', and revoke this one")
                .asException();
    }

    /** A webhook for a connection that is not there, or a wrong key at the console's log-in. */
    void countStranger(HttpServletRequest request) {
        ClientAddress from = clientOf(request);
        try {
            throttle.countWrongKey(from);
        } catch (ProblemException tooMany) {
            report(Kind.ADDRESS_THROTTLED, null, from, tooMany.problem().code().code(), request);
            throw tooMany;
        }
    }

    void countBadSignature(String connection) {
        throttle.countBadSignature(connection);
    }

    /** Where a request came from, as text; behind trusted proxies the address they name. */
    static String addressOf(HttpServletRequest request) {
        return request.getAttribute(CLIENT) instanceof ClientAddress known ? known.text() : request.getRemoteAddr();
    }

    ClientAddress clientOf(HttpServletRequest request) {
        return request.getAttribute(CLIENT) instanceof ClientAddress known ? known : addresses.of(request);
    }

    private void report(Kind kind, String keyId, ClientAddress from, String detail, HttpServletRequest request) {
        events.report(new SecurityEvent(
                kind, keyId, from.text(), detail, (String) request.getAttribute(GatewayFilter.REQUEST_ID)));
    }
}
