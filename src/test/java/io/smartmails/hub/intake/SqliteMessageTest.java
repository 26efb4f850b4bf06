// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import io.smartmails.db.Database;
import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class SqliteMessageTest extends MessageSuite {
    @Override
    Database open(Path folder) {
        return Databases.sqlite(folder, "db/hub");
    }
}
