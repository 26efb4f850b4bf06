// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import io.smartmails.hub.cli.HubCommand;
import java.util.Arrays;
import java.util.List;

/** Entry point: {@code java -jar smartmails-hub.jar [--setting=value ...]} serves, {@code ... <command>} runs a command. */
public final class SmartMailsHub {
    private static final List<String> HELP = List.of("--help", "-h");

    private SmartMailsHub() {}

    public static void main(String[] args) {
        if (args.length > 0 && HubCommand.isCommand(args[0])) {
            System.exit(HubCommand.run(args));
        }
        if (Arrays.stream(args).anyMatch(HELP::contains)) {
            System.out.println(Settings.help());
            return;
        }
        try {
            HubProcess.start(args);
        } catch (StartFailure failure) {
            System.err.println("SmartMails Hub cannot start.\n" + failure.getMessage());
            System.exit(1);
        }
    }
}
