// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import io.smartmails.db.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Fresh databases of either kind for the shared suites. */
public final class Databases {
    private static final AtomicInteger NEXT = new AtomicInteger();
    private static EmbeddedPostgres postgres;

    private Databases() {}

    public static Database sqlite(Path folder, String migrations) {
        return Database.open(Database.sqliteUrl(folder.resolve("test.db")), null, null, migrations);
    }

    public static Database postgres(String migrations) {
        return Database.open(postgresUrl(), "postgres", "", migrations);
    }

    /** A database of its own in one server that lives as long as the test run; user postgres, no password. */
    public static synchronized String postgresUrl() {
        try {
            if (postgres == null) {
                postgres = EmbeddedPostgres.builder().start();
            }
            String name = "test" + NEXT.incrementAndGet();
            JdbcClient.create(postgres.getPostgresDatabase())
                    .sql("CREATE DATABASE " + name)
                    .update();
            return postgres.getJdbcUrl("postgres", name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
