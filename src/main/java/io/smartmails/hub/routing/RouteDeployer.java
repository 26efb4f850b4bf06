// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.routing;

import io.smartmails.hub.component.Rules;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the running rules equal to the folder of route files: one file, one rule. A file is rehearsed before anything that
 * runs is touched; a broken one leaves its last good text running, also over a restart. A rule keeps its subscription while
 * its route is replaced, so that no event passes it by.
 *
 * <p>Camel's own reload is not used: by default it stops all routes when one file changes, and a broken file at the start
 * ends the process (seen with 4.22.0).
 */
final class RouteDeployer {
    private static final Logger LOG = LoggerFactory.getLogger(RouteDeployer.class);

    /**
     * What is known of one file.
     *
     * @param text as it stands on disk
     * @param running what runs of it; null when nothing does
     * @param error null when the text on disk runs
     * @param clashes broken only because another file has its id
     */
    record Entry(String text, RouteFile running, RouteError error, Instant loadedAt, boolean clashes) {}

    private final CamelContext camel;
    private final LiveRoutes routes;
    private final Path folder;
    private final RouteStore store;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private Map<String, String> lastSeen = Map.of();
    private boolean folderMissing;
    private volatile Map<String, Entry> view = Map.of();
    private volatile boolean deployed;

    RouteDeployer(CamelContext camel, Rules rules, Path folder, RouteStore store) {
        this.camel = camel;
        this.routes = new LiveRoutes(camel, rules);
        this.folder = folder;
        this.store = store;
    }

    /** What is known, by file; a snapshot. */
    Map<String, Entry> entries() {
        return view;
    }

    /** Whether the first deployment is over: from then on an event meets every rule there is. */
    boolean deployed() {
        return deployed;
    }

    /** Brings the rules up to the folder as it stands, before the first event is translated. */
    synchronized void deployAll() {
        Map<String, RouteStore.Deployed> lastGood = new HashMap<>();
        store.all().forEach(good -> lastGood.put(good.file(), good));
        try {
            lastSeen = RouteCheck.read(folder);
        } catch (IOException e) {
            report(e);
            lastSeen = new TreeMap<>();
            lastGood.forEach((file, good) -> lastSeen.put(file, good.text()));
        }
        try (var rehearsal = new RouteRehearsal(camel)) {
            // Files that ran before keep their ids against newcomers.
            lastSeen.forEach((file, text) -> {
                if (lastGood.containsKey(file)) {
                    apply(rehearsal, file, text, lastGood.get(file));
                }
            });
            lastSeen.forEach((file, text) -> {
                if (!lastGood.containsKey(file)) {
                    apply(rehearsal, file, text, null);
                }
            });
        }
        lastGood.keySet().stream().filter(file -> !lastSeen.containsKey(file)).forEach(store::forget);
        view = Map.copyOf(entries);
        deployed = true;
    }

    /**
     * Looks once. A change is taken when it was the same at the look before: editors write files in several steps, and a
     * half-written or just replaced file must not stop a rule.
     */
    synchronized void scan() {
        SortedMap<String, String> texts;
        try {
            texts = RouteCheck.read(folder);
            folderMissing = false;
        } catch (NoSuchFileException e) {
            return; // a file went away between listing and reading; the next look sees it
        } catch (IOException e) {
            report(e);
            return;
        }
        Map<String, String> before = lastSeen;
        lastSeen = texts;
        Set<String> changed = new HashSet<>();
        texts.forEach((file, text) -> {
            Entry known = entries.get(file);
            boolean differs = known == null
                    || !known.text().equals(text)
                    || (known.clashes() && holderOf(idOf(file, text), file).isEmpty());
            if (differs && text.equals(before.get(file))) {
                changed.add(file);
            }
        });
        Set<String> gone = new HashSet<>(entries.keySet());
        gone.removeIf(file -> texts.containsKey(file) || before.containsKey(file));
        if (changed.isEmpty() && gone.isEmpty()) {
            return;
        }
        try (var rehearsal = new RouteRehearsal(camel)) {
            gone.forEach(file -> takeAway(file, texts, changed));
            changed.stream().sorted().forEach(file -> apply(rehearsal, file, texts.get(file), null));
        }
        view = Map.copyOf(entries);
    }

    private void report(IOException failure) {
        if (!folderMissing) {
            LOG.error(
                    "The routes folder {} is not readable ({}); the rules stay as they are",
                    folder,
                    failure.toString());
        }
        folderMissing = true;
    }

    private void takeAway(String file, SortedMap<String, String> texts, Set<String> changed) {
        Entry entry = entries.remove(file);
        store.forget(file);
        if (entry.running() == null) {
            return;
        }
        Optional<String> moved = changed.stream()
                .filter(name -> !entries.containsKey(name)
                        && idOf(name, texts.get(name)).equals(entry.running().rule()))
                .findFirst();
        if (moved.isPresent()) {
            entries.put(moved.get(), new Entry("", entry.running(), null, entry.loadedAt(), false));
            LOG.info("{} was renamed to {}", file, moved.get());
            return;
        }
        routes.remove(entry.running().rule());
        LOG.info(
                "Rule {} is gone with {}; its waiting runs are kept until it comes back",
                entry.running().rule(),
                file);
    }

    private static String idOf(String name, String text) {
        try {
            return RouteFile.parse(name, text).rule();
        } catch (BrokenRoute e) {
            return "";
        }
    }

    /** @param lastGood text to fall back to when nothing of the file runs yet; may be null */
    private void apply(RouteRehearsal rehearsal, String file, String text, RouteStore.Deployed lastGood) {
        Entry known = entries.get(file);
        RouteFile old = known == null ? null : known.running();
        try {
            RouteFile fresh = rehearsal.examine(file, text);
            Optional<String> other = holderOf(fresh.rule(), file);
            if (other.isPresent()) {
                throw new BrokenRoute(RouteCheck.duplicate(fresh, other.get()), true);
            }
            boolean same = old != null && old.tree().equals(fresh.tree());
            if (!same) {
                routes.replace(old, fresh);
                LOG.info("Rule {} runs as {} says", fresh.rule(), file);
            }
            Instant saved = store.save(fresh);
            entries.put(file, new Entry(text, fresh, null, same ? known.loadedAt() : saved, false));
        } catch (BrokenRoute e) {
            keep(rehearsal, file, text, e, known, lastGood);
        }
    }

    private void keep(
            RouteRehearsal rehearsal,
            String file,
            String text,
            BrokenRoute broken,
            Entry known,
            RouteStore.Deployed lastGood) {
        RouteError error = broken.error();
        if (known == null && lastGood != null && !lastGood.text().equals(text)) {
            apply(rehearsal, file, lastGood.text(), null);
            known = entries.get(file);
        }
        boolean runs = known != null && routes.isLoaded(ruleOf(known));
        if (known == null || !error.equals(known.error())) {
            LOG.error("{} {}", error, runs ? "(the text before it goes on running)" : "(nothing of this file runs)");
        }
        entries.put(
                file,
                new Entry(
                        text, runs ? known.running() : null, error, runs ? known.loadedAt() : null, broken.isClash()));
    }

    private static String ruleOf(Entry entry) {
        return entry.running() == null ? "" : entry.running().rule();
    }

    private Optional<String> holderOf(String rule, String exceptFile) {
        return entries.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(exceptFile)
                        && ruleOf(entry.getValue()).equals(rule))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Whether the route of every good file listens. */
    boolean allListening() {
        return view.values().stream()
                .filter(entry -> entry.running() != null)
                .allMatch(entry -> routes.isListening(entry.running().rule()));
    }
}
