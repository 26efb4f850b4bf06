// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.problem.Problem.FieldError;
import java.util.List;

/** One item of a call on its way in: ready to be stored as {@code message}, or decided already. */
final class IncomingMessage {
    final String pointer;
    MessageRequest request;
    Message message;
    Acceptance decided;

    IncomingMessage(String pointer) {
        this.pointer = pointer;
    }

    void reject(List<FieldError> errors) {
        decided = Acceptance.rejected(request.dedupeId(), errors);
    }

    void reject(String field, String code, String detail) {
        reject(List.of(new FieldError(pointer + field, code, detail)));
    }
}
