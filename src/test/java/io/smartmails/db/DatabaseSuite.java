// SPDX-License-Identifier: Apache-2.0
package io.smartmails.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer promises, on every database. */
abstract class DatabaseSuite {
    @TempDir
    Path folder;

    private Database database;

    abstract Database open(Path folder);

    @BeforeEach
    void open() {
        database = open(folder);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Work<Integer> insert(int n) {
        return tx -> tx.jdbc()
                .sql("INSERT INTO counter (account, name, value) VALUES ('main', :name, 1)")
                .param("name", "n" + n)
                .update();
    }

    private long rows() {
        return database.read()
                .sql("SELECT COUNT(*) FROM counter")
                .query(Long.class)
                .single();
    }

    @Test
    void whatWriteReturnedIsSeenByReaders() {
        database.write(insert(1));
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aFailingUnitOfAGroupFailsAlone() throws Exception {
        var hold = new CountDownLatch(1);
        CompletableFuture<Integer> first = database.writeAsync(tx -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return 0;
        });
        List<CompletableFuture<Integer>> good = new ArrayList<>();
        IntStream.range(0, 20).forEach(n -> good.add(database.writeAsync(insert(n))));
        CompletableFuture<Integer> bad = database.writeAsync(insert(7));
        IntStream.range(20, 40).forEach(n -> good.add(database.writeAsync(insert(n))));
        hold.countDown();
        first.get();
        CompletableFuture.allOf(good.toArray(CompletableFuture[]::new)).get();
        assertThatThrownBy(bad::get).hasMessageContaining("counter");
        assertThat(rows()).isEqualTo(40);
    }

    @Test
    void nothingOfAFailedUnitIsStored() {
        assertThatThrownBy(() -> database.write(tx -> {
                    insert(1).run(tx);
                    throw new IllegalStateException("half way");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("half way");
        assertThat(rows()).isZero();
    }

    @Test
    void closingFinishesWhatWasQueued() {
        IntStream.range(0, 500).forEach(n -> database.writeAsync(insert(n)));
        CompletableFuture<Integer> last = database.writeAsync(insert(500));
        database.close();
        assertThat(last).isCompletedWithValue(1);
        assertThatThrownBy(() -> database.write(insert(501))).hasMessageContaining("closed");
    }
}
