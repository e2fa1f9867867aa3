//! A small file that unpacks to much. Alone in its program, so that its memory can be measured.

#[path = "files/fixture.rs"]
#[allow(dead_code)]
mod fixture;

use std::io::Read;

use fixture::*;
use serde_json::json;
use xinghuo_ledger::Hash;

/// The most memory this program ever had, in bytes; `None` where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[test]
fn a_stretch_that_unpacks_to_two_hundred_megabytes_is_refused_with_little_memory() {
    let (mut x, y) = (Copy::new(1), Copy::new(2));
    x.put(&request(1));
    let (from, to) = (x.me.identity(), y.me.identity());
    let inside = y.me.open(&x.write(&to, 1));
    let size: u64 = 200 << 20;
    let packed = zstd::encode_all(std::io::repeat(b' ').take(size), 3).expect("packing");
    assert!(packed.len() < 100_000);
    // It says what it unpacks to, or that it is small, or just below what is believed.
    for says in [size, 4096, 16 << 20] {
        let mut bomb = inside.clone();
        x.me.resign(&mut bomb, |m| {
            let mut entry = m["segments"][0].clone();
            entry["stored"] = packed.len().into();
            entry["unpacked"] = says.into();
            entry["blake3"] = Hash::of(&packed).hex().into();
            m["segments"] = json!([entry, entry, entry]);
        });
        bomb.packed = [&packed[..], &packed, &packed].concat();
        let file = bomb.seal(&from, &to);
        let before = peak();
        let opened = y.read(&file).expect("a bundle");
        assert_eq!(opened.damaged.iter().map(|d| d.code).collect::<Vec<_>>(), ["unpack"; 3], "{says}");
        if let (Some(before), Some(after)) = (before, peak()) {
            assert!(after - before < 48 << 20, "{says}: {} MiB", (after - before) >> 20);
        }
    }
}
