//! The key file and what follows from the keys.

use serde_json::Value;
use xinghuo_bundle::{Cost, Identity, Keys, fingerprint, sealed};
use xinghuo_ledger::{Channel, Hash, log_id};
use xinghuo_model::Class;

use crate::fixture::*;

fn code(text: &str, passphrase: &str) -> Result<Identity, &'static str> {
    Keys::unlock(text, passphrase).map(|k| k.identity()).map_err(|e| e.code())
}

#[test]
fn the_right_passphrase_opens_and_nothing_else_does() {
    let keys = Keys::generate().expect("keys");
    let text = keys.lock(PASSPHRASE, Cost::LEAST).expect("locking");
    for (passphrase, expected) in [
        (PASSPHRASE, Ok(keys.identity())),
        ("", Err("keys.wrong_passphrase")),
        ("只为测试 ", Err("keys.wrong_passphrase")),
        ("只为考试", Err("keys.wrong_passphrase")),
    ] {
        assert_eq!(code(&text, passphrase), expected, "{passphrase:?}");
    }
    let opened = Keys::unlock(&text, PASSPHRASE).expect("opening");
    assert_eq!(opened.file_key(), keys.file_key());
    assert_ne!(keys.file_key(), Keys::generate().expect("keys").file_key(), "every store has a key of its own");
    let again = keys.lock(PASSPHRASE, Cost::LEAST).expect("locking");
    assert_ne!(text, again, "salt and nonce are fresh every time");
    for secret in ["AGE-SECRET-KEY", &hex(keys.file_key())] {
        assert!(!text.contains(secret));
    }
}

#[test]
fn a_key_file_written_by_hand_from_the_formats_description_opens() {
    assert_eq!(Forger::new(1).identity().signs, Forger::new(1).signing.verifying_key().to_bytes());
}

#[test]
fn a_damaged_or_greedy_key_file_is_refused_by_name() {
    let keys = Keys::generate().expect("keys");
    let text = keys.lock(PASSPHRASE, Cost::LEAST).expect("locking");
    let other = Keys::generate().expect("keys").identity();
    type Change = Box<dyn Fn(&mut Value)>;
    let slot = |name: &'static str, value: Value| -> Change { Box::new(move |f| f["slots"][0][name] = value.clone()) };
    let top = |name: &'static str, value: Value| -> Change { Box::new(move |f| f[name] = value.clone()) };
    let rows: Vec<(Change, &str)> = vec![
        (slot("memory", 2_000_000.into()), "keys.too_costly"),
        (slot("memory", u32::MAX.into()), "keys.too_costly"),
        (slot("memory", 8.into()), "keys.too_costly"),
        (slot("memory", 0.into()), "keys.too_costly"),
        (slot("passes", 1000.into()), "keys.too_costly"),
        (slot("passes", 0.into()), "keys.too_costly"),
        (slot("memory", (-1).into()), "keys.damaged"),
        (slot("salt", "".into()), "keys.damaged"),
        (slot("salt", "zz".into()), "keys.damaged"),
        (slot("salt", "00".repeat(16).into()), "keys.wrong_passphrase"),
        (slot("nonce", "00".into()), "keys.damaged"),
        (slot("nonce", "00".repeat(24).into()), "keys.wrong_passphrase"),
        (slot("sealed", "".into()), "keys.wrong_passphrase"),
        (slot("sealed", "é".into()), "keys.damaged"),
        (slot("kind", "novel".into()), "keys.damaged"),
        (slot("kdf", "novel".into()), "keys.damaged"),
        (top("slots", Value::Array(Vec::new())), "keys.damaged"),
        (top("xinghuo", "other".into()), "keys.damaged"),
        (top("v", 2.into()), "bundle.newer"),
        (top("suite", 2.into()), "bundle.newer"),
        (Box::new(|f| (f["v"], f["slots"]) = (2.into(), "novel".into())), "bundle.newer"),
        // The public half beside the secrets cannot be exchanged.
        (top("signs", hex(&other.signs).into()), "keys.wrong_passphrase"),
        (top("receives", other.receives.clone().into()), "keys.wrong_passphrase"),
    ];
    for (n, (change, expected)) in rows.iter().enumerate() {
        let mut file: Value = serde_json::from_str(&text).expect("JSON");
        change(&mut file);
        assert_eq!(code(&file.to_string(), PASSPHRASE).err(), Some(*expected), "row {n}");
    }
    for text in ["", "{", "[]", "null", "钥匙", &text[..text.len() / 2]] {
        assert_eq!(code(text, PASSPHRASE).err(), Some("keys.damaged"), "{text}");
    }
    assert_eq!(keys.lock(PASSPHRASE, Cost { memory: 4, passes: 1 }).err().map(|e| e.code()), Some("keys.too_costly"));
}

#[test]
fn a_key_file_may_ask_for_the_most_work_allowed_and_not_for_a_step_more_or_too_little() {
    let keys = Keys::generate().expect("keys");
    let least = Cost::LEAST;
    for (cost, expected) in [
        (Cost { passes: 16, ..least }, None),
        (Cost { passes: 17, ..least }, Some("keys.too_costly")),
        (Cost { passes: 1, ..least }, None),
        (Cost { memory: least.memory - 1, ..least }, Some("keys.too_costly")),
    ] {
        assert_eq!(keys.lock(PASSPHRASE, cost).err().map(|e| e.code()), expected, "{cost:?}");
    }
}

#[test]
fn a_seal_holds_for_its_author_its_log_its_number_and_its_hash_alone() {
    let (keys, other) = (Keys::generate().expect("keys"), Keys::generate().expect("keys"));
    let (me, head) = (keys.identity().signs, Hash::of(b"head"));
    let log = log_id(&me, Channel { space: SPACE, class: Class::ALL[0] });
    let seal = keys.seal(&log, 7, &head);
    assert!(sealed(&me, &log, 7, &head, &seal));
    assert!(!sealed(&other.identity().signs, &log, 7, &head, &seal));
    assert!(!sealed(&me, &Hash::of(b"another log"), 7, &head, &seal));
    assert!(!sealed(&me, &log, 8, &head, &seal));
    assert!(!sealed(&me, &log, 7, &Hash::of(b"another head"), &seal));
    assert!(!sealed(&me, &log, 7, &head, &seal[1..]));
}

#[test]
fn renewed_keys_open_the_same_store_under_another_name() {
    let keys = Keys::generate().expect("keys");
    let renewed = keys.renewed().expect("keys");
    assert_eq!(keys.file_key(), renewed.file_key());
    assert_ne!(keys.identity().signs, renewed.identity().signs);
    assert_ne!(keys.identity().receives, renewed.identity().receives);
}

#[test]
fn a_fingerprint_is_six_groups_of_five_digits_and_stays_the_same() {
    let identity = |n: u8| Identity { signs: [n; 32], receives: format!("age1{n}") };
    for n in 0..50 {
        let text = fingerprint(&identity(n));
        let groups: Vec<&str> = text.split(' ').collect();
        assert_eq!(groups.len(), 6, "{text}");
        assert!(groups.iter().all(|g| g.len() == 5 && g.bytes().all(|b| b.is_ascii_digit())), "{text}");
        assert_eq!(text, fingerprint(&identity(n)));
        assert_ne!(text, fingerprint(&identity(n + 1)));
    }
    // Either key alone changes it.
    assert_ne!(fingerprint(&identity(1)), fingerprint(&Identity { receives: "age2".into(), ..identity(1) }));
    // Read aloud to people who wrote it down last year.
    assert_eq!(fingerprint(&identity(1)), "85603 55728 97292 23714 45012 87433");
}
