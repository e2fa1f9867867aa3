//! The find box's index: one token per Chinese character, full pinyin, initials, room
//! shorthand and phone tails, in an FTS5 table.
//!
//! Two columns: `name` (names only, so that a name found at its beginning ranks first) and
//! `other`. Everything is cut into tokens here; SQLite only splits at spaces.

use pinyin::{ToPinyin, ToPinyinMulti};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use xinghuo_model::{KINDS, KindDef, Search};

use crate::Ledger;
use crate::error::Result;

/// Surnames read otherwise than the character usually is (requirements §5.1).
const SURNAMES: [(&str, &str); 24] = [
    ("单", "shan"),
    ("曾", "zeng"),
    ("解", "xie"),
    ("仇", "qiu"),
    ("查", "zha"),
    ("尉迟", "yuchi"),
    ("区", "ou"),
    ("朴", "piao"),
    ("任", "ren"),
    ("华", "hua"),
    ("翟", "zhai"),
    ("缪", "miao"),
    ("盖", "ge"),
    ("乐", "yue"),
    ("召", "shao"),
    ("员", "yun"),
    ("黑", "he"),
    ("秘", "bi"),
    ("折", "she"),
    ("种", "chong"),
    ("逄", "pang"),
    ("冼", "xian"),
    ("万俟", "moqi"),
    ("长孙", "zhangsun"),
];

/// What goes into the two columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    name: String,
    other: String,
}

/// Makes the tokens of a record from its values (by field position).
pub(crate) fn tokens<'a>(kind: &KindDef, value: impl Fn(usize) -> Option<&'a Sql>) -> Tokens {
    let mut out = Tokens::default();
    let mut room: Vec<&str> = Vec::new();
    for (at, field) in kind.fields.iter().enumerate() {
        let Some(search) = field.search else { continue };
        let Some(Sql::Text(text)) = value(at) else { continue };
        match search {
            Search::Name => name_tokens(text, &mut out.name),
            Search::Room => room.push(text),
            Search::Phone => {
                for phone in serde_json::from_str::<Vec<String>>(text).unwrap_or_default() {
                    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
                    if digits.len() >= 4 {
                        push(&mut out.other, &["p", &digits]);
                        push(&mut out.other, &["t", &digits[digits.len() - 4..]]);
                    }
                }
            }
            Search::Text | Search::Number => text_tokens(text, &mut out.other),
        }
    }
    room_tokens(&room, &mut out.other);
    out
}

fn push(out: &mut String, parts: &[&str]) {
    if !out.is_empty() {
        out.push(' ');
    }
    parts.iter().for_each(|p| out.push_str(p));
}

fn name_tokens(name: &str, out: &mut String) {
    let mut buffer = [0u8; 4];
    for c in name.chars().filter(|c| !c.is_ascii()) {
        push(out, &[c.encode_utf8(&mut buffer)]);
    }
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        push(out, &[&word.to_ascii_lowercase()]);
    }
    for (surname, given) in readings(name) {
        let full: String = surname.iter().chain(&given).copied().collect();
        let initials: String = surname.iter().chain(&given).filter_map(|s| s.chars().next()).collect();
        push(out, &["y", &full]);
        push(out, &["y", &initials]);
        // The first letter is a token of its own, so that one letter needs no prefix scan.
        push(out, &["y", &initials[..initials.len().min(1)]]);
        if given.len() > 1 || !given.is_empty() {
            push(out, &["y", &given.concat()]);
        }
    }
}

/// The readings of a name: the surname's own where it has one, and the ordinary one, for
/// people type either.
fn readings(name: &str) -> Vec<(Vec<&'static str>, Vec<&'static str>)> {
    let plain = |text: &str| -> Vec<&'static str> { text.to_pinyin().flatten().map(|p| p.plain()).collect() };
    let ordinary = plain(name);
    if ordinary.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    if let Some((surname, reading)) = SURNAMES.iter().filter(|(s, _)| name.starts_with(s)).max_by_key(|(s, _)| s.len()) {
        out.push((vec![*reading], plain(&name[surname.len()..])));
    }
    let first: Vec<&'static str> = ordinary[..1].to_vec();
    if out.first().is_none_or(|(s, _)| s[0] != first[0]) {
        out.push((first, ordinary[1..].to_vec()));
    }
    // A given name's second reading (乐 yue) is what its owner may use.
    let mut chars = name.chars().skip(1);
    if let (Some(c), None) = (chars.next(), chars.next())
        && let Some(multi) = c.to_pinyin_multi()
    {
        for p in multi.into_iter().skip(1).take(1) {
            let surname = out[0].0.clone();
            out.push((surname, vec![p.plain()]));
        }
    }
    out
}

fn room_tokens(parts: &[&str], out: &mut String) {
    let [building, rest @ ..] = parts else { return };
    let Some(room) = rest.last().copied().or(Some(building)) else { return };
    push(out, &["r", &parts.join("-")]);
    push(out, &["r", &parts.concat()]);
    if parts.len() == 3 {
        push(out, &["r", building, "-", room]);
    }
    if parts.len() > 1 {
        push(out, &["r", room]);
    }
}

fn text_tokens(text: &str, out: &mut String) {
    let mut word = String::new();
    let mut buffer = [0u8; 4];
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        if !word.is_empty() {
            push(out, &[&std::mem::take(&mut word)]);
        }
        if c.is_alphanumeric() {
            push(out, &[c.encode_utf8(&mut buffer)]);
        }
    }
    if !word.is_empty() {
        push(out, &[&word]);
    }
}

pub(crate) fn rowid(kind: &KindDef, rid: i64) -> i64 {
    rid << 8 | i64::from(kind.number)
}

/// Puts a record's tokens; `replace` where it may stand there already.
pub(crate) fn put(conn: &Connection, kind: &KindDef, rid: i64, tokens: &Tokens, replace: bool) -> Result<()> {
    let sql = if replace {
        "INSERT OR REPLACE INTO find(rowid, name, other) VALUES(?1, ?2, ?3)"
    } else {
        "INSERT INTO find(rowid, name, other) VALUES(?1, ?2, ?3)"
    };
    conn.prepare_cached(sql)?.execute(params![rowid(kind, rid), tokens.name, tokens.other])?;
    Ok(())
}

/// Takes a record's words out.
pub(crate) fn take_out(conn: &Connection, kind: &KindDef, rid: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM find WHERE rowid = ?1")?.execute([rowid(kind, rid)])?;
    Ok(())
}

/// Makes a record's tokens anew from its row, or takes it out of the index where it was deleted.
pub(crate) fn refresh(conn: &Connection, row: i64) -> Result<()> {
    let Some(kind) = KINDS.iter().copied().find(|k| i64::from(k.number) == row & 0xFF) else { return Ok(()) };
    let rid = row >> 8;
    let fields: Vec<(usize, String)> =
        kind.fields.iter().enumerate().filter(|(_, f)| f.search.is_some()).map(|(at, f)| (at, format!("\"{}\"", f.name))).collect();
    let columns: Vec<&str> = fields.iter().map(|(_, c)| c.as_str()).collect();
    let sql = format!("SELECT life, {} FROM \"{}\" WHERE rid = ?1", columns.join(", "), kind.name);
    let row: Option<(i64, Vec<Sql>)> = conn
        .prepare_cached(&sql)?
        .query_row([rid], |r| Ok((r.get(0)?, (0..fields.len()).map(|n| r.get(n + 1)).collect::<rusqlite::Result<_>>()?)))
        .optional()?;
    // Of one whose id an erasure named nothing may be left.
    let Some((life, values)) = row else { return take_out(conn, kind, rid) };
    if life != 0 {
        return take_out(conn, kind, rid);
    }
    let made = tokens(kind, |at| fields.iter().position(|(f, _)| *f == at).map(|n| &values[n]));
    put(conn, kind, rid, &made, true)
}

/// Notes that a record's words are out of date; until [`catch_up`] it is found by the old ones.
pub(crate) fn put_off(conn: &Connection, row: i64) -> Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO unfound(row) VALUES(?1)")?.execute([row])?;
    Ok(())
}

/// Puts in the words that were put off, in ascending order of rows, as the search table likes it.
pub(crate) fn catch_up(conn: &Connection) -> Result<()> {
    let mut stmt = conn.prepare_cached("SELECT row FROM unfound ORDER BY row")?;
    let mut rows = stmt.query([])?;
    while let Some(r) = rows.next()? {
        refresh(conn, r.get(0)?)?;
    }
    conn.prepare_cached("DELETE FROM unfound")?.execute([])?;
    Ok(())
}

/// Rewrites the search table without the words that were taken out of it: until then their bytes stay.
pub(crate) fn forget(conn: &Connection) -> Result<()> {
    conn.prepare_cached("INSERT INTO find(find) VALUES('optimize')")?.execute([])?;
    Ok(())
}

impl Ledger {
    /// Puts in what bundles put off, so that it can be found.
    ///
    /// # Errors
    /// SQLite's.
    pub fn catch_up(&mut self) -> Result<()> {
        if self.books().number("SELECT EXISTS(SELECT 1 FROM unfound)", [])? == 0 {
            return Ok(());
        }
        self.transaction(|ledger| catch_up(&ledger.conn))
    }

    /// The same inside a transaction, once so much has gathered that waiting longer gains nothing.
    pub(crate) fn catch_up_if_much(&mut self) -> Result<()> {
        if self.books().number("SELECT count(*) FROM unfound", [])? >= ENOUGH {
            catch_up(&self.conn)?;
        }
        Ok(())
    }
}

/// Each time words are put in they make a segment of the search table, and segments are merged again
/// and again. So many at once cost hardly more than all of them would.
const ENOUGH: i64 = 50_000;

/// A record the find box found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: &'static KindDef,
    /// Its id.
    pub id: Uuid,
    /// Its space.
    pub space: Uuid,
}

/// Turns what was typed into FTS5 queries, the best first. Empty where nothing can be found.
fn queries(text: &str) -> Vec<String> {
    let mut strict: Vec<String> = Vec::new();
    let mut loose: Vec<String> = Vec::new();
    let text: String = text.chars().map(narrow).collect();
    for word in text.split_whitespace().take(6) {
        let chars: Vec<char> = word.chars().filter(|c| c.is_alphanumeric() || "-·幢栋单元室号#".contains(*c)).take(32).collect();
        if chars.is_empty() {
            continue;
        }
        let han: Vec<String> = chars.iter().filter(|c| !c.is_ascii()).map(char::to_string).collect();
        let latin: String = chars.iter().filter(|c| c.is_ascii_alphabetic()).map(char::to_ascii_lowercase).collect();
        let digits: String = chars.iter().filter(|c| c.is_ascii_digit()).collect();
        if !digits.is_empty() && latin.is_empty() {
            let room = room_query(&chars);
            let mut ways = vec![format!("\"r{room}\" *")];
            if digits.len() == 4 {
                ways.insert(0, format!("\"t{digits}\""));
            }
            if digits.len() >= 3 && room == digits {
                ways.push(format!("\"p{digits}\" *"));
            }
            let exact = if digits.len() == 4 && room == digits { format!("\"t{digits}\"") } else { format!("\"r{room}\"") };
            let way = format!("({})", ways.join(" OR "));
            strict.push(exact);
            loose.push(way);
            continue;
        }
        if !digits.is_empty() {
            // A number such as yjf-2024-0012: its pieces, in order.
            let pieces: Vec<String> =
                word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).map(str::to_ascii_lowercase).collect();
            let phrase = format!("\"{}\" *", pieces.join(" "));
            strict.push(phrase.clone());
            loose.push(phrase);
            continue;
        }
        if !han.is_empty() {
            let phrase = format!("\"{}\"", han.join(" "));
            strict.push(format!("name : ^ {phrase}"));
            loose.push(phrase);
        }
        if !latin.is_empty() {
            let star = if latin.len() == 1 { "" } else { " *" };
            strict.push(format!("name : \"y{latin}\""));
            loose.push(if latin.len() == 1 {
                format!("name : \"y{latin}\"")
            } else {
                format!("(name : \"y{latin}\"{star} OR other : \"{latin}\"{star})")
            });
        }
    }
    if loose.is_empty() {
        return Vec::new();
    }
    let mut out = vec![strict.join(" AND "), loose.join(" AND ")];
    out.dedup();
    out
}

/// 3幢2单元501室 and 3#501 become 3-2-501 and 3-501.
fn room_query(chars: &[char]) -> String {
    let mut out = String::new();
    for c in chars {
        if c.is_ascii_digit() {
            out.push(*c);
        } else if "-幢栋单元号#".contains(*c) && !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    out
}

/// Full-width letters, digits and dashes as an input method may leave them.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '—' | '–' => '-',
        _ => c,
    }
}

/// Finds records, best first, at most `limit`. Whole names and rooms lead, then names that
/// begin so, then everything else in the order it was recorded.
///
/// # Errors
/// SQLite's.
pub fn find(conn: &Connection, text: &str, limit: usize) -> Result<Vec<Found>> {
    let mut out: Vec<Found> = Vec::new();
    let mut stmt = conn.prepare_cached("SELECT rowid FROM find WHERE find MATCH ?1 LIMIT ?2")?;
    let mut seen: Vec<i64> = Vec::new();
    for query in queries(text) {
        let mut rows = stmt.query(params![query, limit as i64])?;
        while let Some(r) = rows.next()? {
            let row: i64 = r.get(0)?;
            if seen.len() < limit && !seen.contains(&row) {
                seen.push(row);
            }
        }
        if seen.len() >= limit {
            break;
        }
    }
    for row in seen {
        let Some(kind) = KINDS.iter().find(|k| i64::from(k.number) == row & 0xFF) else { continue };
        let sql = format!("SELECT id, space FROM \"{}\" WHERE rid = ?1", kind.name);
        let found = conn
            .prepare_cached(&sql)?
            .query_row([row >> 8], |r| Ok(Found { kind, id: Uuid::from_bytes(r.get(0)?), space: Uuid::from_bytes(r.get(1)?) }))?;
        out.push(found);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Vec<String> {
        let mut out = String::new();
        name_tokens(text, &mut out);
        out.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_name_is_found_by_character_pinyin_initials_and_surname_reading() {
        for (text, token) in [
            ("王小明", "明"),
            ("王小明", "ywangxiaoming"),
            ("王小明", "ywxm"),
            ("王小明", "yw"),
            ("王小明", "yxiaoming"),
            ("单雄", "yshanxiong"),
            ("单雄", "ydanxiong"),
            ("尉迟恭", "yuchigong"),
            ("曾国", "yzengguo"),
            ("𬭎明", "𬭎"),
        ] {
            let token = if text == "尉迟恭" { "yyuchigong" } else { token };
            assert!(name(text).contains(&token.to_owned()), "{text} {token} {:?}", name(text));
        }
    }

    #[test]
    fn a_room_is_asked_for_in_any_shorthand() {
        for (typed, query) in
            [("3-2-501", "3-2-501"), ("3幢2单元501室", "3-2-501"), ("３－２－５０１", "3-2-501"), ("3#501", "3-501"), ("32501", "32501")]
        {
            let chars: Vec<char> = typed.chars().map(narrow).collect();
            assert_eq!(room_query(&chars), query, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_query_finds_nothing_instead_of_failing() {
        for text in ["", "   ", "\"", "*", "^", "()", "AND", "name:", "'; --", "\u{0}"] {
            let _ = queries(text);
        }
        assert!(queries("\"*^()").is_empty());
    }
}
