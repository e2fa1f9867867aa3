//! Bundles between copies: what arrives, for whom, and from what version.

use serde_json::{Value, json};
use xinghuo_bundle::{BundleError, Enclosed, Keys, Outgoing, Plan, Purpose, Source, peek};
use xinghuo_ledger::{Hash, LogId, STRETCH_BYTES, Segment};
use xinghuo_model::records::{Office, Request};
use xinghuo_model::{Class, Level, OfficeId};

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
    assert_eq!(x.ledger.segments_for(&y.me.identity().signs, &|_| true, STRETCH_BYTES).expect("segments").entries, 0);
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
    let out = Outgoing { purpose: Purpose::Welcome, number: 2, want: vec![(LogId::default(), 4)], ..outgoing(&audience) };
    let file = xinghuo_bundle::write(&x.me.keys, &out, &[]).expect("a bundle");
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
    assert!(matches!(xinghuo_bundle::write(&keys, &outgoing(&audience), &[]), Err(BundleError::Inconsistent)));
}

#[test]
fn the_registry_is_read_first_wherever_it_lies_in_the_file_and_what_nobody_wants_is_passed_over() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    // Text that does not compress, so that the stretches span several blocks of the cipher.
    for n in 1..8 {
        x.put(&Request { text: noise(n, 12_000), ..request(n.into()) });
    }
    let (street, district) = ("东城街道".into(), "黄岩区".into());
    x.put(&Office { id: OfficeId(SPACE.0), name: "星岩社区".into(), street, district, level: Level::Community });
    let mut segments = x.segments();
    segments.reverse();
    assert_eq!(segments.last().map(|s| s.channel.class), Some(Class::Registry));
    let audience = y.me.identity();
    let out = outgoing(&audience);
    let file = xinghuo_bundle::write(&x.me.keys, &out, &segments).expect("a bundle");
    let whole = y.read(&file).expect("a bundle");
    assert!(whole.damaged.is_empty());
    let classes: Vec<Class> = whole.segments.iter().map(|s| s.channel.class).collect();
    let written: Vec<Class> = segments.iter().map(|s| s.channel.class).collect();
    assert_eq!(classes, [&[Class::Registry], &written[..written.len() - 1]].concat(), "the others in the order of the file");
    // One place damaged: whatever it hits, the rest is there, the registry first.
    for part in 1..24 {
        let mut bytes = file.clone();
        let at = file.len() * part / 24;
        bytes[at] ^= 1;
        for bytes in [&bytes[..], &file[..at]] {
            let Ok(opened) = y.read(bytes) else { continue };
            assert_eq!(opened.segments.len() + opened.damaged.len(), segments.len());
            assert!(stretches(&opened).iter().all(|s| stretches(&whole).contains(s)));
            let registry = opened.segments.iter().position(|s| s.channel.class == Class::Registry);
            assert!(registry.is_none_or(|at| at == 0));
        }
    }
    let mut opened = xinghuo_bundle::open(std::io::Cursor::new(&file), &y.me.keys).expect("a bundle");
    let wanted = |entry: &xinghuo_bundle::SegmentEntry| entry.class == Class::District.code();
    let read: Vec<_> = opened.stretches(&wanted).map(|s| s.expect("sound").entries).collect();
    let expected: Vec<_> = segments.iter().filter(|s| s.channel.class == Class::District).map(|s| s.entries.clone()).collect();
    assert_eq!(read, expected);
}

/// Stretches at hand; from the second time on, one of them is another.
struct Fickle<'a> {
    segments: &'a [Segment],
    asked: std::cell::Cell<usize>,
    changes: bool,
}

impl Source for Fickle<'_> {
    type Error = BundleError;

    fn stretch(&self, at: usize) -> Result<Option<Segment>, BundleError> {
        self.asked.set(self.asked.get() + 1);
        let again = self.asked.get() > self.segments.len() + 1;
        Ok(self.segments.get(if again && self.changes { 0 } else { at }).cloned())
    }

    fn content(&self, _: &Hash) -> Result<Option<Vec<u8>>, BundleError> {
        Ok(None)
    }
}

#[test]
fn a_bundle_too_large_to_be_kept_is_packed_twice_and_must_be_the_same_the_second_time() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    for n in 1..8 {
        x.put(&Request { text: noise(n, 3 << 20), ..request(n.into()) });
    }
    let segments = x.segments();
    let audience = y.me.identity();
    let out = outgoing(&audience);
    for changes in [false, true] {
        let source = Fickle { segments: &segments, asked: std::cell::Cell::new(0), changes };
        let plan = Plan::new(&out, &source, Enclosed::default(), None, uuid::Uuid::nil()).expect("a plan");
        let mut file = Vec::new();
        let written = plan.write(&x.me.keys, 1, &mut file);
        assert!(source.asked.get() > segments.len() + 1, "it all fitted into memory");
        if changes {
            assert!(matches!(written, Err(BundleError::Inconsistent)));
        } else {
            written.expect("a bundle");
            let opened = y.read(&file).expect("a bundle");
            assert!(opened.damaged.is_empty());
            let read: usize = opened.segments.iter().map(|s| s.entries.len()).sum();
            assert_eq!(read, segments.iter().map(|s| s.entries.len()).sum::<usize>());
        }
    }
}

#[test]
fn a_stretch_that_no_reader_would_take_is_not_written() {
    let y = Copy::new(2);
    // Too long; and one that is nothing but repetition, as no log is.
    for length in [12 << 20, 6 << 20] {
        let mut x = Copy::new(1);
        x.put(&Request { text: "长".repeat(length), ..request(1) });
        let (audience, segments) = (y.me.identity(), x.segments());
        assert!(matches!(xinghuo_bundle::write(&x.me.keys, &outgoing(&audience), &segments), Err(BundleError::Size)), "{length}");
    }
}
