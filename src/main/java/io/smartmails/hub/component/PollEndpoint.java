// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.component;

import io.smartmails.hub.connector.Connection;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.problem.NearestName;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultEndpoint;

/** Read a connection again and again, from where the last page ended. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "poll",
        title = "Poll",
        syntax = "poll:name",
        category = {Category.SCHEDULING},
        consumerOnly = true)
public class PollEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+/[A-Za-z0-9_-]+");
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    @UriPath(
            description =
                    "Connection and poll, for example demo-crm/contacts. The polls stand in the connector's manifest.")
    @Metadata(required = true)
    private final String name;

    @UriParam(description = "From the end of one read to the start of the next: 30s, 15m, 1h. At least 1s.")
    @Metadata(required = true)
    private Duration every;

    @UriParam(defaultValue = "1s", description = "From the deployment of the rule to the first read.")
    private Duration initialDelay = Duration.ofSeconds(1);

    public PollEndpoint(String uri, PollComponent component, String name) {
        super(uri, component);
        this.name = name;
    }

    void validate() {
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'poll:" + name
                            + "' names no poll; write poll:<connection>/<poll>?every=15m, for example poll:demo-crm/contacts?every=15m");
        }
        if (every == null || every.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "poll:" + name + " needs every=<time of at least 1s>, for example every=15m");
        }
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        String connection = name.substring(0, name.indexOf('/'));
        String poll = name.substring(name.indexOf('/') + 1);
        var consumer = new RuleConsumer(
                this,
                processor,
                EventFilter.polled(connection, topic(connection, poll)),
                new PollSchedule(connection, poll, every, initialDelay));
        configureConsumer(consumer);
        return consumer;
    }

    /** Topic of what the poll reads. Where there are connections, they know the poll, or the route is refused. */
    private String topic(String connection, String poll) {
        Connectors connectors = CamelContextHelper.findSingleByType(getCamelContext(), Connectors.class);
        if (connectors == null) {
            return "poll/" + poll;
        }
        Connection known = connectors
                .connection(connection)
                .orElseThrow(() -> new IllegalArgumentException("there is no connection '" + connection + "'"
                        + NearestName.hint(
                                connection,
                                connectors.connections().stream()
                                        .map(Connection::name)
                                        .toList())));
        return known.connector().poll(known, poll).topic();
    }

    /** Any number of rules may listen to the same. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Producer createProducer() {
        throw new IllegalArgumentException("poll:" + name + " starts a rule; it cannot be a step");
    }

    public String getName() {
        return name;
    }

    public Duration getEvery() {
        return every;
    }

    public void setEvery(Duration every) {
        this.every = every;
    }

    public Duration getInitialDelay() {
        return initialDelay;
    }

    public void setInitialDelay(Duration initialDelay) {
        this.initialDelay = initialDelay;
    }
}
