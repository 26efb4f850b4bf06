// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code ./hub}: without a command it serves, with one it talks to a serving hub or checks files. */
@Command(
        name = "./hub",
        description = "SmartMails Hub from the command line. Without a command, ./hub starts the hub itself.",
        versionProvider = HubCommand.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            WebhookCommand.class,
            WhyCommand.class,
            DeadLettersCommand.class,
            ReplayCommand.class,
            RoutesCommand.class,
            ConnectionsCommand.class,
            ConnectorCommand.class,
            KeysCommand.class,
            CountsCommand.class,
            BudgetCommand.class,
            InboxCommand.class,
            DoctorCommand.class,
            HubCommand.Help.class
        },
        footer = {
            "",
            "The hub's address and admin key come from data/cli.yaml in the home folder; HUB_URL and HUB_ADMIN_KEY win over it.",
            "Exit code: 0 done, 1 failed, 2 wrong usage. Settings of the hub itself: java -jar smartmails-hub.jar --help"
        })
public final class HubCommand {
    private static final Set<String> OPTIONS = Set.of("--url", "--home", "--json", "--version", "-V");

    private final Map<String, String> environment;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Explain the command.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Say which version this is.")
    private boolean version;

    @Option(names = "--url", paramLabel = "URL", scope = ScopeType.INHERIT, description = "Address of the hub.")
    private String url;

    @Option(
            names = "--home",
            paramLabel = "FOLDER",
            scope = ScopeType.INHERIT,
            description = "Folder with routes/, connectors/, config/ and data/ (also HUB_HOME; default: here).")
    private Path home;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Write JSON instead of text.")
    private boolean json;

    HubCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The launcher sends {@code ./hub --help} here; {@code --help} of the jar itself lists the hub's settings. */
    @Command(name = "help", description = "List the commands, or explain one.")
    static final class Help extends Task {
        @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Such as 'webhook send'.")
        private List<String> names = List.of();

        @Override
        public Integer call() {
            CommandLine command = top();
            for (String name : names) {
                CommandLine next = command.getSubcommands().get(name);
                if (next == null) {
                    throw usage("There is no command '" + String.join(" ", names) + "'.");
                }
                command = next;
            }
            command.usage(out());
            return 0;
        }
    }

    /** Says the version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "SmartMails Hub "
                        + Optional.ofNullable(HubCommand.class.getPackage().getImplementationVersion())
                                .orElse("from source")
            };
        }
    }

    /** Whether these arguments are for the command line; everything else that begins with a dash is a setting of the hub. */
    public static boolean isCommand(String firstArgument) {
        return !firstArgument.startsWith("-") || OPTIONS.contains(firstArgument.split("=", 2)[0]);
    }

    /** @return the exit code: 0 done, 1 failed, 2 wrong usage */
    public static int run(String... arguments) {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        return run(System.getenv(), new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
    }

    static int run(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        var root = new HubCommand(environment);
        return new CommandLine(root)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof CommandFailure)) {
                        throw failure;
                    }
                    if (root.json) {
                        command.getOut()
                                .println(new com.fasterxml.jackson.databind.ObjectMapper()
                                        .writeValueAsString(Map.of("error", failure.getMessage())));
                    } else {
                        command.getErr().println(failure.getMessage());
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    Path home() {
        return Optional.ofNullable(home)
                .or(() -> Optional.ofNullable(environment.get("HUB_HOME")).map(Path::of))
                .orElse(Path.of(""));
    }

    String url() {
        return url;
    }

    boolean wantsJson() {
        return json;
    }

    Map<String, String> environment() {
        return environment;
    }
}
