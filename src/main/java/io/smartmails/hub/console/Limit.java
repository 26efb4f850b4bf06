// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;

/** How many rows a list shows. */
final class Limit {
    static final String USUAL = "50";
    private static final int MOST = 1_000;
    private static final int MOST_MAILS = 10_000;

    private Limit() {}

    /** @throws io.smartmails.problem.ProblemException {@code invalid_parameter} outside 1 to 1,000 */
    static int checked(int limit) {
        return checked(limit, MOST);
    }

    /** @throws io.smartmails.problem.ProblemException {@code invalid_parameter} outside 1 to 10,000 */
    static int ofMails(int limit) {
        return checked(limit, MOST_MAILS);
    }

    private static int checked(int limit, int most) {
        if (limit < 1 || limit > most) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "limit is " + limit + "; it must be 1 to " + most + ".")
                    .asException();
        }
        return limit;
    }
}
