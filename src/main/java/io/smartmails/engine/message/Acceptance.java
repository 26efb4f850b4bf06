// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.problem.Problem.FieldError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of one item of a request.
 *
 * @param status accepted, duplicate, dropped or rejected
 * @param id id of the message; of the first one for a duplicate; null when rejected
 * @param reason why dropped; null otherwise
 * @param errors why rejected; empty otherwise. A batch shows the first
 */
record Acceptance(String status, String id, String dedupeId, String reason, List<FieldError> errors) {
    static final String ACCEPTED = "accepted";
    static final String DUPLICATE = "duplicate";
    static final String DROPPED = "dropped";
    static final String REJECTED = "rejected";

    static Acceptance rejected(String dedupeId, List<FieldError> errors) {
        return new Acceptance(REJECTED, null, dedupeId, null, errors);
    }

    static Acceptance duplicate(String holder, String dedupeId) {
        return new Acceptance(DUPLICATE, holder, dedupeId, null, List.of());
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
        if (!errors.isEmpty()) {
            FieldError error = errors.get(0);
            var members = new LinkedHashMap<String, Object>();
            members.put("code", error.code());
            members.put("pointer", error.pointer());
            members.put("detail", error.detail());
            view.put("error", members);
        }
        return view;
    }
}
