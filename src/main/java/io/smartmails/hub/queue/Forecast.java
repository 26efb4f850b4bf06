// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import java.util.ArrayList;
import java.util.List;

/**
 * What a replay would come to.
 *
 * @param matched rows it puts back
 * @param willSend mails that leave
 * @param pastDeadline mails past their best-before: dropped with a record
 * @param alreadyMailed mails that were sent or are on their way: not sent again
 * @param contacts statements about contacts
 * @param stillFailing rows that would be dead letters again
 * @param unknown runs of rules that cannot be rehearsed
 * @param estimated the figures were worked out from a part of the rows
 */
public record Forecast(
        long matched,
        long willSend,
        long pastDeadline,
        long alreadyMailed,
        long contacts,
        long stillFailing,
        long unknown,
        boolean estimated) {

    /** Such as {@code Will send 212 mails, 3 are past their deadline and are dropped.} */
    public String sentence() {
        if (matched == 0) {
            return "Nothing matches; nothing would be replayed.";
        }
        List<String> parts = new ArrayList<>();
        parts.add((estimated ? "Will send about " : "Will send ") + count(willSend, "mail", "mails"));
        if (pastDeadline > 0) {
            parts.add(pastDeadline
                    + (pastDeadline == 1
                            ? " is past its deadline and is dropped"
                            : " are past their deadline and are dropped"));
        }
        if (alreadyMailed > 0) {
            parts.add(alreadyMailed
                    + (alreadyMailed == 1 ? " was mailed already and is" : " were mailed already and are")
                    + " not mailed again");
        }
        if (contacts > 0) {
            parts.add(count(contacts, "contact statement is", "contact statements are") + " taken again");
        }
        if (stillFailing > 0) {
            parts.add(count(stillFailing, "row fails", "rows fail") + " again as things are");
        }
        if (unknown > 0) {
            parts.add(
                    "what " + count(unknown, "run of a rule", "runs of rules") + " would do cannot be told beforehand");
        }
        return String.join(", ", parts) + ".";
    }

    private static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }
}
