//! The join request.

use xinghuo_bundle::{Former, JoinRequest, Keys};

use crate::fixture::*;

fn request_of(keys: &Keys) -> JoinRequest {
    let identity = keys.identity();
    JoinRequest {
        signs: hex(&identity.signs),
        receives: identity.receives,
        person: "王甲".into(),
        copy: "3号楼笔记本".into(),
        space: uuid::Uuid::from_u128(0xC0),
        compound: "橘香里".into(),
        place: "黄岩区示范街道星岩社区".into(),
        level: String::new(),
        former: Vec::new(),
    }
}

fn code(bytes: &[u8]) -> Option<&'static str> {
    JoinRequest::read(bytes).err().map(|e| e.code())
}

#[test]
fn a_request_reads_as_it_was_written_and_names_its_keys() {
    let keys = Keys::generate().expect("keys");
    let request = request_of(&keys);
    let file = request.write(&keys);
    assert_eq!(JoinRequest::read(&file).expect("a request"), request);
    assert_eq!(JoinRequest::read(&file).expect("a request").identity().expect("keys"), keys.identity());
    // A mail program changed the line ends.
    let text = String::from_utf8(file).expect("text").replace('\n', "\r\n");
    assert_eq!(JoinRequest::read(text.as_bytes()).expect("a request"), request);
}

#[test]
fn a_request_that_was_touched_is_refused() {
    let keys = Keys::generate().expect("keys");
    let file = request_of(&keys).write(&keys);
    for at in 0..file.len() - 1 {
        let mut bytes = file.clone();
        bytes[at] ^= 1 << (at % 7);
        // The case of the signature's hex digits says nothing.
        if bytes.eq_ignore_ascii_case(&file) && at + 130 > file.len() {
            continue;
        }
        assert!(code(&bytes).is_some(), "flipped at {at}");
    }
    for length in 0..file.len() - 1 {
        assert!(code(&file[..length]).is_some(), "cut at {length}");
    }
}

#[test]
fn a_request_signed_with_another_key_or_for_one_that_is_none_is_refused() {
    let (keys, other) = (Keys::generate().expect("keys"), Keys::generate().expect("keys"));
    let request = request_of(&keys);
    assert_eq!(code(&request.write(&other)), Some("bundle.signature"));
    for (receives, expected) in [("age1nobody", "bundle.inconsistent"), ("", "bundle.inconsistent")] {
        let broken = JoinRequest { receives: receives.into(), ..request.clone() };
        assert_eq!(code(&broken.write(&keys)), Some(expected));
    }
    let broken = JoinRequest { signs: "00".into(), ..request };
    assert_eq!(code(&broken.write(&keys)), Some("bundle.inconsistent"));
}

#[test]
fn names_that_deceive_the_eye_are_refused() {
    let keys = Keys::generate().expect("keys");
    let signed = |name: &str| {
        let base = request_of(&keys);
        [
            JoinRequest { person: name.into(), ..base.clone() },
            JoinRequest { copy: name.into(), ..base.clone() },
            JoinRequest { compound: name.into(), ..base.clone() },
            JoinRequest { place: name.into(), ..base.clone() },
            JoinRequest { level: name.into(), ..base },
        ]
        .map(|r| code(&r.write(&keys)))
    };
    for c in [
        '\u{202E}', '\u{202A}', '\u{2066}', '\u{2069}', '\u{200E}', '\u{200F}', '\u{061C}', '\u{200B}', '\u{FEFF}', '\u{2028}', '\n', '\t',
        '\0', '\u{7F}', '\u{9B}',
    ] {
        assert_eq!(signed(&format!("王{c}甲")), [Some("bundle.inconsistent"); 5], "{:x}", c as u32);
    }
    assert_eq!(signed(&"长".repeat(65)), [Some("bundle.inconsistent"); 5]);
    for fine in ["王甲", "𬭎明", "Wang 3-2", "", &"长".repeat(64)] {
        assert_eq!(signed(fine), [None; 5], "{fine}");
    }
}

#[test]
fn what_is_no_request_is_told_apart() {
    for (bytes, expected) in [
        (&b""[..], "bundle.not_ours"),
        (b"XINGHUO 1\n", "bundle.not_ours"),
        (b"\xff\xfe", "bundle.not_ours"),
        (b"XINGHUO-JOIN 2\n{}\n", "bundle.newer"),
        (b"XINGHUO-JOIN 1\n", "bundle.truncated"),
        (b"XINGHUO-JOIN 1\n{}\n", "bundle.truncated"),
        (b"XINGHUO-JOIN 1\n{}\n00\n", "bundle.inconsistent"),
        (&[b"XINGHUO-JOIN 1\n{", &[b' '; 64 * 1024 - 16][..]].concat(), "bundle.truncated"),
    ] {
        assert_eq!(code(bytes), Some(expected), "{}", String::from_utf8_lossy(bytes));
    }
    let long = [b"XINGHUO-JOIN 1\n", "长".repeat(40_000).as_bytes()].concat();
    assert_eq!(code(&long), Some("bundle.size"));
    assert_eq!(code("长".repeat(40_000).as_bytes()), Some("bundle.not_ours"));
}

#[test]
fn a_key_that_was_given_up_counts_only_where_it_named_its_successor() {
    let fresh = || Keys::generate().expect("keys");
    let (oldest, older, now, stranger) = (fresh(), fresh(), fresh(), fresh());
    let chain = vec![Former::vouch(&oldest, &older.identity()), Former::vouch(&older, &now.identity())];
    let request = JoinRequest { former: chain.clone(), ..request_of(&now) };
    assert_eq!(JoinRequest::read(&request.write(&now)).expect("a sound chain").former, chain);
    let own = Former::vouch(&older, &now.identity());
    for broken in [
        vec![Former::vouch(&stranger, &older.identity())],
        vec![own.clone(), Former::vouch(&oldest, &older.identity())],
        vec![Former { signs: Former::vouch(&stranger, &now.identity()).signs, ..own.clone() }],
        vec![Former { proof: String::new(), ..own.clone() }],
    ] {
        let request = JoinRequest { former: broken, ..request_of(&now) };
        assert_eq!(JoinRequest::read(&request.write(&now)).expect_err("no sound chain").code(), "bundle.signature");
    }
    // As many as are allowed: each names the next.
    let mut past: Vec<Keys> = (0..32).map(|_| fresh()).collect();
    past.push(fresh());
    let former = past.windows(2).map(|pair| Former::vouch(&pair[0], &pair[1].identity())).collect();
    let last = &past[32];
    let long = JoinRequest { former, ..request_of(last) };
    assert_eq!(JoinRequest::read(&long.write(last)).expect("a long life").former.len(), 32);
    let endless = JoinRequest { former: vec![own; 33], ..request_of(&now) };
    assert_eq!(JoinRequest::read(&endless.write(&now)).expect_err("too many").code(), "bundle.size");
}
