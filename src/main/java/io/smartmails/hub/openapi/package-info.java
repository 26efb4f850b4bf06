/**
 * The description of what the hub answers under {@code /v1} and {@code /admin/v1}: OpenAPI 3.1 at {@code /openapi.json},
 * the same as a page at {@code /docs/api}. In: {@code openapi/hub.json}. Out: bytes that do not change while the hub runs.
 * A description that cannot be read stops the start.
 */
package io.smartmails.hub.openapi;
