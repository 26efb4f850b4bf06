// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every command has: the root's options, the hub, and a place to write. */
abstract class Task implements Callable<Integer> {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @Spec
    private CommandSpec spec;

    HubCommand root() {
        return (HubCommand) spec.root().userObject();
    }

    CommandLine top() {
        return spec.root().commandLine();
    }

    HubClient hub() {
        return new HubClient(HubAddress.find(root().home(), root().url(), root().environment()));
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    boolean wantsJson() {
        return root().wantsJson();
    }

    void print(Object json) {
        try {
            out().println(JSON.writeValueAsString(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    void say(String format, Object... values) {
        out().println(Table.clean(String.format(format, values)));
    }

    CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    static String part(String pathOrQuery) {
        return URLEncoder.encode(pathOrQuery, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
