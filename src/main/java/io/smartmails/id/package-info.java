/** Identifiers: a prefix that names the kind and a ULID, so they sort by time and stand safely in URLs. */
package io.smartmails.id;
