// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's template files. Looked at by content; a file is parsed again only when that changed. */
final class TemplateFolder {
    private static final Logger LOG = LoggerFactory.getLogger(TemplateFolder.class);

    /** Either a template or the reason why not. */
    private record Seen(String text, TemplateFile template, TemplateError error) {}

    private final Path folder;
    private Map<String, Seen> files = new TreeMap<>();

    TemplateFolder(Path folder) {
        this.folder = folder;
    }

    /** Whether there is a file of this alias now, readable or not. */
    boolean has(String alias) {
        return TemplateFile.ALIAS.matcher(alias).matches()
                && Files.isRegularFile(folder.resolve(alias + TemplateFile.ENDING));
    }

    void look() {
        Map<String, Seen> found = new TreeMap<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, "*" + TemplateFile.ENDING)) {
            for (Path path : paths) {
                String name = path.getFileName().toString();
                Seen seen = see(path, name);
                if (seen != null) {
                    found.put(name, seen);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("there is no template folder");
        } catch (IOException e) {
            throw new UncheckedIOException("the template folder cannot be read", e);
        }
        files = found;
    }

    private Seen see(Path path, String name) {
        Seen before = files.get(name);
        Seen seen;
        try {
            String text = Files.readString(path);
            if (before != null && text.equals(before.text())) {
                return before;
            }
            seen = new Seen(text, TemplateFile.parse(name, text), null);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            seen = new Seen(null, null, new TemplateError(name, 1, "cannot be read; it must be a file of UTF-8 text"));
        } catch (BrokenTemplate e) {
            seen = new Seen(null, null, e.error());
        }
        if (seen.error() != null && (before == null || !seen.error().equals(before.error()))) {
            LOG.warn("Template {}", seen.error());
        }
        return seen;
    }

    List<TemplateFile> templates() {
        return files.values().stream()
                .map(Seen::template)
                .filter(Objects::nonNull)
                .toList();
    }

    List<TemplateError> errors() {
        return files.values().stream().map(Seen::error).filter(Objects::nonNull).toList();
    }
}
