// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {
    /** The example that the libraries of the Standard Webhooks project are tested with. */
    @Test
    void theExampleOfTheStandardComesOut() {
        assertThat(WebhookSignature.sign(
                        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265330,
                        "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void secretsAreOfTheStandardsForm() {
        var random = new SecureRandom();
        assertThat(WebhookSignature.newSecret(random))
                .matches("whsec_[A-Za-z0-9+/]{43}=")
                .isNotEqualTo(WebhookSignature.newSecret(random));
    }
}
