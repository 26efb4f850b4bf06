-- Messages of applications, as GET /v1/messages shows them; the item that carries each to SmartMails has its own row.
CREATE TABLE message (
    id         VARCHAR(40)  NOT NULL PRIMARY KEY, -- also the id of its envelope
    account    VARCHAR(40)  NOT NULL,
    mode       VARCHAR(4)   NOT NULL, -- live | test: of the key that brought it; neither sees the other's
    key_id     VARCHAR(40)  NOT NULL,
    batch_id   VARCHAR(40),
    dedupe_id  VARCHAR(255),
    item_id    VARCHAR(40)  NOT NULL,
    template   VARCHAR(100),          -- id or alias, as the caller named it
    outcome    VARCHAR(12),           -- status that was settled here: sandbox, cancelled; null: that of the item
    outcome_at BIGINT,                -- from when on it shows
    send_at    BIGINT,
    created_at BIGINT       NOT NULL,
    updated_at BIGINT       NOT NULL,
    summary    TEXT         NOT NULL  -- JSON of what a listing shows: sender, recipients, subject, tags, metadata
);
CREATE INDEX message_created ON message (account, mode, created_at, id);
CREATE INDEX message_batch ON message (batch_id);
CREATE INDEX message_item ON message (item_id);

-- What messages are looked up by: to, tag, dedupe_id, metadata.<key>.
CREATE TABLE message_label (
    account    VARCHAR(40)  NOT NULL,
    kind       VARCHAR(120) NOT NULL,
    value      VARCHAR(500) NOT NULL,
    message_id VARCHAR(40)  NOT NULL,
    PRIMARY KEY (account, kind, value, message_id)
);

-- Which dedupe_id of a caller was taken by what; a row lives 14 days.
CREATE TABLE api_dedupe (
    account   VARCHAR(40)  NOT NULL,
    kind      VARCHAR(16)  NOT NULL, -- message | event, each live or test
    dedupe_id VARCHAR(255) NOT NULL,
    holder    VARCHAR(40)  NOT NULL,
    taken_at  BIGINT       NOT NULL,
    PRIMARY KEY (account, kind, dedupe_id)
);
CREATE INDEX api_dedupe_taken ON api_dedupe (taken_at);

-- Answers of POSTs that carried an Idempotency-Key; a row lives 24 hours. The body is sealed with the master key: it may show
-- a new API key or addresses.
CREATE TABLE idempotency (
    id           VARCHAR(64) NOT NULL PRIMARY KEY, -- SHA-256 of account, API key, path and Idempotency-Key
    account      VARCHAR(40) NOT NULL,
    fingerprint  VARCHAR(64) NOT NULL,             -- SHA-256 of query and body
    token        VARCHAR(40) NOT NULL,             -- of the call that holds it
    created_at   BIGINT      NOT NULL,
    lease_until  BIGINT,                           -- null once answered
    status       INTEGER,
    content_type VARCHAR(100),
    location     TEXT,
    body         BYTEA
);
CREATE INDEX idempotency_created ON idempotency (created_at);
