//! Backups: what was saved comes out, and every way the file can be wrong is refused.

use std::io::Cursor;

use xinghuo_bundle::{Backup, BundleError, Cost, Keys, Part};
use xinghuo_ledger::Hash;

use crate::fixture::*;

const STORE: &[u8] = b"as if it were an encrypted store, a little longer than nothing";

fn all(_: u64, _: u64) -> bool {
    true
}

fn saved(keys: &Keys, key_file: &str) -> Vec<u8> {
    let part = Part::of(&mut Cursor::new(STORE), &mut all).expect("a part");
    let mut out = Vec::new();
    let at = "2024-11-05T09:00:00+08:00".to_owned();
    Backup::write(&mut out, keys, at, key_file, (&mut Cursor::new(STORE), part), &Hash::of(b"state"), &mut all).expect("writing");
    out
}

/// Reads all of it, as a restore does.
fn read(bytes: &[u8]) -> Result<(Backup, Vec<u8>), BundleError> {
    let mut from = Cursor::new(bytes);
    let backup = Backup::begin(&mut from)?;
    let mut store = Vec::new();
    backup.store(&mut from, &mut store, &mut all)?;
    Ok((backup, store))
}

#[test]
fn what_was_saved_comes_out_and_only_with_its_passphrase() {
    let keys = Keys::generate().expect("keys");
    let file = saved(&keys, &keys.lock(PASSPHRASE, Cost::LEAST).expect("locking"));
    let (backup, store) = read(&file).expect("reading");
    assert_eq!(store, STORE);
    let opened = backup.keys(PASSPHRASE).expect("opening");
    assert_eq!(opened.identity(), keys.identity());
    assert!(backup.holds(&opened, &Hash::of(b"state")) && !backup.holds(&opened, &Hash::of(b"another")));
    assert_eq!(backup.keys("只为考试").err().map(|e| e.code()), Some("keys.wrong_passphrase"));
    // The hash of people's records is not to be seen by whoever finds the file.
    let plain = Hash::of(b"state").hex();
    assert!(!file.windows(plain.len()).any(|w| w == plain.as_bytes()));
}

#[test]
fn every_changed_bit_every_cut_and_every_addition_is_refused() {
    let keys = Keys::generate().expect("keys");
    let file = saved(&keys, &keys.lock(PASSPHRASE, Cost::LEAST).expect("locking"));
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert!(read(&changed).is_err(), "bit {bit} of byte {at}");
        }
        let cut = read(&file[..at]).err().map(|e| e.code());
        assert_eq!(cut, Some(if at == 0 { "bundle.not_ours" } else { "bundle.truncated" }), "cut at {at}");
    }
    assert_eq!(read(&[&file[..], b"!"].concat()).err().map(|e| e.code()), Some("bundle.size"));
}

#[test]
fn who_signs_anothers_key_file_without_its_passphrase_is_refused() {
    let (keys, thief) = (Keys::generate().expect("keys"), Keys::generate().expect("keys"));
    let file = saved(&thief, &keys.lock(PASSPHRASE, Cost::LEAST).expect("locking"));
    let (backup, _) = read(&file).expect("whole in itself");
    assert_eq!(backup.keys(PASSPHRASE).err().map(|e| e.code()), Some("bundle.signature"));
}

#[test]
fn writing_ends_where_the_person_says_stop() {
    let keys = Keys::generate().expect("keys");
    let part = Part::of(&mut Cursor::new(STORE), &mut all).expect("a part");
    let stopped =
        Backup::write(&mut Vec::new(), &keys, String::new(), "{}", (&mut Cursor::new(STORE), part), &Hash::default(), &mut |_, _| false);
    assert_eq!(stopped.err().map(|e| e.code()), Some("cancelled"));
}
