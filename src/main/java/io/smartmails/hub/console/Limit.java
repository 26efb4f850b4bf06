// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;

/** How many rows a list shows. */
final class Limit {
    static final String USUAL = "50";
    private static final int MOST = 500;

    private Limit() {}

    /** @throws io.smartmails.problem.ProblemException {@code invalid_parameter} outside 1 to 500 */
    static int checked(int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "limit is " + limit + "; it must be 1 to " + MOST + ".")
                    .asException();
        }
        return limit;
    }
}
