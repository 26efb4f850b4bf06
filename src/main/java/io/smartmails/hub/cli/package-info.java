// SPDX-License-Identifier: Apache-2.0
/**
 * The command line, {@code ./hub <command>}. In: arguments, {@code data/cli.yaml} and the environment. Out: text, or JSON
 * with {@code --json}, and an exit code: 0 done, 1 failed, 2 wrong usage. A running hub is reached over HTTP only; checks of
 * files need none. May fail with {@link io.smartmails.hub.cli.CommandFailure}, whose message is for the person at the
 * terminal.
 */
package io.smartmails.hub.cli;
