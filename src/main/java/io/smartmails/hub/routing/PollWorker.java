// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.component.PollSchedule;
import io.smartmails.hub.queue.Pressure;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts each poll when it is due, each on a thread of its own and never twice at a time. None while there is no room. */
final class PollWorker extends Worker {
    private static final Logger LOG = LoggerFactory.getLogger(PollWorker.class);

    private final RouteDeployer deployer;
    private final PollRunner polls;
    private final Pressure pressure;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "poll");
        thread.setDaemon(true);
        return thread;
    });

    PollWorker(RouteDeployer deployer, PollRunner polls, Pressure pressure, Duration idle) {
        super("polls", new Wakeup(), idle);
        this.deployer = deployer;
        this.polls = polls;
        this.pressure = pressure;
    }

    @Override
    protected boolean step() {
        if (deployer.deployed() && pressure.hasRoom()) {
            polls.due().forEach(this::start);
        }
        return false;
    }

    private void start(PollSchedule schedule) {
        String poll = schedule.connection() + "/" + schedule.poll();
        if (busy.add(poll)) {
            threads.execute(() -> {
                try {
                    polls.read(schedule, () -> isRunning() && pressure.hasRoom());
                } catch (RuntimeException e) {
                    LOG.error("Poll {} failed", poll, e);
                } finally {
                    busy.remove(poll);
                }
            });
        }
    }

    @Override
    public synchronized void stop() {
        super.stop();
        Threads.finish(threads, "polls");
    }
}
