// SPDX-License-Identifier: Apache-2.0
/**
 * What people and scripts see of the hub: the pages under {@code /console} and the JSON under {@code /admin/v1}.
 *
 * <p>In: requests with an admin key or a console session, and read views of every stage. Out: pages, JSON, and one kind of
 * change, the replay of dead letters. The views of other stages are the small interfaces of this package, so that the
 * console depends on nobody's insides. May fail with {@link io.smartmails.problem.ProblemException}, answered as
 * problem+json or, in the console, as a page.
 */
package io.smartmails.hub.console;
