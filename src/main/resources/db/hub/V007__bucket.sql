-- What is left in callers' buckets, saved once a second by a single node; a row is of no use after expires_at, when the bucket would be full.
CREATE TABLE bucket_snapshot (
    id         VARCHAR(120) NOT NULL PRIMARY KEY, -- key:key_01..., admin:..., recipients:..., account:main, addr:192.0.2.7
    tokens     TEXT         NOT NULL,             -- window=tokens, blank-separated
    saved_at   BIGINT       NOT NULL,
    expires_at BIGINT       NOT NULL
);
CREATE INDEX bucket_snapshot_expires ON bucket_snapshot (expires_at);
-- The same, shared by several nodes over PostgreSQL: state is Bucket4j's own format.
CREATE TABLE bucket_shared (
    id         VARCHAR(120) NOT NULL PRIMARY KEY,
    state      BYTEA,
    expires_at BIGINT
);
CREATE INDEX bucket_shared_expires ON bucket_shared (expires_at);
-- Address lists and limits set at run time, one row per account. rules is JSON; version grows with each change.
CREATE TABLE door_rules (
    account    VARCHAR(40) NOT NULL PRIMARY KEY,
    version    BIGINT      NOT NULL,
    rules      TEXT        NOT NULL,
    changed_at BIGINT      NOT NULL,
    changed_by VARCHAR(40) NOT NULL
);
