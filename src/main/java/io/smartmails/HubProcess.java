// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import io.smartmails.engine.EngineApplication;
import io.smartmails.hub.HubApplication;
import io.smartmails.hub.connector.ConfigurationError;
import io.smartmails.hub.connector.Connectors;
import io.smartmails.hub.gateway.KeyDesk;
import io.smartmails.hub.routing.RouteStatuses;
import io.smartmails.hub.secret.Secrets;
import io.smartmails.key.ApiKey;
import io.smartmails.sandbox.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * One running hub with the engine and the simulators it started.
 *
 * <p>The engine starts beside the hub, on its own thread, as soon as the settings are read. Closing stops the hub first,
 * then what it talks to.
 */
public final class HubProcess implements AutoCloseable {
    private static final String ENGINE_KEY = "engine-key";
    private static final List<String> PORTS = List.of("server.port", "engine.port", "sandbox.port");
    private static final int HIGHEST_PORT = 65_535;
    private static final Duration ROUTES_WITHIN = Duration.ofSeconds(60);

    private final Path home;
    private final List<AutoCloseable> stopLast = new ArrayList<>();
    private CompletableFuture<ConfigurableApplicationContext> engine = CompletableFuture.completedFuture(null);
    private ServletWebServerApplicationContext hub;
    private String firstAdminKey;

    private HubProcess(Path home) {
        this.home = home;
    }

    /**
     * Starts everything and returns when webhooks are accepted and every good route listens.
     *
     * @param args settings as {@code --name=value}
     * @throws StartFailure with what to change
     */
    public static HubProcess start(String... args) {
        var process = new HubProcess(homeOf(args));
        try {
            process.run(args);
            return process;
        } catch (RuntimeException e) {
            process.close();
            throw explain(e);
        }
    }

    private static Path homeOf(String[] args) {
        String home = Arrays.stream(args)
                .filter(arg -> arg.startsWith("--hub.home="))
                .map(arg -> arg.substring("--hub.home=".length()))
                .findFirst()
                .or(() -> Optional.ofNullable(System.getProperty("hub.home")))
                .or(() -> Optional.ofNullable(System.getenv("HUB_HOME")))
                .orElse(".");
        return Path.of(home).toAbsolutePath().normalize();
    }

    private void run(String[] args) {
        for (String folder : List.of("routes", "connectors", "config")) {
            if (!Files.isDirectory(home.resolve(folder))) {
                throw new StartFailure(
                        home + " holds no folder " + folder
                                + "/; start in a folder with routes/ connectors/ config/, or set --hub.home=FOLDER",
                        null);
            }
        }
        lockHome();
        var application = new SpringApplicationBuilder(HubApplication.class)
                .web(WebApplicationType.SERVLET)
                .registerShutdownHook(true)
                .listeners((ApplicationListener<ApplicationEnvironmentPreparedEvent>)
                        event -> startNeighbours(event.getEnvironment(), args));
        hub = (ServletWebServerApplicationContext) application.run(hubArgs(args));
        SpringApplication.getShutdownHandlers().add(this::stopNeighbours);
        engine.join();
        awaitRoutes();
        welcome();
    }

    /** Ready means that every good route listens, not that a port is open. */
    private void awaitRoutes() {
        RouteStatuses routes = hub.getBean(RouteStatuses.class);
        long deadline = System.nanoTime() + ROUTES_WITHIN.toNanos();
        while (!routes.ready() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** The engine reads the same files and arguments, and of them only what starts with {@code engine.}. */
    private String[] hubArgs(String[] args) {
        List<String> all = Arrays.stream(args)
                .filter(arg -> !arg.startsWith("--hub.home="))
                .collect(Collectors.toCollection(ArrayList::new));
        all.add("--hub.home=" + home);
        all.add("--spring.config.location=optional:classpath:/,optional:file:" + home.resolve("config") + "/");
        return all.toArray(String[]::new);
    }

    private void startNeighbours(ConfigurableEnvironment environment, String[] args) {
        List<String> wrong = Settings.unknownKeys(environment);
        if (!wrong.isEmpty()) {
            throw new StartFailure(String.join("\n", wrong), null);
        }
        PORTS.forEach(name -> checkPort(name, environment.getProperty(name, "0")));
        Map<String, Object> found = new HashMap<>();
        found.put("hub.public-url", "http://127.0.0.1:" + environment.getProperty("server.port", "8080"));
        if (environment.getProperty("sandbox.enabled", Boolean.class, true)) {
            Sandbox sandbox =
                    Sandbox.start(environment.getProperty("sandbox.port", Integer.class, 8026), InstantSource.system());
            stopLast.add(sandbox);
            found.put("DEMO_CRM_URL", "http://127.0.0.1:" + sandbox.port());
        }
        if (environment.getProperty("smartmails.base-url") == null) {
            startEngine(environment, args, found);
        }
        environment.getPropertySources().addLast(new MapPropertySource("found at start", found));
        checkConnections(environment);
    }

    private static void checkPort(String name, String value) {
        if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > HIGHEST_PORT) {
            throw new StartFailure(
                    name + " is '" + value + "'; a port is a number from 0 (any free one) to " + HIGHEST_PORT, null);
        }
    }

    /** Told here, a mistake costs the operator one line to read instead of a failed Spring context. */
    private void checkConnections(ConfigurableEnvironment environment) {
        try {
            Connectors.load(home, environment::getProperty, InstantSource.system());
        } catch (ConfigurationError e) {
            throw new StartFailure(e.getMessage(), null);
        }
    }

    private void startEngine(ConfigurableEnvironment environment, String[] args, Map<String, Object> found) {
        var random = new SecureRandom();
        Secrets secrets = Secrets.open(
                home.resolve("data/secrets"), random, Optional.ofNullable(environment.getProperty("HUB_MASTER_KEY")));
        String key = secrets.load(ENGINE_KEY).orElseGet(() -> {
            String made = ApiKey.generate(ApiKey.LIVE, random);
            secrets.store(ENGINE_KEY, made);
            return made;
        });
        List<String> engineArgs = new ArrayList<>(Arrays.asList(hubArgs(args)));
        engineArgs.add("--engine.data-dir=" + home.resolve("data"));
        engineArgs.add("--engine.bootstrap-key=" + key);
        engine = CompletableFuture.supplyAsync(
                () -> new SpringApplicationBuilder(EngineApplication.class)
                        .registerShutdownHook(false)
                        .run(engineArgs.toArray(String[]::new)),
                task -> new Thread(task, "engine-start").start());
        int port = environment.getProperty("engine.port", Integer.class, 8025);
        if (port == 0) {
            port = ((ServletWebServerApplicationContext) engine.join())
                    .getWebServer()
                    .getPort();
        }
        found.put("smartmails.base-url", "http://127.0.0.1:" + port + "/v1");
        found.put("smartmails.api-key", key);
    }

    /** Two processes over one folder would send everything twice. */
    private void lockHome() {
        Path file = home.resolve("data/hub.lock");
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            stopLast.add(channel);
            if (!isLocked(channel)) {
                throw new StartFailure(
                        "Another hub runs in " + home + "; stop it, or give this one a folder of its own (--hub.home)",
                        null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot lock " + file, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by another hub of this process
        }
    }

    private void welcome() {
        Optional<String> wanted = Optional.ofNullable(hub.getEnvironment().getProperty("HUB_ADMIN_KEY"))
                .filter(key -> !key.isBlank());
        wanted.filter(key -> !ApiKey.isWellFormed(key)).ifPresent(key -> {
            throw new StartFailure("HUB_ADMIN_KEY is not a valid key; './hub keys generate' prints one", null);
        });
        Optional<String> first = hub.getBean(KeyDesk.class).firstAdminKey(wanted);
        firstAdminKey = first.orElse(null);
        var text = new StringBuilder("\nSmartMails Hub is ready.\n  Console    " + url() + "/console\n");
        if (engine.join() != null) {
            text.append("  Engine     ")
                    .append(hub.getEnvironment().getProperty("smartmails.base-url"))
                    .append('\n');
        }
        if (first.isPresent()) {
            Secrets.writePrivate(
                    home.resolve("data/cli.yaml"),
                    ("url: " + url() + "\nkey: " + first.get() + "\n").getBytes(StandardCharsets.UTF_8));
            if (wanted.isEmpty()) {
                text.append("  Admin key  ").append(first.get()).append("   (shown this once; keep it)\n");
            }
        } else {
            updateAddress();
        }
        System.out.println(text.append("  Try it     ./hub webhook send demo-shop orders/paid\n"));
    }

    /** The command line finds the hub where it is now. */
    private void updateAddress() {
        Path file = home.resolve("data/cli.yaml");
        if (Files.exists(file)) {
            try {
                String key = Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith("key:"))
                        .findFirst()
                        .orElse("");
                Secrets.writePrivate(file, ("url: " + url() + "\n" + key + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }
    }

    /** Address of the hub on this machine. */
    public String url() {
        return "http://127.0.0.1:" + hub.getWebServer().getPort();
    }

    /** Base URL of the SmartMails it talks to. */
    public String engineUrl() {
        return hub.getEnvironment().getProperty("smartmails.base-url");
    }

    /** The admin key made or taken at the first start; null at later ones. */
    public String firstAdminKey() {
        return firstAdminKey;
    }

    private static RuntimeException explain(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartFailure known) {
                return known;
            }
            if (cause instanceof ConfigurationError
                    || cause instanceof IllegalStateException && cause.getCause() == null) {
                return new StartFailure(cause.getMessage(), failure);
            }
            if (cause instanceof PortInUseException port) {
                return new StartFailure(
                        "Port " + port.getPort() + " is in use; set --server.port, --engine.port or --sandbox.port",
                        failure);
            }
        }
        return failure;
    }

    @Override
    public void close() {
        if (hub != null) {
            hub.close();
        }
        stopNeighbours();
    }

    private synchronized void stopNeighbours() {
        try {
            ConfigurableApplicationContext context = engine.join();
            if (context != null) {
                context.close();
            }
        } catch (CompletionException e) {
            // It never started; the start failure was told already.
        }
        for (AutoCloseable neighbour : stopLast) {
            try {
                neighbour.close();
            } catch (Exception e) {
                System.err.println("While stopping: " + e.getMessage());
            }
        }
        stopLast.clear();
    }
}
