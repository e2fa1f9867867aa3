//! The registry's numbers are a promise to every file ever written.

use std::collections::HashSet;
use std::fmt::Write;

use xinghuo_model::{KINDS, LISTS};

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

/// `OwnerMatter` as `Owner Matter`.
fn apart(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.char_indices() {
        if at > 0 && c.is_uppercase() {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// A documentation line out of `doc = " …"`.
fn said(doc: &str) -> &str {
    doc.split_once('"').map_or(doc, |(_, text)| text).trim_end_matches('"').trim()
}

/// The part of the glossary that follows from the registry and the closed lists.
fn glossary() -> String {
    let mut out = String::from("## Record kinds 记录种类\n\n| 中文 | English | in files |\n|---|---|---|\n");
    for kind in KINDS {
        let _ = writeln!(out, "| {} | {} | `{}` ({}) |", kind.zh, kind.name.replace('_', " "), kind.name, kind.number);
    }
    out.push_str("\n## Fields 字段\n\n");
    for kind in KINDS {
        let fields: Vec<String> = kind.fields.iter().map(|f| format!("{} `{}`", f.zh, f.name)).collect();
        let _ = writeln!(out, "- **{}** `{}`: {}.", kind.zh, kind.name, fields.join("; "));
    }
    out.push_str("\n## Closed lists 代码表\n");
    for list in LISTS {
        let about: Vec<&str> = list.about.iter().map(|doc| said(doc)).collect();
        let _ = write!(out, "\n### {}\n\n{}\n\n| 中文 | code |\n|---|---|\n", apart(list.name), about.join(" "));
        for (zh, code) in list.words {
            let _ = writeln!(out, "| {zh} | `{code}` |");
        }
    }
    out
}

#[test]
fn the_glossary_names_every_kind_every_field_and_every_word() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/glossary.md");
    let whole = std::fs::read_to_string(path).expect("the glossary");
    let (by_hand, kept) = whole.split_at(whole.find("## Record kinds").expect("the place where it begins"));
    let now = glossary();
    if std::env::var_os("XINGHUO_BLESS").is_some() {
        std::fs::write(path, format!("{by_hand}{now}")).expect("the glossary can be written");
    } else {
        assert!(now == kept, "the glossary is behind the registry; run again with XINGHUO_BLESS=1");
    }
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
