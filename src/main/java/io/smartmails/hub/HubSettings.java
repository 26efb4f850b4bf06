// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where this hub lives.
 *
 * @param home folder with {@code routes/ connectors/ config/ data/}
 * @param publicUrl address under which senders reach the hub; what signatures over URLs are checked against
 */
public record HubSettings(Path home, URI publicUrl) {
    public Path data() {
        return home.resolve("data");
    }
}
