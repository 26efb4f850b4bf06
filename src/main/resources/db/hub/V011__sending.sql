-- The send ledger and the learnt pace.
-- bytes: size of the payload, so that a batch stays below the account's limit without reading the payloads first.
-- horizon_from: when it was first due; the retry horizon counts from here (a mail for next month is not late today).
-- tried_at, unsettled: the intent. Written by the claim, before the request leaves: since when SmartMails may know the item,
-- and in how many requests whose outcome nobody told. The outcome settles it; a crash or a lost answer leaves it.
ALTER TABLE item ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN horizon_from BIGINT;
ALTER TABLE item ADD COLUMN tried_at BIGINT;
ALTER TABLE item ADD COLUMN unsettled INTEGER NOT NULL DEFAULT 0;

-- What waits, by lane and batch: serves the claim, the size of a batch and the backlog without touching rows.
CREATE INDEX item_batch ON item (kind, lane, batch_key, due_at, bytes) WHERE state = 'waiting';

-- What was learnt about the account's limit. Times are epoch milliseconds; 0 = never.
CREATE TABLE request_pace (
    account       VARCHAR(40) NOT NULL PRIMARY KEY,
    told_limit    INTEGER     NOT NULL, -- what the headers say, in 60 s; 0 = nothing
    account_limit INTEGER     NOT NULL, -- what GET /account says; 0 = nothing
    learnt_limit  INTEGER     NOT NULL, -- what 429s taught; 0 = nothing
    stopped_until BIGINT      NOT NULL, -- nobody calls before
    raise_at      BIGINT      NOT NULL, -- when the learnt limit may grow
    raise_after   BIGINT      NOT NULL  -- ms from the next 429 to the first raise
);
