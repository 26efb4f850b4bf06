// SPDX-License-Identifier: Apache-2.0
package io.smartmails.db;

import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class PostgresDatabaseTest extends DatabaseSuite {
    @Override
    Database open(Path folder) {
        return Databases.postgres("db/hub");
    }
}
