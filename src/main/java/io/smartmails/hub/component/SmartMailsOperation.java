// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

/** What a rule can want of SmartMails. */
public enum SmartMailsOperation {
    /** One mail to one recipient. */
    SEND,
    /** The event's contact kept in step. */
    CONTACT
}
