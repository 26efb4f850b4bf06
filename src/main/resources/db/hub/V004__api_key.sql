-- Keys of applications and operators. The key itself is never stored: hash is its HMAC under a pepper kept outside the database.
CREATE TABLE api_key (
    id                  VARCHAR(40)  NOT NULL PRIMARY KEY,
    account             VARCHAR(40)  NOT NULL,
    hash                VARCHAR(64)  NOT NULL,
    name                VARCHAR(200) NOT NULL,
    preset              VARCHAR(40)  NOT NULL,
    scopes              TEXT         NOT NULL, -- space-separated
    requests_per_minute INTEGER      NOT NULL,
    display             VARCHAR(40)  NOT NULL, -- sml_Ab12...9fQz
    created_at          BIGINT       NOT NULL,
    created_by          VARCHAR(40)  NOT NULL,
    revoked_at          BIGINT
);
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);
