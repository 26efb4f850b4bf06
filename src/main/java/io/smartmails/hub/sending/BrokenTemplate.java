// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

/** A template file that cannot be read. */
final class BrokenTemplate extends Exception {
    private final transient TemplateError error;

    BrokenTemplate(String file, int line, String reason) {
        super(reason);
        this.error = new TemplateError(file, line, reason);
    }

    TemplateError error() {
        return error;
    }
}
