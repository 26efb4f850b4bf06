// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import io.smartmails.problem.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** All connectors of the home folder and the operator's connections to them. */
public final class Connectors {
    private static final String CONNECTIONS = "config/connections.yaml";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final Map<String, Connector> connectors;
    private final Map<String, Connection> connections;

    private Connectors(Map<String, Connector> connectors, Map<String, Connection> connections) {
        this.connectors = Collections.unmodifiableMap(connectors);
        this.connections = Collections.unmodifiableMap(connections);
    }

    /** As {@link #load(Path, Function, InstantSource)}, on the machine's clock. */
    public static Connectors load(Path home, Function<String, String> environment) {
        return load(home, environment, InstantSource.system());
    }

    /**
     * Reads {@code connectors/*} and {@code config/connections.yaml} below the home folder.
     *
     * @param environment looks up what {@code ${NAME}} refers to; null for "not set"
     * @param clock bounds what a poll reads
     * @throws ConfigurationError at the first thing that is wrong: file, line, and the nearest valid spelling
     */
    public static Connectors load(Path home, Function<String, String> environment, InstantSource clock) {
        var connectors = new LinkedHashMap<String, Connector>();
        for (var folder : folders(home.resolve("connectors"))) {
            var name = folder.getFileName().toString();
            connectors.put(name, Connector.read(folder, "connectors/" + name, clock));
        }
        var connections = new LinkedHashMap<String, Connection>();
        if (Files.exists(home.resolve(CONNECTIONS))) {
            YamlPlace.read(home.resolve(CONNECTIONS), CONNECTIONS)
                    .members()
                    .forEach((name, place) ->
                            connections.put(name, connection(name, place, connectors, home, environment)));
        }
        return new Connectors(connectors, connections);
    }

    private static List<Path> folders(Path root) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var folders = Files.list(root)) {
            return folders.filter(Files::isDirectory)
                    .filter(folder -> !folder.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationError("connectors: the folder cannot be read", e);
        }
    }

    private static Connection connection(
            String name,
            YamlPlace place,
            Map<String, Connector> connectors,
            Path home,
            Function<String, String> environment) {
        if (!NAME.matcher(name).matches()) {
            throw place.error(
                    "'" + name + "' cannot name a connection; it stands in an address, so use a-z, 0-9 and -");
        }
        if (!place.members().containsKey("connector")) {
            place.allow("connector");
        }
        var kind = place.get("connector");
        var connector = connectors.get(kind.text());
        if (connector == null) {
            throw kind.error(
                    "unknown connector '" + kind.text() + "'" + NearestName.hint(kind.text(), connectors.keySet()));
        }
        var declared = connector.manifest().settings();
        var allowed = new ArrayList<>(declared.keySet());
        allowed.add("connector");
        place.allow(allowed);
        var settings = new LinkedHashMap<String, String>();
        for (var setting : declared.values()) {
            place.find(setting.name())
                    .flatMap(written -> setting.resolve(written, home, environment))
                    .ifPresent(value -> settings.put(setting.name(), value));
            if (setting.required() && !settings.containsKey(setting.name())) {
                throw place.error("connection '" + name + "' lacks '" + setting.name() + "' (" + setting.title() + ")");
            }
        }
        return new Connection(name, connector, settings);
    }

    public Optional<Connection> connection(String name) {
        return Optional.ofNullable(connections.get(name));
    }

    /** In the order of the file. */
    public Collection<Connection> connections() {
        return connections.values();
    }

    public Collection<Connector> connectors() {
        return connectors.values();
    }
}
