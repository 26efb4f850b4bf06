// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.api;

import java.util.List;

/**
 * One line of the route table.
 *
 * @param segments path by segments; {@code {name}} matches any one
 * @param access who may call
 * @param scope scope needed; null for any key
 * @param free costs no request of the key's minute
 * @param mostBytes largest body
 */
record Route(
        String method,
        List<String> segments,
        Access access,
        String scope,
        boolean free,
        long mostBytes,
        Handler handler) {

    enum Access {
        /** Anybody, limited per address. */
        PUBLIC,
        /** Holders of a key. */
        KEY
    }

    @FunctionalInterface
    interface Handler {
        Reply handle(Call call);
    }
}
