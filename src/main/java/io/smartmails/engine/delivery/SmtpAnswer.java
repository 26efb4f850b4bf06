// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.delivery;

import io.smartmails.engine.input.Addresses;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.InternetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/**
 * What a server said about one try, per address.
 *
 * @param taken addresses it took the mail for
 * @param refused address to its refusal for good (5xx)
 * @param reply the refusal or failure that concerns all others, for the records; null when there is none
 * @param permanent whether that refusal is for good
 */
record SmtpAnswer(Set<String> taken, Map<String, Refusal> refused, String reply, boolean permanent) {
    private static final Pattern ENHANCED = Pattern.compile("\\b[245]\\.\\d{1,3}\\.\\d{1,3}\\b");
    private static final Set<String> DEAD_MAILBOX = Set.of("5.1.0", "5.1.1", "5.1.2", "5.1.3");
    private static final Pattern UNKNOWN_USER = Pattern.compile(
            "user unknown|unknown user|no such (user|mailbox|recipient)|(user|mailbox) (not found|does not exist)");
    private static final int MOST_REPLY = 300;

    /** @param reply code and text of the server */
    record Refusal(String reply) {
        /** The address does not exist: it must not be tried again (contract 4.12, invalid mailbox or domain). */
        boolean deadAddress() {
            Matcher enhanced = ENHANCED.matcher(reply);
            return enhanced.find()
                    ? DEAD_MAILBOX.contains(enhanced.group())
                    : UNKNOWN_USER.matcher(reply.toLowerCase(Locale.ROOT)).find();
        }
    }

    static SmtpAnswer accepted(Address[] all) {
        return new SmtpAnswer(keys(all), Map.of(), null, false);
    }

    /** It could not even be tried and never can. */
    static SmtpAnswer impossible(String why) {
        return new SmtpAnswer(Set.of(), Map.of(), why, true);
    }

    static SmtpAnswer of(MessagingException failure) {
        Set<String> taken = failure instanceof SendFailedException sent ? keys(sent.getValidSentAddresses()) : Set.of();
        Map<String, Refusal> refused = new HashMap<>();
        String reply = null;
        boolean permanent = false;
        for (Exception part = failure; part != null; part = next(part)) {
            if (part instanceof SMTPAddressFailedException address) {
                if (address.getReturnCode() >= 500) {
                    refused.put(key(address.getAddress()), new Refusal(brief(part)));
                } else if (reply == null) {
                    reply = brief(part);
                }
            } else if (part instanceof SMTPSendFailedException send && send.getReturnCode() > 0) {
                // The exception of a partly refused list repeats the first address's code; DATA's own answer has no
                // list.
                boolean aboutAddresses = send.getInvalidAddresses() != null && send.getInvalidAddresses().length > 0;
                if (!aboutAddresses) {
                    reply = brief(part);
                    permanent = send.getReturnCode() >= 500;
                }
            } else if (part instanceof SMTPSenderFailedException sender) {
                reply = brief(part);
                permanent = sender.getReturnCode() >= 500;
            } else if (!(part instanceof SendFailedException)) {
                reply = brief(part);
            }
        }
        return new SmtpAnswer(taken, refused, reply, permanent);
    }

    private static Exception next(Exception part) {
        return part instanceof MessagingException messaging ? messaging.getNextException() : null;
    }

    private static String brief(Exception part) {
        String text = String.valueOf(part.getMessage()).replaceAll("\\s+", " ").strip();
        return text.length() > MOST_REPLY ? text.substring(0, MOST_REPLY) : text;
    }

    private static Set<String> keys(Address[] addresses) {
        Set<String> keys = new HashSet<>();
        if (addresses != null) {
            for (Address address : addresses) {
                keys.add(key((InternetAddress) address));
            }
        }
        return keys;
    }

    private static String key(InternetAddress address) {
        return Addresses.key(address.getAddress());
    }
}
