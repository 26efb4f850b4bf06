// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import io.smartmails.problem.NearestName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/** Every setting of ours: shown by {@code --help}, and what the settings files are checked against at start. */
final class Settings {
    /** Prefixes that belong to us; everything else in a settings file is Spring Boot's. */
    private static final List<String> PREFIXES = List.of("hub.", "engine.", "smartmails.", "sandbox.");

    record Setting(String name, String defaultValue, String meaning) {}

    static final List<Setting> ALL = List.of(
            new Setting("server.port", "8080", "port of the hub; 0 = any free one"),
            new Setting("server.address", "127.0.0.1", "address the hub listens on; 0.0.0.0 = all"),
            new Setting("hub.home", ".", "folder with routes/ connectors/ config/ data/ (also HUB_HOME)"),
            new Setting(
                    "hub.public-url", "http://127.0.0.1:<server.port>", "address under which senders reach the hub"),
            new Setting("hub.pressure.max-waiting", "1000000", "rows that may wait before new work is refused"),
            new Setting(
                    "hub.pressure.min-free-disk", "1GB or 5 %", "free space below which new work is refused, as 500MB"),
            new Setting(
                    "hub.pressure.max-data-size", "none", "size of the data from which new work is refused, as 20GB"),
            new Setting("hub.retention.envelopes", "30d", "how long bytes, headers, messages of settled work are kept"),
            new Setting("hub.retention.timeline", "90d", "how long stories of settled work are kept"),
            new Setting("hub.retention.items", "400d", "how long the send ledger is kept: no mail twice in that time"),
            new Setting("hub.retention.dedupe", "14d", "how long a repeated receipt is known, at least"),
            new Setting("hub.retention.dead-letters", "never", "after how long dead letters are given up"),
            new Setting(
                    "hub.gateway.trusted-proxies", "none", "addresses and blocks whose X-Forwarded-For is believed"),
            new Setting("hub.gateway.allow", "everybody", "addresses and blocks that may come; others get 403"),
            new Setting("hub.gateway.deny", "nobody", "addresses and blocks that get 403"),
            new Setting("hub.gateway.https-required", "off loopback", "refuse callers of other machines without HTTPS"),
            new Setting("hub.gateway.wrong-keys-per-minute", "20", "refused keys of an address before it gets 429"),
            new Setting("smartmails.base-url", "the engine", "base URL of SmartMails; setting it keeps the engine off"),
            new Setting(
                    "smartmails.api-key", "made at first start", "the account's key; from the environment or a file"),
            new Setting("smartmails.requests-per-minute", "60", "requests in any 60 s that the account allows"),
            new Setting("engine.port", "8025", "port of the engine; 0 = any free one"),
            new Setting("engine.address", "127.0.0.1", "address the engine listens on"),
            new Setting("engine.public-url", "http://127.0.0.1:<engine.port>", "base of links in mails"),
            new Setting("engine.requests-per-minute", "60", "requests in any 60 s the engine allows a key"),
            new Setting("engine.sender", "SmartMails Hub <hello@example.com>", "sender of mails without one"),
            new Setting("engine.smtp.host", "captured", "SMTP server for all mail; without it mails stay in the inbox"),
            new Setting("engine.smtp.port", "587", "port of the SMTP server"),
            new Setting("engine.smtp.username", "none", "user at the SMTP server"),
            new Setting("engine.smtp.password", "none", "password at the SMTP server; from the environment or a file"),
            new Setting("engine.smtp.starttls", "false", "demand STARTTLS"),
            new Setting("engine.chaos.latency-ms", "0", "rehearsal: delay of every answer, in ms"),
            new Setting("engine.chaos.error-rate", "0", "rehearsal: share of requests answered 500, 0 to 1"),
            new Setting(
                    "engine.chaos.drop-after-accept", "0", "rehearsal: share of answers lost after accepting, 0 to 1"),
            new Setting("sandbox.enabled", "true", "run the simulators the demo connections talk to"),
            new Setting("sandbox.port", "8026", "port of the simulators; 0 = any free one"),
            new Setting("spring.datasource.url", "SQLite in data/hub.db", "JDBC URL, for example of PostgreSQL"),
            new Setting("spring.datasource.username", "none", "user of the database"),
            new Setting("spring.datasource.password", "none", "password of the database"),
            new Setting("HUB_ADMIN_KEY", "made and printed", "environment: admin key at the very first start"),
            new Setting(
                    "HUB_MASTER_KEY", "data/secrets/master.key", "environment: 32 bytes in Base64, for several nodes"));

    private Settings() {}

    static String help() {
        String rows = ALL.stream()
                .map(s -> String.format("  %-34s %-36s %s", s.name(), s.defaultValue(), s.meaning()))
                .collect(Collectors.joining("\n"));
        return """
                SmartMails Hub: API gateway and integration hub around SmartMails.

                java -jar smartmails-hub.jar [--setting=value ...]   serve
                java -jar smartmails-hub.jar <command> [--help]      run a command; './hub --help' lists them

                Settings, from the command line (--name=value), the environment (NAME_IN_CAPITALS) or
                config/application.yaml in the home folder; the first wins. Name, default, meaning:

                """ + rows;
    }

    /**
     * Finds keys of ours in settings files that mean nothing.
     *
     * @return one line per wrong key: file, line, the key and the nearest valid one
     */
    static List<String> unknownKeys(ConfigurableEnvironment environment) {
        return environment.getPropertySources().stream()
                .filter(OriginTrackedMapPropertySource.class::isInstance)
                .flatMap(source -> ((OriginTrackedMapPropertySource) source)
                        .getSource().keySet().stream()
                                .filter(Settings::isWrong)
                                .map(key -> where(source, key) + ": unknown setting '" + key + "'"
                                        + NearestName.hint(
                                                key,
                                                ALL.stream().map(Setting::name).toList())))
                .toList();
    }

    private static boolean isWrong(String key) {
        String name = key.replaceFirst("\\[\\d+]$", ""); // an entry of a list
        return PREFIXES.stream().anyMatch(name::startsWith)
                && ALL.stream().noneMatch(setting -> setting.name().equals(name));
    }

    private static String where(PropertySource<?> source, String key) {
        return Optional.ofNullable(((OriginTrackedMapPropertySource) source).getOrigin(key))
                .map(Origin::toString)
                .orElse(source.getName());
    }
}
