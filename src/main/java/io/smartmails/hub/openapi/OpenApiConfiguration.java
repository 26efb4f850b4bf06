// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.openapi;

import java.util.Locale;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;

@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
    @Bean
    ApiDescription apiDescription() {
        return ApiDescription.read();
    }

    @Bean
    ApiPage apiPage(ApiDescription description, ITemplateEngine templates) {
        return new ApiPage(() ->
                templates.process("docs/api", new Context(Locale.ROOT, Map.of("api", description.page()))));
    }
}
