// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.IDN;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A mail address: the local part as written, the domain in lower-case punycode, nothing folded. Whether the mailbox exists
 * is SmartMails' to find out.
 *
 * @param name as shown beside it; may be null
 */
record Address(String email, String name) {
    private static final Pattern LOCAL =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern DOMAIN =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final int MAX_LOCAL_CHARS = 64;
    private static final int MAX_DOMAIN_CHARS = 253;
    private static final int MAX_NAME_CHARS = 200;
    private static final Set<String> FIELDS = Set.of("email", "name");

    /** What two spellings have in common. */
    static String key(String email) {
        return email.toLowerCase(Locale.ROOT);
    }

    /** A field of an object, normalized in place; null when there is none or it is wrong. */
    static Address read(FieldReader fields, String name) {
        if (!fields.has(name)) {
            return null;
        }
        JsonNode value = fields.node().get(name);
        Address address = read(value, fields.at(name), fields.faults());
        if (address != null && value.isTextual()) {
            fields.node().put(name, address.email());
        }
        return address;
    }

    /** One of an array, normalized in place; null when it is wrong. */
    static Address read(ArrayNode list, int index, String at, Faults faults) {
        JsonNode value = list.get(index);
        Address address = read(value, at + "/" + index, faults);
        if (address != null && value.isTextual()) {
            list.set(index, address.email());
        }
        return address;
    }

    private static Address read(JsonNode value, String at, Faults faults) {
        if (value instanceof ObjectNode object) {
            return read(object, at, faults);
        }
        String email = normal(value, at, faults);
        return email == null ? null : new Address(email, null);
    }

    private static Address read(ObjectNode mailbox, String at, Faults faults) {
        var fields = new FieldReader(mailbox, at, faults);
        fields.onlyKnown(FIELDS);
        String name = fields.has("name") ? fields.line("name", MAX_NAME_CHARS) : null;
        String email = normal(mailbox.path("email"), at + "/email", faults);
        if (email == null) {
            return null;
        }
        mailbox.put("email", email);
        return new Address(email, name);
    }

    private static String normal(JsonNode value, String at, Faults faults) {
        if (!value.isTextual()) {
            faults.add(at, "invalid_email", "an address is needed, as a text or as {email, name}");
            return null;
        }
        String text = value.textValue().strip();
        int split = text.lastIndexOf('@');
        if (split < 0 || split == text.length() - 1) {
            faults.add(at, "invalid_email", "no domain part");
            return null;
        }
        String local = text.substring(0, split);
        String domain = domain(text.substring(split + 1));
        if (local.length() > MAX_LOCAL_CHARS || !LOCAL.matcher(local).matches()) {
            faults.add(at, "invalid_email", "the part before the @ is not valid");
            return null;
        }
        if (domain == null) {
            faults.add(at, "invalid_email", "the domain is not valid");
            return null;
        }
        return local + "@" + domain;
    }

    private static String domain(String text) {
        try {
            String domain = IDN.toASCII(text).toLowerCase(Locale.ROOT);
            return domain.length() <= MAX_DOMAIN_CHARS && DOMAIN.matcher(domain).matches() ? domain : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
