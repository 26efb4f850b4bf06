// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A route file as text that holds exactly one route with an id.
 *
 * @param name of the file
 * @param rule the route's id
 * @param from URI the route starts with
 * @param sentence the rule in words: the comment on the first line; empty without one
 * @param tree the YAML without comments and layout: equal trees are the same rule
 */
record RouteFile(String name, String text, String rule, String from, String sentence, Object tree) {
    private static final LoadSettings SETTINGS = LoadSettings.builder().build();
    private static final int RULE_CHARS = 200;

    static RouteFile parse(String name, String text) throws BrokenRoute {
        try {
            Object tree = new Load(SETTINGS).loadFromString(text);
            Map<?, ?> route = onlyRoute(name, text, tree);
            if (!(route.get("id") instanceof String rule) || rule.isBlank() || rule.length() > RULE_CHARS) {
                throw broken(
                        name,
                        lineOfKey(text, "route"),
                        "the route needs an id: write 'id: <name of the rule>', at most " + RULE_CHARS + " characters");
            }
            return new RouteFile(name, text, rule, from(route), sentence(text), tree);
        } catch (MarkedYamlEngineException e) {
            throw broken(
                    name,
                    e.getProblemMark().map(Mark::getLine).orElse(0) + 1,
                    "not readable as YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw broken(name, 1, "not readable as YAML: " + e.getMessage());
        }
    }

    private static Map<?, ?> onlyRoute(String name, String text, Object tree) throws BrokenRoute {
        List<Map<?, ?>> routes = new ArrayList<>();
        if (tree instanceof List<?> elements) {
            for (Object element : elements) {
                if (element instanceof Map<?, ?> map && map.get("route") instanceof Map<?, ?> route) {
                    routes.add(route);
                } else if (element instanceof Map<?, ?> map && map.containsKey("from")) {
                    throw broken(
                            name,
                            lineOfKey(text, "from"),
                            "a rule needs an id, so it begins with '- route:', then 'id:', then 'from:'");
                }
            }
        }
        if (routes.size() != 1) {
            throw broken(
                    name,
                    routes.isEmpty() ? 1 : lastLineOfKey(text, "route"),
                    "a route file holds exactly one route ('- route:'); this one holds " + routes.size());
        }
        return routes.get(0);
    }

    private static String from(Map<?, ?> route) {
        return route.get("from") instanceof Map<?, ?> from && from.get("uri") instanceof String uri ? uri : "";
    }

    private static String sentence(String text) {
        String first = text.lines().findFirst().orElse("").strip();
        return first.startsWith("#") ? first.substring(1).strip() : "";
    }

    static BrokenRoute broken(String name, int line, String reason) {
        return new BrokenRoute(new RouteError(name, line, reason));
    }

    private static int lineOfKey(String text, String key) {
        return lineOf(text, key::equals).orElse(1);
    }

    private static int lastLineOfKey(String text, String key) {
        return scalars(text).stream()
                .filter(scalar -> scalar.getValue().equals(key))
                .mapToInt(RouteFile::line)
                .max()
                .orElse(1);
    }

    /** Line of the first key or value that fits. */
    static Optional<Integer> lineOf(String text, Predicate<String> fits) {
        return scalars(text).stream()
                .filter(scalar -> fits.test(scalar.getValue()))
                .findFirst()
                .map(RouteFile::line);
    }

    static List<String> values(String text) {
        return scalars(text).stream().map(ScalarNode::getValue).toList();
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }

    private static List<ScalarNode> scalars(String text) {
        List<ScalarNode> found = new ArrayList<>();
        new Compose(SETTINGS).composeString(text).ifPresent(root -> collect(root, found));
        return found;
    }

    private static void collect(Node node, List<ScalarNode> found) {
        if (node instanceof ScalarNode scalar) {
            found.add(scalar);
        } else if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(element -> collect(element, found));
        } else if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(entry -> {
                collect(entry.getKeyNode(), found);
                collect(entry.getValueNode(), found);
            });
        }
    }
}
