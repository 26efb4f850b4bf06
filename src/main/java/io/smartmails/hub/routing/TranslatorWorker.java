// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;

/** Translates what is due, but nothing before every rule is there to listen. */
final class TranslatorWorker extends Worker {
    private final RouteDeployer deployer;
    private final Translator translator;

    TranslatorWorker(RouteDeployer deployer, Translator translator, Wakeup wakeup, Duration idle) {
        super("translator", wakeup, idle);
        this.deployer = deployer;
        this.translator = translator;
    }

    @Override
    protected boolean step() {
        return deployer.deployed() && translator.translateDue();
    }
}
