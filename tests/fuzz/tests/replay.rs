//! Everything that was kept of the fuzzing, run again: each input through all that its target checks.

use xinghuo_fuzz::chance::Chance;
use xinghuo_fuzz::{Depth, TARGETS, Target, corpus};

fn replay(target: &Target) {
    let mut inputs: Vec<(String, Vec<u8>)> = corpus::kept(target).expect("the findings");
    let packed = corpus::packed(target).expect("the pack");
    assert!(!packed.is_empty(), "{}: nothing is packed", target.name);
    inputs.extend(packed.into_iter().enumerate().map(|(n, input)| (format!("packed input {n}"), input)));
    for (name, input) in inputs {
        let run = std::panic::catch_unwind(|| (target.check)(&input, Depth::Whole));
        assert!(run.is_ok(), "{}: {name} no longer holds", target.name);
    }
}

#[test]
fn kept_blocks_hold() {
    replay(&xinghuo_fuzz::block::TARGET);
}

#[test]
fn kept_bundles_hold() {
    replay(&xinghuo_fuzz::bundle::TARGET);
}

#[test]
fn kept_certificates_hold() {
    replay(&xinghuo_fuzz::certificate::TARGET);
}

#[test]
fn kept_headers_hold() {
    replay(&xinghuo_fuzz::header::TARGET);
}

#[test]
fn kept_join_requests_hold() {
    replay(&xinghuo_fuzz::join::TARGET);
}

#[test]
fn kept_key_files_hold() {
    replay(&xinghuo_fuzz::keys::TARGET);
}

#[test]
fn kept_rosters_hold() {
    replay(&xinghuo_fuzz::roster::TARGET);
}

/// Flips a byte: what stands in for libFuzzer's own mutator here.
fn flip(chance: &mut Chance, piece: &mut Vec<u8>) {
    match chance.place(piece) {
        Some(at) => piece[at] ^= 1 << chance.below(8),
        None => piece.push(b'0'),
    }
}

#[test]
fn what_the_mutators_make_runs_and_much_of_it_is_worth_keeping() {
    for target in TARGETS.into_iter().filter(|target| target.name != "keys") {
        let seeds = (target.seeds)();
        let (mut worth, mut all) = (0, 0);
        for (n, seed) in (0..60).zip(seeds.iter().cycle()) {
            let (mut chance, mut other) = (Chance::new(n), Chance::new(n + 1000));
            let mut input = seed.clone();
            (target.mutate)(&mut input, &mut chance, &mut |piece| flip(&mut other, piece));
            (worth, all) = (worth + u32::from((target.check)(&input, Depth::ByChance)), all + 1);
        }
        assert!(worth * 2 > all, "{}: only {worth} of {all} inputs are worth keeping", target.name);
    }
}

#[test]
fn a_changed_bundle_that_was_sealed_again_gets_past_the_signature() {
    let target = &xinghuo_fuzz::bundle::TARGET;
    let sound = xinghuo_forge::Vector::load(std::path::Path::new(xinghuo_forge::FOLDER), "sound").expect("a vector").bytes;
    let keys = xinghuo_bundle::Keys::unlock(&xinghuo_forge::receiver_keys(), xinghuo_forge::PASSPHRASE).expect("the receiver's keys");
    let (mut read, mut whole) = (0, 0);
    for n in 0..200 {
        let (mut chance, mut other) = (Chance::new(n), Chance::new(n + 1000));
        let mut input = sound.clone();
        (target.mutate)(&mut input, &mut chance, &mut |piece| flip(&mut other, piece));
        assert_ne!(input, sound);
        if let Ok(opened) = xinghuo_bundle::read(&input, &keys) {
            read += 1;
            whole += u32::from(opened.damaged.is_empty());
        }
    }
    assert!(read > 120 && whole > 60, "{read} of 200 past the signature, {whole} without damage");
}
