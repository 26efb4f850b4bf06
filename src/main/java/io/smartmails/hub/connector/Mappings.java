// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import io.smartmails.hub.failure.PermanentFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mapping files of one connector. A file is looked at each time it is used and read again when it has changed, so that
 * an operator can mend a mapping while the hub runs and then replay.
 */
final class Mappings {
    private static final String SUFFIX = ".yaml";

    private record Version(FileTime modified, long bytes) {}

    /** @param mapping null when the file is broken, and then {@code cause} says why */
    private record Loaded(Version version, Mapping mapping, String cause) {}

    private final Path folder;
    private final String label;
    private final Map<String, Loaded> loaded = new ConcurrentHashMap<>();

    /** @param label the folder's name in messages, relative to the home folder */
    Mappings(Path folder, String label) {
        this.folder = folder;
        this.label = label;
    }

    /** Reads all files, so that a broken one is told at start. */
    void readAll() {
        for (var file : files()) {
            new Mapping(YamlPlace.read(folder.resolve(file), label + "/" + file));
        }
    }

    /** Topics by their file names, slashes written as dashes. */
    List<String> names() {
        return files().stream()
                .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                .toList();
    }

    private List<String> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ConfigurationError(label + ": the folder cannot be read", e);
        }
    }

    static String fileName(String topic) {
        return topic.replace('/', '-');
    }

    String pathFor(String topic) {
        return label + "/" + fileName(topic) + SUFFIX;
    }

    /** @return empty when there is no file for the topic */
    Optional<Mapping> find(String topic) {
        var name = fileName(topic);
        var path = folder.resolve(name + SUFFIX);
        var version = version(path);
        if (version.isEmpty()) {
            loaded.remove(name);
            return Optional.empty();
        }
        var current = loaded.compute(
                name,
                (key, held) -> held != null && held.version().equals(version.get())
                        ? held
                        : load(path, pathFor(topic), version.get()));
        if (current.mapping() == null) {
            throw new PermanentFailure(
                    topic + ": the mapping is broken: " + current.cause() + ". Mend the file, then replay");
        }
        return Optional.of(current.mapping());
    }

    private static Loaded load(Path path, String file, Version version) {
        try {
            return new Loaded(version, new Mapping(YamlPlace.read(path, file)), null);
        } catch (ConfigurationError e) {
            return new Loaded(version, null, e.getMessage());
        }
    }

    private static Optional<Version> version(Path path) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(new Version(attributes.lastModifiedTime(), attributes.size()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
