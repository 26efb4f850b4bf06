// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartmails.testkit.Api;
import io.smartmails.testkit.HubHome;
import io.smartmails.testkit.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.TakesScreenshot;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The console in a real browser. Skipped where Debian's chromium and chromium-driver are not installed. */
class ConsoleBrowserIT {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    @TempDir
    static Path profile;

    private static HubProcess hub;
    private static WebDriver browser;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(
                Files.exists(CHROMIUM) && Files.exists(DRIVER), "chromium and chromium-driver are not installed");
        HubHome.create(home);
        hub = HubProcess.start("--hub.home=" + home, "--server.port=0", "--engine.port=0", "--sandbox.port=0");
        var options = new ChromeOptions();
        options.setBinary(CHROMIUM.toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1200,1400",
                "--user-data-dir=" + profile);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (hub != null) {
            hub.close();
        }
    }

    /** Pictures of what was tested, for whoever wants to look. */
    private static void picture(String name) throws Exception {
        Path folder = Files.createDirectories(Path.of("target/console"));
        Files.write(folder.resolve(name + ".png"), ((TakesScreenshot) browser).getScreenshotAs(OutputType.BYTES));
    }

    private static String page() {
        return browser.findElement(By.tagName("body")).getText();
    }

    private static void open(String path) {
        browser.get(hub.url() + path);
    }

    @Test
    void anOperatorLogsInAndFollowsAnOrderFromReceiptToMailAndReplaysADeadLetter() throws Exception {
        open("/console");
        assertThat(browser.getCurrentUrl()).contains("/console/login");
        logIn("sml_0000000000000000000000000000");
        assertThat(browser.getCurrentUrl()).contains("/console/login");
        logIn(hub.firstAdminKey());
        assertThat(page()).contains("Overview").contains("Nothing is lost");

        var shop = new Shop(hub.url());
        String receipt = shop.post("orders/paid", "evt-1", Shop.order(1001, "ada@example.com"))
                .headers()
                .firstValue("X-Hub-Receipt")
                .orElseThrow();
        await().atMost(PATIENCE).untilAsserted(() -> {
            open("/console/timeline/" + receipt);
            assertThat(page()).contains("delivered").contains("order-confirmation");
        });
        picture("timeline");
        await().atMost(PATIENCE).untilAsserted(() -> {
            open("/console/inbox");
            assertThat(page()).contains("#1001");
        });
        picture("inbox");
        browser.findElement(By.partialLinkText("#1001")).click();
        picture("mail");
        browser.switchTo().frame(browser.findElement(By.tagName("iframe")));
        assertThat(page()).contains("Blue mug");
        browser.switchTo().defaultContent();

        replayADeadLetter(shop);

        Files.writeString(home.resolve("routes/welcome.yaml"), "# Broken on purpose.\n- route:\n    id: [\n");
        await().atMost(PATIENCE).untilAsserted(() -> {
            open("/console/routes");
            assertThat(page()).contains("routes/welcome.yaml:");
        });
        picture("routes");
        open("/console");
        assertThat(page()).contains("adds up").doesNotContain("does not add up");
        picture("overview");
    }

    private static void logIn(String key) {
        browser.findElement(By.id("key")).sendKeys(key);
        browser.findElement(By.cssSelector("form button")).click();
    }

    private static void replayADeadLetter(Shop shop) throws Exception {
        Path mapping = home.resolve("connectors/shopify/mappings/orders-fulfilled.yaml");
        String good = Files.readString(mapping);
        Files.writeString(mapping, good.replace("/id", "/no_such_field"));
        String receipt = shop.post("orders/fulfilled", "evt-2", Shop.order(1002, "grace@example.com"))
                .headers()
                .firstValue("X-Hub-Receipt")
                .orElseThrow();
        await().atMost(PATIENCE).untilAsserted(() -> {
            open("/console/dead-letters");
            assertThat(page()).contains("/no_such_field");
        });
        Files.writeString(mapping, good);
        open("/console/dead-letters/" + receipt);
        assertThat(page()).contains("grace@example.com");
        picture("dead-letter");
        browser.findElement(By.cssSelector("main form button")).click();
        var admin = new Api(hub.url(), hub.firstAdminKey());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(admin.get("/admin/v1/timeline/" + receipt)
                                .body()
                                .path("fate")
                                .asText())
                        .isEqualTo("delivered"));
    }
}
