// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.smartmails;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RateToldTest {
    private static RateTold of(String... namesAndValues) {
        Map<String, List<String>> headers = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        return RateTold.of(HttpHeaders.of(headers, (name, value) -> true));
    }

    @Test
    void theMinuteIsTheLimitAndAnotherWindowOnlyStopsWhenItIsUsedUp() {
        assertThat(of(
                        "RateLimit-Policy", "\"minute\";q=60;w=60, \"day\";q=5000;w=86400",
                        "RateLimit", "\"minute\";r=41;t=17, \"day\";r=0;t=3600"))
                .isEqualTo(new RateTold(60, 41, Duration.ofHours(1)));
    }

    @Test
    void theTightestOfSeveralMinutesCounts() {
        assertThat(of(
                        "RateLimit-Policy", "\"key\"; q=60; w=60, \"account\"; q=50; w=60",
                        "RateLimit", "\"key\"; r=41; t=17, \"account\"; r=7; t=3"))
                .isEqualTo(new RateTold(50, 7, Duration.ZERO));
    }

    @Test
    void theOldHeadersServeWhereTheNewOnesAreMissing() {
        assertThat(of("X-RateLimit-Limit", "30", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "12"))
                .isEqualTo(new RateTold(30, 0, Duration.ofSeconds(12)));
    }

    @Test
    void nothingAndNonsenseSayNothing() {
        var nothing = new RateTold(0, -1, Duration.ZERO);
        assertThat(of()).isEqualTo(nothing);
        assertThat(of("RateLimit-Policy", "none", "RateLimit", "42", "X-RateLimit-Limit", "many"))
                .isEqualTo(nothing);
        assertThat(of("RateLimit-Policy", "\"minute\";q=-5;w=60", "RateLimit", "\"minute\";r=x"))
                .isEqualTo(nothing);
    }
}
