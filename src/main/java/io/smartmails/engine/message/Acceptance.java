// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.problem.Problem.FieldError;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of one item of a request.
 *
 * @param status accepted, duplicate, dropped or rejected
 * @param id id of the message; of the first one for a duplicate; null when rejected
 * @param reason why dropped; null otherwise
 * @param error why rejected; null otherwise
 */
public record Acceptance(String status, String id, String dedupeId, String reason, FieldError error) {
    static final String ACCEPTED = "accepted";
    static final String DUPLICATE = "duplicate";
    static final String DROPPED = "dropped";
    static final String REJECTED = "rejected";

    static Acceptance rejected(String dedupeId, FieldError error) {
        return new Acceptance(REJECTED, null, dedupeId, null, error);
    }

    boolean is(String wanted) {
        return status.equals(wanted);
    }

    /** The item of a batch reply. */
    Map<String, Object> view(int index) {
        var view = new LinkedHashMap<String, Object>();
        view.put("index", index);
        view.put("status", status);
        if (id != null) {
            view.put("id", id);
        }
        view.put("dedupe_id", dedupeId);
        if (is(DUPLICATE)) {
            view.put("duplicate", true);
        }
        if (reason != null) {
            view.put("reason", reason);
        }
        if (error != null) {
            var members = new LinkedHashMap<String, Object>();
            members.put("code", error.code());
            members.put("pointer", error.pointer());
            members.put("detail", error.detail());
            view.put("error", members);
        }
        return view;
    }
}
