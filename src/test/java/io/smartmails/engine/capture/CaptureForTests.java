// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.capture;

import io.smartmails.db.Database;
import io.smartmails.id.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/** A capture server standing in for somebody's SMTP server. */
public record CaptureForTests(Database database, CaptureServer server, int port) implements AutoCloseable {

    public static CaptureForTests start(Path folder) throws IOException {
        Files.createDirectories(folder);
        var database = Database.open(Database.sqliteUrl(folder.resolve("relay.db")), null, null, "db/engine");
        var clock = InstantSource.system();
        var server = new CaptureServer(database, new Ids(clock, new SecureRandom()), clock);
        return new CaptureForTests(database, server, server.start());
    }

    public long total() {
        return new InboxStore(database).total();
    }

    @Override
    public void close() {
        server.close();
        database.close();
    }
}
