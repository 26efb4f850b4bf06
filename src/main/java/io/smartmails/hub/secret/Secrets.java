// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.secret;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Pepper and master key of one home folder. Back up {@code data/secrets/}: without it no stored key works again. */
public final class Secrets {
    private static final int SECRET_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final Path folder;
    private final SecureRandom random;
    private final byte[] pepper;
    private final byte[] masterKey;

    private Secrets(Path folder, SecureRandom random, Optional<String> masterKeyBase64) {
        this.folder = folder;
        this.random = random;
        this.pepper = readOrCreate("pepper");
        this.masterKey = masterKeyBase64
                .map(text -> checked(Base64.getDecoder().decode(text.strip()), "HUB_MASTER_KEY"))
                .orElseGet(() -> readOrCreate("master.key"));
    }

    /**
     * Reads the secrets, making them at the first start.
     *
     * @param masterKeyBase64 32 bytes in Base64 that several nodes share; otherwise {@code master.key} in the folder
     * @throws IllegalStateException when a secret is there but has the wrong length
     */
    public static Secrets open(Path folder, SecureRandom random, Optional<String> masterKeyBase64) {
        return new Secrets(folder, random, masterKeyBase64);
    }

    /** HMAC-SHA-256 under the pepper, in hex: how keys are stored and looked up. */
    public String hash(String key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(pepper, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(key.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 is missing in this Java", e);
        }
    }

    /** The value kept encrypted (AES-256-GCM) in {@code name.enc}, if any. */
    public Optional<String> load(String name) {
        Path file = folder.resolve(name + ".enc");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new String(unseal(Files.readAllBytes(file)), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }

    /** Keeps a value encrypted in {@code name.enc}. */
    public void store(String name, String value) {
        writePrivate(folder.resolve(name + ".enc"), seal(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** Encrypts (AES-256-GCM) what the database shall not show; the same plain text never looks the same twice. */
    public byte[] seal(byte[] plain) {
        try {
            byte[] nonce = new byte[NONCE_BYTES];
            random.nextBytes(nonce);
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain);
            byte[] stored = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, stored, NONCE_BYTES, sealed.length);
            return stored;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-256-GCM is missing in this Java", e);
        }
    }

    /**
     * Opens what {@link #seal} made.
     *
     * @throws IllegalStateException when it was sealed with another master key or changed since
     */
    public byte[] unseal(byte[] sealed) {
        try {
            return cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES))
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "this cannot be decrypted with this master key; restore data/secrets from the same backup", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(masterKey, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    private byte[] readOrCreate(String name) {
        Path file = folder.resolve(name);
        try {
            if (Files.exists(file)) {
                return checked(Files.readAllBytes(file), file.toString());
            }
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            writePrivate(file, secret);
            return secret;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static byte[] checked(byte[] secret, String where) {
        if (secret.length != SECRET_BYTES) {
            throw new IllegalStateException(where + " must hold " + SECRET_BYTES + " bytes but holds " + secret.length
                    + "; restore it from a backup");
        }
        return secret;
    }

    /** Writes a file that only its owner can read, also while it is being written. */
    public static void writePrivate(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            if (!Files.exists(file)) {
                if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                    Files.createFile(
                            file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                } else {
                    Files.createFile(file);
                }
            }
            Files.write(file, content, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.SYNC);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
