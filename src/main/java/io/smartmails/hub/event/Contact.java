// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.event;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one source says about a person. Absent (null) means the source did not say; it never clears anything.
 *
 * @param sourceId the person's id in the source, for example the Shopify customer id; null for a guest
 * @param email address as the source wrote it; null when the source gave none
 * @param locale BCP 47
 * @param timezone IANA name
 * @param fields further fields by canonical snake_case name
 * @param consent null when the source says nothing about consent, which is never "subscribed"
 * @param updatedAt version of this statement in the source; an older one never overwrites a newer one
 */
public record Contact(
        String sourceId,
        String email,
        String firstName,
        String lastName,
        String phone,
        String company,
        String locale,
        String timezone,
        String country,
        String city,
        Map<String, Object> fields,
        List<String> tags,
        Consent consent,
        Instant updatedAt) {

    public Contact {
        fields = fields == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        tags = tags == null ? List.of() : List.copyOf(tags);
    }
}
