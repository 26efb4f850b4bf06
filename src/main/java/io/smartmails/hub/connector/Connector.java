// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import io.smartmails.hub.event.Event;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.problem.NearestName;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** One kind of outside system: what its folder says, applied. Stateless but for re-read mappings and login tokens. */
public final class Connector {
    private final Manifest manifest;
    private final Mappings mappings;
    private final Samples samples;
    private final InstantSource clock;
    private final Map<String, ApiClient> clients = new ConcurrentHashMap<>();

    private Connector(Path folder, String label, Manifest manifest, InstantSource clock) {
        this.manifest = manifest;
        this.mappings = new Mappings(folder.resolve("mappings"), label + "/mappings");
        this.samples = new Samples(this, folder.resolve("samples"), label + "/samples", clock);
        this.clock = clock;
    }

    /** @param label the folder's name in messages, for example {@code connectors/shopify} */
    static Connector read(Path folder, String label, InstantSource clock) {
        var place = YamlPlace.read(folder.resolve("connector.yaml"), label + "/connector.yaml");
        var manifest = Manifest.read(place);
        if (!manifest.name().equals(folder.getFileName().toString())) {
            throw place.get("name").error("'name' must be the folder's name, '" + folder.getFileName() + "'");
        }
        var connector = new Connector(folder, label, manifest, clock);
        connector.mappings.readAll();
        return connector;
    }

    /** Kind of system, for example {@code shopify}. */
    public String name() {
        return manifest.name();
    }

    public String title() {
        return manifest.title();
    }

    /** Whether the system calls {@code /webhooks/{connection}}. */
    public boolean hasWebhook() {
        return manifest.webhook() != null;
    }

    /** Names of the recurring queries, for {@code poll:connection/name}. */
    public Set<String> polls() {
        return manifest.polls().keySet();
    }

    /** What the connector understands: the names of its mapping files and the topics that make no event. */
    public Set<String> topics() {
        var topics = new TreeSet<>(mappings.names());
        manifest.withoutEvent().keySet().stream().map(Mappings::fileName).forEach(topics::add);
        return topics;
    }

    public Samples samples() {
        return samples;
    }

    Manifest manifest() {
        return manifest;
    }

    Mappings mappings() {
        return mappings;
    }

    /** Decides whether a webhook call is genuine and what of it is to be journalled. Reads no file and changes nothing. */
    public Verdict admit(Connection connection, InboundRequest request) {
        return webhook().admit(connection, request);
    }

    /** @param duplicate whether everything in the call had been journalled before; vendors want the same reply then */
    public Answer answer(Connection connection, boolean duplicate) {
        return webhook().accept();
    }

    private Webhook webhook() {
        if (manifest.webhook() == null) {
            throw new IllegalStateException(name() + " has no webhook; ask hasWebhook() first");
        }
        return manifest.webhook();
    }

    /**
     * Turns a journalled payload into canonical events.
     *
     * @return none when the topic makes no event, or this payload concerns nobody who could be mailed
     * @throws PermanentFailure when there is no mapping, the mapping is broken, or the payload does not fit it; the message
     *     names file, line and the place in the payload, and holds nothing personal
     */
    public List<Event> translate(
            Connection connection, String topic, Map<String, String> headers, byte[] body, Instant receivedAt) {
        if (manifest.withoutEvent().containsKey(topic)) {
            return List.of();
        }
        var mapping = mappings.find(topic)
                .orElseThrow(() -> new PermanentFailure(topic + ": there is no mapping for this topic; add "
                        + mappings.pathFor(topic)
                        + " (or name the topic under 'without-event' in the manifest and restart), "
                        + "then replay"));
        var polled =
                manifest.polls().values().stream().anyMatch(poll -> poll.topic().equals(topic));
        var names = manifest.webhook() == null
                ? new VendorHeaders(Map.of())
                : manifest.webhook().headers();
        try {
            var node = Payload.read(polled ? Payload.Format.JSON : webhook().format(), body);
            var input = new MappingInput(node, names, headers, receivedAt, topic, mapping.file());
            return mapping.apply(connection, input).stream().toList();
        } catch (Payload.Unreadable e) {
            throw new PermanentFailure(topic + ": " + e.getMessage() + ", so no mapping can read it", e);
        }
    }

    /**
     * A recurring query, ready to read pages.
     *
     * @param poll one of {@link #polls()}
     * @throws ConfigurationError when there is no such poll
     */
    public Poller poll(Connection connection, String poll) {
        var definition = manifest.polls().get(poll);
        if (definition == null) {
            throw new ConfigurationError("connection '" + connection.name() + "' (" + name() + ") has no poll '" + poll
                    + "'" + NearestName.hint(poll, polls()));
        }
        var client = clients.computeIfAbsent(connection.name(), name -> new ApiClient(connection, manifest.api()));
        return new Poller(definition, client, clock);
    }

    @Override
    public String toString() {
        return "Connector[" + name() + "]";
    }
}
