// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.core.type.TypeReference;
import io.smartmails.problem.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The sample payloads of one connector: to be checked, and to be sent by hand as a genuine call with fresh ids. */
public final class Samples {
    static final String REJECTS = "rejects";

    /**
     * A stored sample.
     *
     * @param name folder name: topic with dashes, and a variant after the first dot
     * @param headers by the vendor's spelling; empty when the sample is not an HTTP call
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Sample(String name, Path folder, Map<String, String> headers, byte[] body) {
        String topicName() {
            return name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        }
    }

    private final Connector connector;
    private final Path folder;
    private final String label;
    private final InstantSource clock;

    Samples(Connector connector, Path folder, String label, InstantSource clock) {
        this.connector = connector;
        this.folder = folder;
        this.label = label;
        this.clock = clock;
    }

    /** Names that {@link #request} takes, sorted, for example {@code orders-paid} and {@code orders-paid.guest}. */
    public List<String> names() {
        return folders(folder).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> !name.equals(REJECTS))
                .toList();
    }

    /**
     * A genuine call made from a sample: signed with the connection's own secret, with fresh ids and times where the
     * manifest's {@code samples} part asks for them.
     *
     * @param name a sample's name, or its topic with slashes
     * @param id makes this sending another event than the last one; give the same again to send a repeat
     * @param changes pointers as mappings write them, and what to put there; numbers stay numbers. Of a batch, the first
     *     element is changed
     * @throws IllegalArgumentException when there is no such sample or no such place in it
     */
    public SampleRequest request(Connection connection, String name, String id, Map<String, String> changes) {
        return request(connection, name, id, changes, null);
    }

    /**
     * As {@link #request(Connection, String, String, Map)}, with another body under the sample's headers.
     *
     * @param body payload to sign and send; null = the sample's own
     */
    public SampleRequest request(
            Connection connection, String name, String id, Map<String, String> changes, byte[] body) {
        var wanted = Mappings.fileName(name);
        if (!names().contains(wanted)) {
            throw new IllegalArgumentException(
                    label + " has no sample '" + name + "'" + NearestName.hint(wanted, names()));
        }
        if (!connector.hasWebhook() || isPolled(wanted)) {
            throw new IllegalArgumentException("'" + name + "' is read by a poll and cannot be posted");
        }
        var sample = read(folder.resolve(wanted));
        var sent = body == null ? sample : new Sample(sample.name(), sample.folder(), sample.headers(), body);
        return new SampleSigner(connection, clock).sign(sent, id, changes);
    }

    private boolean isPolled(String name) {
        return connector.manifest().polls().values().stream()
                .anyMatch(poll -> Mappings.fileName(poll.topic()).equals(name.split("\\.", 2)[0]));
    }

    List<Sample> good() {
        return names().stream().map(name -> read(folder.resolve(name))).toList();
    }

    List<Sample> rejects() {
        return folders(folder.resolve(REJECTS)).stream().map(Samples::read).toList();
    }

    /** The connection the stored signatures were made for: {@code samples/connection.yaml}, with made-up secrets. */
    Connection connection() {
        var settings = new LinkedHashMap<String, String>();
        YamlPlace.read(folder.resolve("connection.yaml"), label + "/connection.yaml")
                .allow(connector.manifest().settings().keySet())
                .members()
                .forEach((name, value) -> settings.put(name, value.text()));
        return new Connection("sample", connector, settings);
    }

    private static Sample read(Path folder) {
        try {
            var json = folder.resolve("request.json");
            var body = Files.readAllBytes(Files.exists(json) ? json : folder.resolve("request.xml"));
            var headers = folder.resolve("headers.json");
            return new Sample(
                    folder.getFileName().toString(),
                    folder,
                    Files.exists(headers)
                            ? new TreeMap<>(Payload.JSON.readValue(
                                    headers.toFile(), new TypeReference<Map<String, String>>() {}))
                            : Map.of(),
                    body);
        } catch (IOException e) {
            throw new UncheckedIOException("the sample " + folder.getFileName() + " cannot be read", e);
        }
    }

    private static List<Path> folders(Path root) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var folders = Files.list(root)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the samples cannot be listed", e);
        }
    }
}
