-- The contact ledger as applications see it. Times are epoch milliseconds. Runs on SQLite and PostgreSQL.

-- Made anew, because a contact that an application knows by its own id needs no address.
CREATE TABLE contact_next (
    id         VARCHAR(40)  NOT NULL PRIMARY KEY,
    account    VARCHAR(40)  NOT NULL, -- <account>-test holds what test keys wrote: it never leaves
    email      VARCHAR(320),          -- as written, trimmed
    email_key  VARCHAR(320),          -- what matching compares: lower case
    json       TEXT         NOT NULL, -- every field with value, time and source of its newest statement; lists, tags, consent
    status     VARCHAR(16),           -- subscribed | unsubscribed | pending | bounced | complained | archived; null: not indexed yet
    created_at BIGINT       NOT NULL,
    changed_at BIGINT       NOT NULL  -- grows with every change; SmartMails sees it as source_updated_at
);
INSERT INTO contact_next (id, account, email, email_key, json, status, created_at, changed_at)
    SELECT id, account, email, email_key, json, NULL, changed_at, changed_at FROM contact;
DROP TABLE contact;
ALTER TABLE contact_next RENAME TO contact;
CREATE UNIQUE INDEX contact_email ON contact (account, email_key);
CREATE INDEX contact_created ON contact (account, created_at, id);
CREATE INDEX contact_changed ON contact (account, changed_at, id);

-- What contacts are looked for by; the truth is in contact.json.
CREATE TABLE contact_tag (
    tag        VARCHAR(64) NOT NULL,
    contact_id VARCHAR(40) NOT NULL,
    PRIMARY KEY (tag, contact_id)
);
CREATE INDEX contact_tag_contact ON contact_tag (contact_id);

CREATE TABLE contact_list (
    id          VARCHAR(40)  NOT NULL PRIMARY KEY,
    account     VARCHAR(40)  NOT NULL,
    name        VARCHAR(200) NOT NULL,
    json        TEXT         NOT NULL, -- description, double_opt_in, sender_profile_id, confirm_template_id
    created_at  BIGINT       NOT NULL,
    changed_at  BIGINT       NOT NULL,
    upstream_id VARCHAR(80),           -- id at SmartMails; null: not known there yet
    dirty       VARCHAR(8)             -- put | delete; null: SmartMails has it as it is here
);
CREATE UNIQUE INDEX contact_list_name ON contact_list (account, name);
CREATE INDEX contact_list_dirty ON contact_list (dirty, changed_at);

CREATE TABLE contact_list_member (
    list_id    VARCHAR(40) NOT NULL,
    contact_id VARCHAR(40) NOT NULL,
    PRIMARY KEY (list_id, contact_id)
);
CREATE INDEX contact_list_member_contact ON contact_list_member (contact_id);

CREATE TABLE suppression (
    account    VARCHAR(40)  NOT NULL,
    email_key  VARCHAR(320) NOT NULL,
    scope      VARCHAR(120) NOT NULL, -- all | marketing | topic:<id>
    reason     VARCHAR(20)  NOT NULL,
    note       VARCHAR(500),
    expires_at BIGINT,
    created_at BIGINT       NOT NULL,
    changed_at BIGINT       NOT NULL,
    dirty      VARCHAR(8),            -- put | delete (gone here, but not yet at SmartMails)
    PRIMARY KEY (account, email_key, scope)
);
CREATE INDEX suppression_created ON suppression (account, created_at, email_key);
CREATE INDEX suppression_dirty ON suppression (dirty, changed_at);
CREATE INDEX contact_source_id ON contact_source (account, connector, source_id);
