-- Dead letters by reason, their edits and replays; retention; who runs what only one may run.
-- code: stable reason of a dead row. replayed_at: the retry horizon starts anew here. again: mark of a forced replay; it is
-- part of the identity of the sends made from the row, so that they count as mails of their own.
ALTER TABLE envelope ADD COLUMN code VARCHAR(60);
ALTER TABLE envelope ADD COLUMN replayed_at BIGINT;
ALTER TABLE envelope ADD COLUMN again VARCHAR(40);
ALTER TABLE envelope ADD COLUMN stripped_at BIGINT; -- when retention took body and headers
ALTER TABLE run ADD COLUMN code VARCHAR(60);
ALTER TABLE run ADD COLUMN replayed_at BIGINT;
ALTER TABLE run ADD COLUMN again VARCHAR(40);
ALTER TABLE item ADD COLUMN code VARCHAR(60);
ALTER TABLE item ADD COLUMN replayed_at BIGINT;

CREATE INDEX envelope_dead ON envelope (settled_at, id) WHERE state = 'dead';
CREATE INDEX run_dead ON run (settled_at, id) WHERE state = 'dead';
CREATE INDEX item_dead ON item (settled_at, id) WHERE state = 'dead';

-- What a dead letter held before somebody edited it.
CREATE TABLE edit (
    id       VARCHAR(40) NOT NULL PRIMARY KEY,
    account  VARCHAR(40) NOT NULL,
    row_id   VARCHAR(40) NOT NULL,
    at       BIGINT      NOT NULL,
    key_id   VARCHAR(40) NOT NULL,
    original BYTEA       NOT NULL
);
CREATE INDEX edit_row ON edit (row_id, id);

-- Replays of many rows at once: previewed, then carried out in chunks.
CREATE TABLE replay (
    id         VARCHAR(40) NOT NULL PRIMARY KEY,
    account    VARCHAR(40) NOT NULL,
    kind       VARCHAR(20) NOT NULL, -- dead-letters | events
    filter     TEXT        NOT NULL, -- JSON
    again      VARCHAR(40),          -- set when forced
    reason     TEXT,
    key_id     VARCHAR(40) NOT NULL,
    state      VARCHAR(12) NOT NULL, -- previewed | running | done
    cutoff     BIGINT      NOT NULL, -- what died, or was made, later is not part of it
    position   VARCHAR(40),          -- last event handled
    total      BIGINT      NOT NULL,
    done       BIGINT      NOT NULL,
    failed     BIGINT      NOT NULL,
    created_at BIGINT      NOT NULL,
    ended_at   BIGINT
);
CREATE INDEX replay_state ON replay (state, id);

-- Work that one node does at a time.
CREATE TABLE single_runner (
    name   VARCHAR(40) NOT NULL PRIMARY KEY,
    holder VARCHAR(40) NOT NULL,
    until  BIGINT      NOT NULL
);
