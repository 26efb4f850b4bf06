// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * A thread that does one step after the other. Started after the Camel context and stopped before it; stopping finishes the
 * step in hand.
 */
public abstract class Worker implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** Camel's is about {@code Integer.MAX_VALUE - 2049}. */
    private static final int AFTER_CAMEL = Integer.MAX_VALUE - 1000;

    private final String name;
    private final Wakeup wakeup;
    private final Duration idle;
    private volatile boolean running;
    private Thread thread;

    /** @param idle longest wait between two steps without work: how late work of other nodes and delayed rows are seen */
    protected Worker(String name, Wakeup wakeup, Duration idle) {
        this.name = name;
        this.wakeup = wakeup;
        this.idle = idle;
    }

    /** @return whether there may be more to do at once */
    protected abstract boolean step();

    /** How long to wait after a step without work, unless woken before. */
    protected Duration idle() {
        return idle;
    }

    @Override
    public synchronized void start() {
        running = true;
        thread = new Thread(this::loop, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void stop() {
        running = false;
        wakeup.signal();
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return AFTER_CAMEL;
    }

    private void loop() {
        boolean troubled = false;
        while (running) {
            boolean more = false;
            try {
                more = step();
                troubled = false;
            } catch (RuntimeException e) {
                if (!troubled) {
                    LOG.error("{} failed; it goes on trying", name, e);
                }
                troubled = true;
            }
            try {
                if (!more) {
                    wakeup.await(idle());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
