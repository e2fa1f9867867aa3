-- What attachments (附件) are made of, found by its hash (hex). No part of the log: whoever lacks it
-- asks for it again.
CREATE TABLE content(
    hash TEXT PRIMARY KEY,
    media TEXT NOT NULL,
    -- The set of volumes (分卷) that brought it before its record; NULL where it waits for none.
    waits BLOB,
    -- A small JPEG for lists; NULL where there is none to make.
    thumbnail BLOB,
    -- Last, so that reading the rest does not walk over it. NULL: what came under this hash was
    -- neither picture nor document, and is not asked for again.
    bytes BLOB
) STRICT;

-- Contents a partner asked for in its latest manifest.
CREATE TABLE peer_want(peer BLOB NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (peer, hash)) STRICT, WITHOUT ROWID;

-- Volumes (分卷) that came of a partner's latest bundle.
CREATE TABLE volume(
    peer BLOB NOT NULL,
    number INTEGER NOT NULL,
    parts BLOB NOT NULL,
    part INTEGER NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (peer, parts, part)
) STRICT, WITHOUT ROWID;
