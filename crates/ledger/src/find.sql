-- rowid = record's rid * 256 + kind number. Tokens are made in Rust (see find.rs); `ascii` keeps every
-- Chinese character, the rare ones included. Single letters and characters are whole tokens. The prefix
-- index serves two letters of pinyin (behind their `y`), the slowest search without it; for longer
-- beginnings few words are left to go through.
CREATE VIRTUAL TABLE find USING fts5(
    name, other, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '3'
);
