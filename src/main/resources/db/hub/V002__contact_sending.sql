-- The contact ledger: one row per person, what every source said about them. Contacts are state, not messages.
CREATE TABLE contact (
    id          VARCHAR(40)  NOT NULL PRIMARY KEY,
    account     VARCHAR(40)  NOT NULL,
    email       VARCHAR(320) NOT NULL, -- as written, trimmed
    email_key   VARCHAR(320) NOT NULL, -- what matching compares: lower case
    email_at    BIGINT       NOT NULL, -- when a source last changed the address
    said        TEXT         NOT NULL, -- JSON: field -> value, time and source of the newest statement
    lists       TEXT         NOT NULL, -- JSON array of names
    tags        TEXT         NOT NULL, -- JSON array
    consent     VARCHAR(16)  NOT NULL, -- subscribed | unsubscribed | pending | unknown: what follows from consent_log
    consent_log TEXT         NOT NULL, -- JSON: newest opt-out, opt-in and pending statement with their evidence
    changed_at  BIGINT       NOT NULL, -- grows with every change; SmartMails sees it as source_updated_at
    created_at  BIGINT       NOT NULL,
    sent_hash   VARCHAR(64),           -- of what SmartMails last accepted; differs from what it should be = something waits
    upstream_id VARCHAR(80)
);
CREATE UNIQUE INDEX contact_email ON contact (account, email_key);

-- Which record of which connection means which contact. A guest without a record is known by the address.
CREATE TABLE contact_source (
    account    VARCHAR(40)  NOT NULL,
    connection VARCHAR(80)  NOT NULL,
    source_key VARCHAR(340) NOT NULL, -- the source's id, or mailto:<address> for a guest
    connector  VARCHAR(80)  NOT NULL, -- namespace of the external id
    contact_id VARCHAR(40)  NOT NULL,
    email_key  VARCHAR(320) NOT NULL, -- address it last said
    updated_at BIGINT       NOT NULL, -- version of its newest statement; an older one is stale
    PRIMARY KEY (account, connection, source_key)
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
