// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import io.smartmails.problem.NearestName;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.convert.DurationStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A value in a YAML file together with where it stands, so that every complaint can name file and line. */
final class YamlPlace {
    private final String file;
    private final String key;
    private final int line;
    private final Node node;

    private YamlPlace(String file, String key, int line, Node node) {
        this.file = file;
        this.key = key;
        this.line = line;
        this.node = node;
    }

    /** @param file name of the file in messages, relative to the home folder */
    static YamlPlace read(Path path, String file) {
        try {
            return parse(Files.readString(path), file);
        } catch (IOException e) {
            throw new ConfigurationError(
                    file + ": cannot be read as UTF-8 text (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    static YamlPlace parse(String text, String file) {
        try {
            var node = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            if (node == null) {
                throw new ConfigurationError(file + ":1: the file is empty");
            }
            return new YamlPlace(file, "", node.getStartMark().getLine() + 1, node);
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            var line = mark == null ? 1 : mark.getLine() + 1;
            var quotes = e.getProblem() != null && e.getProblem().endsWith("got ?")
                    ? " (inside [ ] and { } a text that ends in ? needs quotes)"
                    : "";
            throw new ConfigurationError(file + ":" + line + ": this is not YAML: " + e.getProblem() + quotes, e);
        } catch (YAMLException e) {
            throw new ConfigurationError(file + ": this is not YAML: " + e.getMessage(), e);
        }
    }

    String file() {
        return file;
    }

    int line() {
        return line;
    }

    /** The key this value stands under, empty at the top. */
    String key() {
        return key;
    }

    ConfigurationError error(String complaint) {
        return new ConfigurationError(file + ":" + line + ": " + complaint);
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    boolean isNull() {
        return Tag.NULL.equals(node.getTag());
    }

    /** The members in file order; empty for a key without a value. */
    Map<String, YamlPlace> members() {
        if (isNull()) {
            return Map.of();
        }
        if (!(node instanceof MappingNode mapping)) {
            throw error((key.isEmpty() ? "the file" : "'" + key + "'") + " must hold 'key: value' lines");
        }
        var members = new LinkedHashMap<String, YamlPlace>();
        for (var tuple : mapping.getValue()) {
            var place =
                    new YamlPlace(file, key, tuple.getKeyNode().getStartMark().getLine() + 1, tuple.getKeyNode());
            var name = place.text();
            if (members.put(name, new YamlPlace(file, name, place.line, tuple.getValueNode())) != null) {
                throw place.error("key '" + name + "' is there twice; keep one");
            }
        }
        return members;
    }

    /** Refuses every member that is not one of these. */
    YamlPlace allow(String... keys) {
        return allow(Arrays.asList(keys));
    }

    YamlPlace allow(Collection<String> keys) {
        members().forEach((name, place) -> {
            if (!keys.contains(name)) {
                throw place.error("unknown key '" + name + "'" + NearestName.hint(name, keys));
            }
        });
        return this;
    }

    Optional<YamlPlace> find(String name) {
        return Optional.ofNullable(members().get(name)).filter(place -> !place.isNull());
    }

    YamlPlace get(String name) {
        return find(name)
                .orElseThrow(() -> error("key '" + name + "' is missing" + (key.isEmpty() ? "" : " in '" + key + "'")));
    }

    List<YamlPlace> items() {
        if (!(node instanceof SequenceNode sequence)) {
            throw error("'" + key + "' must be a list");
        }
        return sequence.getValue().stream()
                .map(item -> new YamlPlace(file, key, item.getStartMark().getLine() + 1, item))
                .toList();
    }

    String text() {
        if (node instanceof ScalarNode scalar && !isNull()) {
            return scalar.getValue();
        }
        throw error("'" + key + "' must be a single value");
    }

    /** A literal as the file types it: text, whole number, true or false; null for an empty value. */
    Object literal() {
        if (isNull()) {
            return null;
        }
        if (Tag.BOOL.equals(node.getTag())) {
            return Boolean.valueOf(text());
        }
        return Tag.INT.equals(node.getTag()) ? (Object) Long.valueOf(text()) : text();
    }

    /** One text or a list of texts. */
    List<String> texts() {
        return isList() ? items().stream().map(YamlPlace::text).toList() : List.of(text());
    }

    /** An absolute path below the system's base address. */
    String path() {
        if (text().startsWith("/") && !text().startsWith("//")) {
            return text();
        }
        throw error("'" + key + "' must be a path that starts with /");
    }

    boolean flag() {
        return switch (text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw error("'" + key + "' must be true or false");
        };
    }

    int number(int least, int most) {
        try {
            var number = Integer.parseInt(text());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, together with the range
        }
        throw error("'" + key + "' must be a whole number from " + least + " to " + most);
    }

    Duration duration() {
        try {
            return DurationStyle.SIMPLE.parse(text());
        } catch (IllegalArgumentException e) {
            throw error("'" + key + "' must be a duration such as 250ms, 30s, 5m or 1h");
        }
    }

    <E extends Enum<E>> E choice(Class<E> type) {
        var spellings =
                Arrays.stream(type.getEnumConstants()).map(YamlPlace::spelling).toList();
        var index = spellings.indexOf(text());
        if (index < 0) {
            throw error("'" + key + "' cannot be '" + text() + "'" + NearestName.hint(text(), spellings));
        }
        return type.getEnumConstants()[index];
    }

    private static String spelling(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
