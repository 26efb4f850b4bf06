// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Checks a folder of route files without a hub: what the deployer would refuse, and where. */
public final class RouteCheck {
    private RouteCheck() {}

    /**
     * The verdict on one file.
     *
     * @param rule its route id; null when not readable
     */
    public record Result(String file, String rule, Optional<RouteError> error) {}

    /**
     * Property placeholders are not resolved and beans are not looked up.
     *
     * @return one result per {@code *.yaml}, by name
     * @throws IOException when the folder is not readable
     */
    public static List<Result> check(Path routesDir) throws IOException {
        List<Result> results = new ArrayList<>();
        Map<String, String> fileOfRule = new HashMap<>();
        try (var rehearsal = new RouteRehearsal(null)) {
            for (Map.Entry<String, String> entry : read(routesDir).entrySet()) {
                String name = entry.getKey();
                try {
                    RouteFile file = rehearsal.examine(name, entry.getValue());
                    String other = fileOfRule.putIfAbsent(file.rule(), name);
                    results.add(new Result(
                            name, file.rule(), other == null ? Optional.empty() : Optional.of(duplicate(file, other))));
                } catch (BrokenRoute e) {
                    results.add(new Result(name, null, Optional.of(e.error())));
                }
            }
        }
        return results;
    }

    static RouteError duplicate(RouteFile file, String other) {
        return new RouteError(
                file.name(),
                RouteFile.lineOf(file.text(), file.rule()::equals).orElse(1),
                "the id '" + file.rule() + "' stands in " + other + " and in " + file.name()
                        + "; ids are unique, give one of them another");
    }

    /** Text by file name. A file that is not UTF-8 reads as its complaint, which then fails as a route. */
    static SortedMap<String, String> read(Path routesDir) throws IOException {
        SortedMap<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(routesDir)) {
            for (Path file : files.filter(RouteCheck::isRoute).toList()) {
                texts.put(file.getFileName().toString(), text(file));
            }
        }
        return texts;
    }

    private static boolean isRoute(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".yaml") && !name.startsWith(".") && Files.isRegularFile(file);
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            return "\"the file is not UTF-8\"";
        }
    }
}
