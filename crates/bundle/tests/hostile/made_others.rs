//! Join requests (入网申请) and key files.

use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde_json::{Value, json};
use xinghuo_bundle::{Cost, fingerprint};

use xinghuo_forge::Who::*;
use xinghuo_forge::*;

pub fn all(w: &World) {
    joins(w);
    chains(w);
    keys(w);
}

fn push(w: &World, kind: &str, name: &str, expect: &str, what: &str, bytes: Vec<u8>) {
    let mut vector = Vector::new(name, expect, what, kind, bytes);
    if kind == "keys" {
        vector = vector.with("passphrase", PASSPHRASE);
    }
    w.made.borrow_mut().push(vector);
}

fn request(w: &World, who: Who) -> Obj {
    let party = w.party(who);
    let mut out = Obj::default();
    out.text("signs", &party.signs())
        .text("receives", &party.receives())
        .text("person", "王甲")
        .text("copy", "3号楼笔记本")
        .text("space", &HOME.0.to_string())
        .text("compound", "橘香里")
        .text("place", "星岩社区");
    out
}

fn file(w: &World, who: Who, body: &str) -> Vec<u8> {
    format!("XINGHUO-JOIN 1\n{body}\n{}\n", hex(&w.party(who).sign("xinghuo/join/v1", body.as_bytes()))).into_bytes()
}

fn joins(w: &World) {
    let sound = file(w, Stranger, &request(w, Stranger).line());
    let text = String::from_utf8(sound.clone()).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let digits = fingerprint(&w.party(Stranger).keys.identity());
    let ok = |name: &str, what: &str, bytes: Vec<u8>| {
        let vector = Vector::new(name, "ok", what, "join", bytes).with("fingerprint", &digits);
        w.made.borrow_mut().push(vector);
    };
    ok("join-sound", "A sound join request, with the digits both sides read aloud.", sound.clone());
    ok("join-with-carriage-returns", "A mail program changed the line ends.", text.replace('\n', "\r\n").into_bytes());
    let raw = |name: &str, expect: &str, what: &str, bytes: &[u8]| push(w, "join", name, expect, what, bytes.to_vec());
    raw("join-empty", "bundle.not_ours", "A join request without a byte.", b"");
    raw(
        "join-bundle",
        "bundle.not_ours",
        "A bundle's magic line before a join request.",
        text.replace("XINGHUO-JOIN", "XINGHUO").as_bytes(),
    );
    raw("join-lower-case", "bundle.not_ours", "The join request's magic line is in lower case.", text.to_lowercase().as_bytes());
    raw(
        "join-byte-order-mark",
        "bundle.not_ours",
        "A byte order mark stands before the join request.",
        format!("\u{feff}{text}").as_bytes(),
    );
    raw("join-newer", "bundle.newer", "The join request names version 2.", text.replace("JOIN 1", "JOIN 2").as_bytes());
    raw("join-magic-alone", "bundle.truncated", "The join request ends after its magic line.", b"XINGHUO-JOIN 1\n");
    raw(
        "join-without-signature",
        "bundle.truncated",
        "The join request ends before its signature.",
        format!("{}\n{}\n", lines[0], lines[1]).as_bytes(),
    );
    raw("join-signature-torn", "bundle.signature", "The join request lacks its signature's last byte.", &sound[..sound.len() - 3]);
    raw("join-body-torn", "bundle.truncated", "The join request ends inside its second line.", &sound[..100]);
    raw("join-signature-of-another", "bundle.signature", "The join request is signed by another key.", &file(w, Sender, lines[1]));
    raw(
        "join-signature-no-hex",
        "bundle.signature",
        "The join request's signature is no hex.",
        text.replace(lines[2], &"zz".repeat(64)).as_bytes(),
    );
    let signature = w.party(Stranger).sign("xinghuo/join/v1", lines[1].as_bytes());
    let signed = |signature: &[u8]| format!("{}\n{}\n{}\n", lines[0], lines[1], hex(signature)).into_bytes();
    raw(
        "join-signature-malleable",
        "bundle.signature",
        "The join request's S has the group's order added.",
        &signed(&malleable(&signature)),
    );
    raw(
        "join-signature-as-a-manifest",
        "bundle.signature",
        "The join request's signature was made as a manifest's.",
        &signed(&w.party(Stranger).sign("xinghuo/manifest/v1", lines[1].as_bytes())),
    );
    let weak = request(w, Stranger).text("signs", &hex(&WEAK_KEY)).line();
    raw(
        "join-weak-key",
        "bundle.signature",
        "The one who asks has the neutral point as its key.",
        format!("{}\n{weak}\n{}\n", lines[0], hex(&weak_signature())).as_bytes(),
    );
    raw(
        "join-changed",
        "bundle.signature",
        "The compound's name was changed after the request was signed.",
        text.replace("橘香里", "梨香里").as_bytes(),
    );
    raw(
        "join-receiving-key-exchanged",
        "bundle.signature",
        "The receiving key was exchanged on the way.",
        text.replace(&w.party(Stranger).receives(), &w.party(Sender).receives()).as_bytes(),
    );
    raw(
        "join-with-a-fourth-line",
        "bundle.size",
        "A line that nobody signed follows the join request.",
        [&sound[..], b"{\"role\":\"secretary\"}\n"].concat().as_slice(),
    );
    raw("join-not-utf8", "bundle.not_ours", "The join request is not UTF-8.", &{
        let mut bytes = sound.clone();
        bytes[160] = 0xff;
        bytes
    });
    let long = request(w, Stranger).text("novel", &"x".repeat(64 * 1024)).line();
    raw("join-oversized", "bundle.size", "The join request has more than 64 KiB.", &file(w, Stranger, &long));
    let change = |name: &str, expect: &str, what: &str, change: &dyn Fn(&mut Obj)| {
        let mut body = request(w, Stranger);
        change(&mut body);
        push(w, "join", name, expect, what, file(w, Stranger, &body.line()));
    };
    let bad = "bundle.inconsistent";
    raw("join-body-no-json", bad, "The join request's second line is no JSON.", &file(w, Stranger, "let me in"));
    raw(
        "join-body-a-list",
        bad,
        "The join request is a list of the right values.",
        &file(w, Stranger, &request(w, Stranger).set("former", "[]").list()),
    );
    change("join-key-twice", bad, "The join request names two signing keys.", &|b| {
        let key = b.get("signs").to_owned();
        b.twice("signs", key);
    });
    change("join-without-person", bad, "The join request names nobody.", &|b| _ = b.without("person"));
    change("join-space-no-uuid", bad, "The join request's space is a path.", &|b| _ = b.text("space", "../registry"));
    change("join-key-short", bad, "The join request's key has 31 bytes.", &|b| _ = b.text("signs", &"ab".repeat(31)));
    change("join-receiving-key-none", bad, "The join request's receiving key is none.", &|b| _ = b.text("receives", "age1nobody"));
    change("join-receiving-key-a-secret", bad, "The join request's receiving key is a secret key's beginning.", &|b| {
        _ = b.text("receives", "AGE-SECRET-KEY-1")
    });
    change("join-person-long", bad, "The person's name in the join request has 65 characters.", &|b| {
        _ = b.text("person", &"长".repeat(65))
    });
    for (name, what, sign) in [
        ("join-line-end-in-name", "The compound's name has a line end.", "\n"),
        ("join-nul-in-name", "The compound's name has a NUL.", "\0"),
        ("join-escape-in-name", "The compound's name has an escape character.", "\u{1b}[31m"),
        ("join-c1-in-name", "The compound's name has a control character of the second set.", "\u{9b}"),
        ("join-reordered-name", "The compound's name reorders what is read.", "\u{202e}"),
        ("join-isolated-name", "The compound's name isolates what is read.", "\u{2066}"),
        ("join-zero-width-name", "The compound's name has a character of no width.", "\u{200b}"),
        ("join-soft-hyphen-name", "The compound's name has a hyphen that nobody sees.", "\u{ad}"),
        ("join-filler-name", "The compound's name has a filler that nobody sees.", "\u{3164}"),
        ("join-tag-name", "The compound's name has a tag character that nobody sees.", "\u{e0041}"),
        ("join-joiner-name", "The compound's name has a joiner that nobody sees.", "\u{34f}"),
    ] {
        change(name, bad, what, &|b| _ = b.text("compound", &format!("橘{sign}香里")));
    }
    let fine = |name: &str, what: &str, change: &dyn Fn(&mut Obj)| {
        let mut body = request(w, Stranger);
        change(&mut body);
        ok(name, what, file(w, Stranger, &body.line()));
    };
    fine("join-person-as-long-as-may-be", "The person's name in the join request has 64 characters.", &|b| {
        _ = b.text("person", &"长".repeat(64))
    });
    fine("join-rare-name", "The person's name has a character beyond the first plane.", &|b| _ = b.text("person", "𬭎明"));
    fine("join-extra-field", "The join request has a field more.", &|b| _ = b.text("novel", "field"));
    fine("join-nested", "A further field of the join request is nested 10,000 deep.", &|b| {
        b.set("novel", format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    });
}

/// One old key's word for the next.
fn former(w: &World, old: Who, next: Who) -> Obj {
    let (old, next) = (w.party(old), w.party(next));
    let named = [&next.key()[..], next.receives().as_bytes()].concat();
    let mut out = Obj::default();
    out.text("signs", &old.signs()).text("receives", &old.receives()).text("proof", &hex(&old.sign("xinghuo/former/v1", &named)));
    out
}

fn chains(w: &World) {
    let with = |list: &[Obj]| {
        let list: Vec<String> = list.iter().map(Obj::line).collect();
        file(w, Stranger, &request(w, Stranger).set("former", format!("[{}]", list.join(","))).line())
    };
    let digits = fingerprint(&w.party(Stranger).keys.identity());
    let sound = Vector::new(
        "former-sound",
        "ok",
        "Two keys were given up, each naming the next.",
        "join",
        with(&[former(w, Ended, Limited), former(w, Limited, Stranger)]),
    );
    w.made.borrow_mut().push(sound.with("fingerprint", digits));
    let bad = |name: &str, expect: &str, what: &str, list: &[Obj]| push(w, "join", name, expect, what, with(list));
    let signature = "bundle.signature";
    bad("former-of-another", signature, "A key that was given up named somebody else.", &[former(w, Limited, Sender)]);
    bad(
        "former-broken-in-the-middle",
        signature,
        "The older key did not name the newer one.",
        &[former(w, Ended, Sender), former(w, Limited, Stranger)],
    );
    bad(
        "former-reversed",
        signature,
        "The chain of keys stands in the wrong order.",
        &[former(w, Limited, Stranger), former(w, Ended, Limited)],
    );
    bad("former-doubled", signature, "One key stands in the chain twice.", &[former(w, Limited, Stranger), former(w, Limited, Stranger)]);
    bad(
        "former-stolen",
        signature,
        "The proof is another key's.",
        &[{
            let mut one = former(w, Limited, Stranger);
            one.text("signs", &w.party(Sender).signs());
            one
        }],
    );
    bad(
        "former-without-proof",
        signature,
        "The proof is empty.",
        &[{
            let mut one = former(w, Limited, Stranger);
            one.text("proof", "");
            one
        }],
    );
    bad(
        "former-malleable",
        signature,
        "The proof's S has the group's order added.",
        &[{
            let mut one = former(w, Limited, Stranger);
            let proof = unhex(one.get("proof").trim_matches('"'));
            one.text("proof", &hex(&malleable(&proof)));
            one
        }],
    );
    bad(
        "former-weak-key",
        signature,
        "The key that was given up is the neutral point.",
        &[{
            let mut one = former(w, Limited, Stranger);
            one.text("signs", &hex(&WEAK_KEY)).text("proof", &hex(&weak_signature()));
            one
        }],
    );
    bad(
        "former-in-another-domain",
        signature,
        "The proof was made as a join request's signature.",
        &[{
            let mut one = former(w, Limited, Stranger);
            let next = w.party(Stranger);
            let named = [&next.key()[..], next.receives().as_bytes()].concat();
            one.text("proof", &hex(&w.party(Limited).sign("xinghuo/join/v1", &named)));
            one
        }],
    );
    bad("former-endless", "bundle.size", "The chain has 33 keys.", &vec![former(w, Limited, Stranger); 33]);
    bad(
        "former-without-key",
        "bundle.inconsistent",
        "An old key is missing from the chain.",
        &[{
            let mut one = former(w, Limited, Stranger);
            one.without("signs");
            one
        }],
    );
    push(
        w,
        "join",
        "former-is-a-list",
        "bundle.inconsistent",
        "A key that was given up stands in the chain as a list of the right values.",
        file(w, Stranger, &request(w, Stranger).set("former", format!("[{}]", former(w, Limited, Stranger).list())).line()),
    );
    push(
        w,
        "join",
        "former-no-list",
        "bundle.inconsistent",
        "The chain of keys is a text.",
        file(w, Stranger, &request(w, Stranger).text("former", "none").line()),
    );
}

fn keys(w: &World) {
    let receiver = w.party(Receiver);
    let text = key_file(&receiver.signing, &receiver.receiving, &[9; 32], Cost::LEAST);
    let ok = |name: &str, what: &str, text: String| {
        let vector = Vector::new(name, "ok", what, "keys", text.into_bytes());
        w.made.borrow_mut().push(vector.with("passphrase", PASSPHRASE).with("fingerprint", fingerprint(&receiver.keys.identity())));
    };
    ok("keys-sound", "A sound key file.", text.clone());
    for (name, what, passphrase) in [
        ("keys-passphrase-wrong", "The passphrase is another one.", "只为考试"),
        ("keys-passphrase-empty", "The passphrase is empty.", ""),
        ("keys-passphrase-in-part", "The passphrase is only a part of the right one.", "只为测"),
        ("keys-passphrase-and-more", "The passphrase has something more.", "只为测试。"),
    ] {
        let vector = Vector::new(name, "keys.wrong_passphrase", what, "keys", text.clone().into_bytes());
        w.made.borrow_mut().push(vector.with("passphrase", passphrase));
    }
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    let change = |name: &str, expect: &str, what: &str, change: &dyn Fn(&mut Value)| {
        let mut file = whole.clone();
        change(&mut file);
        push(w, "keys", name, expect, what, file.to_string().into_bytes());
    };
    let slot = |name: &str, expect: &str, what: &str, field: &str, value: Value| {
        change(name, expect, what, &|f| f["slots"][0][field] = value.clone());
    };
    let (costly, damaged, wrong) = ("keys.too_costly", "keys.damaged", "keys.wrong_passphrase");
    slot("keys-memory-over", costly, "Unlocking asks for one KiB more than a gigabyte.", "memory", json!(1024 * 1024 + 1));
    slot("keys-memory-32-bits", costly, "Unlocking asks for 4 TiB.", "memory", json!(u32::MAX));
    slot("keys-memory-under", costly, "Unlocking asks for so little memory that guessing is cheap.", "memory", json!(19 * 1024 - 1));
    slot("keys-memory-nought", costly, "Unlocking asks for no memory.", "memory", json!(0));
    slot("keys-memory-negative", damaged, "Unlocking asks for less than no memory.", "memory", json!(-1));
    slot("keys-memory-past-32-bits", damaged, "Unlocking asks for 2^32 KiB.", "memory", json!(1u64 << 32));
    slot("keys-passes-over", costly, "Unlocking asks for seventeen passes.", "passes", json!(17));
    slot("keys-passes-32-bits", costly, "Unlocking asks for 2^32 - 1 passes.", "passes", json!(u32::MAX));
    slot("keys-passes-nought", costly, "Unlocking asks for no pass.", "passes", json!(0));
    slot("keys-passes-changed", wrong, "Unlocking asks for another number of passes than locking did.", "passes", json!(3));
    slot("keys-salt-empty", damaged, "The salt is empty.", "salt", json!(""));
    slot("keys-salt-no-hex", damaged, "The salt is no hex.", "salt", json!("zz".repeat(16)));
    slot("keys-salt-changed", wrong, "The salt is another one.", "salt", json!("00".repeat(16)));
    slot("keys-nonce-short", damaged, "The nonce is too short.", "nonce", json!("00"));
    slot("keys-nonce-long", damaged, "The nonce is too long.", "nonce", json!("00".repeat(25)));
    slot("keys-nonce-changed", wrong, "The nonce is another one.", "nonce", json!("00".repeat(24)));
    slot("keys-sealed-empty", wrong, "The wrapped secrets are empty.", "sealed", json!(""));
    slot("keys-sealed-null", damaged, "The wrapped secrets are null.", "sealed", Value::Null);
    slot("keys-sealed-no-hex", damaged, "The wrapped secrets are no hex.", "sealed", json!("é"));
    slot("keys-kind-unknown", damaged, "The only slot is of a kind that is not known.", "kind", json!("novel"));
    slot("keys-work-unknown", damaged, "The only slot's key derivation is not known.", "kdf", json!("scrypt"));
    change("keys-sealed-flipped", wrong, "One bit of the wrapped secrets is wrong.", &|f| {
        let sealed = f["slots"][0]["sealed"].as_str().expect("hex").to_owned();
        let first = if sealed.starts_with('0') { '1' } else { '0' };
        f["slots"][0]["sealed"] = format!("{first}{}", &sealed[1..]).into();
    });
    change("keys-sealed-torn", wrong, "The wrapped secrets lack their last byte.", &|f| {
        let sealed = f["slots"][0]["sealed"].as_str().expect("hex").to_owned();
        f["slots"][0]["sealed"] = sealed[..sealed.len() - 2].into();
    });
    change("keys-slots-none", damaged, "There is no slot.", &|f| f["slots"] = json!([]));
    change("keys-slots-missing", damaged, "The list of slots is missing.", &|f| _ = f.as_object_mut().expect("an object").remove("slots"));
    change("keys-slots-null", damaged, "The list of slots is null.", &|f| f["slots"] = Value::Null);
    change("keys-public-half-exchanged", wrong, "The signing key beside the secrets is another's.", &|f| {
        f["signs"] = w.party(Sender).signs().into();
    });
    change("keys-receiving-half-exchanged", wrong, "The receiving key beside the secrets is another's.", &|f| {
        f["receives"] = w.party(Sender).receives().into();
    });
    change("keys-public-half-short", damaged, "The signing key beside the secrets has 31 bytes.", &|f| f["signs"] = "ab".repeat(31).into());
    change("keys-version-newer", "bundle.newer", "The key file names version 2.", &|f| f["v"] = 2.into());
    change("keys-suite-newer", "bundle.newer", "The key file names algorithms that are not known.", &|f| f["suite"] = 2.into());
    change("keys-newer-shape", "bundle.newer", "The key file names version 2, and its slots have another shape.", &|f| {
        (f["v"], f["slots"]) = (2.into(), "novel".into());
    });
    change("keys-of-another-program", damaged, "The file says it is something else.", &|f| f["xinghuo"] = "bundle".into());
    let raw = |name: &str, what: &str, bytes: &[u8]| push(w, "keys", name, damaged, what, bytes.to_vec());
    raw("keys-empty", "The key file has no bytes.", b"");
    raw("keys-null", "The key file is null.", b"null");
    raw("keys-list", "The key file is an empty list.", b"[]");
    raw("keys-torn", "The key file ends in the middle.", &text.as_bytes()[..text.len() / 2]);
    raw("keys-with-more", "Something follows the key file's object.", format!("{text}x").as_bytes());
    raw("keys-byte-order-mark", "A byte order mark stands before the key file.", format!("\u{feff}{text}").as_bytes());
    raw("keys-not-utf8", "The key file is not UTF-8.", &[&text.as_bytes()[..20], b"\xff", &text.as_bytes()[20..]].concat());
    raw("keys-nested", "The key file opens 100,000 lists.", "[".repeat(100_000).as_bytes());
    raw("keys-version-twice", "The key file names its version twice.", text.replacen('{', "{\"v\":1,", 1).as_bytes());
    let mut with_more = whole.clone();
    with_more["novel"] = json!([1]);
    ok("keys-extra-field", "The key file has a field more.", with_more.to_string());
    let mut two = whole.clone();
    let good = two["slots"][0].clone();
    two["slots"] = json!([{ "kind": "novel", "kdf": "none", "memory": 0, "passes": 0, "salt": "", "nonce": "", "sealed": "" }, good]);
    ok("keys-slot-of-another-kind-first", "A slot of a kind that is not known stands before the one that opens.", two.to_string());
    // Wrapped properly, and wrong inside.
    let inside = |name: &str, what: &str, secrets: Value| {
        let slot = &whole["slots"][0];
        let params = argon2::Params::new(Cost::LEAST.memory, Cost::LEAST.passes, 1, Some(32)).expect("parameters");
        let mut key = [0u8; 32];
        let salt = unhex(slot["salt"].as_str().expect("hex"));
        argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
            .hash_password_into(PASSPHRASE.as_bytes(), &salt, &mut key)
            .expect("a key");
        let nonce: [u8; 24] = unhex(slot["nonce"].as_str().expect("hex")).try_into().expect("a nonce");
        let bound = [b"xinghuo/keys/v1\n", &receiver.key()[..], receiver.receives().as_bytes()].concat();
        let sealed = XChaCha20Poly1305::new((&key).into())
            .encrypt(&XNonce::from(nonce), Payload { msg: secrets.to_string().as_bytes(), aad: &bound })
            .expect("sealing");
        change(name, damaged, what, &|f| f["slots"][0]["sealed"] = hex(&sealed).into());
    };
    use age::secrecy::ExposeSecret;
    let secret = |who: Who| w.party(who).receiving.to_string().expose_secret().to_owned();
    let seed = |who: Who| hex(&w.party(who).signing.to_bytes());
    let store = hex(&[9; 32]);
    inside("keys-secrets-no-object", "What was wrapped is a text.", json!("secrets"));
    inside(
        "keys-secrets-without-store-key",
        "What was wrapped lacks the store's key.",
        json!({ "signing": seed(Receiver), "receiving": secret(Receiver) }),
    );
    inside(
        "keys-secrets-of-another-signer",
        "The wrapped signing seed is not the one of the key beside it.",
        json!({ "signing": seed(Sender), "receiving": secret(Receiver), "file_key": store }),
    );
    inside(
        "keys-secrets-of-another-receiver",
        "The wrapped receiving key is not the one beside it.",
        json!({ "signing": seed(Receiver), "receiving": secret(Sender), "file_key": store }),
    );
    inside(
        "keys-secrets-store-key-short",
        "The wrapped store key has 31 bytes.",
        json!({ "signing": seed(Receiver), "receiving": secret(Receiver), "file_key": "09".repeat(31) }),
    );
    assert!(Path::new(FOLDER).is_dir());
}
