// SPDX-License-Identifier: Apache-2.0
package io.smartmails.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A database with many readers and one writer thread that commits its callers in groups.
 *
 * <p>SQLite takes one writer at a time and costs an fsync per commit; grouping turns 900 commits a second into more than
 * 10,000 acknowledged units. PostgreSQL gains the same way. {@link #write} returns only after the commit, so whatever it
 * returned survives a crash (SQLite in WAL mode with synchronous=FULL, PostgreSQL with its default synchronous_commit).
 *
 * <p>Safe for use by many threads. Close it to finish the units already queued and release the files.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    /** Units in one commit, at most: bounds the time a caller waits for its group (about 20 ms at 6 KB each). */
    private static final int GROUP_UNITS = 256;

    private static final int TRIES_ALONE = 3;
    private static final int READERS = 8;

    private record Pending<T>(Work<T> work, CompletableFuture<T> result) {
        void run(Tx tx, List<Runnable> afterCommit) {
            T value = work.run(tx);
            afterCommit.add(() -> result.complete(value));
        }
    }

    private static final Pending<Object> STOP = new Pending<>(tx -> null, new CompletableFuture<>());

    private final String url;
    private final String user;
    private final String password;
    private final HikariDataSource readers;
    private final JdbcClient read;
    private final BlockingQueue<Pending<?>> queue = new LinkedBlockingQueue<>();
    private final Thread writer;
    private Connection connection;
    private Tx tx;
    private volatile boolean closed;

    /**
     * Opens (and creates or migrates) the database.
     *
     * @param url a JDBC URL of SQLite or PostgreSQL
     * @param migrations class path folder of the Flyway scripts, for example {@code db/hub}
     */
    public static Database open(String url, String user, String password, String migrations) {
        return new Database(url, user, password, migrations);
    }

    /** The JDBC URL of an embedded database file that keeps its promise after a power cut. */
    public static String sqliteUrl(Path file) {
        return "jdbc:sqlite:" + file
                + "?journal_mode=WAL&synchronous=FULL&busy_timeout=10000&transaction_mode=IMMEDIATE&foreign_keys=true";
    }

    private Database(String url, String user, String password, String migrations) {
        this.url = url;
        this.user = user;
        this.password = password;
        Flyway.configure()
                .dataSource(url, user, password)
                .locations("classpath:" + migrations)
                .load()
                .migrate();
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(READERS);
        config.setMinimumIdle(1);
        config.setPoolName("read-" + migrations.replace('/', '-'));
        if (isSqlite()) {
            config.setConnectionInitSql("PRAGMA query_only=1");
        }
        this.readers = new HikariDataSource(config);
        this.read = JdbcClient.create(readers);
        connect();
        this.writer = new Thread(this::writeLoop, "db-writer-" + migrations.replace('/', '-'));
        writer.setDaemon(true);
        writer.start();
    }

    /** True for the embedded single-node database, where a lease left by a dead process can be taken back at start. */
    public boolean isSqlite() {
        return url.startsWith("jdbc:sqlite:");
    }

    /** Connections for a library that brings its own SQL. On the embedded database they only read. */
    public DataSource source() {
        return readers;
    }

    /** Reads outside the writer; sees what is committed. */
    public JdbcClient read() {
        return read;
    }

    /**
     * Runs the unit in a transaction and returns its result once that is committed and flushed.
     *
     * @throws RuntimeException what the unit threw; then nothing of it is stored
     */
    public <T> T write(Work<T> work) {
        try {
            return writeAsync(work).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Like {@link #write}, for callers that need not wait. */
    public <T> CompletableFuture<T> writeAsync(Work<T> work) {
        if (closed) {
            throw new DataAccessResourceFailureException("the database is closed");
        }
        var pending = new Pending<>(work, new CompletableFuture<T>());
        queue.add(pending);
        return pending.result();
    }

    /** Units waiting for their commit: the sign of pressure. */
    public int backlog() {
        return queue.size();
    }

    private void connect() {
        try {
            connection = DriverManager.getConnection(url, user, password);
            connection.setAutoCommit(false);
            tx = new Tx(connection);
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot open " + url, e);
        }
    }

    private void writeLoop() {
        List<Pending<?>> group = new ArrayList<>();
        try {
            while (true) {
                group.add(queue.take());
                queue.drainTo(group, GROUP_UNITS - 1);
                boolean last = group.remove(STOP);
                if (!group.isEmpty()) {
                    commit(group);
                }
                if (last) {
                    return;
                }
                group.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeQuietly();
        }
    }

    private void commit(List<Pending<?>> group) {
        List<Runnable> afterCommit = new ArrayList<>(group.size());
        try {
            for (Pending<?> pending : group) {
                pending.run(tx, afterCommit);
            }
            connection.commit();
        } catch (RuntimeException | SQLException | StackOverflowError e) {
            rollback();
            group.forEach(this::commitAlone);
            return;
        }
        afterCommit.forEach(Runnable::run);
    }

    private void commitAlone(Pending<?> pending) {
        for (int attempt = 1; ; attempt++) {
            List<Runnable> afterCommit = new ArrayList<>(1);
            try {
                pending.run(tx, afterCommit);
                connection.commit();
                afterCommit.forEach(Runnable::run);
                return;
            } catch (RuntimeException | SQLException | StackOverflowError e) {
                rollback();
                if (attempt == TRIES_ALONE || !isContention(e)) {
                    pending.result().completeExceptionally(e);
                    return;
                }
            }
        }
    }

    /** Serialization failures and deadlocks between nodes: PostgreSQL asks to run such a transaction again. */
    private static boolean isContention(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && ("40001".equals(sql.getSQLState()) || "40P01".equals(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.warn("The database connection was lost ({}); opening a new one", e.getMessage());
            closeQuietly();
            try {
                connect();
            } catch (RuntimeException again) {
                LOG.error("The database cannot be reached: {}", again.getMessage());
            }
        }
    }

    private void closeQuietly() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing the writer connection", e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        queue.add(STOP);
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        readers.close();
    }
}
