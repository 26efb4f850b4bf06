/** Reading of request bodies: fields with their checks, JSON pointers to what is wrong, times, addresses. */
package io.smartmails.engine.input;
