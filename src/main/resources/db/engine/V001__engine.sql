-- Times are epoch milliseconds, JSON is TEXT. Runs on SQLite and PostgreSQL.

CREATE TABLE api_key (
    id          TEXT PRIMARY KEY,
    hash        TEXT   NOT NULL UNIQUE,
    display     TEXT   NOT NULL,
    scopes      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE idempotency (
    key_id      TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    idem_key    TEXT   NOT NULL,
    body_hash   TEXT   NOT NULL,
    status      INTEGER NOT NULL,
    reply       TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (key_id, path, idem_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE template (
    id                TEXT PRIMARY KEY,
    alias             TEXT UNIQUE,
    name              TEXT    NOT NULL,
    kind              TEXT    NOT NULL,
    draft_version     INTEGER NOT NULL,
    published_version INTEGER,
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT  NOT NULL
);

CREATE TABLE template_version (
    template_id TEXT    NOT NULL REFERENCES template (id) ON DELETE CASCADE,
    version     INTEGER NOT NULL,
    content     TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    PRIMARY KEY (template_id, version)
);

CREATE TABLE contact (
    id          TEXT PRIMARY KEY,
    email       TEXT UNIQUE,
    status      TEXT   NOT NULL,
    archived    INTEGER NOT NULL,
    body        TEXT   NOT NULL,
    sources     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX contact_updated ON contact (updated_at, id);
CREATE INDEX contact_created ON contact (created_at, id);

CREATE TABLE contact_external (
    namespace   TEXT NOT NULL,
    value       TEXT NOT NULL,
    contact_id  TEXT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    PRIMARY KEY (namespace, value)
);
CREATE INDEX contact_external_contact ON contact_external (contact_id);

CREATE TABLE contact_list (
    id            TEXT PRIMARY KEY,
    name          TEXT   NOT NULL UNIQUE,
    body          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE TABLE list_member (
    list_id     TEXT   NOT NULL REFERENCES contact_list (id) ON DELETE CASCADE,
    contact_id  TEXT   NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    added_at    BIGINT NOT NULL,
    PRIMARY KEY (list_id, contact_id)
);
CREATE INDEX list_member_contact ON list_member (contact_id);

CREATE TABLE suppression (
    email       TEXT   NOT NULL,
    scope       TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    note        TEXT,
    expires_at  BIGINT,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (email, scope)
);
CREATE INDEX suppression_created ON suppression (created_at, email);

-- due_at is set exactly while the message waits for delivery; the partial index is the queue.
CREATE TABLE message (
    id          TEXT PRIMARY KEY,
    test        INTEGER NOT NULL,
    batch_id    TEXT,
    dedupe_id   TEXT,
    status      TEXT    NOT NULL,
    category    TEXT    NOT NULL,
    template_id TEXT,
    priority    INTEGER NOT NULL,
    recipients  TEXT    NOT NULL,
    content     TEXT    NOT NULL,
    send_at     BIGINT,
    expires_at  BIGINT,
    due_at      BIGINT,
    attempts    INTEGER NOT NULL,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL
);
CREATE INDEX message_due ON message (priority, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_created ON message (created_at, id);
CREATE INDEX message_updated ON message (updated_at, id);
CREATE INDEX message_batch ON message (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX message_dedupe ON message (dedupe_id) WHERE dedupe_id IS NOT NULL;

CREATE TABLE message_recipient (
    email       TEXT NOT NULL,
    message_id  TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    PRIMARY KEY (email, message_id)
);

CREATE TABLE message_event (
    id          TEXT PRIMARY KEY,
    message_id  TEXT   NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    type        TEXT   NOT NULL,
    detail      TEXT,
    at          BIGINT NOT NULL
);
CREATE INDEX message_event_message ON message_event (message_id, id);

-- One row per dedupe id and mode (live, test), kept 30 days.
CREATE TABLE dedupe (
    test        INTEGER NOT NULL,
    dedupe_id   TEXT    NOT NULL,
    message_id  TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    PRIMARY KEY (test, dedupe_id)
);
CREATE INDEX dedupe_age ON dedupe (created_at);

-- What the capture server took, byte for byte.
CREATE TABLE inbox (
    id          TEXT PRIMARY KEY,
    message_id  TEXT,
    raw         BYTEA  NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX inbox_message ON inbox (message_id);

CREATE TABLE inbox_recipient (
    email       TEXT NOT NULL,
    inbox_id    TEXT NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    PRIMARY KEY (email, inbox_id)
);
CREATE INDEX inbox_recipient_mail ON inbox_recipient (inbox_id);
