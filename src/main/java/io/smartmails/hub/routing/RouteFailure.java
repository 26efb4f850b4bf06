// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ResolveEndpointFailedException;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Turns what Camel throws for a route into the line and the reason an operator needs. */
final class RouteFailure {
    /** Of Camel's own refusals and of ours. */
    private static final Pattern UNKNOWN_OPTION =
            Pattern.compile("(?:Unknown parameters=\\[\\{|Unsupported field: |option ')([\\w-]+)");

    /** Such as the keys route, from and steps, which stand in any message. */
    private static final Pattern PLAIN_WORD = Pattern.compile("\\w*");

    private static final int REASON_CHARS = 500;

    private RouteFailure() {}

    static RouteError describe(RouteFile file, Throwable failure) {
        return new RouteError(file.name(), line(file, failure), reason(failure));
    }

    private static String reason(Throwable failure) {
        Throwable root = root(failure);
        String message = root instanceof MarkedYamlEngineException yaml ? yaml.getProblem() : root.getMessage();
        if (message == null) {
            message = root.getClass().getSimpleName();
        }
        int dueTo = root instanceof ResolveEndpointFailedException ? message.indexOf(" due to: ") : -1;
        String reason = (dueTo < 0 ? message : message.substring(dueTo + " due to: ".length()))
                .replaceAll("\\s+", " ")
                .strip();
        if (root instanceof NoSuchEndpointException || reason.startsWith("No component found with scheme")) {
            reason += "; check the spelling, or put the component's jar on the class path";
        }
        return reason.length() > REASON_CHARS ? reason.substring(0, REASON_CHARS) + "..." : reason;
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    private static int line(RouteFile file, Throwable failure) {
        StringBuilder said = new StringBuilder();
        Optional<Integer> mark = Optional.empty();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException yaml
                    && yaml.getProblemMark().isPresent()) {
                mark = yaml.getProblemMark().map(Mark::getLine).map(line -> line + 1);
            }
            said.append(cause.getMessage()).append('\n');
        }
        Optional<Integer> marked = mark;
        String text = said.toString().replace("://", ":");
        return ofUnknownOption(file, text)
                .or(() -> marked)
                .or(() -> ofEndpoint(file, failure))
                .or(() -> ofQuote(file, failure))
                .or(() -> RouteFile.lineOf(file.text(), file.from()::equals))
                .orElse(1);
    }

    private static Optional<Integer> ofUnknownOption(RouteFile file, String said) {
        Matcher matcher = UNKNOWN_OPTION.matcher(said);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String option = matcher.group(1);
        return RouteFile.lineOf(
                file.text(), value -> value.equals(option) || value.matches(".*[?&]" + Pattern.quote(option) + "=.*"));
    }

    private static Optional<Integer> ofEndpoint(RouteFile file, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ResolveEndpointFailedException endpoint && endpoint.getUri() != null) {
                String base = endpoint.getUri().replace("://", ":").replaceFirst("\\?.*", "");
                return RouteFile.lineOf(
                        file.text(), value -> value.replace("://", ":").startsWith(base));
            }
        }
        return Optional.empty();
    }

    /** The innermost message that quotes the file is the nearest to the fault; an outer one quotes the whole route. */
    private static Optional<Integer> ofQuote(RouteFile file, Throwable failure) {
        if (failure == null) {
            return Optional.empty();
        }
        String said = String.valueOf(failure.getMessage());
        return ofQuote(file, failure.getCause())
                .or(() -> RouteFile.values(file.text()).stream()
                        .filter(value -> !PLAIN_WORD.matcher(value).matches()
                                && !value.equals(file.rule())
                                && said.contains(value))
                        .max(Comparator.comparingInt(String::length))
                        .flatMap(quote -> RouteFile.lineOf(file.text(), quote::equals)));
    }
}
