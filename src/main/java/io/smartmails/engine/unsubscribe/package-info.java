/** One-click unsubscribe (RFC 8058). In: a contact and a message. Out: a signed link without the address, and back. */
package io.smartmails.engine.unsubscribe;
