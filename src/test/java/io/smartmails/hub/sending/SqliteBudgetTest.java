// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.testkit.Databases;
import java.nio.file.Path;

class SqliteBudgetTest extends BudgetSuite {
    @Override
    Database database(Path folder) {
        return Databases.sqlite(folder, "db/hub");
    }
}
