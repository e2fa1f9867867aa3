-- rowid = record's rid * 256 + kind number. Tokens are made in Rust (see find.rs); `ascii` keeps every
-- Chinese character, the rare ones included. Single letters and characters are whole tokens, so the
-- prefix indexes cost nothing for them.
CREATE VIRTUAL TABLE find USING fts5(
    name, other, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '2 3 4'
);
