// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smartmails.problem.Problem;
import io.smartmails.testkit.SettableClock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|/to|required",
                "{'to':'ada@example.com','subject':'s','text':'t'}|/to|field_type",
                "{'to':[],'subject':'s','text':'t'}|/to|required",
                "{'to':['ada@example.com'],'text':'t'}|/subject|missing_subject",
                "{'to':['ada@example.com'],'subject':'s'}|/html|missing_content",
                "{'to':['bad'],'subject':'s','text':'t'}|/to/0|invalid_email",
                "{'to':[{'email':'a@b@'}],'subject':'s','text':'t'}|/to/0/email|invalid_email",
                "{'to':[7],'subject':'s','text':'t'}|/to/0|invalid_email",
                "{'to':['ada@example.com'],'subject':'s','text':'t','colour':1}|/colour|unknown_field",
                "{'to':[{'email':'ada@example.com','x':1}],'subject':'s','text':'t'}|/to/0/x|unknown_field",
                "{'to':['ada@example.com'],'subject':'a\\nb','text':'t'}|/subject|invalid_text",
                "{'to':['ada@example.com'],'subject':'s','text':'t','send_at':'soon'}|/send_at|field_type",
                "{'to':['ada@example.com'],'subject':'s','text':'t','send_at':'2027-03-01T00:00:00Z'}|/send_at|invalid_value",
                "{'to':['ada@example.com'],'subject':'s','text':'t','priority':'asap'}|/priority|invalid_value",
                "{'to':['ada@example.com'],'subject':'s','text':'t','category':'spam'}|/category|invalid_value",
                "{'to':['a@example.com','b@example.com'],'subject':'s','text':'t','category':'marketing'}|/to|recipient_limit",
                "{'to':['ada@example.com'],'subject':'s','text':'t','headers':{'Bcc':'x'}}|/headers/Bcc|invalid_value",
                "{'to':['ada@example.com'],'subject':'s','text':'t','metadata':{'a':{}}}|/metadata|too_long",
                "{'to':['ada@example.com'],'subject':'s','text':'t','tags':['']}|/tags/0|field_type",
                "{'to':['ada@example.com'],'template_alias':'a','text':'t'}|/text|invalid_value",
                "{'to':['ada@example.com'],'subject':'s','text':'t','dedupe_id':''}|/dedupe_id|invalid_value",
                "{'to':['ada@example.com'],'subject':'s','text':'t','sandbox':'yes'}|/sandbox|field_type",
                "{'to':['ada@example.com'],'subject':'s','text':'t','attachments':[{'filename':'a'}]}|/attachments/0/content|required",
                "{'to':['ada@example.com'],'subject':'s','text':'t','from':{'email':'x'}}|/from/email|invalid_email",
                "{'to':['ada@example.com'],'subject':'s','text':'t','tracking':{'clicks':1}}|/tracking/clicks|field_type",
            })
    void whatIsWrongIsToldWithItsPlace(String body, String pointer, String code) {
        var faults = new Faults(false);
        var message = (ObjectNode) JsonBody.stored(body.replace('\'', '"'));
        MessageReader.read(message, "", faults, new SettableClock().instant());
        assertThat(faults.all()).extracting(Problem.FieldError::pointer).contains(pointer);
        assertThat(faults.all()).extracting(Problem.FieldError::code).contains(code);
    }
}
