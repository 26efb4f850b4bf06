// SPDX-License-Identifier: Apache-2.0
package io.smartmails.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** A home folder of its own for one hub: the shipped routes, connectors and config, copied. */
public final class HubHome {
    private HubHome() {}

    public static Path create(Path folder) {
        try {
            for (String part : new String[] {"routes", "connectors", "config"}) {
                FileSystemUtils.copyRecursively(Path.of(part), Files.createDirectories(folder.resolve(part)));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
