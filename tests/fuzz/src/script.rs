//! Saves of several copies as text, from which the forge makes entries whose chains hold. The form
//! of the inputs of `block` and `certificate`: paragraphs, each one save.
//!
//! ```text
//! {"who":"sender","class":"community","saw":["colleague"],"fork":1}
//! {"salt":…,"rec":…,"kind":…,"set":{…}}
//!
//! {"who":"colleague","class":"community","lamport":9}
//! …
//! ```
//!
//! `saw`: heads of others' logs in the same class that are seen. `fork`: goes on after that entry of
//! the log instead of its last. Any other member stands in the header instead of the right value.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use xinghuo_forge::{ALL, COMMUNITY, ELSEWHERE, HOME, Log, Who, World};
use xinghuo_ledger::entry::{block_line, block_lines};
use xinghuo_ledger::{LogId, Segment};
use xinghuo_model::{Class, KindDef};

use crate::Plain;
use crate::chance::Chance;
use crate::json;

/// More are not looked at: they cost time and show nothing new.
const MOST_SAVES: usize = 24;

/// One save.
#[derive(Debug, Clone)]
pub struct Save {
    /// Its head line.
    pub head: Vec<u8>,
    /// Its blocks' lines.
    pub blocks: Vec<Vec<u8>>,
}

/// Reads the paragraphs.
pub fn read(bytes: &[u8]) -> Vec<Save> {
    let mut out: Vec<Save> = Vec::new();
    let mut inside = false;
    for line in bytes.split(|b| *b == b'\n') {
        match (line.is_empty(), inside) {
            (true, _) => inside = false,
            (false, false) => {
                out.push(Save { head: line.to_vec(), blocks: Vec::new() });
                inside = true;
            }
            (false, true) => {
                if let Some(save) = out.last_mut() {
                    save.blocks.push(line.to_vec());
                }
            }
        }
    }
    out.truncate(MOST_SAVES);
    out
}

/// Writes them.
pub fn write(saves: &[Save]) -> Vec<u8> {
    let mut out = Vec::new();
    for save in saves {
        for line in std::iter::once(&save.head).chain(&save.blocks) {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        out.push(b'\n');
    }
    out
}

fn party(name: &str) -> Option<Who> {
    ALL.iter().copied().find(|who| who.name() == name)
}

/// The space a party writes a class in.
fn space(who: Who, class: Class) -> xinghuo_model::SpaceId {
    match (who, class) {
        (_, Class::Registry) => COMMUNITY,
        (Who::Elsewhere, _) => ELSEWHERE,
        _ => HOME,
    }
}

/// A log as it stood after one of its entries, and how much of the others it had seen.
#[derive(Clone)]
struct State {
    log: Log,
    heard: BTreeMap<LogId, u64>,
}

/// The entries, one segment each, in the order of the paragraphs; paragraphs whose head is none are left
/// out.
pub fn segments(world: &World, saves: &[Save]) -> Vec<Segment> {
    // Every state each log was in, its last one at the end.
    let mut logs: BTreeMap<(usize, u8), Vec<State>> = BTreeMap::new();
    let mut out = Vec::new();
    for save in saves {
        let Ok(mut head) = serde_json::from_slice::<BTreeMap<String, Box<RawValue>>>(&save.head) else { continue };
        let mut take = |name: &str| head.remove(name);
        let text = |raw: Option<Box<RawValue>>| raw.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let Some(who) = text(take("who")).and_then(|name| party(&name)) else { continue };
        let Some(class) = text(take("class")).and_then(|code| Class::from_code(&code)) else { continue };
        let saw: Vec<String> = take("saw").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let fork: Option<usize> = take("fork").and_then(|raw| serde_json::from_str(raw.get()).ok());

        let seen: Vec<Log> = saw
            .iter()
            .filter_map(|name| party(name))
            .filter(|other| *other != who)
            .filter_map(|other| Some(logs.get(&(other as usize, class as u8))?.last()?.log.clone()))
            .collect();
        let states = logs
            .entry((who as usize, class as u8))
            .or_insert_with(|| vec![State { log: Log::new(world.party(who).key(), space(who, class), class), heard: BTreeMap::new() }]);
        let Some(from) = fork.map_or(states.last(), |n| states.get(n)) else { continue };
        let State { mut log, mut heard } = State { log: from.log.later(), heard: from.heard.clone() };
        for other in &seen {
            let known = heard.entry(other.id()).or_default();
            // What was seen only grows; an honest copy names only what is new.
            if other.seq > *known {
                *known = other.seq;
                log.saw(other);
            }
        }
        log.save_bytes(&save.blocks, |header| {
            for (name, raw) in &head {
                header.set(name, raw.get());
            }
            header.line().into_bytes()
        });
        out.push(Segment { key: log.who, channel: log.channel, entries: log.entries.clone(), seal: vec![7; 64] });
        states.push(State { log, heard });
    }
    out
}

/// Changes a script in one place.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>, kinds: &[&'static KindDef], classes: &[Class]) {
    let mut saves = read(bytes);
    let block = |chance: &mut Chance| {
        let kind = if kinds.is_empty() { None } else { Some(*chance.pick(kinds)) };
        json::block(chance, kind)
    };
    let head = |chance: &mut Chance, who: Who| {
        let class = chance.pick(classes).code();
        let saw = if chance.one_of(2) { format!(r#","saw":["{}"]"#, json::anybody(chance).name()) } else { String::new() };
        format!(r#"{{"who":"{}","class":"{class}"{saw}}}"#, who.name()).into_bytes()
    };
    let Some(at) = chance.place(&saves) else {
        let who = json::anybody(chance);
        *bytes = write(&[Save { head: head(chance, who), blocks: vec![block(chance)] }]);
        return;
    };
    match chance.below(16) {
        0 => {
            saves.remove(at);
        }
        1 => {
            let twice = saves[at].clone();
            let place = chance.below(saves.len() + 1);
            saves.insert(place, twice);
        }
        2 => {
            let other = chance.below(saves.len());
            saves.swap(at, other);
        }
        3 | 4 => {
            let who = json::anybody(chance);
            let blocks = vec![block(chance)];
            let place = chance.below(saves.len() + 1);
            saves.insert(place, Save { head: head(chance, who), blocks });
        }
        5 => json::mutate(&mut saves[at].head, chance, plain),
        6 => {
            let who = json::anybody(chance);
            saves[at].head = head(chance, who);
        }
        7 => {
            let name = json::anybody(chance).name();
            let fork = chance.below(4);
            let line = &mut saves[at].head;
            if line.ends_with(b"}") {
                line.pop();
                let new = if chance.one_of(2) { format!(r#","fork":{fork}}}"#) } else { format!(r#","saw":["{name}"]}}"#) };
                line.extend_from_slice(new.as_bytes());
            }
        }
        8 | 9 => {
            let new = block(chance);
            saves[at].blocks.push(new);
        }
        _ => {
            let Some(n) = chance.place(&saves[at].blocks) else { return };
            match chance.below(8) {
                0 => {
                    saves[at].blocks.remove(n);
                }
                1 => {
                    let twice = saves[at].blocks[n].clone();
                    let other = chance.below(saves.len());
                    saves[other].blocks.push(twice);
                }
                2 => {
                    let mut block = block_line(&saves[at].blocks[n]);
                    block.erase();
                    let mut line = Vec::new();
                    block_lines(&[block], &mut line);
                    line.pop();
                    saves[at].blocks[n] = line;
                }
                _ => json::mutate(&mut saves[at].blocks[n], chance, plain),
            }
        }
    }
    *bytes = write(&saves);
}
