// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.problem.Problem;
import io.smartmails.problem.Problem.FieldError;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects what is wrong with one body or one item, so that the caller learns of everything at once. */
final class Faults {
    private final boolean lenient;
    private final List<FieldError> errors = new ArrayList<>();

    /** @param lenient unknown fields are no fault ({@code Prefer: handling=lenient}) */
    Faults(boolean lenient) {
        this.lenient = lenient;
    }

    void add(String pointer, String code, String detail) {
        errors.add(new FieldError(pointer, code, detail));
    }

    void unknownField(String pointer) {
        if (!lenient) {
            add(
                    pointer,
                    ProblemCode.UNKNOWN_FIELD.code(),
                    "there is no such field; send 'Prefer: handling=lenient' to have it ignored");
        }
    }

    boolean none() {
        return errors.isEmpty();
    }

    /** What a batch reports of an item. */
    FieldError first() {
        return errors.get(0);
    }

    /** @throws io.smartmails.problem.ProblemException 422 when anything is wrong */
    void refuse() {
        if (!errors.isEmpty()) {
            throw problem(errors).asException();
        }
    }

    static Problem problem(List<FieldError> errors) {
        boolean unknown = errors.stream().anyMatch(error -> error.code().equals(ProblemCode.UNKNOWN_FIELD.code()));
        return new Problem(
                unknown ? ProblemCode.UNKNOWN_FIELD : ProblemCode.VALIDATION_FAILED,
                errors.size() == 1 ? "1 field is wrong" : errors.size() + " fields are wrong",
                errors,
                Map.of(),
                Map.of());
    }
}
