// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.db.Database;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.id.Ids;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class AuditConfiguration {
    @Bean
    AuditChain auditChain(Database database, Secrets secrets, InstantSource clock, Ids ids) {
        return new AuditChain(database, secrets, clock, ids);
    }

    @Bean
    SecurityEvents securityEvents() {
        return event -> {};
    }
}
