// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import io.smartmails.db.Database;
import io.smartmails.hub.failure.PermanentFailure;
import io.smartmails.hub.failure.TransientFailure;
import io.smartmails.hub.queue.Wakeup;
import io.smartmails.hub.queue.Worker;
import io.smartmails.hub.smartmails.SmartMailsClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the operator's template files to SmartMails: at start, and within two seconds when one changes.
 *
 * <p>What SmartMails took is remembered by content and by its address, so nothing is published twice. Every request costs a
 * token of the control lane. A file that is wrong or refused is told in {@link #errors} and keeps no other waiting; while
 * SmartMails does not answer, one request is tried after growing pauses of 1 s to 1 min.
 */
public final class TemplatePublisher extends Worker {
    private static final Logger LOG = LoggerFactory.getLogger(TemplatePublisher.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(20);

    private record Refusal(String hash, TemplateError error) {}

    private final TemplateFolder folder;
    private final TemplateStore store;
    private final SmartMailsClient client;
    private final Upstream upstream;
    private final String target;
    private final InstantSource clock;
    private final Wakeup wakeup;
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    /** What is settled for this process, so that nodes with different files do not overwrite each other for ever. */
    private final Map<String, String> done = new HashMap<>();

    private final Map<String, Refusal> refusals = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private Duration pause = FIRST_PAUSE;
    private Instant retryAt = Instant.EPOCH;
    private volatile List<TemplateError> errors = List.of();
    private volatile boolean stopping;

    /**
     * @param folder need not be there
     * @param target base URL of SmartMails
     */
    public TemplatePublisher(
            Path folder,
            Database database,
            SmartMailsClient client,
            Upstream upstream,
            URI target,
            InstantSource clock) {
        this(folder, database, client, upstream, target, clock, new Wakeup());
    }

    private TemplatePublisher(
            Path folder,
            Database database,
            SmartMailsClient client,
            Upstream upstream,
            URI target,
            InstantSource clock,
            Wakeup wakeup) {
        super("templates", wakeup, LOOK_EVERY);
        this.folder = new TemplateFolder(folder);
        this.store = new TemplateStore(database);
        this.client = client;
        this.upstream = upstream;
        this.target = target.toString();
        this.clock = clock;
        this.wakeup = wakeup;
    }

    /** Whether the operator has a template file of this alias; one that is broken is expected to be corrected. */
    public boolean has(String alias) {
        return folder.has(alias);
    }

    /**
     * SmartMails does not know the alias, whatever is remembered here. Safe for many threads, and cheap to repeat.
     *
     * @return whether it is one of ours, so that it is worth trying again
     */
    public boolean publishAgain(String alias) {
        if (!has(alias)) {
            return false;
        }
        unknown.add(alias);
        wakeup.signal();
        return true;
    }

    /** Files that are not at SmartMails in their newest form because something is wrong with them. */
    public List<TemplateError> errors() {
        return errors;
    }

    @Override
    public synchronized void start() {
        stopping = false;
        super.start();
    }

    /** Waits for the request in hand, no longer. */
    @Override
    public void stop() {
        stopping = true;
        super.stop();
    }

    @Override
    protected Duration idle() {
        Duration wait = Duration.between(clock.instant(), retryAt);
        return wait.isNegative() || wait.compareTo(LOOK_EVERY) > 0 ? LOOK_EVERY : wait;
    }

    /** Publishes one template at most, the one that failed least first, so that a sick one holds up nothing. */
    @Override
    protected boolean step() {
        for (String alias : unknown) {
            unknown.remove(alias);
            done.remove(alias);
            store.forget(alias);
        }
        folder.look();
        List<TemplateFile> templates = folder.templates();
        refusals.values()
                .removeIf(refusal -> templates.stream()
                        .noneMatch(template -> template.hash(target).equals(refusal.hash())));
        showErrors();
        if (clock.instant().isBefore(retryAt)) {
            return false;
        }
        List<TemplateFile> open = open(templates);
        if (open.isEmpty()) {
            return false;
        }
        Map<String, String> published = store.hashes();
        open.stream()
                .filter(template -> template.hash(target).equals(published.get(template.alias())))
                .forEach(template -> done.put(template.alias(), template.hash(target)));
        Optional<TemplateFile> next = open(templates).stream()
                .min(Comparator.comparing(template -> failures.getOrDefault(template.alias(), 0)));
        return next.isPresent() && publish(next.get());
    }

    private List<TemplateFile> open(List<TemplateFile> templates) {
        return templates.stream()
                .filter(template -> !refusals.containsKey(template.alias()))
                .filter(template -> !template.hash(target).equals(done.get(template.alias())))
                .toList();
    }

    private void showErrors() {
        errors = Stream.concat(
                        folder.errors().stream(), refusals.values().stream().map(Refusal::error))
                .sorted(Comparator.comparing(TemplateError::file))
                .toList();
    }

    private boolean publish(TemplateFile template) {
        String alias = template.alias();
        String hash = template.hash(target);
        try {
            if (!call(() -> client.updateTemplate(alias, template.content()))
                    && !call(() -> client.createTemplate(template.content()))) {
                throw new TransientFailure("the template was made by somebody else just now", Duration.ZERO);
            }
            call(() -> {
                client.publishTemplate(alias);
                return true;
            });
            store.save(alias, hash, clock.instant());
            done.put(alias, hash);
            failures.remove(alias);
            pause = FIRST_PAUSE;
            LOG.info("Template '{}' is published", alias);
            return true;
        } catch (PermanentFailure refused) {
            TemplateError error = template.refused(refused.getMessage());
            refusals.put(alias, new Refusal(hash, error));
            showErrors();
            LOG.warn("Template {}", error);
            return true;
        } catch (TransientFailure failure) {
            if (!stopping) {
                again(alias, failure);
            }
            return false;
        }
    }

    private void again(String alias, TransientFailure failure) {
        if (failures.merge(alias, 1, Integer::sum) == 1) {
            LOG.warn("Template '{}' is not published yet, trying again: {}", alias, failure.getMessage());
        }
        Duration wait = failure.after().compareTo(pause) > 0 ? failure.after() : pause;
        retryAt = clock.instant().plus(wait);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    /** Waits for a token, in a way that {@link #stop} ends at once. */
    private boolean call(Supplier<Boolean> request) {
        while (!stopping) {
            Optional<Budget.Token> token = upstream.token(Lane.CONTROL, false);
            if (token.isPresent()) {
                return upstream.use(token.get(), request);
            }
            Duration wait = upstream.pauseFor(Lane.CONTROL, false);
            try {
                wakeup.await(wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new TransientFailure("the hub is stopping", Duration.ZERO);
    }
}
