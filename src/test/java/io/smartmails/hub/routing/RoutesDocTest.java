// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutesDocTest {
    private static final Pattern RULE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void everyRuleOfTheDocumentationIsGood() throws Exception {
        var rules = RULE.matcher(Files.readString(Path.of("docs/routes.md")));
        for (int n = 1; rules.find(); n++) {
            Files.writeString(folder.resolve(n + ".yaml"), rules.group(1));
        }

        assertThat(RouteCheck.check(folder))
                .hasSizeGreaterThan(1)
                .allSatisfy(result -> assertThat(result.error()).isEmpty());
    }
}
