/**
 * The contact ledger: what is known about each person, from every source.
 *
 * <p>In: a source's statement about a contact, merged in the commit of the rule that wants it. Out: an item for the sender
 * when something changed, and the contact as SmartMails takes it. The result does not depend on the order in which
 * statements arrive, but for whom a source means, which is settled by the address it says first; an opt-out stays until a
 * newer opt-in with a time of its own. Fails never for a person's data: a
 * statement without an address is told as such.
 */
package io.smartmails.hub.contact;
