//! The registry's numbers are a promise to every file ever written.

use std::collections::HashSet;
use std::fmt::Write;

use xinghuo_model::KINDS;

fn listing() -> String {
    let mut out = String::new();
    for kind in KINDS {
        let _ = writeln!(out, "{} {} {:?}{}", kind.number, kind.name, kind.space, if kind.append_only { " append-only" } else { "" });
        for f in kind.fields {
            let _ = writeln!(out, "  {} {} {} group={} {:?}", f.number, f.name, f.class.code(), f.group, f.store);
        }
    }
    out
}

#[test]
fn the_registry_only_ever_grows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/registry.txt");
    let now = listing();
    if std::env::var_os("XINGHUO_BLESS").is_some() {
        std::fs::write(path, &now).expect("the snapshot can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(now, kept, "the registry differs from its snapshot; where a field was added, run again with XINGHUO_BLESS=1");
}

#[test]
fn no_number_and_no_name_occurs_twice() {
    let mut kinds = HashSet::new();
    for kind in KINDS {
        assert!(kinds.insert(kind.number) && kinds.insert(u16::MAX - kind.number), "kind {}", kind.number);
        let mut seen = HashSet::new();
        for f in kind.fields {
            assert!(seen.insert(f.number.to_string()) && seen.insert(f.name.to_owned()), "{}.{}", kind.name, f.name);
            assert!(f.number > 0 && f.number < 256, "{}.{}", kind.name, f.name);
        }
    }
}

#[test]
fn a_merge_group_lies_in_one_class() {
    for kind in KINDS {
        for a in kind.fields {
            for b in kind.fields.iter().filter(|b| b.group == a.group) {
                assert_eq!(a.class, b.class, "{}.{} and {}", kind.name, a.name, b.name);
            }
        }
    }
}
