// SPDX-License-Identifier: Apache-2.0
package io.smartmails.engine.message;

import io.smartmails.engine.template.TemplateContent;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * A checked message request.
 *
 * @param from null for the default sender
 * @param template id or alias of a template; null when the message brings its own content
 * @param content own content; null when there is a template
 * @param subject subject that overrides the template's; null for none
 * @param contact contact to upsert first; null for none
 * @param headers further header fields
 * @param attachments as they came: filename, content_type, content (base64), content_id
 * @param sendAt epoch milliseconds; null for now
 * @param expiresAt after this the mail is dropped instead of sent; null for never
 * @param priority 0 first, 2 last
 * @param sandbox accept, but deliver nowhere
 */
record MessageRequest(
        Sender from,
        Sender replyTo,
        List<Recipient> recipients,
        String template,
        TemplateContent content,
        String subject,
        Map<String, Object> variables,
        String category,
        String topic,
        ObjectNode contact,
        Map<String, String> headers,
        List<ObjectNode> attachments,
        List<String> tags,
        ObjectNode metadata,
        Long sendAt,
        Long expiresAt,
        int priority,
        String dedupeId,
        boolean sandbox) {}
