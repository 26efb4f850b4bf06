// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import io.smartmails.db.Database;
import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class PostgresKeyTest extends KeySuite {
    @Override
    Database database(Path home) {
        return Databases.postgres("db/hub");
    }
}
