/**
 * The shape of an API key, shared by the hub and the engine: {@code sml_} (live) or {@code smt_} (test), 22 random base62
 * characters, 6 characters of checksum; 32 in all. Nothing here stores or looks up a key.
 */
package io.smartmails.key;
