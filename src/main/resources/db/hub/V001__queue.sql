-- The flow's durable state. Times are epoch milliseconds, JSON is text, ids are prefix + ULID. Runs on SQLite and PostgreSQL.
-- A row is claimed by moving due_at behind the lease; (state, ..., due_at) serves both the claim and the
-- count per state; the ids in the indexes let the counts be read without touching the rows.

-- Raw receipts: what came in, byte for byte, before anybody interprets it.
CREATE TABLE envelope (
    id          VARCHAR(40)  NOT NULL PRIMARY KEY,
    account     VARCHAR(40)  NOT NULL,
    connector   VARCHAR(80)  NOT NULL,
    connection  VARCHAR(80)  NOT NULL,
    topic       VARCHAR(200) NOT NULL,
    dedupe_id   VARCHAR(300) NOT NULL,
    received_at BIGINT       NOT NULL,
    state       VARCHAR(12)  NOT NULL, -- waiting | translated | no-event | dead
    due_at      BIGINT       NOT NULL,
    attempts    INTEGER      NOT NULL,
    settled_at  BIGINT,
    cause       TEXT,
    headers     TEXT         NOT NULL,
    body        BYTEA        NOT NULL
);
CREATE UNIQUE INDEX envelope_dedupe ON envelope (account, connection, topic, dedupe_id);
CREATE INDEX envelope_due ON envelope (state, due_at, id);

-- Canonical facts made of an envelope by its connector's mapping, or by a rule.
CREATE TABLE event (
    id          VARCHAR(40)  NOT NULL PRIMARY KEY,
    account     VARCHAR(40)  NOT NULL,
    envelope_id VARCHAR(40)  NOT NULL,
    type        VARCHAR(100) NOT NULL,
    subject     VARCHAR(300) NOT NULL,
    created_at  BIGINT       NOT NULL,
    rules       INTEGER      NOT NULL, -- subscriptions it met; 0 = no rule listened
    json        TEXT         NOT NULL
);
CREATE INDEX event_envelope ON event (envelope_id);

-- One row per (event, rule): a failing rule repeats alone.
CREATE TABLE run (
    id          VARCHAR(40)  NOT NULL PRIMARY KEY,
    account     VARCHAR(40)  NOT NULL,
    envelope_id VARCHAR(40)  NOT NULL,
    event_id    VARCHAR(40)  NOT NULL,
    rule        VARCHAR(200) NOT NULL,
    state       VARCHAR(12)  NOT NULL, -- waiting | done | dead
    due_at      BIGINT       NOT NULL,
    attempts    INTEGER      NOT NULL,
    created_at  BIGINT       NOT NULL,
    settled_at  BIGINT,
    result      TEXT,
    cause       TEXT
);
CREATE UNIQUE INDEX run_event_rule ON run (event_id, rule);
CREATE INDEX run_due ON run (state, rule, due_at);
CREATE INDEX run_envelope ON run (envelope_id, state);

-- What leaves for SmartMails: a send, or the news that a contact changed.
CREATE TABLE item (
    id          VARCHAR(40)  NOT NULL PRIMARY KEY,
    account     VARCHAR(40)  NOT NULL,
    kind        VARCHAR(10)  NOT NULL, -- send | contact
    envelope_id VARCHAR(40)  NOT NULL,
    run_id      VARCHAR(40),
    identity    VARCHAR(700),          -- sends: the business event; the unique index is the send ledger
    contact_id  VARCHAR(40),           -- contacts: the ledger row that is dirty
    lane        VARCHAR(16)  NOT NULL, -- transactional | bulk | sync
    batch_key   VARCHAR(300) NOT NULL, -- what must be equal for two items to share a request
    state       VARCHAR(12)  NOT NULL, -- waiting | delivered | dropped | dead
    due_at      BIGINT       NOT NULL,
    expires_at  BIGINT,
    attempts    INTEGER      NOT NULL,
    created_at  BIGINT       NOT NULL,
    settled_at  BIGINT,
    upstream_id VARCHAR(80),
    cause       TEXT,
    payload     TEXT         NOT NULL
);
CREATE UNIQUE INDEX item_identity ON item (account, identity);
CREATE INDEX item_due ON item (state, kind, lane, due_at);
CREATE INDEX item_envelope ON item (envelope_id, state);
CREATE INDEX item_contact ON item (contact_id, state);

-- Where a poll goes on: saved in the commit that stores the page.
CREATE TABLE checkpoint (
    account    VARCHAR(40)  NOT NULL,
    connection VARCHAR(80)  NOT NULL,
    poll       VARCHAR(80)  NOT NULL,
    value      TEXT         NOT NULL,
    updated_at BIGINT       NOT NULL,
    PRIMARY KEY (account, connection, poll)
);

-- Counted since the first start, where no row remains to be counted.
CREATE TABLE counter (
    account VARCHAR(40) NOT NULL,
    name    VARCHAR(80) NOT NULL,
    value   BIGINT      NOT NULL,
    PRIMARY KEY (account, name)
);

-- The story of an envelope beyond what its rows say: tries, failures, replays, drops.
CREATE TABLE timeline (
    id          VARCHAR(40) NOT NULL PRIMARY KEY,
    account     VARCHAR(40) NOT NULL,
    envelope_id VARCHAR(40) NOT NULL,
    at          BIGINT      NOT NULL,
    stage       VARCHAR(16) NOT NULL,
    what        VARCHAR(40) NOT NULL,
    detail      TEXT        NOT NULL,
    ref         VARCHAR(40)
);
CREATE INDEX timeline_envelope ON timeline (envelope_id, at);
