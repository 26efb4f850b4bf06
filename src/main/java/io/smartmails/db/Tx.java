// SPDX-License-Identifier: Apache-2.0
package io.smartmails.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The open transaction a {@link Work} runs in. Valid only during that run, on that thread. */
public final class Tx {
    private final Connection connection;
    private final JdbcClient jdbc;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Tx(Connection connection) {
        this.connection = connection;
        this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
    }

    /** Statements with bound parameters; the usual way. */
    public JdbcClient jdbc() {
        return jdbc;
    }

    /** A statement kept prepared for the life of the connection: for the few that run per webhook. Do not close it. */
    public PreparedStatement prepared(String sql) {
        return prepared.computeIfAbsent(sql, text -> {
            try {
                return connection.prepareStatement(text);
            } catch (SQLException e) {
                throw new DataAccessResourceFailureException("cannot prepare: " + text, e);
            }
        });
    }
}
