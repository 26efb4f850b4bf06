/** Who may call. In: a bearer key. Out: a {@link io.smartmails.engine.access.Caller}, or nothing. Keys are stored as HMAC only. */
package io.smartmails.engine.access;
