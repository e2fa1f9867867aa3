//! Bundles between copies: what arrives, for whom, and from what version.

use serde_json::{Value, json};
use xinghuo_bundle::{BundleError, Keys, Outgoing, Purpose, peek};
use xinghuo_ledger::LogId;
use xinghuo_model::records::Request;

use crate::fixture::*;

#[test]
fn what_one_copy_wrote_is_what_the_other_reads_and_both_agree() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    for n in 1..20 {
        x.put(&request(n));
    }
    let file = x.write(&y.me.identity(), 7);
    assert_eq!(peek(&file).expect("a peek"), (hex(&x.me.identity().signs), hex(&y.me.identity().signs)));
    let opened = y.read(&file).expect("a bundle");
    assert_eq!((opened.manifest.number, opened.from.clone(), opened.damaged.len()), (7, x.me.identity(), 0));
    assert_eq!(opened.manifest.have.len(), 2);
    let done = y.absorb(opened);
    assert!(done.segments.iter().all(|s| s.refused == 0 && s.held == 0));
    assert_eq!(x.state(), y.state());

    // And back, with an answer; the sender reads its own copy of a bundle too.
    y.put(&Request { place: "西门".into(), ..request(1) });
    let file = y.write(&x.me.identity(), 1);
    assert_eq!(stretches(&y.read(&file).expect("its own")), stretches(&x.read(&file).expect("a bundle")));
    let opened = x.read(&file).expect("a bundle");
    let have: Vec<(LogId, u64, xinghuo_ledger::Hash)> = opened.manifest.have.clone();
    x.absorb(opened);
    assert_eq!(x.state(), y.state());
    x.ledger.acknowledge(&y.me.identity().signs, 1, &have).expect("a receipt");
    assert_eq!(x.ledger.segments_for(&y.me.identity().signs, &|_| true).expect("segments").entries, 0);
}

#[test]
fn a_third_copys_log_travels_through_a_second_with_its_own_seal() {
    let (mut x, mut y, mut z) = (Copy::new(1), Copy::new(2), Copy::new(3));
    x.put(&request(1));
    let file = x.write(&y.me.identity(), 1);
    let opened = y.read(&file).expect("a bundle");
    y.absorb(opened);
    y.put(&request(2));
    let file = y.write(&z.me.identity(), 1);
    let opened = z.read(&file).expect("a bundle");
    assert_eq!((opened.segments.len(), opened.damaged.len()), (4, 0));
    z.absorb(opened);
    assert_eq!(y.state(), z.state());
}

#[test]
fn an_empty_bundle_is_a_receipt() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let opened = y.read(&x.write(&y.me.identity(), 1)).expect("a bundle");
    assert_eq!((opened.segments.len(), opened.manifest.have.len()), (0, 0));
    let audience = y.me.identity();
    let out = Outgoing {
        purpose: Purpose::Welcome,
        audience: &audience,
        number: 2,
        made_at: String::new(),
        have: Vec::new(),
        want: vec![(LogId::default(), 4)],
        segments: &[],
    };
    let file = xinghuo_bundle::write(&x.me.keys, &out).expect("a bundle");
    let opened = y.read(&file).expect("a bundle");
    assert_eq!((opened.manifest.purpose, opened.manifest.want), (Purpose::Welcome, vec![(LogId::default(), 4)]));
}

#[test]
fn nobody_can_pass_a_bundle_on_as_if_it_had_been_meant_for_a_third() {
    let (mut x, y, z) = (Copy::new(1), Copy::new(2), Copy::new(3));
    x.put(&request(1));
    let file = x.write(&y.me.identity(), 1);
    assert_eq!(z.read(&file).err(), Some("bundle.not_for_us"));
    let inside = y.me.open(&file);
    // Encrypted anew to the third, with the sender's signature as it was.
    let (sender, third) = (x.me.identity(), z.me.identity());
    assert_eq!(z.read(&inside.seal(&sender, &third)).err(), Some("bundle.not_for_us"));
    // Changed inside: then the signature is nobody's.
    let mut changed = inside.clone();
    changed.line =
        String::from_utf8(inside.line.clone()).expect("JSON").replace(&hex(&y.me.identity().signs), &hex(&third.signs)).into_bytes();
    assert_eq!(z.read(&changed.seal(&sender, &third)).err(), Some("bundle.signature"));
    // Signed by the one who passes it on: then it is theirs, and says so.
    let mut mine = inside.clone();
    y.me.resign(&mut mine, |m| {
        m["to"] = hex(&third.signs).into();
        m["from"] = hex(&y.me.identity().signs).into();
    });
    let opened = z.read(&mine.seal(&y.me.identity(), &third)).expect("an honest relay");
    assert_eq!(opened.from.signs, y.me.identity().signs);
    // But not under the first one's name.
    assert_eq!(z.read(&mine.seal(&sender, &third)).err(), Some("bundle.inconsistent"));
    // To whom it was meant, but the clear header lies about its number.
    let mut renumbered = inside;
    renumbered.manifest.number = 9;
    assert_eq!(y.read(&renumbered.seal(&sender, &y.me.identity())).err(), Some("bundle.inconsistent"));
}

#[test]
fn a_bundle_of_a_newer_version_says_so() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let (from, to) = (x.me.identity(), y.me.identity());
    let file = x.write(&to, 1);
    let whole = String::from_utf8_lossy(&file[..400]).into_owned();
    let again = |a: &str, b: &str| {
        let at = whole.find(a).expect("it stands there");
        [&file[..at], b.as_bytes(), &file[at + a.len()..]].concat()
    };
    for bytes in [
        again("XINGHUO 1\n", "XINGHUO 2\n"),
        again("XINGHUO 1\n", "XINGHUO 17\n"),
        again("\"v\":1", "\"v\":2"),
        again("\"suite\":1", "\"suite\":2"),
        b"XINGHUO 2\n{\"v\":2,\"suite\":1,\"novel\":true}\n...".to_vec(),
        b"XINGHUO 1\n{\"v\":2,\"suite\":1}\n...".to_vec(),
    ] {
        assert_eq!(y.read(&bytes).err(), Some("bundle.newer"));
        assert_eq!(peek(&bytes).map_err(|e| e.code()), Err("bundle.newer"));
    }
    let rows: [fn(&mut Value); 5] = [
        |m| m["reader"] = 2.into(),
        |m| m["v"] = 2.into(),
        |m| m["suite"] = 2.into(),
        |m| (m["reader"], m["purpose"]) = (2.into(), "novel".into()),
        |m| (m["reader"], m["segments"]) = (2.into(), json!({ "novel": "shape" })),
    ];
    for (n, change) in rows.into_iter().enumerate() {
        let mut inside = y.me.open(&file);
        x.me.resign(&mut inside, change);
        assert_eq!(y.read(&inside.seal(&from, &to)).err(), Some("bundle.newer"), "row {n}");
    }
    // Something more that an older reader may leave out is no hindrance.
    let mut inside = y.me.open(&file);
    x.me.resign(&mut inside, |m| m["novel"] = json!([1]));
    assert_eq!(y.read(&inside.seal(&from, &to)).expect("a bundle").segments.len(), 2);
    // And a stretch of a class that is not known yet leaves the others whole.
    let mut inside = y.me.open(&file);
    x.me.resign(&mut inside, |m| m["segments"][0]["class"] = "planet".into());
    let opened = y.read(&inside.seal(&from, &to)).expect("a bundle");
    assert_eq!((opened.segments.len(), opened.damaged[0].code), (1, "newer"));
}

#[test]
fn a_bundle_for_a_key_that_is_none_is_not_written() {
    let keys = Keys::generate().expect("keys");
    let mut audience = keys.identity();
    audience.receives = "age1nobody".into();
    let out = Outgoing {
        purpose: Purpose::Exchange,
        audience: &audience,
        number: 1,
        made_at: String::new(),
        have: Vec::new(),
        want: Vec::new(),
        segments: &[],
    };
    assert!(matches!(xinghuo_bundle::write(&keys, &out), Err(BundleError::Inconsistent)));
}
