//! What the books must say, as a pure function of the set of entries: no order of arrival, no
//! SQL, no incremental state. Written from the design, not from the code it is checked against.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use xinghuo_ledger::{Channel, Hash, Header, LogId};
use xinghuo_model::{Class, KindDef, kind_named};

/// One entry as some copy stored it; the slice's order is that copy's order of arrival, which
/// only the planted mistakes look at.
pub struct Entry {
    pub hash: Hash,
    pub channel: Channel,
    pub header: Header,
    pub blocks: Vec<Value>,
}

/// How to judge: rightly, or by one of the mistakes that other programs make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    Right,
    /// A conflict is noted when a concurrent write arrives, and forgotten with the next write.
    OnArrival,
    /// Of concurrent values the one with the later wall clock is shown.
    WallClock,
    /// A write also supersedes what it has not seen.
    LastArrival,
    /// A log is one line: its higher numbers supersede its lower ones, forked or not.
    ByNumber,
}

/// A merge group of a record, or its life in one class.
pub type Group = String;
/// Which entry wrote, by its hash: a log that forked has two of one number.
pub type Dot = Hash;

/// What the books say of one record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub deleted: bool,
    pub conflict: bool,
    /// Shown values, field by field; empty ones left out.
    pub shown: BTreeMap<String, Value>,
    /// Every value of a group that has several.
    pub siblings: BTreeSet<(Group, Dot, String)>,
    /// Current writes to different groups that did not know of each other.
    pub pairs: BTreeSet<((Group, Dot), (Group, Dot))>,
}

struct Write<'a> {
    entry: &'a Entry,
    /// Everything that led to the entry.
    past: &'a HashSet<Hash>,
    value: Value,
}

impl Write<'_> {
    fn dot(&self) -> Dot {
        self.entry.hash
    }
    fn covers(&self, other: &Write<'_>) -> bool {
        self.past.contains(&other.dot())
    }
}

pub fn life(class: Class) -> Group {
    format!("life/{}", class.code())
}

fn class_of(kind: &KindDef, group: &str) -> Option<Class> {
    match group.strip_prefix("life/") {
        Some(code) => Class::from_code(code),
        None => kind.fields.iter().find(|f| f.group == group).map(|f| f.class),
    }
}

/// Every record of the entries, by kind and id.
pub fn tell(entries: &[Entry], judge: Judge) -> BTreeMap<(&'static str, Uuid), Told> {
    // What led to each entry: the one before it, what it says it has seen, and what led to those.
    let mut pasts: HashMap<Hash, HashSet<Hash>> = HashMap::new();
    for e in entries {
        let mut past = HashSet::new();
        for before in e.header.seen.iter().map(|seen| seen.2).chain([e.header.prev]).filter(|hash| *hash != Hash::default()) {
            past.extend(pasts.get(&before).into_iter().flatten().copied());
            past.insert(before);
        }
        if judge == Judge::ByNumber {
            past.extend(entries.iter().filter(|o| o.header.log == e.header.log && o.header.seq < e.header.seq).map(|o| o.hash));
        }
        pasts.insert(e.hash, past);
    }

    let mut writes: BTreeMap<(&'static str, Uuid), BTreeMap<Group, Vec<Write<'_>>>> = BTreeMap::new();
    let mut accepts: HashMap<Uuid, Vec<Write<'_>>> = HashMap::new();
    for entry in entries {
        let past = &pasts[&entry.hash];
        for block in &entry.blocks {
            let Some(kind) = kind_named(block["kind"].as_str().unwrap_or_default()) else { continue };
            let Some(rec) = block["rec"].as_str().and_then(|r| r.parse().ok()) else { continue };
            let groups = writes.entry((kind.name, rec)).or_default();
            let mut values: BTreeMap<Group, Map<String, Value>> = BTreeMap::new();
            for (name, value) in block["set"].as_object().into_iter().flatten() {
                if let Some(field) = kind.fields.iter().find(|f| f.name == name && f.class == entry.channel.class) {
                    let group = values.entry(field.group.to_owned()).or_default();
                    if !value.is_null() {
                        group.insert(name.clone(), value.clone());
                    }
                }
            }
            for (group, value) in values {
                groups.entry(group).or_default().push(Write { entry, past, value: Value::Object(value) });
            }
            if let Some(deleted) = block["deleted"].as_bool() {
                let value = json!({ "deleted": deleted });
                groups.entry(life(entry.channel.class)).or_default().push(Write { entry, past, value });
            }
            if block["accepts"] == true {
                accepts.entry(rec).or_default().push(Write { entry, past, value: Value::Null });
            }
        }
    }
    writes
        .into_iter()
        .filter(|(_, groups)| !groups.is_empty())
        .filter_map(|((name, rec), groups)| {
            let kind = kind_named(name)?;
            Some(((name, rec), record(kind, &groups, accepts.get(&rec).map_or(&[], |a| a), judge)))
        })
        .collect()
}

fn record(kind: &KindDef, groups: &BTreeMap<Group, Vec<Write<'_>>>, accepts: &[Write<'_>], judge: Judge) -> Told {
    let mut told = Told::default();
    let current: BTreeMap<&Group, Vec<&Write<'_>>> = groups
        .iter()
        .map(|(group, all)| {
            let maximal: Vec<&Write<'_>> = match judge {
                Judge::LastArrival => all.last().into_iter().collect(),
                _ => all.iter().filter(|w| !all.iter().any(|other| other.covers(w))).collect(),
            };
            (group, maximal)
        })
        .collect();
    for (group, all) in &current {
        let shown = shown(kind, group, all, judge);
        if !group.starts_with("life/") {
            for field in kind.fields.iter().filter(|f| f.group == **group) {
                told.shown.extend(shown.0.get(field.name).map(|v| (field.name.to_owned(), v.clone())));
            }
        }
        if all.len() > 1 {
            told.siblings.extend(all.iter().map(|w| ((*group).clone(), w.dot(), w.value.to_string())));
        }
        told.conflict |= match judge {
            Judge::OnArrival => match groups[*group].as_slice() {
                [.., before, last] => !last.covers(before) && last.value != before.value,
                _ => false,
            },
            _ => shown.1,
        };
    }
    for (a, all_a) in &current {
        for (b, all_b) in current.iter().filter(|(b, _)| a < *b && class_of(kind, a) == class_of(kind, b)) {
            for x in all_a {
                for y in all_b.iter().filter(|y| x.dot() != y.dot() && !x.covers(y) && !y.covers(x)) {
                    // A deletion against a change is decided, not accepted.
                    let deletion = x.value["deleted"] == true || y.value["deleted"] == true;
                    if deletion || !accepts.iter().any(|e| sees(e, x) && sees(e, y)) {
                        told.pairs.insert((((*a).clone(), x.dot()), ((*b).clone(), y.dot())));
                    }
                }
            }
        }
    }
    let classes: BTreeSet<Class> = current.keys().filter_map(|g| class_of(kind, g)).collect();
    let (mut deleted, mut kept, mut silent) = (false, false, false);
    for class in classes {
        let group = life(class);
        let Some(words) = current.get(&group) else {
            silent = true;
            continue;
        };
        let said = |w: &&&Write<'_>| w.value["deleted"] == true;
        let disputed = words.iter().any(|w| said(&w)) && told.pairs.iter().any(|(a, b)| a.0 == group || b.0 == group);
        told.conflict |= disputed;
        if words.iter().all(|w| said(&w)) && !disputed {
            deleted = true;
        } else {
            kept = true;
        }
    }
    // Deleted by somebody who did not know what another class holds of it.
    told.conflict |= deleted && silent;
    told.deleted = deleted && !kept && !silent;
    told
}

fn sees(e: &Write<'_>, w: &Write<'_>) -> bool {
    e.covers(w) || e.dot() == w.dot()
}

/// The value that leads, and whether a person must decide.
fn shown<'a>(kind: &KindDef, group: &str, all: &[&'a Write<'_>], judge: Judge) -> (&'a Value, bool) {
    let mut values: Vec<Value> = Vec::new();
    for w in all {
        if !values.contains(&w.value) {
            values.push(w.value.clone());
        }
    }
    let settle = kind.fields.iter().filter(|f| f.group == group).find_map(|f| f.settle);
    let settled = settle.and_then(|settle| settle(&values)).map(|at| values[at].clone());
    let leads = |w: &&&Write<'_>| -> (DateTime<FixedOffset>, u64, LogId, Hash) {
        let h = &w.entry.header;
        let at = if judge == Judge::WallClock { h.at } else { DateTime::<FixedOffset>::default() };
        (at, h.lamport, h.log, w.entry.hash)
    };
    let best = all.iter().filter(|w| settled.as_ref().is_none_or(|s| *s == w.value)).max_by_key(leads).map_or(&Value::Null, |w| &w.value);
    (best, values.len() > 1 && settled.is_none())
}
