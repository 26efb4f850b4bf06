// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.util.ArrayList;
import java.util.List;

/**
 * A small bar chart, in units of its SVG view box.
 *
 * @param total sum of all values
 * @param highest the largest value
 */
public record Bars(List<Bar> bars, int width, int height, long total, long highest) {
    private static final int STEP = 5;
    private static final int HEIGHT = 40;
    private static final int LEAST = 2;

    public record Bar(int x, int y, int height) {}

    static Bars of(List<Long> values) {
        long highest = values.stream().mapToLong(Long::longValue).max().orElse(0);
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) > 0) {
                int height = (int) Math.max(LEAST, values.get(i) * HEIGHT / highest);
                bars.add(new Bar(i * STEP, HEIGHT - height, height));
            }
        }
        return new Bars(
                bars,
                values.size() * STEP,
                HEIGHT,
                values.stream().mapToLong(Long::longValue).sum(),
                highest);
    }
}
