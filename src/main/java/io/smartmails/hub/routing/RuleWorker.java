// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.component.Rules;
import io.smartmails.hub.component.Subscription;
import io.smartmails.hub.queue.Rush;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives every rule with due runs a thread of its own, so a slow or failing rule holds up nobody but itself. */
final class RuleWorker extends Worker {
    private static final Logger LOG = LoggerFactory.getLogger(RuleWorker.class);

    private final RouteDeployer deployer;
    private final Rules rules;
    private final RuleRunner runner;
    private final Wakeup wakeup;
    private final Rush rush;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        var thread = new Thread(task, "rule");
        thread.setDaemon(true);
        return thread;
    });

    RuleWorker(RouteDeployer deployer, Rules rules, RuleRunner runner, Wakeup wakeup, Rush rush, Duration idle) {
        super("rules", wakeup, idle);
        this.deployer = deployer;
        this.rules = rules;
        this.runner = runner;
        this.wakeup = wakeup;
        this.rush = rush;
    }

    @Override
    protected boolean step() {
        if (deployer.deployed()) {
            for (Subscription subscription : rules.running()) {
                String rule = subscription.rule();
                if (!busy.contains(rule) && runner.hasDue(rule)) {
                    busy.add(rule);
                    threads.execute(() -> work(rule));
                }
            }
        }
        return false;
    }

    private void work(String rule) {
        try {
            long began = System.nanoTime();
            while (isRunning() && runner.runDue(rule, this::isRunning)) {
                wakeup.signal(); // a rule may have made events for others
                rush.restAfter(Duration.ofNanos(System.nanoTime() - began));
                began = System.nanoTime();
            }
        } catch (RuntimeException e) {
            LOG.error("Running rule {} failed; it is tried again", rule, e);
        } finally {
            busy.remove(rule);
        }
        if (isRunning() && runner.hasDue(rule)) {
            wakeup.signal();
        }
    }

    @Override
    public synchronized void stop() {
        super.stop();
        Threads.finish(threads, "rules");
    }
}
