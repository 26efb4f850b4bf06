-- The contact ledger: one row per person, what the sources said about them. Contacts are state, not messages.
CREATE TABLE contact (
    id         VARCHAR(40)  NOT NULL PRIMARY KEY,
    account    VARCHAR(40)  NOT NULL,
    email      VARCHAR(320) NOT NULL, -- as written, trimmed
    email_key  VARCHAR(320) NOT NULL, -- what matching compares: lower case
    json       TEXT         NOT NULL, -- every field with value, time and source of its newest statement; lists, tags, consent
    changed_at BIGINT       NOT NULL  -- grows with every change; SmartMails sees it as source_updated_at
);
CREATE UNIQUE INDEX contact_email ON contact (account, email_key);

-- Which record of which connection means which contact.
CREATE TABLE contact_source (
    account    VARCHAR(40)  NOT NULL,
    connection VARCHAR(80)  NOT NULL,
    source_id  VARCHAR(200) NOT NULL,
    connector  VARCHAR(80)  NOT NULL, -- namespace of the external id
    contact_id VARCHAR(40)  NOT NULL,
    email_key  VARCHAR(320) NOT NULL, -- address it says
    said_at    BIGINT       NOT NULL, -- version of its newest statement; an older one is stale
    PRIMARY KEY (account, connection, source_id)
);
CREATE INDEX contact_source_contact ON contact_source (contact_id);

-- Requests to SmartMails: written before the call, ended after it. What any 60 s may hold is read from here.
CREATE TABLE request_log (
    id         VARCHAR(40) NOT NULL PRIMARY KEY,
    account    VARCHAR(40) NOT NULL,
    lane       VARCHAR(16) NOT NULL, -- transactional | sync | bulk | control
    started_at BIGINT      NOT NULL,
    ended_at   BIGINT                -- null: on its way, or its process died
);
CREATE INDEX request_log_started ON request_log (account, started_at);

-- Operator's templates as SmartMails last took them.
CREATE TABLE template_published (
    account      VARCHAR(40)  NOT NULL,
    alias        VARCHAR(100) NOT NULL,
    hash         VARCHAR(64)  NOT NULL, -- of the content and of the SmartMails it went to
    published_at BIGINT       NOT NULL,
    PRIMARY KEY (account, alias)
);
