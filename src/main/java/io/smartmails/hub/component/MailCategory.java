// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

/** Kinds of mail; marketing needs consent and travels behind transactional mail. */
public enum MailCategory {
    TRANSACTIONAL,
    MARKETING
}
