-- The log: the only truth. Everything else in the file can be rebuilt from it.
-- A log is one line of entries. Where its key was used on two computers at once it has several
-- strands: each but the first leaves a parent after the entry `base`.
CREATE TABLE log(
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    parent INTEGER,
    base INTEGER NOT NULL DEFAULT 0,
    key BLOB NOT NULL,
    space BLOB NOT NULL,
    class INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    lamport INTEGER NOT NULL,
    -- This copy writes it.
    mine INTEGER NOT NULL
) STRICT;
CREATE INDEX log_id ON log(id);
CREATE INDEX log_fork ON log(key) WHERE parent IS NOT NULL;

CREATE TABLE entry(
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    -- Order of arrival on this copy; causal by construction.
    ord INTEGER NOT NULL,
    hash BLOB NOT NULL,
    lamport INTEGER NOT NULL,
    header BLOB NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_ord ON entry(ord);

-- The lines of an entry's blocks, packed (bodies.rs); of an erased one record and hash stay.
CREATE TABLE body(ord INTEGER PRIMARY KEY, lines BLOB NOT NULL) STRICT;
-- Which blocks are about a record.
CREATE TABLE touch(
    rec BLOB NOT NULL,
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    i INTEGER NOT NULL,
    PRIMARY KEY (rec, log, seq, i)
) STRICT, WITHOUT ROWID;

-- Signatures over (log, seq, head hash).
CREATE TABLE seal(
    log BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (log, seq, hash)
) STRICT, WITHOUT ROWID;

-- Verified entries that wait: for what they have seen, or for their author's certificate.
CREATE TABLE held(
    log BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    key BLOB NOT NULL,
    space BLOB NOT NULL,
    class INTEGER NOT NULL,
    reason TEXT NOT NULL,
    header BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (log, seq, hash)
) STRICT, WITHOUT ROWID;

-- What every partner acknowledged in a manifest it signed itself, and the number of the bundle.
CREATE TABLE peer(key BLOB PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE peer_have(
    peer BLOB NOT NULL,
    log BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (peer, log, hash)
) STRICT, WITHOUT ROWID;

-- Bundles that came and went, for the people (never for the protocol).
CREATE TABLE bundle(
    n INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    outgoing INTEGER NOT NULL,
    peer BLOB NOT NULL,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    sentence TEXT NOT NULL,
    -- What its receipt slip (回执单) says, JSON of the desk's; empty for what went out.
    slip TEXT NOT NULL
) STRICT;

-- Own saves, for undo.
CREATE TABLE save(
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    act TEXT NOT NULL,
    at TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which entries a save became.
CREATE TABLE save_entry(save INTEGER NOT NULL, log INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (save, log, seq)) STRICT, WITHOUT ROWID;

-- Facts about this copy, and drafts: never replicated.
CREATE TABLE here(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE draft(name TEXT PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Who looked at a hidden value, when and why.
CREATE TABLE reveal(n INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, rec BLOB NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL) STRICT;

-- Merge state beside the projected tables; rebuilt with them.
-- What the head of each log has seen of the others in its channel.
CREATE TABLE seen(
    log INTEGER NOT NULL,
    peer INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (log, peer)
) STRICT, WITHOUT ROWID;
-- All concurrent values of a group, where there are several.
CREATE TABLE sibling(
    rec BLOB NOT NULL,
    grp INTEGER NOT NULL,
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (rec, kind, grp, log, seq)
) STRICT, WITHOUT ROWID;
-- Current writes to different groups of one record that did not know of each other.
CREATE TABLE pair(
    rec BLOB NOT NULL,
    a_grp INTEGER NOT NULL, a_log INTEGER NOT NULL, a_seq INTEGER NOT NULL,
    b_grp INTEGER NOT NULL, b_log INTEGER NOT NULL, b_seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (rec, kind, a_grp, a_log, a_seq, b_grp, b_log, b_seq)
) STRICT, WITHOUT ROWID;
-- Records of which a channel was erased (抹去).
CREATE TABLE erased(rec BLOB NOT NULL, space BLOB NOT NULL, class INTEGER NOT NULL, PRIMARY KEY (rec, space, class)) STRICT, WITHOUT ROWID;
-- Entries that came with a block taken out before the erasure of its record was applied here: until then
-- a whole copy of the entry may still come.
CREATE TABLE hole(log INTEGER NOT NULL, seq INTEGER NOT NULL, rec BLOB NOT NULL, PRIMARY KEY (log, seq, rec)) STRICT, WITHOUT ROWID;
-- Rows of the search table that are out of date.
CREATE TABLE unfound(row INTEGER PRIMARY KEY) STRICT;
-- Blocks of kinds or fields this version does not know: kept, relayed, replayed after an upgrade.
CREATE TABLE unknown(log INTEGER NOT NULL, seq INTEGER NOT NULL, i INTEGER NOT NULL, PRIMARY KEY (log, seq, i)) STRICT, WITHOUT ROWID;
