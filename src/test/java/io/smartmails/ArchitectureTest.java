// SPDX-License-Identifier: Apache-2.0
package io.smartmails;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The import rules of docs/architecture.md. */
@AnalyzeClasses(packages = "io.smartmails", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String HUB = "io.smartmails.hub.";

    @ArchTest
    static final ArchRule hubEngineAndSandboxKnowNothingOfEachOther = noClasses()
            .that()
            .resideInAPackage("io.smartmails.hub..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.smartmails.engine..", "io.smartmails.sandbox..", "io.smartmails")
            .because("they meet over HTTP only; the root alone wires them");

    @ArchTest
    static final ArchRule engineAndSandboxKnowNothingOfTheHub = noClasses()
            .that()
            .resideInAnyPackage("io.smartmails.engine..", "io.smartmails.sandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.smartmails.hub..", "io.smartmails")
            .because("the engine is a stranger to the hub, exactly as the cloud is");

    @ArchTest
    static final ArchRule engineAndSandboxAreStrangers = noClasses()
            .that()
            .resideInAPackage("io.smartmails.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.smartmails.sandbox..");

    @ArchTest
    static final ArchRule neutralPackagesKnowNobody = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.smartmails.db..", "io.smartmails.id..", "io.smartmails.key..", "io.smartmails.problem..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.smartmails.hub..", "io.smartmails.engine..", "io.smartmails.sandbox..");

    @ArchTest
    static final ArchRule eventsKnowTheJdkOnly = classes()
            .that()
            .resideInAPackage(HUB + "event..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", HUB + "event..");

    @ArchTest
    static final ArchRule gatewayImports = stage("gateway", "connector", "contact", "smartmails", "secret");

    @ArchTest
    static final ArchRule intakeImports = stage("intake", "connector", "gateway");

    @ArchTest
    static final ArchRule queueImports = stage("queue");

    @ArchTest
    static final ArchRule routingImports = stage("routing", "connector", "contact", "component");

    @ArchTest
    static final ArchRule componentImports = stage("component", "routing", "connector");

    @ArchTest
    static final ArchRule sendingImports = stage("sending", "smartmails", "contact");

    @ArchTest
    static final ArchRule smartmailsImports = stage("smartmails");

    @ArchTest
    static final ArchRule contactImports = stage("contact");

    /** Every stage may append to the audit, so it knows no stage; its mails leave through the queue. */
    @ArchTest
    static final ArchRule auditImports = stage("audit", "secret");

    @ArchTest
    static final ArchRule timelineImports = stage("timeline");

    /** A stage may import the queue, the timeline, events and failures, and what is named besides. */
    private static ArchRule stage(String name, String... besides) {
        String[] allowed = new String[besides.length + 6];
        System.arraycopy(besides, 0, allowed, 0, besides.length);
        allowed[besides.length] = name;
        allowed[besides.length + 1] = "queue";
        allowed[besides.length + 2] = "timeline";
        allowed[besides.length + 3] = "event";
        allowed[besides.length + 4] = "failure";
        allowed[besides.length + 5] = "audit";
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = HUB + allowed[i] + "..";
        }
        return noClasses()
                .that()
                .resideInAPackage(HUB + name + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.smartmails.hub..")
                        .and(describe(
                                "outside " + String.join(", ", allowed),
                                target -> !resideInAnyPackage(allowed).test(target)))
                        .and(describe(
                                "settings", target -> !target.getSimpleName().equals("HubSettings"))))
                .because("stages hand over through the queue");
    }

    @ArchTest
    static final ArchRule sqlStaysInStores = noClasses()
            .that()
            .resideOutsideOfPackage("io.smartmails.db..")
            .and(describe("are no stores", type -> !type.getName().matches(".*Store(\\$.*)?")))
            .should()
            .callMethodWhere(describe(
                    "a statement",
                    call -> call.getTargetOwner().getPackageName().startsWith("java.sql")
                            || call.getTargetOwner().getPackageName().startsWith("org.springframework.jdbc")))
            .because("SQL is found by looking for *Store");

    @ArchTest
    static final ArchRule camelStaysInRoutingAndComponents = noClasses()
            .that()
            .resideInAPackage("io.smartmails..")
            .and()
            .resideOutsideOfPackages(HUB + "routing..", HUB + "component..", "org.apache.camel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.camel..");

    @ArchTest
    static final ArchRule servletsStayAtTheEdges = noClasses()
            .that()
            .resideOutsideOfPackages(
                    HUB + "gateway..", HUB + "intake..", HUB + "console..", "io.smartmails.engine.api..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.servlet..");

    @ArchTest
    static final ArchRule timeIdsAndRandomnessAreInjected = noClasses()
            .should()
            .callMethodWhere(describe("a static source of time, ids or randomness", ArchitectureTest::isStaticSource))
            .because("tests own the clock and the dice");

    private static boolean isStaticSource(JavaCall<?> call) {
        String owner = call.getTargetOwner().getFullName();
        String name = call.getName();
        boolean noArguments = call.getTarget().getRawParameterTypes().isEmpty();
        return (owner.equals(Instant.class.getName()) && name.equals("now") && noArguments)
                || (owner.equals(System.class.getName()) && name.equals("currentTimeMillis"))
                || (owner.equals(UUID.class.getName()) && name.equals("randomUUID"))
                || (owner.equals(Math.class.getName()) && name.equals("random"))
                || (owner.equals(ThreadLocalRandom.class.getName()) && name.equals("current"))
                || (owner.equals(Clock.class.getName()) && name.startsWith("system"))
                || ((owner.equals(LocalDate.class.getName())
                                || owner.equals(LocalDateTime.class.getName())
                                || owner.equals(ZonedDateTime.class.getName()))
                        && name.equals("now")
                        && noArguments);
    }

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses()
            .that()
            .resideInAPackage("io.smartmails..")
            .should()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Impl");

    @ArchTest
    static final ArchRule hubPackagesFormNoCycles =
            slices().matching("io.smartmails.hub.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule enginePackagesFormNoCycles =
            slices().matching("io.smartmails.engine.(*)..").should().beFreeOfCycles();
}
