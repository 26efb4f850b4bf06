// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.openapi;

import java.util.function.Supplier;

/** The description as a page; made when somebody first asks, so that it costs no start anything. */
final class ApiPage {
    private final Supplier<String> renderer;
    private String html;

    ApiPage(Supplier<String> renderer) {
        this.renderer = renderer;
    }

    synchronized String html() {
        if (html == null) {
            html = renderer.get();
        }
        return html;
    }
}
