//! Blocks: saves of several copies with any content, taken in by the receiver's store.
//!
//! Whatever stands in a block, the entries' chains hold: taken in twice, in another order, relayed or
//! rebuilt, the store comes to the same state and the same disputes; what was not taken in changed
//! nothing. One input in 128 gets all of that; the others are merged and taken back.

use std::cell::RefCell;
use std::collections::BTreeSet;

use xinghuo_forge::{FOLDER, Vector};
use xinghuo_ledger::entry::block_lines;
use xinghuo_model::Class;

use crate::chance::Chance;
use crate::json::world;
use crate::script::{self, Save};
use crate::store::{Store, everybody};
use crate::{Depth, Plain, Target};

/// The target.
pub const TARGET: Target = Target { name: "block", longest: 4096, check: |bytes, depth| check(bytes, depth), mutate, seeds };

thread_local! {
    static STORE: RefCell<Store> = RefCell::new(Store::new());
}

/// Runs one input.
pub fn check(bytes: &[u8], depth: Depth) -> bool {
    let segments = world(|world| script::segments(world, &script::read(bytes)));
    if segments.is_empty() {
        return false;
    }
    STORE.with_borrow_mut(|store| {
        if !depth.one_of(128, bytes) {
            if !store.try_out(&segments, &mut everybody) {
                store.empty();
            }
            return;
        }
        store.absorb_singly(&segments, &mut everybody);
        store.stays_whole(&segments, &mut everybody);
        let (state, disputes, entries) = (store.state(), store.disputes(), store.entries());
        store.empty();
        let spaces: BTreeSet<_> = segments.iter().map(|s| s.channel.space).collect();
        let mut backwards = segments;
        backwards.reverse();
        store.absorb(&backwards, &mut everybody);
        assert_eq!(store.entries(), entries, "in another order, other entries get in");
        // Which space a record belongs to is settled by arrival (docs/fuzzing.md, Known).
        if spaces.len() == 1 {
            assert_eq!(store.state(), state, "in another order, it is another state");
            assert_eq!(store.disputes(), disputes, "in another order, other disputes");
        }
        store.empty();
    });
    true
}

/// Changes one input.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    let classes = [Class::Community, Class::Community, Class::Community, Class::District, Class::Branch];
    script::mutate(bytes, chance, plain, &[], &classes);
}

/// The stretches of every published bundle, told as scripts.
pub fn seeds() -> Vec<Vec<u8>> {
    scripts(|class| class != Class::Registry)
}

/// The published bundles' stretches of some classes as scripts.
pub fn scripts(of: impl Fn(Class) -> bool) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for vector in Vector::all(std::path::Path::new(FOLDER)).into_iter().chain([xinghuo_forge::before()]) {
        if vector.get("kind") != Some("bundle") {
            continue;
        }
        let Ok(opened) = world(|w| xinghuo_bundle::read(&vector.bytes, &w.party(xinghuo_forge::Who::Receiver).keys)) else { continue };
        let mut saves = Vec::new();
        for segment in opened.segments.iter().filter(|s| of(s.channel.class)) {
            let who = world(|w| xinghuo_forge::ALL.into_iter().find(|who| w.party(*who).key() == segment.key));
            let Some(who) = who else { continue };
            for entry in &segment.entries {
                let head = format!(r#"{{"who":"{}","class":"{}"}}"#, who.name(), segment.channel.class.code()).into_bytes();
                let mut lines = Vec::new();
                block_lines(&entry.blocks, &mut lines);
                let blocks = lines.split(|b| *b == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec);
                saves.push(Save { head, blocks: blocks.collect() });
            }
        }
        if !saves.is_empty() {
            out.push(script::write(&saves));
        }
    }
    out
}
