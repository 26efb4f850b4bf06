// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.db.Database;
import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class PostgresUpkeepTest extends UpkeepSuite {
    @Override
    Database open(Path folder) {
        return Databases.postgres("db/hub");
    }
}
