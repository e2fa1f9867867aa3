//! Certificates (授权) and revocations (停用) that arrive, and what they let in: the desk's own gate over
//! the receiver's store.
//!
//! Nobody gets in whose key the office did not name, or somebody whom it let write a registry; what was
//! not taken in changed nothing; twice or rebuilt, it stays the same. One input in 128 gets all of that.

use std::cell::RefCell;
use std::collections::BTreeSet;

use xinghuo_desk::trust::Gate;
use xinghuo_forge::{ALL, COMMUNITY, Who, hex};
use xinghuo_ledger::entry::block_lines;
use xinghuo_ledger::{Books, Channel, Hash, PublicKey, Segment, Verdict, log_id};
use xinghuo_model::{Class, KindDef, Record, records};

use crate::block::scripts;
use crate::chance::Chance;
use crate::json::{self, world};
use crate::script;
use crate::store::Store;
use crate::{Depth, Plain, Target};

/// The target.
pub const TARGET: Target = Target { name: "certificate", longest: 4096, check: |bytes, depth| check(bytes, depth), mutate, seeds };

/// The kinds of the registry that decide who gets in.
const KINDS: [&KindDef; 2] = [records::Certificate::KIND, records::Revocation::KIND];

thread_local! {
    static STORE: RefCell<Store> = RefCell::new(Store::new());
}

/// Runs one input.
pub fn check(bytes: &[u8], depth: Depth) -> bool {
    let segments = world(|world| script::segments(world, &script::read(bytes)));
    if segments.is_empty() {
        return false;
    }
    let (own, office) = world(|w| (w.party(Who::Receiver).key(), w.party(Who::Office).key()));
    let gate = || {
        let mut gate = Gate::of_branch(own, Some((office, COMMUNITY.0)));
        move |books: &Books<'_>, key: &PublicKey, channel: Channel, seq: u64, hash: &Hash| {
            // The planted mistake: what goes up to the district is not asked for a certificate.
            if cfg!(feature = "planted") && channel.class == Class::District {
                return Verdict::Welcome;
            }
            gate.may(books, key, channel, seq, hash)
        }
    };
    let named = named(own, office, &segments);
    STORE.with_borrow_mut(|store| {
        if !depth.one_of(128, bytes) {
            if !store.try_out(&segments, &mut gate()) {
                only_those_named(store, &named, &office);
                store.empty();
            }
            return;
        }
        store.absorb_singly(&segments, &mut gate());
        only_those_named(store, &named, &office);
        store.stays_whole(&segments, &mut gate());
        only_those_named(store, &named, &office);
        store.empty();
    });
    true
}

/// Everybody whom the office named in a registry, or says to have seen in its own, whom those named in one
/// they may write, and so on. A copy always believes itself.
fn named(own: PublicKey, office: PublicKey, segments: &[Segment]) -> BTreeSet<PublicKey> {
    let mut out = BTreeSet::from([own, office]);
    loop {
        let (mut words, mut seen) = (Vec::new(), BTreeSet::new());
        let registry = segments.iter().filter(|s| s.channel.class == Class::Registry && out.contains(&s.key));
        for entry in registry.flat_map(|s| &s.entries) {
            block_lines(&entry.blocks, &mut words);
            seen.extend(entry.open().into_iter().flat_map(|header| header.seen).map(|seen| seen.0));
        }
        let of_the_office = Channel { space: COMMUNITY, class: Class::Registry };
        let before = out.len();
        let words = String::from_utf8_lossy(&words);
        // A name may be written with escapes; then it is not looked for.
        let escaped = words.contains('\\');
        let known = |key: &PublicKey| escaped || seen.contains(&log_id(key, of_the_office)) || words.contains(&hex(key));
        let new: Vec<PublicKey> = segments.iter().map(|s| s.key).filter(|key| !out.contains(key) && known(key)).collect();
        out.extend(new);
        if out.len() == before {
            return out;
        }
    }
}

/// Whoever got in is named, and the office got in only where it may write.
fn only_those_named(store: &Store, named: &BTreeSet<PublicKey>, office: &PublicKey) {
    for head in store.ledger.heads().expect("heads").into_iter().filter(|h| h.seq > 0) {
        assert!(named.contains(&head.key), "an author got in whom the office did not name");
        assert!(head.key != *office || head.channel.class != Class::Branch, "the office got into a compound's own class");
    }
}

/// Changes one input.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    if chance.one_of(4) {
        // A certificate or an ending that fits somebody, in the office's hand.
        let who = json::anybody(chance);
        let class = *chance.pick(&[Class::Community, Class::Community, Class::District, Class::Branch]);
        let rec = uuid::Uuid::from_u128(chance.below(6) as u128);
        let mut saves = script::read(bytes);
        let line = world(|world| {
            let channel = Channel { space: xinghuo_forge::HOME, class };
            if chance.one_of(2) {
                return world.certificate(who, channel.space, &format!("[\"{}\"]", class.code()), rec.as_u128());
            }
            // It ends with an entry that is there, or with none.
            let log = log_id(&world.party(who).key(), channel);
            let segments = script::segments(world, &saves);
            let entries = segments.iter().filter(|s| log_id(&s.key, s.channel) == log).flat_map(|s| &s.entries);
            let ends: Vec<(u64, Hash)> = entries.filter_map(|entry| Some((entry.open().ok()?.seq, entry.hash()))).collect();
            let (last, hash) = chance.place(&ends).map_or((0, String::new()), |at| (ends[at].0, ends[at].1.hex()));
            let set = [
                ("log", format!("\"{}\"", log.hex())),
                ("last_seq", last.to_string()),
                ("last_hash", format!("\"{hash}\"")),
                ("reason", "\"换届\"".into()),
            ];
            let set: Vec<(&str, &str)> = set.iter().map(|(n, v)| (*n, v.as_str())).collect();
            xinghuo_forge::block(rec, "revocation", &set)
        });
        let save = script::Save { head: br#"{"who":"office","class":"registry"}"#.to_vec(), blocks: vec![line.into_bytes()] };
        let place = chance.below(saves.len() + 1);
        saves.insert(place, save);
        *bytes = script::write(&saves);
        return;
    }
    let classes = [Class::Registry, Class::Registry, Class::Community, Class::Community, Class::District, Class::Branch];
    script::mutate(bytes, chance, plain, &KINDS, &classes);
}

/// The published bundles' registries, and who is judged by them.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut out = scripts(|_| true);
    out.retain(|script| script.windows(10).any(|w| w == b"\"registry\""));
    let everybody: Vec<u8> = ALL
        .iter()
        .flat_map(|who| {
            format!("{{\"who\":\"{}\",\"class\":\"community\"}}\n{}\n\n", who.name(), xinghuo_forge::person(1, "甲")).into_bytes()
        })
        .collect();
    out.push([&out.last().cloned().unwrap_or_default()[..], &everybody].concat());
    out
}
