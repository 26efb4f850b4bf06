// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.queue;

import io.smartmails.hub.event.Contact;
import java.util.List;

/**
 * A rule's wish that a contact is kept in step; merged into the contact ledger in the commit that settles the run.
 *
 * @param connection the source that says it, for example {@code demo-shop}
 * @param connector kind of the source, for example {@code shopify}: the namespace of its external id
 * @param lists names of lists the contact joins
 * @param tags tags the contact gets
 */
public record ContactCommand(
        String connection, String connector, Contact contact, List<String> lists, List<String> tags) {}
