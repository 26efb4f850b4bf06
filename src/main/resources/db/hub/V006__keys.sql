-- Keys with limits, addresses, senders, expiry and rolling; how they are used.
ALTER TABLE api_key ADD COLUMN mode VARCHAR(4) NOT NULL DEFAULT 'live';       -- live | test
ALTER TABLE api_key ADD COLUMN bucket_id VARCHAR(40) NOT NULL DEFAULT '';     -- id of the first key of a chain of rolls
ALTER TABLE api_key ADD COLUMN limits TEXT NOT NULL DEFAULT '60/min';         -- space-separated, 10/s 60/min 5000/day
ALTER TABLE api_key ADD COLUMN recipients_per_minute BIGINT NOT NULL DEFAULT 10000;
ALTER TABLE api_key ADD COLUMN concurrent_requests INTEGER NOT NULL DEFAULT 50;
ALTER TABLE api_key ADD COLUMN allowed_ips TEXT NOT NULL DEFAULT '';          -- space-separated addresses and blocks
ALTER TABLE api_key ADD COLUMN denied_ips TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN allowed_senders TEXT NOT NULL DEFAULT '';      -- space-separated addresses and domains
ALTER TABLE api_key ADD COLUMN expires_at BIGINT;
ALTER TABLE api_key ADD COLUMN rotate_every VARCHAR(40);                      -- ISO 8601, as it was written
ALTER TABLE api_key ADD COLUMN disabled_at BIGINT;
ALTER TABLE api_key ADD COLUMN last_used_at BIGINT;
ALTER TABLE api_key ADD COLUMN last_used_ip VARCHAR(64);
ALTER TABLE api_key ADD COLUMN replaces VARCHAR(40);
ALTER TABLE api_key ADD COLUMN replaced_by VARCHAR(40);
ALTER TABLE api_key ADD COLUMN warned_days INTEGER;                           -- smallest expiry warning given: 14, 3, 1
UPDATE api_key SET bucket_id = id, limits = requests_per_minute || '/min';
UPDATE api_key SET mode = 'test' WHERE substr(display, 1, 4) = 'smt_';
ALTER TABLE api_key DROP COLUMN requests_per_minute;
CREATE INDEX api_key_bucket ON api_key (bucket_id);
CREATE INDEX api_key_expiry ON api_key (expires_at);

-- One row that every change of a key raises: nodes look at it each second to know whether what they remember still holds.
CREATE TABLE api_key_version (
    id INTEGER NOT NULL PRIMARY KEY,
    n  BIGINT  NOT NULL
);
INSERT INTO api_key_version (id, n) VALUES (1, 0);

-- What keys did, per hour; counts of several nodes add up.
CREATE TABLE key_usage (
    key_id        VARCHAR(40) NOT NULL,
    hour          BIGINT      NOT NULL, -- its first millisecond
    requests      BIGINT      NOT NULL,
    client_errors BIGINT      NOT NULL, -- 4xx, 429 among them
    throttled     BIGINT      NOT NULL, -- 429
    server_errors BIGINT      NOT NULL, -- 5xx
    PRIMARY KEY (key_id, hour)
);
CREATE INDEX key_usage_hour ON key_usage (hour);
CREATE TABLE key_usage_time (
    key_id VARCHAR(40) NOT NULL,
    hour   BIGINT      NOT NULL,
    step   INTEGER     NOT NULL, -- answers that took up to 0.1 ms * 2^(step/4)
    n      BIGINT      NOT NULL,
    PRIMARY KEY (key_id, hour, step)
);
CREATE INDEX key_usage_time_hour ON key_usage_time (hour);
CREATE TABLE key_usage_address (
    key_id  VARCHAR(40) NOT NULL,
    hour    BIGINT      NOT NULL,
    address VARCHAR(16) NOT NULL, -- start of its HMAC: enough to count, useless to follow anybody
    PRIMARY KEY (key_id, hour, address)
);
CREATE INDEX key_usage_address_hour ON key_usage_address (hour);
