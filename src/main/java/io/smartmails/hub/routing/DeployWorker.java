// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import java.time.Duration;
import org.apache.camel.CamelContext;

/** Deploys all rules once Camel runs, then looks at the folder once a second. */
final class DeployWorker extends Worker {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final CamelContext camel;
    private final RouteDeployer deployer;

    DeployWorker(CamelContext camel, RouteDeployer deployer) {
        this(camel, deployer, new Wakeup());
    }

    private DeployWorker(CamelContext camel, RouteDeployer deployer, Wakeup camelStarted) {
        super("routes", camelStarted, LOOK_EVERY);
        this.camel = camel;
        this.deployer = deployer;
        try {
            camel.addStartupListener((context, alreadyStarted) -> camelStarted.signal());
        } catch (Exception e) {
            throw new IllegalStateException("Camel takes no start-up listener", e);
        }
    }

    @Override
    protected boolean step() {
        if (deployer.deployed()) {
            deployer.scan();
        } else if (camel.isStarted()) {
            deployer.deployAll();
        }
        return false;
    }
}
