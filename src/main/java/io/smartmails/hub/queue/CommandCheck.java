// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.Problem;
import java.util.List;

/** Finds what is wrong with a message that is to leave. */
public interface CommandCheck {
    /**
     * @param at pointer of the message in the request
     * @return empty when nothing is
     */
    List<Problem.FieldError> errors(ObjectNode message, String at);
}
