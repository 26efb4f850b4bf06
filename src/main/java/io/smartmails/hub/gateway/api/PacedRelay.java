// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway.api;

import io.smartmails.hub.smartmails.ControlLane;
import io.smartmails.hub.smartmails.Relay;
import io.smartmails.problem.Problem;
import io.smartmails.problem.ProblemCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Makes calls to SmartMails in the order they came, as the budget allows, each after {@code longest} at most. One thread
 * waits for all of them, so that waiting calls hold none of the server's; at most {@value #MOST_WAITING} wait.
 */
final class PacedRelay implements AutoCloseable {
    static final int MOST_WAITING = 64;
    private static final Duration GLANCE = Duration.ofMillis(20);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private record Waiting(Relay.Call call, long deadlineNanos, CompletableFuture<Relay.Answer> answer) {}

    private final ControlLane lane;
    private final Relay relay;
    private final Duration longest;
    private final BlockingQueue<Waiting> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final Thread pump;
    private volatile boolean idle = true;

    PacedRelay(ControlLane lane, Relay relay, Duration longest) {
        this.lane = lane;
        this.relay = relay;
        this.longest = longest;
        this.pump = new Thread(this::pump, "control-lane");
        pump.setDaemon(true);
        pump.start();
    }

    /**
     * Completes with the answer, a {@link Relay.Failure}, or 503 {@code overloaded} with the seconds after which asking
     * again is worth it.
     */
    CompletableFuture<Relay.Answer> send(Relay.Call call) {
        var answer = new CompletableFuture<Relay.Answer>();
        if (idle && waiting.isEmpty()) {
            Optional<ControlLane.Leave> leave = lane.take();
            if (leave.isPresent()) {
                start(call, leave.get(), answer);
                return answer;
            }
        }
        Duration next = lane.nextFree();
        var entry = new Waiting(call, System.nanoTime() + longest.toNanos(), answer);
        if (next.compareTo(longest) > 0 || !waiting.offer(entry)) {
            answer.completeExceptionally(overloaded(next));
        }
        return answer;
    }

    private void pump() {
        try {
            while (true) {
                Waiting head = waiting.take();
                idle = false;
                try {
                    serve(head);
                } catch (RuntimeException e) {
                    head.answer().completeExceptionally(e);
                } finally {
                    idle = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            waiting.forEach(entry -> entry.answer().completeExceptionally(overloaded(SHORTEST)));
        }
    }

    private void serve(Waiting head) throws InterruptedException {
        Optional<ControlLane.Leave> leave = lane.take();
        while (leave.isEmpty()) {
            Duration next = lane.nextFree();
            long left = head.deadlineNanos() - System.nanoTime();
            if (next.toNanos() > left) {
                head.answer().completeExceptionally(overloaded(next));
                return;
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(next.toNanos(), GLANCE.toNanos()));
            leave = lane.take();
        }
        start(head.call(), leave.get(), head.answer());
    }

    private void start(Relay.Call call, ControlLane.Leave leave, CompletableFuture<Relay.Answer> answer) {
        relay.send(call).whenComplete((came, failure) -> {
            try (leave) {
                if (came != null && came.status() == 429) {
                    leave.throttled(Duration.ofSeconds(UpstreamAnswer.retryAfterSeconds(came)));
                }
            } finally {
                if (failure == null) {
                    answer.complete(came);
                } else {
                    answer.completeExceptionally(failure);
                }
            }
        });
    }

    private static RuntimeException overloaded(Duration next) {
        long seconds = Math.max(1, next.plusMillis(999).toSeconds());
        return Problem.of(
                        ProblemCode.OVERLOADED,
                        "The account's requests to SmartMails are used up for now; ask again in " + seconds + " s")
                .withHeader("Retry-After", Long.toString(seconds))
                .asException();
    }

    @Override
    public void close() {
        pump.interrupt();
    }
}
