// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;

/** A home folder of a test, with a small connector that can be spoiled. */
final class HomeFolder {
    static final String MANIFEST = """
            name: tiny
            title: Tiny
            kind: test
            settings:
              secret: {title: Shared secret, format: password, required: true}
              region: {title: Region, pattern: '[a-z]{2}'}
            webhook:
              body: json
              headers:
                signature: [X-Tiny-Signature]
                topic: [X-Tiny-Topic]
              verify: {scheme: hmac, algorithm: HmacSHA256, encoding: hex, prefix: sha256=, header: signature, secrets: [secret]}
              topic: topic
              dedupe: [[/id]]
              accept: {status: 202}
              reject: {unverified: 403, malformed: 422}
            facts:
              - {says: Nothing, source: this test, read: 2026-11-23}
            """;

    static final String MAPPING = """
            event: order.paid
            subject: /id
            occurred_at: received-at
            contact:
              email: /email
            """;

    private final Path root;

    HomeFolder(Path root) {
        this.root = root;
        write("connectors/tiny/connector.yaml", MANIFEST);
        write("connectors/tiny/mappings/paid.yaml", MAPPING);
        write("config/connections.yaml", "my-tiny:\n  connector: tiny\n  secret: ${TINY_SECRET:s}\n");
    }

    HomeFolder write(String path, String text) {
        try {
            var file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file that is clearly newer than before, whatever the file system's clock resolves. */
    void rewrite(String path, String text, Instant modified) throws IOException {
        write(path, text);
        Files.setLastModifiedTime(root.resolve(path), FileTime.from(modified));
    }

    HomeFolder spoil(String path, String from, String to) {
        try {
            var text = Files.readString(root.resolve(path));
            if (!text.contains(from)) {
                throw new IllegalArgumentException(from);
            }
            return write(path, text.replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Connectors load() {
        return load(Map.of());
    }

    Connectors load(Map<String, String> environment) {
        return Connectors.load(root, environment::get);
    }
}
