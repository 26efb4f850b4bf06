// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.sending;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.NearestName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * A template as the operator wrote it.
 *
 * @param name of the file
 * @param alias the file's name without its ending
 * @param content the members SmartMails takes, always in the same order
 * @param lines where each key stands, from 1
 */
record TemplateFile(String name, String alias, ObjectNode content, Map<String, Integer> lines) {
    static final String ENDING = ".yaml";
    static final Pattern ALIAS = Pattern.compile("[a-z0-9_-]{1,100}");

    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setAllowNonScalarKeys(true).build();
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> TEXTS =
            List.of("name", "kind", "subject", "preheader", "html", "text", "sender_profile_id");
    private static final List<String> LISTS = List.of("variables", "content_tags");
    private static final Set<String> KINDS = Set.of("transactional", "marketing");

    static TemplateFile parse(String name, String yaml) throws BrokenTemplate {
        String alias = name.substring(0, name.length() - ENDING.length());
        if (!ALIAS.matcher(alias).matches()) {
            throw new BrokenTemplate(
                    name, 1, "the file's name is the alias and must be of a-z, 0-9, - and _, at most 100 characters");
        }
        try {
            Map<String, Integer> lines = lines(name, yaml);
            var values = (Map<?, ?>) new Load(SETTINGS).loadFromString(yaml);
            return new TemplateFile(name, alias, content(name, alias, values, lines), lines);
        } catch (MarkedYamlEngineException e) {
            throw new BrokenTemplate(
                    name,
                    e.getProblemMark().map(Mark::getLine).orElse(0) + 1,
                    "not readable as YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new BrokenTemplate(name, 1, "not readable as YAML: " + e.getMessage());
        }
    }

    private static Map<String, Integer> lines(String name, String yaml) throws BrokenTemplate {
        Node root = new Compose(SETTINGS).composeString(yaml).orElse(null);
        if (!(root instanceof MappingNode mapping)) {
            throw new BrokenTemplate(
                    name, 1, "a template is written as 'key: value' lines; known keys: " + String.join(", ", keys()));
        }
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (var entry : mapping.getValue()) {
            int line = entry.getKeyNode().getStartMark().map(Mark::getLine).orElse(0) + 1;
            String key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
            if (!keys().contains(key)) {
                throw new BrokenTemplate(name, line, "unknown key '" + key + "'" + NearestName.hint(key, keys()));
            }
            // An unquoted {{ name }} is a mapping in YAML.
            if (TEXTS.contains(key) && !(entry.getValueNode() instanceof ScalarNode)) {
                throw notText(name, line, key);
            }
            lines.put(key, line);
        }
        return lines;
    }

    private static BrokenTemplate notText(String name, int line, String key) {
        return new BrokenTemplate(name, line, "'" + key + "' must be text; put it in quotes");
    }

    private static List<String> keys() {
        return Stream.concat(TEXTS.stream(), LISTS.stream()).toList();
    }

    private static ObjectNode content(String name, String alias, Map<?, ?> values, Map<String, Integer> lines)
            throws BrokenTemplate {
        ObjectNode content = JSON.createObjectNode().put("alias", alias);
        for (String key : TEXTS) {
            Object value = values.get(key);
            if (value instanceof String text) {
                content.put(key, text);
            } else if (value != null) {
                throw notText(name, lines.get(key), key);
            }
        }
        for (String key : LISTS) {
            Object value = values.get(key);
            if (value instanceof List<?>) {
                content.set(key, JSON.valueToTree(value));
            } else if (value != null) {
                throw new BrokenTemplate(name, lines.get(key), "'" + key + "' must be a list");
            }
        }
        String kind = content.path("kind").asText("transactional");
        if (!KINDS.contains(kind)) {
            throw new BrokenTemplate(
                    name, lines.get("kind"), "'kind' cannot be '" + kind + "'" + NearestName.hint(kind, KINDS));
        }
        if (!content.has("html") && !content.has("text")) {
            throw new BrokenTemplate(name, 1, "a template needs 'html', 'text' or both");
        }
        return content;
    }

    /** @param target the SmartMails it goes to: another one does not have what this one took */
    String hash(String target) {
        try {
            byte[] bytes = (target + "\n" + content).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** At the key that the refusal names ({@code html: ...}, {@code (/subject: ...)}), otherwise at the top. */
    TemplateError refused(String reason) {
        int line = lines.entrySet().stream()
                .filter(key -> reason.contains(", " + key.getKey() + ": ") || reason.contains("(/" + key.getKey()))
                .mapToInt(Map.Entry::getValue)
                .findFirst()
                .orElse(1);
        return new TemplateError(name, line, reason + "; change the file and it is tried again");
    }
}
