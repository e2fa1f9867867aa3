//! Backups: what was saved comes out, and every way the file can be wrong is refused.

use std::io::{self, Cursor, Read};

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
    assert_eq!(backup.made_at(), "2024-11-05T09:00:00+08:00");
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

#[test]
fn the_first_line_says_what_the_file_is_and_which_version() {
    for (bytes, expected) in [
        (&b"XINGHUO-BACKUP 2\n"[..], "bundle.newer"),
        (b"XINGHUO-BACKUP 10\n", "bundle.newer"),
        (b"XINGHUO-BACKUP \n", "bundle.inconsistent"),
        (b"XINGHUO-BACKUP 1x\n", "bundle.inconsistent"),
        (b"XINGHUO-BACKUP 1", "bundle.truncated"),
        (b"XINGHUO-BACKUP 2", "bundle.not_ours"),
        (b"XINGHUO 1\n", "bundle.not_ours"),
        (b"XINGHUO-BACKUP 1\n{\"v\":2,\"suite\":1}\n00\n", "bundle.newer"),
        (b"XINGHUO-BACKUP 1\n{\"v\":1,\"suite\":2}\n00\n", "bundle.newer"),
        (b"XINGHUO-BACKUP 1\n[]\n00\n", "bundle.inconsistent"),
        (&[b"XINGHUO-BACKUP 1\n{", &[b' '; 5000][..]].concat(), "bundle.size"),
        (&[b"XINGHUO-BACKUP 1\n{", &[b' '; 4095][..]].concat(), "bundle.size"),
        (&[b"XINGHUO-BACKUP 1\n{", &[b' '; 4094][..]].concat(), "bundle.truncated"),
    ] {
        assert_eq!(read(bytes).err().map(|e| e.code()), Some(expected), "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]));
    }
}

#[test]
fn a_key_file_of_the_largest_size_is_read_and_a_larger_one_is_not() {
    let keys = Keys::generate().expect("keys");
    assert!(read(&saved(&keys, &" ".repeat(64 * 1024))).is_ok());
    assert_eq!(read(&saved(&keys, &" ".repeat(64 * 1024 + 1))).err().map(|e| e.code()), Some("bundle.size"));
}

/// A disk that is interrupted once, and broken from a certain byte on.
struct Shaky<'a> {
    bytes: &'a [u8],
    interrupted: bool,
    breaks: bool,
}

impl Read for Shaky<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.interrupted, true) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match self.bytes.read(out)? {
            0 if self.breaks => Err(io::ErrorKind::PermissionDenied.into()),
            n => Ok(n),
        }
    }
}

#[test]
fn an_interruption_is_borne_and_a_broken_disk_is_not() {
    let part = Part::of(&mut Cursor::new(STORE), &mut all).expect("a part");
    assert_eq!(Part::of(&mut Shaky { bytes: STORE, interrupted: false, breaks: false }, &mut all).expect("a part"), part);
    let broken = Part::of(&mut Shaky { bytes: STORE, interrupted: true, breaks: true }, &mut all);
    assert_eq!(broken.err().map(|e| e.code()), Some("file.io"));
}
