//! How large a bundle and its parts may be: what is just as large is read, one byte more is not.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use serde_json::{Value, json};
use uuid::Uuid;
use xinghuo_bundle::{AttachmentEntry, BundleError, Enclosed, MAX_ATTACHMENT, Plan, open};
use xinghuo_ledger::entry::block_lines;
use xinghuo_ledger::{Hash, RawBlock, Segment};

use crate::fixture::*;
use crate::volumes::Shelf;

/// A stretch of one entry that holds these lines.
fn stretch(x: &Forger, lines: &[Vec<u8>]) -> Segment {
    foreign(x, 1, lines.iter().cloned().map(RawBlock::Body).collect())
}

/// What a stretch of one entry unpacks to.
fn unpacked(segment: &Segment) -> Vec<u8> {
    let mut out = segment.entries[0].header.clone();
    out.push(b'\n');
    block_lines(&segment.entries[0].blocks, &mut out);
    out.push(b'\n');
    out
}

/// A stretch of one long line that begins so, in all of so many bytes.
fn stretch_of(x: &Forger, begin: &[u8], bytes: usize) -> Segment {
    let line = |n: usize| {
        let mut line = begin.to_vec();
        line.resize(n, b'x');
        line
    };
    let around = unpacked(&stretch(x, &[line(bytes - 1000)])).len() - (bytes - 1000);
    let out = stretch(x, &[line(bytes - around)]);
    assert_eq!(unpacked(&out).len(), bytes);
    out
}

/// A bundle of one stretch, packed at this level; how many bytes that makes, and what reading it finds.
fn packed(x: &Forger, y: &Forger, segment: &Segment, level: i32) -> (usize, Result<usize, &'static str>) {
    let (from, to) = (x.identity(), y.identity());
    let small = stretch(x, &[b"{}".to_vec()]);
    let mut inside = y.open(&xinghuo_bundle::write(&x.keys, &outgoing(&to), &[small]).expect("a bundle"));
    let plain = unpacked(segment);
    inside.packed = zstd::bulk::compress(&plain, level).expect("packing");
    let (stored, blake3) = (inside.packed.len(), Hash::of(&inside.packed).hex());
    x.resign(&mut inside, |m| {
        let entry = &mut m["segments"][0];
        entry["head"] = segment.entries[0].hash().hex().into();
        entry["seal"] = hex(&segment.seal).into();
        (entry["stored"], entry["unpacked"], entry["blake3"]) = (stored.into(), plain.len().into(), blake3.into());
    });
    let read = xinghuo_bundle::read(&inside.seal(&from, &to), &y.keys).expect("a bundle");
    (stored, read.damaged.first().map_or(Ok(read.segments.len()), |damage| Err(damage.code)))
}

#[test]
fn thirty_two_megabytes_are_written_and_read_however_they_are_packed_and_one_byte_more_is_neither() {
    let (x, y) = (Forger::new(1), Forger::new(2));
    let audience = y.identity();
    let most = 32 << 20;
    // Enough that does not compress, so that it is no bomb.
    let begin = noise(1, 100_000).into_bytes();
    let fits = stretch_of(&x, &begin, most);
    let file = xinghuo_bundle::write(&x.keys, &outgoing(&audience), std::slice::from_ref(&fits)).expect("a bundle");
    let read = xinghuo_bundle::read(&file, &y.keys).expect("a bundle");
    assert_eq!((read.segments.len(), read.damaged), (1, Vec::new()));
    let more = stretch_of(&x, &begin, most + 1);
    assert_eq!(packed(&x, &y, &more, 3).1, Err("unpack"));
    assert!(matches!(xinghuo_bundle::write(&x.keys, &outgoing(&audience), &[more]), Err(BundleError::Size)));
    // Another program may hardly pack at all.
    let (stored, read) = packed(&x, &y, &stretch_of(&x, noise(2, 1 << 20).repeat(16).as_bytes(), most), -50);
    assert!(stored > most, "{stored} bytes");
    assert_eq!(read, Ok(1));
}

#[test]
fn what_unpacks_to_over_sixteen_megabytes_is_read_up_to_two_hundred_and_fifty_six_times_its_weight_more() {
    let (x, y) = (Forger::new(1), Forger::new(2));
    // What it weighs changes with every byte a little: some line weighs just what it has to.
    let mut most = 16 << 20;
    let mut weighing = |over: usize| {
        let mut tags = b'a'..=b'z';
        loop {
            let segment = stretch_of(&x, &[tags.next().expect("one that weighs so much")], most + over);
            let (stored, read) = packed(&x, &y, &segment, 3);
            if most == (16 << 20) + 256 * stored {
                return read;
            }
            most = (16 << 20) + 256 * stored;
        }
    };
    assert_eq!(weighing(0), Ok(1));
    assert_eq!(weighing(1), Err("unpack"));
}

#[test]
fn lines_of_thirty_two_bytes_on_average_are_read_and_shorter_ones_are_not() {
    let (x, y) = (Forger::new(1), Forger::new(2));
    let with = |long: usize| {
        let mut lines = vec![b"{}".to_vec(); 100];
        lines.push(vec![b'x'; long]);
        stretch(&x, &lines)
    };
    let lines = unpacked(&with(2000)).iter().filter(|b| **b == b'\n').count();
    let fits = 2000 + 32 * lines - unpacked(&with(2000)).len();
    assert_eq!(unpacked(&with(fits)).len(), 32 * lines);
    assert_eq!(packed(&x, &y, &with(fits), 3).1, Ok(1));
    assert_eq!(packed(&x, &y, &with(fits - 1), 3).1, Err("decode"));
}

#[test]
fn a_table_of_contents_may_speak_of_a_gigabyte_packed_and_of_eight_unpacked() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let (from, to) = (x.me.identity(), y.me.identity());
    let file = x.write(&to, 1);
    let rows: [fn(&mut Value, u64); 3] = [
        |m, more| {
            let first = m["segments"][0]["stored"].as_u64().expect("a number");
            m["segments"][1]["stored"] = ((1 << 30) - first + more).into();
        },
        |m, more| {
            let stored: u64 = m["segments"].as_array().expect("a list").iter().map(|s| s["stored"].as_u64().expect("a number")).sum();
            let of = |length: u64| json!({ "hash": Hash::default().hex(), "media": "jpeg", "length": length });
            m["attachments"] = json!([of(1000), of((1 << 30) - 1000 - stored + more)]);
        },
        |m, more| {
            let first = m["segments"][0]["unpacked"].as_u64().expect("a number");
            m["segments"][1]["unpacked"] = ((8 << 30) - first + more).into();
        },
    ];
    for (n, change) in rows.into_iter().enumerate() {
        for more in [0, 1] {
            let mut inside = y.me.open(&file);
            x.me.resign(&mut inside, |m| change(m, more));
            let read = y.read(&inside.seal(&from, &to)).map(|read| !read.segments.is_empty());
            assert_eq!(read, if more == 0 { Ok(true) } else { Err("bundle.size") }, "row {n}");
        }
    }
}

/// Magic line, clear header and what is encrypted.
fn parts(file: &[u8]) -> (Value, &[u8]) {
    let mut parts = file.splitn(3, |b| *b == b'\n').skip(1);
    let clear = serde_json::from_slice(parts.next().expect("a header")).expect("JSON");
    (clear, parts.next().expect("a sealed part"))
}

#[test]
fn a_clear_header_is_read_up_to_four_kilobytes() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let file = x.write(&y.me.identity(), 1);
    let (clear, sealed) = parts(&file);
    assert_eq!(clear["length"], sealed.len(), "it says how long what follows is");
    for (length, expected) in [(4094, Ok(2)), (4095, Ok(2)), (4096, Err("bundle.size")), (9000, Err("bundle.size"))] {
        let header = format!("{:<length$}", clear.to_string());
        let bytes = [format!("XINGHUO 1\n{header}\n").as_bytes(), sealed].concat();
        assert_eq!(y.read(&bytes).map(|read| read.segments.len()), expected, "{length}");
    }
    // It ends before it ends.
    for (length, code) in [(4095, "bundle.truncated"), (4096, "bundle.size")] {
        let bytes = format!("XINGHUO 1\n{:<length$}", clear.to_string());
        assert_eq!(y.read(bytes.as_bytes()).err(), Some(code), "{length}");
    }
}

/// A file that is said to be so large.
#[derive(Clone)]
struct Said(Cursor<Vec<u8>>, u64);

impl Read for Said {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Seek for Said {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if let SeekFrom::End(0) = to { Ok(self.1) } else { self.0.seek(to) }
    }
}

#[test]
fn a_file_is_opened_up_to_one_gigabyte() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let file = x.write(&y.me.identity(), 1);
    for (size, expected) in [(1 << 30, Ok(1)), ((1 << 30) + 1, Err("bundle.size")), (1 << 40, Err("bundle.size"))] {
        let (mut clear, sealed) = parts(&file);
        let begin = |clear: &Value| format!("XINGHUO 1\n{clear}\n").into_bytes();
        clear["length"] = size.into();
        clear["length"] = (size - begin(&clear).len() as u64).into();
        let mut bytes = begin(&clear);
        assert_eq!(clear["length"], size - bytes.len() as u64);
        bytes.extend_from_slice(sealed);
        let opened = open(Said(Cursor::new(bytes), size), &y.me.keys).map(|opened| opened.manifest.number);
        assert_eq!(opened.map_err(|e| e.code()), expected, "{size}");
    }
}

#[test]
fn a_signature_line_is_looked_for_in_two_hundred_and_fifty_six_bytes() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let mut inside = y.me.open(&x.write(&y.me.identity(), 1));
    for (length, code) in [(256, "bundle.signature"), (257, "bundle.sealed")] {
        inside.signature = "0".repeat(length);
        assert_eq!(y.read(&inside.seal(&x.me.identity(), &y.me.identity())).err(), Some(code), "{length}");
    }
}

#[test]
fn an_attachment_is_read_up_to_ten_megabytes() {
    let (x, y) = (Forger::new(1), Forger::new(2));
    let audience = y.identity();
    assert_eq!(MAX_ATTACHMENT, 10 << 20);
    for (more, expected) in [(0, Ok(10 << 20)), (1, Err("size"))] {
        let content = vec![7; (10 << 20) + more];
        let entry = AttachmentEntry { hash: Hash::of(&content), media: "pdf".into(), length: content.len() as u64 };
        let shelf = Shelf::new(Vec::new(), vec![content]);
        let enclosed = Enclosed { attachments: vec![entry], want_files: Vec::new() };
        let out = outgoing(&audience);
        let mut file = Vec::new();
        let plan = Plan::new(&out, &shelf, enclosed, None, Uuid::nil()).expect("a plan");
        plan.write(&x.keys, 1, &mut file).expect("a bundle");
        let mut opened = open(Cursor::new(&file), &y.keys).expect("a bundle");
        let read: Vec<_> = opened.attachments().map(|(_, bytes)| bytes.map(|b| b.len())).collect();
        let read: Vec<_> = read.into_iter().map(|bytes| bytes.map_err(|flaw| format!("{flaw:?}"))).collect();
        assert_eq!(read, [expected.map_err(|code| format!("Damaged({code:?})"))]);
    }
}
