// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.util.Locale;

/** What a request does: a scope that the key lacks pauses that alone. */
enum Operation {
    SENDS,
    CONTACTS,
    LISTS,
    LOOK_UPS,
    OTHERS;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
