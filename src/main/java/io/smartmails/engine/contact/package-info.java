/**
 * Contacts, lists and suppressions. In: upserts from many sources. Out: one state per person, and whether a mail may go
 * to an address. The four rules of contract 4.10 hold: opt-outs absorb, late updates are stale, equal ones write nothing,
 * two contacts are not merged by accident.
 */
package io.smartmails.engine.contact;
