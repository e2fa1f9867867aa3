//! Torn, flipped and forged files: refused with a code, or the undamaged stretches and never a
//! wrong entry.

use serde_json::{Value, json};
use xinghuo_ledger::{Hash, Segment};
use xinghuo_model::records::{Office, Request};
use xinghuo_model::{Class, Level, OfficeId};

use crate::fixture::*;

#[test]
fn every_truncation_and_every_flipped_byte_of_a_bundle_is_noticed() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    x.put(&Request { place: "西门".into(), ..request(1) });
    let file = x.write(&y.me.identity(), 1);
    assert!((2000..6000).contains(&file.len()), "{} bytes", file.len());
    let whole = stretches(&y.read(&file).expect("the whole bundle"));
    let mut read_all_the_same = 0;
    let mut check = |bytes: &[u8], what: &str| match y.read(bytes) {
        Err(code) => assert!(code.starts_with("bundle."), "{what}: {code}"),
        Ok(opened) => {
            assert!(stretches(&opened).iter().all(|s| whole.contains(s)), "{what}: a wrong entry");
            read_all_the_same += 1;
        }
    };
    for length in 0..file.len() {
        check(&file[..length], &format!("cut at {length}"));
    }
    for at in 0..file.len() {
        let mut bytes = file.clone();
        bytes[at] ^= 1 << (at % 8);
        check(&bytes, &format!("flipped at {at}"));
    }
    check(&[b"x", &file[..]].concat(), "one byte before");
    assert_eq!(y.read(&[&file[..], b"x"].concat()).err(), Some("bundle.size"));
    // Only where the clear header's length was made larger: then everything is there still.
    assert!(read_all_the_same <= 4, "{read_all_the_same}");
}

#[test]
fn a_file_damaged_in_one_place_yields_the_rest() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    // Text that does not compress, so that the stretches span several blocks of the cipher.
    for n in 1..12 {
        x.put(&Request { text: noise(n, 12_000), ..request(n.into()) });
    }
    let file = x.write(&y.me.identity(), 1);
    assert!(file.len() > 128 * 1024, "{} bytes", file.len());
    let whole = y.read(&file).expect("the whole bundle");
    let mut partly = 0;
    for part in 1..16 {
        let mut bytes = file.clone();
        let at = file.len() * part / 16;
        bytes[at] ^= 1;
        for bytes in [&bytes[..], &file[..at]] {
            match y.read(bytes) {
                Err(code) => assert!(["bundle.sealed", "bundle.truncated"].contains(&code), "{code}"),
                Ok(opened) => {
                    partly += usize::from(!opened.segments.is_empty());
                    assert_eq!(opened.segments.len() + opened.damaged.len(), whole.segments.len());
                    assert!(!opened.damaged.is_empty() && opened.damaged.iter().all(|d| d.code == "hash" && d.entries == 11));
                    assert!(stretches(&opened).iter().all(|s| stretches(&whole).contains(s)));
                }
            }
        }
    }
    assert!(partly > 0, "no damage left anything");
}

/// Fifteen requests, one stretch an entry, and the registry's stretch behind all others.
fn registry_last(x: &mut Copy) -> Vec<Segment> {
    for n in 1..16 {
        x.put(&Request { text: noise(n, 20_000), ..request(n.into()) });
    }
    let (street, district) = ("东城街道".into(), "黄岩区".into());
    x.put(&Office { id: OfficeId(SPACE.0), name: "星岩社区".into(), street, district, level: Level::Community });
    let mut segments = x.segments_apart();
    segments.sort_by_key(|s| s.channel.class == Class::Registry);
    segments
}

#[test]
fn what_lies_before_a_tear_or_on_either_side_of_damage_is_read_also_where_the_registry_lay_behind_it() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let segments = registry_last(&mut x);
    let audience = y.me.identity();
    let file = xinghuo_bundle::write(&x.me.keys, &outgoing(&audience), &segments).expect("a bundle");
    let manifest = y.read(&file).expect("a bundle").manifest;
    // Where each stretch begins and ends, at least and at most: what stands before is not much, and a block of the cipher is
    // lost whole.
    let (mut places, mut at) = (Vec::new(), 0);
    for entry in &manifest.segments {
        places.push((at, at + entry.stored as usize));
        at += entry.stored as usize;
    }
    let (before, block) = (file.len() - at, (64 << 10) + 2000);
    assert!(before < 30_000 && file.len() > 4 * block, "{before} of {}", file.len());
    for part in 6..48 {
        let at = file.len() * part / 48;
        let mut flipped = file.clone();
        flipped[at] ^= 1;
        for (bytes, torn) in [(&file[..at], true), (&flipped[..], false)] {
            let Ok(opened) = y.read(bytes) else {
                assert!(at < before + block, "{at}: not opened");
                continue;
            };
            let read = stretches(&opened);
            for ((from, to), segment) in places.iter().zip(&segments) {
                let sound = to + before + block < at || (!torn && from + before > at + block);
                assert!(!sound || read.contains(&(segment.channel, segment.entries.clone())), "{at}, torn {torn}: {from} to {to}");
            }
        }
    }
}

#[test]
fn a_table_of_contents_that_names_more_than_there_is_costs_what_is_not_there() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    let segments = registry_last(&mut x);
    let (from, to) = (x.me.identity(), y.me.identity());
    let file = xinghuo_bundle::write(&x.me.keys, &outgoing(&to), &segments).expect("a bundle");
    // It ends where the registry would begin.
    let mut inside = y.me.open(&file);
    let registry = inside.manifest.segments.last().expect("the registry's").stored as usize;
    inside.packed.truncate(inside.packed.len() - registry);
    let opened = y.read(&inside.seal(&from, &to)).expect("a bundle");
    assert_eq!(opened.damaged.iter().map(|d| d.code).collect::<Vec<_>>(), ["hash"]);
    assert_eq!(opened.segments.len(), segments.len() - 1);
    // The first is said to be longer than it is: whatever stands behind it is looked for elsewhere, or behind the end.
    for more in [1, 1000, 64 << 10, 1 << 20] {
        let mut inside = y.me.open(&file);
        x.me.resign(&mut inside, |m| m["segments"][0]["stored"] = (m["segments"][0]["stored"].as_u64().expect("a number") + more).into());
        let opened = y.read(&inside.seal(&from, &to)).expect("a bundle");
        assert!(opened.segments.is_empty() && opened.damaged.iter().all(|d| d.code == "hash"), "{more}");
    }
}

#[test]
fn what_is_no_bundle_is_told_by_its_first_bytes() {
    let y = Copy::new(2);
    for (bytes, code) in [
        (&b""[..], "bundle.not_ours"),
        (b"PK\x03\x04 a spreadsheet", "bundle.not_ours"),
        (b"XINGHUO-JOIN 1\n{}\n", "bundle.not_ours"),
        (b"XINGHUO\n", "bundle.not_ours"),
        (b"XING", "bundle.truncated"),
        (b"XINGHUO 1", "bundle.truncated"),
        (b"XINGHUO 1\n", "bundle.truncated"),
        (b"XINGHUO 1\n{\"v\":1", "bundle.truncated"),
        (b"XINGHUO 1\nnonsense\n", "bundle.inconsistent"),
        (b"XINGHUO 1\n{\"v\":1,\"suite\":1}\n", "bundle.inconsistent"),
    ] {
        assert_eq!(y.read(bytes).err(), Some(code), "{}", String::from_utf8_lossy(bytes));
    }
}

/// A signed table of contents, changed.
type Change = fn(&mut Value);

#[test]
fn a_table_of_contents_that_does_not_fit_costs_only_the_stretch_it_lies_about() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    x.put(&Request { place: "西门".into(), category: xinghuo_model::Category::Parking, ..request(1) });
    let (from, to) = (x.me.identity(), y.me.identity());
    let file = x.write(&to, 1);
    let whole = stretches(&y.read(&file).expect("the whole bundle"));
    let rows: [(Change, &str); 22] = [
        (|s| s["blake3"] = Hash::of(b"another").hex().into(), "hash"),
        (|s| s["stored"] = (s["stored"].as_u64().expect("a number") - 1).into(), "hash"),
        (|s| s["stored"] = 0.into(), "hash"),
        (|s| s["stored"] = (1 << 29).into(), "hash"),
        (|s| s["unpacked"] = 0.into(), "unpack"),
        (|s| s["unpacked"] = (s["unpacked"].as_u64().expect("a number") - 1).into(), "unpack"),
        (|s| s["unpacked"] = (s["unpacked"].as_u64().expect("a number") + 1).into(), "unpack"),
        (|s| s["unpacked"] = (200 << 20).into(), "unpack"),
        (|s| s["key"] = "00".into(), "decode"),
        (|s| s["key"] = "+1".repeat(32).into(), "decode"),
        (|s| s["key"] = hex(&[7; 32]).into(), "decode"),
        (|s| s["space"] = uuid::Uuid::from_u128(5).to_string().into(), "decode"),
        (|s| s["log"] = Hash::default().hex().into(), "decode"),
        (|s| s["class"] = "branch".into(), "decode"),
        (|s| s["first"] = 2.into(), "chain"),
        (|s| s["last"] = 3.into(), "chain"),
        (|s| s["last"] = u64::MAX.into(), "chain"),
        (|s| s["prev"] = Hash::of(b"another").hex().into(), "chain"),
        (|s| s["head"] = Hash::of(b"another").hex().into(), "chain"),
        (|s| s["seal"] = "00".repeat(64).into(), "seal"),
        (|s| s["seal"] = "".into(), "seal"),
        (|s| s["seal"] = "zz".into(), "seal"),
    ];
    for (n, (change, code)) in rows.into_iter().enumerate() {
        let mut inside = y.me.open(&file);
        // The last one, so that what it takes from the file harms no other.
        x.me.resign(&mut inside, |m| change(&mut m["segments"][1]));
        let opened = y.read(&inside.seal(&from, &to)).expect("a bundle");
        assert_eq!(opened.damaged.iter().map(|d| d.code).collect::<Vec<_>>(), [code], "row {n}");
        assert_eq!(stretches(&opened), whole[..1], "row {n}");
    }
    // What nobody could ever send is refused at once.
    for change in
        [|m: &mut Value| m["segments"][0]["stored"] = u64::MAX.into(), |m: &mut Value| m["segments"][0]["unpacked"] = u64::MAX.into()]
    {
        let mut inside = y.me.open(&file);
        x.me.resign(&mut inside, change);
        assert_eq!(y.read(&inside.seal(&from, &to)).err(), Some("bundle.size"));
    }
}

#[test]
fn a_sender_cannot_write_in_somebody_elses_name() {
    let (mut x, mut y, z) = (Copy::new(1), Copy::new(2), Copy::new(3));
    x.put(&request(1));
    let opened = y.read(&x.write(&y.me.identity(), 1)).expect("a bundle");
    let honest: Vec<Segment> = opened.segments.clone();
    y.absorb(opened);
    // y changes x's entry and seals it with its own key, or with x's old seal.
    for (seal_again, code) in [(true, "seal"), (false, "seal")] {
        let mut forged = honest.clone();
        let entry = &mut forged[0].entries[0];
        let mut header = entry.open().expect("an entry");
        header.person = "别人".into();
        entry.header = serde_json::to_vec(&header).expect("a header");
        if seal_again {
            forged[0].seal = y.me.keys.seal(&header.log, header.seq, &entry.hash());
        }
        let audience = z.me.identity();
        let file = xinghuo_bundle::write(&y.me.keys, &outgoing(&audience), &forged).expect("a bundle");
        let opened = z.read(&file).expect("a bundle");
        assert_eq!(opened.damaged.iter().map(|d| d.code).collect::<Vec<_>>(), [code]);
        assert_eq!(opened.segments.len(), honest.len() - 1);
    }
}

#[test]
fn stretches_that_are_no_entries_are_refused_each_by_itself() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let (from, to) = (x.me.identity(), y.me.identity());
    let inside = y.me.open(&x.write(&to, 1));
    for plain in [&b""[..], b"\n", b"\n\n", b"{}", b"{}\n", b"{}\n\n", b"null\n\n", b"{}\n{}\n\n", b"\xff\xff\n\n", b"\"\"\n\n"] {
        let packed = zstd::bulk::compress(plain, 3).expect("packing");
        let mut inside = inside.clone();
        x.me.resign(&mut inside, |m| {
            let mut entry = m["segments"][0].clone();
            entry["stored"] = packed.len().into();
            entry["unpacked"] = plain.len().into();
            entry["blake3"] = Hash::of(&packed).hex().into();
            m["segments"] = json!([entry]);
        });
        inside.packed = packed;
        let opened = y.read(&inside.seal(&from, &to)).expect("a bundle");
        assert_eq!((opened.segments.len(), opened.damaged[0].code), (0, "decode"), "{}", String::from_utf8_lossy(plain));
    }
    // Packed by something else.
    let mut other = inside.clone();
    other.packed = b"no zstd".to_vec();
    x.me.resign(&mut other, |m| {
        let mut entry = m["segments"][0].clone();
        entry["stored"] = 7.into();
        entry["blake3"] = Hash::of(b"no zstd").hex().into();
        m["segments"] = json!([entry]);
    });
    assert_eq!(y.read(&other.seal(&from, &to)).expect("a bundle").damaged[0].code, "unpack");
}
