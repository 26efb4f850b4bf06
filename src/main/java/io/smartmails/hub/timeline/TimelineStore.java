// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.timeline;

import io.smartmails.db.Tx;
import io.smartmails.id.Ids;
import java.time.InstantSource;

/** Writes entries; reading is {@link StoryStore}'s. */
public final class TimelineStore {
    private static final int DETAIL_CHARS = 4_000;

    private final InstantSource clock;
    private final Ids ids;

    public TimelineStore(InstantSource clock, Ids ids) {
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Adds an entry in the caller's commit.
     *
     * @param stage package of the stage: {@code routing}, {@code sending} ...
     * @param what the fact in one word: {@code retry}, {@code dead}, {@code replayed}, {@code already-mailed} ...
     * @param detail a sentence for the operator, without personal data
     * @param ref id of the run, item or message it is about; may be null
     */
    public void add(Tx tx, String envelopeId, String stage, String what, String detail, String ref) {
        String text = detail == null ? "" : detail;
        tx.jdbc()
                .sql("INSERT INTO timeline (id, account, envelope_id, at, stage, what, detail, ref)"
                        + " VALUES (:id, 'main', :envelope, :at, :stage, :what, :detail, :ref)")
                .param("id", ids.next("tml"))
                .param("envelope", envelopeId)
                .param("at", clock.millis())
                .param("stage", stage)
                .param("what", what)
                .param("detail", text.length() > DETAIL_CHARS ? text.substring(0, DETAIL_CHARS) : text)
                .param("ref", ref)
                .update();
    }
}
