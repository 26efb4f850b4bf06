// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One secret of 32 random bytes in a file of mode 600, made at the first start, from which keys for different purposes
 * are derived. Losing it makes stored API keys and unsubscribe links invalid.
 */
public final class Secrets {
    private static final String HMAC = "HmacSHA256";
    private static final int BYTES = 32;

    private final byte[] root;

    private Secrets(byte[] root) {
        this.root = root;
    }

    public static Secrets openOrCreate(Path file, SecureRandom random) {
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(file.getParent());
                var bytes = new byte[BYTES];
                random.nextBytes(bytes);
                Path fresh = file.resolveSibling(file.getFileName() + ".new");
                Files.deleteIfExists(fresh);
                var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
                boolean posix = Files.getFileStore(file.getParent()).supportsFileAttributeView("posix");
                try (var channel = posix
                        ? Files.newByteChannel(
                                fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)
                        : Files.newByteChannel(
                                fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
                    channel.write(ByteBuffer.wrap(bytes));
                }
                Files.move(fresh, file);
            }
            byte[] root = Files.readAllBytes(file);
            if (root.length != BYTES) {
                throw new IllegalStateException(file + " must hold exactly 32 bytes; restore it from a backup");
            }
            return new Secrets(root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read or make " + file, e);
        }
    }

    /** A function that signs texts, different for every purpose. */
    public Signer signer(String purpose) {
        return new Signer(hmac(root, purpose));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }

    /** HMAC-SHA-256 under one derived key. */
    public static final class Signer {
        private final byte[] key;

        private Signer(byte[] key) {
            this.key = key;
        }

        public byte[] sign(String text) {
            return hmac(key, text);
        }
    }
}
