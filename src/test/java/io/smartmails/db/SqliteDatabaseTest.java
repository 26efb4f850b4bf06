// SPDX-License-Identifier: Apache-2.0
package io.smartmails.db;

import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class SqliteDatabaseTest extends DatabaseSuite {
    @Override
    Database open(Path folder) {
        return Databases.sqlite(folder, "db/hub");
    }
}
