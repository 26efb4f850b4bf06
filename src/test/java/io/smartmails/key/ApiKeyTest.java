// SPDX-License-Identifier: Apache-2.0
package io.smartmails.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
    @Test
    void aGeneratedKeyHas32CharactersAndIsWellFormed() {
        String key = ApiKey.generate(ApiKey.LIVE, new Random(1));
        assertThat(key).hasSize(32).startsWith("sml_");
        assertThat(ApiKey.isWellFormed(key)).isTrue();
        assertThat(ApiKey.isTest(key)).isFalse();
        assertThat(ApiKey.isTest(ApiKey.generate(ApiKey.TEST, new Random(1)))).isTrue();
    }

    @Test
    void everySingleTypingErrorIsFound() {
        String key = ApiKey.generate(ApiKey.LIVE, new Random(2));
        for (int i = 0; i < key.length(); i++) {
            char other = key.charAt(i) == 'x' ? 'y' : 'x';
            String wrong = key.substring(0, i) + other + key.substring(i + 1);
            assertThat(ApiKey.isWellFormed(wrong)).as(wrong).isFalse();
        }
    }

    @Test
    void whatIsNoKeyIsNotWellFormed() {
        assertThat(ApiKey.isWellFormed(null)).isFalse();
        assertThat(ApiKey.isWellFormed("")).isFalse();
        assertThat(ApiKey.isWellFormed("sml_" + "é".repeat(28))).isFalse();
        assertThat(ApiKey.isWellFormed(ApiKey.generate(ApiKey.LIVE, new Random(3)) + "x"))
                .isFalse();
    }

    @Test
    void showsOnlyItsEnds() {
        String key = ApiKey.generate(ApiKey.LIVE, new Random(4));
        assertThat(ApiKey.display(key)).isEqualTo(key.substring(0, 8) + "..." + key.substring(28));
    }
}
