// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.gateway;

import java.time.Duration;
import org.apache.coyote.Constants;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's HTTP connector that also bounds the time a whole head takes. Tomcat's own time-out starts again with every byte,
 * so a sender of one byte a second could hold a connection for ever.
 */
public final class HubHttpProtocol extends Http11NioProtocol {
    private static final long HEAD_NANOS = Duration.ofSeconds(10).toNanos();

    /** Closes connections whose head is not complete in time; to be called once a second. */
    void closeSlowHeads() {
        long now = System.nanoTime();
        for (SocketWrapperBase<NioChannel> connection : getEndpoint().getConnections()) {
            if (connection.getCurrentProcessor() instanceof Http11Processor processor && isSlow(processor, now)) {
                connection.close();
            }
        }
    }

    /** Between two reads of a head Tomcat keeps the processor, but its stage is neither service nor keep-alive. */
    private static boolean isSlow(Http11Processor processor, long now) {
        int stage = processor.getRequest().getRequestProcessor().getStage();
        boolean inHead = stage == Constants.STAGE_PARSE || stage == Constants.STAGE_ENDED;
        long start = processor.getRequest().getStartTimeNanos();
        return inHead && start > 0 && now - start > HEAD_NANOS && !processor.isAsync();
    }
}
