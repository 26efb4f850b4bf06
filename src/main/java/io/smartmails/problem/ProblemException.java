// SPDX-License-Identifier: Apache-2.0
package io.smartmails.problem;

/** A refusal on its way to the caller. Carries no stack trace: refusals are expected and must stay cheap under attack. */
public class ProblemException extends RuntimeException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.code().code() + ": " + problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
