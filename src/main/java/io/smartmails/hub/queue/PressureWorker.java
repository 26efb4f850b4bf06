// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.time.Duration;

/** Measures the pressure every second, less often where counting takes long: it may cost a twentieth of a processor at most. */
public final class PressureWorker extends Worker {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int SHARE = 20;

    private final Pressure pressure;
    private Duration pause = EVERY;

    public PressureWorker(Pressure pressure) {
        super("pressure", new Wakeup(), EVERY);
        this.pressure = pressure;
    }

    @Override
    protected boolean step() {
        long began = System.nanoTime();
        pressure.measure();
        Duration longer = Duration.ofNanos((System.nanoTime() - began) * SHARE);
        pause = longer.compareTo(EVERY) > 0 ? longer : EVERY;
        return false;
    }

    @Override
    protected Duration idle() {
        return pause;
    }
}
