//! Tables of attachments (附件) and of volumes (分卷).

use serde_json::{Value, json};
use uuid::Uuid;
use xinghuo_ledger::Hash;

use xinghuo_forge::Who::Sender;
use xinghuo_forge::*;

/// A PDF with nothing on it; another one for each `n`.
fn paper(n: u8) -> Vec<u8> {
    let body = format!("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Lang ({n}) >>\nendobj\n");
    format!("{body}xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\nstartxref\n{}\n%%EOF\n", body.len()).into_bytes()
}

fn row(bytes: &[u8]) -> Value {
    json!({ "hash": Hash::of(bytes).hex(), "media": "pdf", "length": bytes.len() })
}

/// The sender's next save: two papers filed on a request.
fn filed(w: &World) -> Stretch {
    let mut log = w.community.later();
    let blocks: Vec<String> = [1, 2]
        .map(|n| {
            let bytes = paper(n);
            let text = |text: &str| format!("\"{text}\"");
            let set = [
                ("of_kind", text("request")),
                ("of", text(&Uuid::from_u128(0x10).to_string())),
                ("name", text(&format!("{n}.pdf"))),
                ("media", text("pdf")),
                ("size", bytes.len().to_string()),
                ("content", text(&Hash::of(&bytes).hex())),
                ("on", text("2031-03-01")),
            ];
            let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
            block(Uuid::from_u128(0x50 + u128::from(n)), "attachment", &set)
        })
        .into();
    log.save(&blocks);
    w.stretch(Sender, &log)
}

/// The witness, the save that files, this table, and these bytes behind the stretches.
fn enclosing(w: &World, table: &Value, bytes: Vec<u8>) -> Vec<u8> {
    let table = table.to_string();
    w.beside(filed(w)).manifest(|m| _ = m.set("attachments", table)).inside(move |_, inside| inside.extend_from_slice(&bytes)).close(w)
}

pub fn all(w: &World) {
    attachments(w);
    volumes(w);
}

fn attachments(w: &World) {
    let (one, two) = (paper(1), paper(2));
    let both = [&one[..], &two].concat();
    let broken = |at: usize| {
        let mut bytes = both.clone();
        bytes[at] ^= 1;
        bytes
    };
    let with = |row: &Value, name: &str, value: Value| {
        let mut row = row.clone();
        row[name] = value;
        row
    };
    let table = json!([row(&one), row(&two)]);
    let stranger = paper(9);
    for (name, expect, files, what, table, bytes) in [
        ("attachment-sound", "ok", 2, "Two attachments behind the stretches, each named by a record.", table.clone(), both.clone()),
        (
            "attachment-flipped",
            "partly attachment.hash",
            1,
            "One bit of the first of two attachments was flipped.",
            table.clone(),
            broken(20),
        ),
        ("attachment-missing", "partly attachment.hash", 1, "The file ends before the second attachment.", table.clone(), one.clone()),
        (
            "attachment-cut",
            "partly attachment.hash",
            1,
            "The file ends inside the second attachment.",
            table.clone(),
            both[..both.len() - 9].to_vec(),
        ),
        ("attachment-none-there", "partly attachment.hash", 0, "The file ends before both attachments.", table.clone(), Vec::new()),
        (
            "attachment-table-misleads",
            "partly attachment.hash",
            0,
            "The first attachment is said to be a byte shorter than it is, so the second begins too early.",
            json!([with(&row(&one), "length", json!(one.len() - 1)), row(&two)]),
            both.clone(),
        ),
        (
            "attachment-in-another-order",
            "partly attachment.hash",
            0,
            "The attachments follow in another order than in the table.",
            json!([with(&row(&two), "length", json!(one.len())), with(&row(&one), "length", json!(two.len()))]),
            both.clone(),
        ),
        (
            "attachment-too-large",
            "partly attachment.size",
            1,
            "An attachment is said to have 10 MiB and one byte.",
            json!([row(&one), with(&row(&two), "length", json!((10 << 20) + 1))]),
            one.clone(),
        ),
        (
            "attachment-of-no-record",
            "partly attachment.unasked",
            2,
            "A third attachment follows that no record names.",
            json!([row(&one), row(&two), row(&stranger)]),
            [&both[..], &stranger].concat(),
        ),
        (
            "attachment-twice",
            "ok",
            2,
            "The same attachment stands in the table and in the file twice.",
            json!([row(&one), row(&one), row(&two)]),
            [&one[..], &both].concat(),
        ),
        ("attachment-table-empty", "ok", 0, "The table of attachments has no rows.", json!([]), Vec::new()),
        (
            "attachment-extra-field",
            "ok",
            2,
            "A row has a field more.",
            json!([with(&row(&one), "novel", json!(1)), row(&two)]),
            both.clone(),
        ),
    ] {
        let (new, files) = ("2", files.to_string());
        let mut more = vec![("new", new)];
        if files != "0" {
            more.push(("files", &files));
        }
        w.add_with(name, expect, what, &more, |w| enclosing(w, &table, bytes));
    }
    for (name, expect, what, table) in [
        (
            "attachment-length-64-bits",
            "bundle.size",
            "An attachment is said to have 2^64 - 1 bytes.",
            json!([with(&row(&one), "length", json!(u64::MAX))]),
        ),
        (
            "attachment-lengths-overflow",
            "bundle.size",
            "Two lengths of attachments add up to more than 64 bits hold.",
            json!([with(&row(&one), "length", json!(u64::MAX)), with(&row(&two), "length", json!(2))]),
        ),
        (
            "attachment-length-negative",
            "bundle.inconsistent",
            "An attachment has a negative length.",
            json!([with(&row(&one), "length", json!(-1))]),
        ),
        (
            "attachment-hash-is-a-path",
            "bundle.inconsistent",
            "An attachment's hash is a path aimed at the disk.",
            json!([with(&row(&one), "hash", json!("../../../../etc/passwd"))]),
        ),
        (
            "attachment-hash-is-short",
            "bundle.inconsistent",
            "An attachment's hash has 31 bytes.",
            json!([with(&row(&one), "hash", json!("ab".repeat(31)))]),
        ),
        ("attachment-table-is-an-object", "bundle.inconsistent", "The table of attachments is an object.", json!({ "0": row(&one) })),
        ("attachment-table-null", "bundle.inconsistent", "The table of attachments is null.", Value::Null),
        (
            "attachment-without-media",
            "bundle.inconsistent",
            "A row does not say what the attachment is.",
            json!([{ "hash": Hash::of(&one).hex(), "length": one.len() }]),
        ),
    ] {
        let bytes = one.clone();
        w.add(name, expect, what, |w| enclosing(w, &table, bytes));
    }
    let wants = |name: &str, expect: &str, what: &str, wants: Value| {
        w.add(name, expect, what, |w| w.usual().manifest(|m| _ = m.set("want_files", wants)).close(w));
    };
    wants("want-files-of-anything", "ok", "The sender lacks an attachment that nobody has.", json!(["ab".repeat(32)]));
    wants("want-files-is-a-path", "bundle.inconsistent", "The sender lacks an attachment whose hash is a path.", json!(["../keys.json"]));
    wants("want-files-is-a-number", "bundle.inconsistent", "What the sender lacks is a number.", json!(7));
}

fn volumes(w: &World) {
    let set = Uuid::from_u128(0x5E7);
    let volume = |name: &str, expect: &str, what: &str, volume: Value| {
        w.add(name, expect, what, |w| w.usual().manifest(|m| _ = m.set("volume", volume)).close(w));
    };
    let bad = "bundle.inconsistent";
    volume("volume-sound", "ok", "The second of three volumes: a whole bundle by itself.", json!({ "set": set, "part": 2, "of": 3 }));
    volume("volume-nought", bad, "Volume 0 of 3.", json!({ "set": set, "part": 0, "of": 3 }));
    volume("volume-past-the-last", bad, "Volume 4 of 3.", json!({ "set": set, "part": 4, "of": 3 }));
    volume("volume-of-none", bad, "Volume 1 of none.", json!({ "set": set, "part": 1, "of": 0 }));
    volume("volume-the-only-one", bad, "Volume 1 of 1, which is no volume.", json!({ "set": set, "part": 1, "of": 1 }));
    volume("volume-of-too-many", bad, "Volume 1 of 1,000.", json!({ "set": set, "part": 1, "of": 1000 }));
    volume("volume-past-32-bits", bad, "Volume 1 of 2^32.", json!({ "set": set, "part": 1, "of": 1u64 << 32 }));
    volume("volume-negative", bad, "Volume -1 of 3.", json!({ "set": set, "part": -1, "of": 3 }));
    volume("volume-set-is-a-path", bad, "What the volumes share is named by a path.", json!({ "set": "../../set", "part": 1, "of": 2 }));
    volume("volume-without-set", bad, "A volume does not say to which others it belongs.", json!({ "part": 1, "of": 2 }));
}
