// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects every wrong place of a request, so that a caller learns of all at once. */
final class Faults {
    private final boolean lenient;
    private final List<Problem.FieldError> errors = new ArrayList<>();

    /** @param lenient unknown fields are taken out instead of refused: {@code Prefer: handling=lenient} */
    Faults(boolean lenient) {
        this.lenient = lenient;
    }

    void add(String pointer, String code, String detail) {
        errors.add(new Problem.FieldError(pointer, code, detail));
    }

    void onlyKnown(ObjectNode node, String at, Set<String> known) {
        List<String> unknown = new ArrayList<>();
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                unknown.add(name);
            }
        });
        if (lenient) {
            node.remove(unknown);
        } else {
            unknown.forEach(
                    name -> add(FieldReader.pointer(at, name), ProblemCode.UNKNOWN_FIELD.code(), "is no field here"));
        }
    }

    boolean none() {
        return errors.isEmpty();
    }

    List<Problem.FieldError> all() {
        return List.copyOf(errors);
    }

    /** @throws io.smartmails.problem.ProblemException 422 when anything was found */
    void refuse() {
        if (!none()) {
            throw problem().asException();
        }
    }

    private Problem problem() {
        boolean unknown = errors.stream().allMatch(e -> e.code().equals(ProblemCode.UNKNOWN_FIELD.code()));
        return new Problem(
                unknown ? ProblemCode.UNKNOWN_FIELD : ProblemCode.VALIDATION_FAILED,
                errors.size() == 1 ? "1 field is wrong" : errors.size() + " fields are wrong",
                errors,
                Map.of(),
                Map.of());
    }
}
