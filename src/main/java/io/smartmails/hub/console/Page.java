// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.console;

import java.util.List;

/** A list in an answer; an object, so that it can gain members. */
record Page<T>(List<T> data) {}
