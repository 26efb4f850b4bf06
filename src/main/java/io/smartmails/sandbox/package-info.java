// SPDX-License-Identifier: Apache-2.0
/**
 * Small stand-ins for outside systems, so that the demo connections work on one machine without any account. In come the
 * requests a real system would get, out go answers in its shape; state lives in memory. Nothing here is reachable from
 * another machine, and nothing of hub or engine is used. May fail at start when the port is taken.
 */
package io.smartmails.sandbox;
