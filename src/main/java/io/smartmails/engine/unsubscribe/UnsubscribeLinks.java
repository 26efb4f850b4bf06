// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.unsubscribe;

import io.smartmails.engine.access.Secrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes and reads the links under {@code /u/}. A token names contact and message by id and carries an HMAC of 16 bytes;
 * it holds no address and works for as long as the contact exists.
 */
public final class UnsubscribeLinks {
    private static final int SIGNATURE_BYTES = 16;

    /** Who leaves, and by which mail. */
    public record Target(String contactId, String messageId) {}

    private final Secrets.Signer signer;
    private final Supplier<String> publicUrl;

    /** @param publicUrl where recipients reach the engine, without a slash at the end */
    public UnsubscribeLinks(Secrets secrets, Supplier<String> publicUrl) {
        this.signer = secrets.signer("unsubscribe");
        this.publicUrl = publicUrl;
    }

    public String link(String contactId, String messageId) {
        return publicUrl.get() + "/u/" + token(contactId, messageId);
    }

    String token(String contactId, String messageId) {
        String ids = contactId + " " + messageId;
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString(ids.getBytes(StandardCharsets.UTF_8)) + "." + encoder.encodeToString(mac(ids));
    }

    /** Empty when the token was not made here. */
    public Optional<Target> read(String token) {
        try {
            int dot = token.indexOf('.');
            var decoder = Base64.getUrlDecoder();
            String ids = new String(decoder.decode(token.substring(0, dot)), StandardCharsets.UTF_8);
            boolean ours = MessageDigest.isEqual(decoder.decode(token.substring(dot + 1)), mac(ids));
            String[] parts = ids.split(" ");
            return ours ? Optional.of(new Target(parts[0], parts[1])) : Optional.empty();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private byte[] mac(String ids) {
        return Arrays.copyOf(signer.sign(ids), SIGNATURE_BYTES);
    }
}
