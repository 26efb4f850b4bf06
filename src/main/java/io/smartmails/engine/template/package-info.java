/**
 * Templates in Liquid, with draft and published versions. In: template content, contact, variables. Out: subject, html
 * and text. May fail: 422 {@code template_error} with line and column, {@code missing_variable}.
 */
package io.smartmails.engine.template;
