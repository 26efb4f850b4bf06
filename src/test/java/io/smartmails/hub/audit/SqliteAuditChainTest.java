// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class SqliteAuditChainTest extends AuditChainSuite {
    @Override
    Database database(Path folder) {
        return Databases.sqlite(folder, "db/hub");
    }
}
