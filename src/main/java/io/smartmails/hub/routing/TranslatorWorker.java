// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.queue.Rush;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;

/** Translates what is due, but nothing before every rule is there to listen. */
final class TranslatorWorker extends Worker {
    private final RouteDeployer deployer;
    private final Translator translator;
    private final Rush rush;

    TranslatorWorker(RouteDeployer deployer, Translator translator, Wakeup wakeup, Rush rush, Duration idle) {
        super("translator", wakeup, idle);
        this.deployer = deployer;
        this.translator = translator;
        this.rush = rush;
    }

    @Override
    protected boolean step() {
        if (!deployer.deployed()) {
            return false;
        }
        long began = System.nanoTime();
        boolean more = translator.translateDue();
        rush.restAfter(Duration.ofNanos(System.nanoTime() - began));
        return more;
    }
}
