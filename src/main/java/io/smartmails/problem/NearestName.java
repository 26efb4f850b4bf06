// SPDX-License-Identifier: Apache-2.0
package io.smartmails.problem;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody probably meant to write, by edit distance. */
public final class NearestName {
    private NearestName() {}

    /** The tail of an error message: a guess when one is near, otherwise the names there are. */
    public static String hint(String written, Collection<String> valid) {
        if (valid.isEmpty()) {
            return "";
        }
        var nearest = valid.stream()
                .min(Comparator.comparingInt((String name) -> distance(written, name))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
        var near = Math.max(2, nearest.length() / 2);
        return distance(written, nearest) <= near
                ? "; did you mean '" + nearest + "'?"
                : "; known here: " + String.join(", ", valid.stream().sorted().toList());
    }

    /** Levenshtein distance, one row at a time. */
    private static int distance(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int above = row[j];
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[to.length()];
    }
}
