//! A copy's books and log, read into the oracle's small numbers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};
use uuid::Uuid;
use xinghuo_ledger::{Hash, Header, Ledger, RawBlock};
use xinghuo_model::{Class, KINDS, KindDef, Store, kind_named};

use super::{Outcome, said};
use crate::mistake::Mistake;
use crate::oracle::{Bits, Entry, Group, Groups, Told, Value, Write};

/// Group numbers from here on are a record's life, as in the product's tables.
const LIFE: u16 = 0xF0;

/// What was read so far of all copies of a history: every entry once, and the numbers of records,
/// groups and values.
#[derive(Default)]
pub struct Reading {
    pub entries: Vec<Entry>,
    places: HashMap<Hash, u16>,
    /// Entries that were read where a block of theirs had been erased already.
    partial: HashSet<u16>,
    /// By place: its log and number, for a planted mistake.
    lines: Vec<(Hash, u64)>,
    recs: Vec<(u16, Uuid)>,
    rec_numbers: HashMap<(u16, Uuid), u16>,
    groups: Vec<(&'static KindDef, u16)>,
    values: Vec<Json>,
    value_numbers: HashMap<String, Value>,
}

impl Groups for Reading {
    fn class(&self, group: Group) -> u8 {
        let (kind, number) = self.groups[usize::from(group)];
        if number >= LIFE { (number & 0x0F) as u8 } else { kind.fields.iter().find(|f| f.number == number).map_or(0, |f| f.class as u8) }
    }
    fn is_life(&self, group: Group) -> bool {
        self.groups[usize::from(group)].1 >= LIFE
    }
    fn settled(&self, group: Group, values: &[Value]) -> Option<usize> {
        let (kind, number) = self.groups[usize::from(group)];
        let name = kind.fields.iter().find(|f| f.number == number)?.group;
        let settle = kind.fields.iter().filter(|f| f.group == name).find_map(|f| f.settle)?;
        let values: Vec<Json> = values.iter().map(|v| self.value(*v).clone()).collect();
        settle(&values)
    }
}

impl Reading {
    /// The kind and the id of a record.
    pub fn rec(&self, rec: u16) -> (u16, Uuid) {
        self.recs[usize::from(rec)]
    }

    fn value(&self, value: Value) -> &Json {
        value.checked_sub(1).and_then(|at| self.values.get(at as usize)).unwrap_or(&Json::Null)
    }

    fn rec_number(&mut self, kind: &KindDef, id: Uuid) -> u16 {
        *self.rec_numbers.entry((kind.number, id)).or_insert_with(|| {
            self.recs.push((kind.number, id));
            self.recs.len() as u16 - 1
        })
    }

    fn group_number(&mut self, kind: &'static KindDef, number: u16) -> Group {
        let known = self.groups.iter().position(|(k, n)| k.number == kind.number && *n == number);
        known.unwrap_or_else(|| {
            self.groups.push((kind, number));
            self.groups.len() - 1
        }) as Group
    }

    /// 0 where every field is empty.
    fn value_number(&mut self, value: Map<String, Json>) -> Value {
        if value.is_empty() {
            return 0;
        }
        let value = Json::Object(value);
        *self.value_numbers.entry(value.to_string()).or_insert_with(|| {
            self.values.push(value);
            self.values.len() as Value
        })
    }

    /// What a record, a group and a value are, for a sentence.
    pub fn describe(&self, told: &Told) -> String {
        let (kind, id) = self.rec(told.rec);
        let group = |g: &Group| (self.groups[usize::from(*g)].0.name, self.groups[usize::from(*g)].1);
        let shown: Vec<String> = told.shown.iter().map(|(g, v)| format!("{:?}={}", group(g), self.value(*v))).collect();
        let siblings: Vec<String> = told
            .siblings
            .iter()
            .map(|(g, d, v)| {
                let value = if self.is_life(*g) { format!("deleted:{v}") } else { self.value(*v).to_string() };
                format!("{:?}@{d}={value}", group(g))
            })
            .collect();
        let pairs: Vec<String> = told.pairs.iter().map(|[a, b]| format!("{:?}@{}|{:?}@{}", group(&a.0), a.1, group(&b.0), b.1)).collect();
        format!(
            "kind {kind} {id} deleted={} conflict={}\n  shown {shown:?}\n  siblings {siblings:?}\n  pairs {pairs:?}",
            told.deleted, told.conflict
        )
    }

    /// A copy's entries in their order of arrival there, by their place in [`Reading::entries`].
    pub fn arrived(&mut self, ledger: &Ledger, mistake: Mistake) -> Outcome<Vec<u16>> {
        let hashes = ledger.books().rows("SELECT hash FROM entry ORDER BY ord", [], |r| r.get(0).map(Hash)).map_err(said)?;
        let mut out = Vec::with_capacity(hashes.len());
        for hash in hashes {
            match self.places.get(&hash) {
                Some(&place) => {
                    if self.partial.contains(&place) {
                        self.read_again(ledger, place, hash)?;
                    }
                    out.push(place);
                }
                None => out.push(self.read(ledger, hash, mistake)?),
            }
        }
        Ok(out)
    }

    fn read(&mut self, ledger: &Ledger, hash: Hash, mistake: Mistake) -> Outcome<u16> {
        let place = self.entries.len() as u16;
        if usize::from(place) >= Bits::MOST {
            return Err("a history longer than the oracle reads".to_owned());
        }
        let books = ledger.books();
        let (log, seq, class, header) = books
            .rows("SELECT e.log, e.seq, l.class, e.header FROM entry e JOIN log l ON l.n = e.log WHERE e.hash = ?1", [hash.0], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, r.get::<_, u8>(2)?, r.get::<_, Vec<u8>>(3)?))
            })
            .map_err(said)?
            .pop()
            .ok_or("an entry that is gone")?;
        let header: Header = serde_json::from_slice(&header).map_err(|e| e.to_string())?;
        let mut entry = Entry {
            rank: (header.lamport, first_bytes(&header.log), first_bytes(&hash)),
            at: header.at.timestamp(),
            class,
            past: self.past(&header, mistake)?,
            writes: Vec::new(),
            accepts: Vec::new(),
            erases: Vec::new(),
        };
        let blocks = ledger.blocks(log, seq as u64).map_err(said)?;
        self.blocks(&blocks, &mut entry)?;
        if blocks.iter().any(|b| matches!(b, RawBlock::Erased(..))) {
            self.partial.insert(place);
        }
        self.entries.push(entry);
        self.places.insert(hash, place);
        self.lines.push((header.log, header.seq));
        Ok(place)
    }

    /// What led to an entry: the one before it, what it says it has seen, and what led to those.
    fn past(&self, header: &Header, mistake: Mistake) -> Outcome<Bits> {
        let mut past = Bits::NONE;
        let seen = header.seen.iter().map(|seen| seen.2).filter(|_| mistake != Mistake::SeenIgnored);
        for before in seen.chain([header.prev]).filter(|hash| *hash != Hash::default()) {
            let place = *self.places.get(&before).ok_or("an entry that was applied before what it has seen")?;
            past.join(&self.entries[usize::from(place)].past);
            past.add(place);
        }
        if mistake == Mistake::ByNumber {
            let below = |(_, (log, seq)): &(usize, &(Hash, u64))| *log == header.log && *seq < header.seq;
            self.lines.iter().enumerate().filter(below).for_each(|(n, _)| past.add(n as u16));
        }
        Ok(past)
    }

    fn blocks(&mut self, blocks: &[RawBlock], entry: &mut Entry) -> Outcome {
        let class = Class::from_number(entry.class).ok_or("a class")?;
        for block in blocks {
            if let RawBlock::Body(line) = block {
                let block: Json = serde_json::from_slice(line).map_err(|e| e.to_string())?;
                self.block(&block, class, entry);
            }
        }
        Ok(())
    }

    /// The entries as this copy has them: of some a block is gone that another copy, which has not heard
    /// of the erasure, still has.
    pub fn as_held_by(&mut self, ledger: &Ledger) -> Outcome<Cow<'_, [Entry]>> {
        let holes = ledger
            .books()
            .rows("SELECT DISTINCT h.log, h.seq, e.hash FROM hole h JOIN entry e ON e.log = h.log AND e.seq = h.seq", [], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, Hash(r.get(2)?)))
            })
            .map_err(said)?;
        if holes.is_empty() {
            return Ok(Cow::Borrowed(&self.entries));
        }
        let mut entries = self.entries.clone();
        for (log, seq, hash) in holes {
            let entry = &mut entries[usize::from(self.place(&hash)?)];
            (entry.writes, entry.accepts, entry.erases) = (Vec::new(), Vec::new(), Vec::new());
            self.blocks(&ledger.blocks(log, seq as u64).map_err(said)?, entry)?;
        }
        Ok(Cow::Owned(entries))
    }

    /// Reads an entry again of which whoever had it first had a part.
    fn read_again(&mut self, ledger: &Ledger, place: u16, hash: Hash) -> Outcome {
        let at = ledger
            .books()
            .rows("SELECT log, seq FROM entry WHERE hash = ?1", [hash.0], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))
            .map_err(said)?;
        let Some((log, seq)) = at.first() else { return Ok(()) };
        let blocks = ledger.blocks(*log, *seq as u64).map_err(said)?;
        if !blocks.iter().any(|b| matches!(b, RawBlock::Erased(..))) {
            self.partial.remove(&place);
            let known = self.entries[usize::from(place)].clone();
            let mut entry = Entry { writes: Vec::new(), accepts: Vec::new(), erases: Vec::new(), ..known };
            self.blocks(&blocks, &mut entry)?;
            self.entries[usize::from(place)] = entry;
        }
        Ok(())
    }

    fn block(&mut self, block: &Json, class: Class, entry: &mut Entry) {
        let Some(kind) = kind_named(block["kind"].as_str().unwrap_or_default()) else { return };
        let Some(id) = block["rec"].as_str().and_then(|r| r.parse().ok()) else { return };
        let rec = self.rec_number(kind, id);
        let mut values: Vec<(&str, Map<String, Json>)> = Vec::new();
        for (name, value) in block["set"].as_object().into_iter().flatten() {
            let Some(field) = kind.fields.iter().find(|f| f.name == name && f.class == class) else { continue };
            let at = values.iter().position(|(g, _)| *g == field.group).unwrap_or_else(|| {
                values.push((field.group, Map::new()));
                values.len() - 1
            });
            if !value.is_null() {
                values[at].1.insert(name.clone(), value.clone());
            }
        }
        for (group, value) in values {
            let group = self.group_number(kind, kind.group_number(group));
            let value = self.value_number(value);
            entry.writes.push(Write { rec, group, value });
        }
        if let Some(deleted) = block["deleted"].as_bool() {
            let group = self.group_number(kind, LIFE | class as u16);
            entry.writes.push(Write { rec, group, value: u32::from(deleted) });
        }
        if block["accepts"] == true {
            entry.accepts.push(rec);
        }
        if block["erases"] == true {
            entry.erases.push(rec);
        }
    }

    /// What the tables of a copy say of every record in them, in the order of the oracle's numbers.
    pub fn books(&mut self, ledger: &Ledger) -> Outcome<Vec<Told>> {
        let mut out: Vec<Told> = Vec::new();
        let mut at: HashMap<(u16, Uuid), usize> = HashMap::new();
        for kind in KINDS.iter().copied().filter(|k| self.recs.iter().any(|(number, _)| *number == k.number)).collect::<Vec<_>>() {
            for (id, deleted, flags, values) in rows_of(ledger, kind)? {
                let (conflict, erased) = (flags & 4 != 0, ((flags & 0xF0) >> 4) as u8);
                let mut told = Told { rec: self.rec_number(kind, id), deleted, erased, conflict, ..Told::default() };
                for (group, value) in values {
                    let group = self.group_number(kind, kind.group_number(group));
                    told.shown.push((group, self.value_number(value)));
                }
                told.shown.sort_unstable();
                at.insert((kind.number, id), out.len());
                out.push(told);
            }
        }
        let books = ledger.books();
        let siblings = books
            .rows("SELECT s.rec, s.kind, s.grp, e.hash, s.value FROM sibling s JOIN entry e ON e.log = s.log AND e.seq = s.seq", [], |r| {
                Ok(((r.get::<_, u16>(1)?, Uuid::from_bytes(r.get(0)?)), r.get::<_, u16>(2)?, Hash(r.get(3)?), r.get::<_, String>(4)?))
            })
            .map_err(said)?;
        for (key, number, hash, value) in siblings {
            let kind = numbered(key.0)?;
            let value: Json = serde_json::from_str(&value).map_err(|e| e.to_string())?;
            let group = self.group_number(kind, number);
            let value = match value {
                _ if number >= LIFE => u32::from(value["deleted"] == true),
                Json::Object(map) => self.value_number(map),
                _ => 0,
            };
            let told = at.get(&key).ok_or("a concurrent value of a record that is not there")?;
            out[*told].siblings.push((group, self.place(&hash)?, value));
        }
        let pairs = books
            .rows(
                "SELECT p.rec, p.kind, p.a_grp, a.hash, p.b_grp, b.hash FROM pair p \
                 JOIN entry a ON a.log = p.a_log AND a.seq = p.a_seq JOIN entry b ON b.log = p.b_log AND b.seq = p.b_seq",
                [],
                |r| {
                    let ends = [(r.get::<_, u16>(2)?, Hash(r.get(3)?)), (r.get::<_, u16>(4)?, Hash(r.get(5)?))];
                    Ok(((r.get::<_, u16>(1)?, Uuid::from_bytes(r.get(0)?)), ends))
                },
            )
            .map_err(said)?;
        for (key, [a, b]) in pairs {
            let kind = numbered(key.0)?;
            let mut pair = [(self.group_number(kind, a.0), self.place(&a.1)?), (self.group_number(kind, b.0), self.place(&b.1)?)];
            pair.sort_unstable();
            let told = at.get(&key).ok_or("a concurrent pair of a record that is not there")?;
            out[*told].pairs.push(pair);
        }
        for told in &mut out {
            told.siblings.sort_unstable();
            told.pairs.sort_unstable();
        }
        out.sort_unstable_by_key(|t| t.rec);
        Ok(out)
    }

    fn place(&self, hash: &Hash) -> Outcome<u16> {
        self.places.get(hash).copied().ok_or_else(|| "a write by an entry that did not arrive".to_owned())
    }
}

fn numbered(number: u16) -> Outcome<&'static KindDef> {
    KINDS.iter().copied().find(|k| k.number == number).ok_or_else(|| "a kind nobody knows".to_owned())
}

fn first_bytes(hash: &Hash) -> u64 {
    hash.0[..8].iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

type Row = (Uuid, bool, i64, Vec<(&'static str, Map<String, Json>)>);

/// Every record of a kind with its shown values, group by group; empty groups left out.
fn rows_of(ledger: &Ledger, kind: &'static KindDef) -> Outcome<Vec<Row>> {
    let columns: Vec<String> = kind.fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
    let sql = format!("SELECT id, life, flags, {} FROM \"{}\"", columns.join(", "), kind.name);
    ledger
        .books()
        .rows(&sql, [], |r| {
            let mut groups: Vec<(&'static str, Map<String, Json>)> = Vec::new();
            for (n, field) in kind.fields.iter().enumerate() {
                let at = n + 3;
                let value = match field.store {
                    Store::Integer => r.get::<_, Option<i64>>(at)?.map(Json::from),
                    Store::Bool => r.get::<_, Option<bool>>(at)?.map(Json::from),
                    Store::Text => r.get::<_, Option<String>>(at)?.map(Json::from),
                    Store::Id => r.get::<_, Option<[u8; 16]>>(at)?.map(|b| Uuid::from_bytes(b).to_string().into()),
                    Store::Json => r.get::<_, Option<String>>(at)?.map(|t| serde_json::from_str(&t).unwrap_or_default()),
                };
                if let Some(value) = value {
                    match groups.iter_mut().find(|(g, _)| *g == field.group) {
                        Some((_, map)) => drop(map.insert(field.name.to_owned(), value)),
                        None => groups.push((field.group, Map::from_iter([(field.name.to_owned(), value)]))),
                    }
                }
            }
            Ok((Uuid::from_bytes(r.get(0)?), r.get::<_, i64>(1)? != 0, r.get::<_, i64>(2)?, groups))
        })
        .map_err(said)
}
