// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

/**
 * Why a template file is not, or not in its newest form, at SmartMails.
 *
 * @param file its name
 * @param line from 1
 * @param reason in a sentence, with what to do where that is known
 */
public record TemplateError(String file, int line, String reason) {
    @Override
    public String toString() {
        return file + ":" + line + ": " + reason;
    }
}
