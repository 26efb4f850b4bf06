// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.template;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smartmails.db.Database;
import io.smartmails.engine.input.Faults;
import io.smartmails.engine.input.Fields;
import io.smartmails.engine.input.Json;
import io.smartmails.engine.input.Times;
import io.smartmails.engine.page.Page;
import io.smartmails.engine.page.PageRequest;
import io.smartmails.engine.template.TemplateStore.Row;
import io.smartmails.id.Ids;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/**
 * Templates with versions. Every change makes a new version, the draft; sends use the one published last.
 *
 * <p>Versions never change, so a published one is parsed once and kept.
 */
public final class Templates {
    private static final Pattern ALIAS = Pattern.compile("[a-z0-9_-]{1,100}");

    /** A published template, ready to send. */
    public record Published(String id, CompiledTemplate template) {}

    private final Database database;
    private final TemplateStore store;
    private final Ids ids;
    private final InstantSource clock;
    private final Cache<String, CompiledTemplate> compiled =
            Caffeine.newBuilder().maximumSize(500).build();

    public Templates(Database database, Ids ids, InstantSource clock) {
        this.database = database;
        this.store = new TemplateStore(database);
        this.ids = ids;
        this.clock = clock;
    }

    public Page list(PageRequest request) {
        return store.list(request, row -> view(row, store.content(row.id(), row.draftVersion())));
    }

    /** @param version a number, {@code published}, or null for the draft */
    public Map<String, Object> get(String idOrAlias, String version) {
        Row row = require(idOrAlias);
        return view(row, store.findContent(row.id(), versionOf(row, version)).orElseThrow(() -> noVersion(version)));
    }

    /** Changes with every change of the template. */
    public String tag(String idOrAlias) {
        Row row = require(idOrAlias);
        return "\"" + row.draftVersion() + "-" + row.publishedVersion() + "-" + row.updatedAt() + "\"";
    }

    public Map<String, Object> create(ObjectNode body, boolean lenient) {
        Head head = read(body, lenient, null);
        long now = clock.millis();
        var row = new Row(ids.next("tpl"), head.alias(), head.name(), head.kind(), 1, null, now, now);
        database.write(tx -> {
            refuseTakenAlias(tx.jdbc(), row);
            TemplateStore.insert(tx, row);
            TemplateStore.insertVersion(tx, row.id(), 1, head.content(), now);
            return null;
        });
        return view(row, head.content());
    }

    /** @param replace fields that are absent are cleared instead of kept */
    public Map<String, Object> update(String idOrAlias, ObjectNode body, boolean replace, boolean lenient) {
        Row before = require(idOrAlias);
        ObjectNode content = store.content(before.id(), before.draftVersion());
        ObjectNode merged = replace ? Json.object() : content;
        body.properties().forEach(field -> merged.set(field.getKey(), field.getValue()));
        Head head = read(merged, lenient, before);
        long now = clock.millis();
        Row after = database.write(tx -> {
            int version =
                    TemplateStore.find(tx.jdbc(), before.id()).orElse(before).draftVersion() + 1;
            var row = new Row(
                    before.id(),
                    head.alias(),
                    head.name(),
                    head.kind(),
                    version,
                    before.publishedVersion(),
                    before.createdAt(),
                    now);
            refuseTakenAlias(tx.jdbc(), row);
            TemplateStore.update(tx, row);
            TemplateStore.insertVersion(tx, row.id(), version, head.content(), now);
            return row;
        });
        return view(after, head.content());
    }

    public Map<String, Object> publish(String idOrAlias) {
        Row row = require(idOrAlias);
        return republish(row, row.draftVersion());
    }

    /** Publishes an earlier version again; the draft stays. */
    public Map<String, Object> rollback(String idOrAlias, int version) {
        Row row = require(idOrAlias);
        if (store.findContent(row.id(), version).isEmpty()) {
            throw noVersion(Integer.toString(version));
        }
        return republish(row, version);
    }

    private Map<String, Object> republish(Row before, int version) {
        var row = new Row(
                before.id(),
                before.alias(),
                before.name(),
                before.kind(),
                before.draftVersion(),
                version,
                before.createdAt(),
                clock.millis());
        database.write(tx -> {
            TemplateStore.update(tx, row);
            return null;
        });
        return view(row, store.content(row.id(), row.draftVersion()));
    }

    public Map<String, Object> duplicate(String idOrAlias) {
        Row row = require(idOrAlias);
        ObjectNode copy = store.content(row.id(), row.draftVersion()).deepCopy();
        copy.put("name", row.name() + " (copy)").put("kind", row.kind());
        return create(copy, false);
    }

    public void delete(String idOrAlias) {
        Row row = require(idOrAlias);
        database.write(tx -> {
            TemplateStore.delete(tx, row.id());
            return null;
        });
    }

    public Map<String, Object> versions(String idOrAlias) {
        Row row = require(idOrAlias);
        List<Map<String, Object>> versions = store.versions(row.id(), (version, at) -> {
            var view = new LinkedHashMap<String, Object>();
            view.put("version", version);
            view.put("published", version.equals(row.publishedVersion()));
            view.put("created_at", Times.text(at.longValue()));
            return view;
        });
        return new Page(versions, null, null).view();
    }

    /** The version sends use; empty when there is no such template or it was never published. */
    public Optional<Published> published(String idOrAlias) {
        return store.find(idOrAlias)
                .filter(row -> row.publishedVersion() != null)
                .map(row -> new Published(row.id(), compiled(row, row.publishedVersion())));
    }

    /** For render: the version asked for, else the published one, else the draft. */
    public CompiledTemplate compiled(String idOrAlias, String version) {
        Row row = require(idOrAlias);
        String wanted = version == null && row.publishedVersion() != null ? "published" : version;
        return new CompiledTemplate(TemplateContent.stored(
                store.findContent(row.id(), versionOf(row, wanted)).orElseThrow(() -> noVersion(version))));
    }

    private CompiledTemplate compiled(Row row, int version) {
        return compiled.get(
                row.id() + " " + version,
                key -> new CompiledTemplate(TemplateContent.stored(store.content(row.id(), version))));
    }

    private record Head(String alias, String name, String kind, ObjectNode content) {}

    private static Head read(ObjectNode body, boolean lenient, Row before) {
        var faults = new Faults(lenient);
        var fields = new Fields(body, "", faults);
        String alias = fields.has("alias") || before == null ? fields.line("alias", 100) : before.alias();
        if (alias != null && !ALIAS.matcher(alias).matches()) {
            fields.fail("alias", "invalid_value", "must be of a-z, 0-9, - and _");
        }
        String name = fields.has("name") || before == null ? fields.line("name", 200) : before.name();
        String kind =
                fields.oneOf("kind", before == null ? "transactional" : before.kind(), "transactional", "marketing");
        TemplateContent content = TemplateContent.read(fields);
        // What a GET gave may be sent back.
        fields.accept("id", "status", "published_version", "draft_version", "created_at", "updated_at");
        fields.end();
        if (content.html() == null && content.text() == null) {
            faults.add("", "missing_content", "html or text is needed");
        }
        faults.refuse();
        new CompiledTemplate(content);
        return new Head(
                alias, name == null ? (alias == null ? "Template" : alias) : name, kind, TemplateContent.pick(body));
    }

    private static void refuseTakenAlias(JdbcClient db, Row row) {
        if (row.alias() != null) {
            TemplateStore.find(db, row.alias())
                    .filter(other -> !other.id().equals(row.id()))
                    .ifPresent(other -> {
                        throw Problem.of(
                                        ProblemCode.ALREADY_EXISTS,
                                        "the alias is taken; choose another or change that template")
                                .with("existing_id", other.id())
                                .asException();
                    });
        }
    }

    private Row require(String idOrAlias) {
        return store.find(idOrAlias)
                .orElseThrow(() -> Problem.of(ProblemCode.NOT_FOUND, "there is no template " + idOrAlias)
                        .asException());
    }

    private static int versionOf(Row row, String version) {
        if (version == null) {
            return row.draftVersion();
        }
        if (version.equals("published")) {
            return Optional.ofNullable(row.publishedVersion()).orElseThrow(() -> noVersion(version));
        }
        if (!version.matches("\\d{1,6}")) {
            throw Problem.of(ProblemCode.INVALID_PARAMETER, "version must be a number or 'published'")
                    .asException();
        }
        return Integer.parseInt(version);
    }

    private static RuntimeException noVersion(String version) {
        return Problem.of(ProblemCode.NOT_FOUND, "the template has no version " + version)
                .asException();
    }

    private static Map<String, Object> view(Row row, ObjectNode content) {
        var view = new LinkedHashMap<String, Object>();
        view.put("id", row.id());
        view.put("alias", row.alias());
        view.put("name", row.name());
        view.put("kind", row.kind());
        TemplateContent.FIELDS.forEach(field -> view.put(field, content.get(field)));
        view.put("published_version", row.publishedVersion());
        view.put("draft_version", row.draftVersion());
        view.put("status", row.publishedVersion() == null ? "draft" : "published");
        view.put("created_at", Times.text(row.createdAt()));
        view.put("updated_at", Times.text(row.updatedAt()));
        return view;
    }
}
