// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.audit;

import io.smartmails.hub.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Texts as the database keeps what it shall not show: encrypted with the master key, in Base64. */
final class SealedText {
    private SealedText() {}

    static String seal(Secrets secrets, String text) {
        return Base64.getEncoder().encodeToString(secrets.seal(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** @throws IllegalStateException when it was sealed with another master key */
    static String open(Secrets secrets, String sealed) {
        return new String(secrets.unseal(Base64.getDecoder().decode(sealed)), StandardCharsets.UTF_8);
    }
}
