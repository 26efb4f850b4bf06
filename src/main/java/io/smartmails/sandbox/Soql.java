// SPDX-License-Identifier: Apache-2.0
package io.smartmails.sandbox;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of SOQL that incremental reading needs: named fields of Contact, comparisons of SystemModstamp and Id joined by
 * AND and OR with brackets, that one order, and LIMIT. Anything else is refused, as the real system refuses a bad query.
 *
 * @param limit most records of the whole query
 */
record Soql(List<String> fields, Predicate<ContactTable.Row> condition, int limit) {
    /** A query the simulator does not take; the message is shown to the caller as the real system does. */
    static final class Malformed extends RuntimeException {
        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private static final Pattern QUERY = Pattern.compile(
            "SELECT\\s+(?<fields>[\\w\\s,]+?)\\s+FROM\\s+Contact(\\s+WHERE\\s+(?<where>.+?))?"
                    + "(\\s+ORDER\\s+BY\\s+(?<order>[\\w\\s,]+?))?(\\s+LIMIT\\s+(?<limit>\\d{1,5}))?\\s*",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(\\(|\\)|AND\\b|OR\\b|(\\w+)\\s*(>=|<=|!=|>|<|=)\\s*('[^']*'|[\\w.:+-]+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern ORDER =
            Pattern.compile("SystemModstamp(\\s+ASC)?\\s*,\\s*Id(\\s+ASC)?", Pattern.CASE_INSENSITIVE);

    static Soql parse(String text) {
        var query = QUERY.matcher(text);
        if (!query.matches()) {
            throw new Malformed("this sandbox reads SELECT fields FROM Contact [WHERE ...] [ORDER BY ...] [LIMIT n]");
        }
        var fields = Arrays.stream(query.group("fields").split(","))
                .map(String::strip)
                .toList();
        for (var field : fields) {
            if (!ContactTable.FIELDS.contains(field)) {
                throw new Malformed("No such column '" + field + "' on entity 'Contact'");
            }
        }
        var order = query.group("order");
        if (order != null && !ORDER.matcher(order).matches()) {
            throw new Malformed("this sandbox orders by SystemModstamp, Id only");
        }
        return new Soql(
                fields,
                query.group("where") == null ? row -> true : new Conditions(query.group("where")).all(),
                query.group("limit") == null ? Integer.MAX_VALUE : Integer.parseInt(query.group("limit")));
    }

    /** Recursive descent over {@code or := and (OR and)*; and := one (AND one)*; one := comparison | ( or )}. */
    private static final class Conditions {
        private final List<String[]> tokens = new ArrayList<>();
        private int at;

        Conditions(String text) {
            var matcher = TOKEN.matcher(text.strip());
            int end = 0;
            while (matcher.find() && matcher.start() == end) {
                tokens.add(token(matcher));
                end = matcher.end();
            }
            if (end != text.strip().length()) {
                throw new Malformed("unexpected token: '" + text.strip().substring(end) + "'");
            }
        }

        private static String[] token(Matcher matcher) {
            return matcher.group(2) == null
                    ? new String[] {matcher.group(1).toUpperCase(Locale.ROOT)}
                    : new String[] {matcher.group(2), matcher.group(3), matcher.group(4)};
        }

        Predicate<ContactTable.Row> all() {
            var condition = either();
            if (at < tokens.size()) {
                throw new Malformed("unexpected token: '" + tokens.get(at)[0] + "'");
            }
            return condition;
        }

        private Predicate<ContactTable.Row> either() {
            var condition = both();
            while (takes("OR")) {
                condition = condition.or(both());
            }
            return condition;
        }

        private Predicate<ContactTable.Row> both() {
            var condition = one();
            while (takes("AND")) {
                condition = condition.and(one());
            }
            return condition;
        }

        private Predicate<ContactTable.Row> one() {
            if (takes("(")) {
                var condition = either();
                if (!takes(")")) {
                    throw new Malformed("a bracket is not closed");
                }
                return condition;
            }
            if (at >= tokens.size() || tokens.get(at).length < 3) {
                throw new Malformed("a comparison is missing");
            }
            return comparison(tokens.get(at++));
        }

        private boolean takes(String token) {
            if (at < tokens.size() && tokens.get(at).length == 1 && tokens.get(at)[0].equals(token)) {
                at++;
                return true;
            }
            return false;
        }

        private static Predicate<ContactTable.Row> comparison(String[] token) {
            return switch (token[0]) {
                case "SystemModstamp" -> {
                    var time = time(token[2]);
                    yield row -> holds(token[1], row.changed().compareTo(time));
                }
                case "Id" -> {
                    if (!token[2].matches("'[A-Za-z0-9]{15,18}'")) {
                        throw new Malformed("invalid ID field: " + token[2]);
                    }
                    var id = token[2].substring(1, token[2].length() - 1);
                    yield row -> holds(token[1], row.id().compareTo(id));
                }
                default -> throw new Malformed("this sandbox compares SystemModstamp and Id only, not " + token[0]);
            };
        }

        private static Instant time(String text) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException e) {
                throw new Malformed("value of filter criterion for field 'SystemModstamp' must be of type dateTime");
            }
        }

        private static boolean holds(String operator, int order) {
            return switch (operator) {
                case ">=" -> order >= 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                case "<" -> order < 0;
                case "!=" -> order != 0;
                default -> order == 0;
            };
        }
    }
}
