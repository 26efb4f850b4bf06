-- The last text of each route file that ran: a file that is broken at a start runs this instead.
CREATE TABLE deployed_route (
    account   VARCHAR(40)  NOT NULL,
    file      VARCHAR(200) NOT NULL,
    rule      VARCHAR(200) NOT NULL,
    text      TEXT         NOT NULL,
    loaded_at BIGINT       NOT NULL,
    PRIMARY KEY (account, file)
);
