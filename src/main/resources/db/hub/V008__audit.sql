-- Who did what. Rows are only ever added: triggers, set at each start because the two databases spell them differently,
-- refuse everything else; each row's hash covers its content and the hash of the row before it.
CREATE TABLE audit_event (
    account       VARCHAR(40)  NOT NULL,
    seq           BIGINT       NOT NULL, -- 1, 2, 3 ... without a gap
    id            VARCHAR(40)  NOT NULL,
    at            BIGINT       NOT NULL,
    actor_type    VARCHAR(20)  NOT NULL, -- key | hub | anonymous
    actor         VARCHAR(80)  NOT NULL,
    address       VARCHAR(80),
    action        VARCHAR(80)  NOT NULL,
    target        VARCHAR(200),
    before_json   TEXT         NOT NULL,
    after_json    TEXT         NOT NULL,
    request_id    VARCHAR(80),
    previous_hash VARCHAR(64)  NOT NULL,
    hash          VARCHAR(64)  NOT NULL,
    PRIMARY KEY (account, seq)
);
CREATE INDEX audit_event_at ON audit_event (account, at);
CREATE INDEX audit_event_actor ON audit_event (account, actor, seq);
CREATE INDEX audit_event_target ON audit_event (account, target, seq);

-- How long the chain is and how it ends, sealed with the pepper: a tail that was cut off is missed.
CREATE TABLE audit_head (
    account VARCHAR(40) NOT NULL PRIMARY KEY,
    seq     BIGINT      NOT NULL,
    hash    VARCHAR(64) NOT NULL,
    seal    VARCHAR(64) NOT NULL
);

-- Something a human should look at; at most one per type and subject that is not resolved.
CREATE TABLE security_alert (
    id         VARCHAR(40)  NOT NULL PRIMARY KEY,
    account    VARCHAR(40)  NOT NULL,
    type       VARCHAR(40)  NOT NULL,
    subject    VARCHAR(200) NOT NULL,
    state      VARCHAR(12)  NOT NULL, -- open | acknowledged | resolved
    level      INTEGER      NOT NULL, -- higher is worse
    told_level INTEGER      NOT NULL, -- highest level somebody was notified of
    times      BIGINT       NOT NULL,
    detail     TEXT         NOT NULL,
    first_at   BIGINT       NOT NULL,
    last_at    BIGINT       NOT NULL,
    note       TEXT,
    changed_at BIGINT,
    changed_by VARCHAR(80)
);
CREATE UNIQUE INDEX security_alert_open ON security_alert (account, type, subject) WHERE state <> 'resolved';
CREATE INDEX security_alert_last ON security_alert (account, last_at);

-- Where an operator differs from a type's usual rule.
CREATE TABLE alert_rule (
    account    VARCHAR(40) NOT NULL,
    type       VARCHAR(40) NOT NULL,
    enabled    INTEGER     NOT NULL,
    threshold  DOUBLE PRECISION,
    window_ms  BIGINT,
    emails     TEXT        NOT NULL, -- JSON array
    webhook_id VARCHAR(40),          -- null = every webhook
    PRIMARY KEY (account, type)
);

-- Receivers of alerts. Secrets are encrypted with the master key.
CREATE TABLE alert_webhook (
    id              VARCHAR(40)   NOT NULL PRIMARY KEY,
    account         VARCHAR(40)   NOT NULL,
    url             VARCHAR(2000) NOT NULL,
    secret          TEXT          NOT NULL,
    previous_secret TEXT,
    previous_until  BIGINT,
    enabled         INTEGER       NOT NULL,
    disabled_reason VARCHAR(200),
    failing_since   BIGINT,
    created_at      BIGINT        NOT NULL,
    created_by      VARCHAR(80)   NOT NULL
);

-- One alert on its way to one receiver.
CREATE TABLE alert_delivery (
    id         VARCHAR(40) NOT NULL PRIMARY KEY,
    account    VARCHAR(40) NOT NULL,
    webhook_id VARCHAR(40) NOT NULL,
    event_id   VARCHAR(40) NOT NULL, -- webhook-id, the same at each try
    body       TEXT        NOT NULL,
    state      VARCHAR(12) NOT NULL, -- waiting | delivered | dropped | dead
    due_at     BIGINT      NOT NULL,
    attempts   INTEGER     NOT NULL,
    created_at BIGINT      NOT NULL,
    settled_at BIGINT,
    cause      VARCHAR(300)
);
CREATE INDEX alert_delivery_due ON alert_delivery (state, due_at);
CREATE INDEX alert_delivery_webhook ON alert_delivery (webhook_id, created_at);

-- From where each key was used; kept 30 days after the last use.
CREATE TABLE key_address (
    account  VARCHAR(40) NOT NULL,
    key_id   VARCHAR(40) NOT NULL,
    address  VARCHAR(80) NOT NULL,
    last_at  BIGINT      NOT NULL,
    PRIMARY KEY (account, key_id, address)
);

-- How much each key did in each hour since the epoch; kept 15 days.
CREATE TABLE key_hour (
    account  VARCHAR(40) NOT NULL,
    key_id   VARCHAR(40) NOT NULL,
    hour     BIGINT      NOT NULL,
    requests BIGINT      NOT NULL,
    PRIMARY KEY (account, key_id, hour)
);
