//! A bundle of 20,000 residents × 5 fields = 100,000 changes: taken into an empty copy, once more, and
//! 100,000 updates over it; beside it the floor and the peers. Times, memory and bytes.

use std::path::Path;

use crate::contest::{Measured, make, take};
use crate::gauge::{Outcome, Report, median, mib};
use crate::ours;
use crate::residents::{changed, residents};

const RESIDENTS: usize = 20_000;
/// Each round measures every way, in turn; the middle counts.
const ROUNDS: usize = 5;

/// The ways, and how often each is measured.
const WAYS: [(&str, usize); 9] = [
    ("ours", ROUNDS),
    ("plain_inserts", ROUNDS),
    ("bare_inserts", ROUNDS),
    ("ours_shuffled", 3),
    ("plain_inserts_shuffled", 3),
    ("changeset", ROUNDS),
    ("automerge", 3),
    ("loro", 3),
    ("loro_updates", 3),
];

struct Row {
    name: &'static str,
    rounds: usize,
    runs: Vec<Measured>,
    /// Bytes of what travels.
    travels: [Option<u64>; 2],
    absent: Option<String>,
}

impl Row {
    fn middle(&self, of: impl Fn(&Measured) -> Option<f64>) -> Option<f64> {
        let mut all: Vec<f64> = self.runs.iter().filter_map(of).collect();
        (!all.is_empty()).then(|| median(&mut all))
    }
}

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut rows: Vec<Row> = WAYS.iter().map(|(name, rounds)| prepare(folder.path(), name, *rounds)).collect();
    for round in 0..ROUNDS {
        for row in rows.iter_mut().filter(|r| r.absent.is_none() && round < r.rounds) {
            match take(row.name, &folder.path().join(row.name), RESIDENTS, 3) {
                Ok(measured) => row.runs.push(measured),
                Err(error) => row.absent = Some(error.to_string()),
            }
        }
    }
    table(&rows);
    let find = |name: &str| rows.iter().find(|r| r.name == name).ok_or("no such way");
    let (ours, plain, bare) = (find("ours")?, find("plain_inserts")?, find("bare_inserts")?);
    println!("our store after the import, MiB: {}", ours.runs.first().map_or("", |m| &m.parts));
    times(report, ours, plain, bare)?;
    if let (Some(mixed), Some(ordered)) = (find("ours_shuffled")?.middle(|m| m.update), ours.middle(|m| m.update)) {
        report.note("update_shuffled_to_ordered", mixed / ordered, "times");
    }
    bytes(report, ours, plain, bare)?;
    for row in &rows {
        let name = row.name;
        if let Some(why) = &row.absent {
            report.missing(&format!("import_100k_{name}"), why);
            continue;
        }
        if name.ends_with("_shuffled") {
            // Only their updates differ from the same way's in order.
            report.note(&format!("update_100k_{name}"), row.middle(|m| m.update).unwrap_or_default(), "ms CPU");
            continue;
        }
        type Of = fn(&Measured) -> Option<f64>;
        let notes: [(&str, &str, Of); 6] = [
            ("import_100k", "ms CPU", |m| m.import),
            ("update_100k", "ms CPU", |m| m.update),
            ("replay_100k", "ms CPU", |m| m.replay),
            ("import_100k_peak", "MiB", |m| m.import_peak),
            ("import_100k_peak_beyond_start", "MiB", |m| Some(m.import_peak? - m.before?)),
            ("update_100k_peak", "MiB", |m| m.update_peak),
        ];
        for (what, unit, of) in notes {
            if let Some(value) = row.middle(of) {
                report.note(&format!("{what}_{name}"), value, unit);
            }
        }
        for (what, bytes) in ["import", "update"].iter().zip(row.travels) {
            if let Some(bytes) = bytes {
                report.note(&format!("{what}_100k_travels_{name}"), mib(bytes), "MiB");
            }
        }
        let (kept, after) = (row.middle(|m| Some(m.kept as f64)), row.middle(|m| Some(m.kept_after_update as f64)));
        report.note(&format!("import_100k_keeps_{name}"), mib(kept.unwrap_or_default() as u64), "MiB");
        report.note(&format!("update_100k_keeps_{name}"), mib(after.unwrap_or_default() as u64), "MiB");
    }
    match ours.middle(|m| m.import_peak) {
        Some(peak) => report.figure("import_peak_100k", peak, "MiB", 150.0),
        None => report.missing("import_peak_100k", "no /proc here"),
    }
    Ok(())
}

fn prepare(folder: &Path, name: &'static str, rounds: usize) -> Row {
    let folder = folder.join(name);
    let made = std::fs::create_dir(&folder).map_err(Into::into).and_then(|()| make(name, &folder, RESIDENTS));
    let size = |file: &str| {
        let own = folder.join(name.replace('_', ".") + "." + file);
        std::fs::metadata(own).or_else(|_| std::fs::metadata(folder.join(file))).ok().map(|m| m.len())
    };
    Row { name, rounds, runs: Vec::new(), travels: [size("import"), size("update")], absent: made.err().map(|e| e.to_string()) }
}

fn times(report: &mut Report, ours: &Row, plain: &Row, bare: &Row) -> Outcome {
    let none = "not measured";
    let (import, update) = (ours.middle(|m| m.import).ok_or(none)?, ours.middle(|m| m.update).ok_or(none)?);
    let replay = ours.middle(|m| m.replay).ok_or(none)?;
    report.figure("import_to_plain_inserts", import / plain.middle(|m| m.import).ok_or(none)?, "times", 4.0);
    report.note("import_to_bare_inserts", import / bare.middle(|m| m.import).ok_or(none)?, "times");
    report.figure("replay_to_import", replay / import, "times", 0.25);
    report.note("update_to_plain_updates", update / plain.middle(|m| m.update).ok_or(none)?, "times");
    report.note("update_to_bare_updates", update / bare.middle(|m| m.update).ok_or(none)?, "times");
    Ok(())
}

/// What travels and what is kept, against the raw payload and the bare rows.
fn bytes(report: &mut Report, ours: &Row, plain: &Row, bare: &Row) -> Outcome {
    let people = residents(RESIDENTS);
    let second = changed(&people);
    let raw = [ours::payload(&people, None), ours::payload(&second, Some(&people))];
    for ((raw, travels), what) in raw.iter().zip(ours.travels).zip(["import", "update"]) {
        let (raw_bytes, travels) = (raw.len() as f64, travels.unwrap_or_default() as f64);
        println!("{what}: raw payload {:.2} MiB, bundle {:.2} MiB", mib(raw.len() as u64), mib(travels as u64));
        if what == "import" {
            report.figure("bundle_to_payload", travels / raw_bytes, "times", 1.35);
        } else {
            report.figure("update_bundle_to_payload", travels / raw_bytes, "times", 1.35);
        }
        report.note(&format!("{what}_bundle_to_packed_payload"), travels / zstd::bulk::compress(raw, 3)?.len() as f64, "times");
    }
    let kept = |row: &Row| row.runs.first().map_or(0, |m| m.kept) as f64;
    let after = |row: &Row| row.runs.first().map_or(0, |m| m.kept_after_update) as f64;
    report.figure("store_to_bare_rows", kept(ours) / kept(bare), "times", 3.0);
    report.note("store_to_rows_with_search", kept(ours) / kept(plain), "times");
    report.note("store_to_bare_rows_after_update", after(ours) / after(bare), "times");
    report.note("store_to_rows_with_search_after_update", after(ours) / after(plain), "times");
    Ok(())
}

/// Side by side, for people.
fn table(rows: &[Row]) {
    let show = |value: Option<f64>| value.map_or_else(|| format!("{:>9}", "-"), |v| format!("{v:>9.1}"));
    println!(
        "{:24}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "", "import", "update", "replay", "start", "peak", "upd.peak", "travels", "upd.trav", "keeps"
    );
    println!("{:24}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}", "", "ms", "ms", "ms", "MiB", "MiB", "MiB", "MiB", "MiB", "MiB");
    for row in rows {
        if let Some(why) = &row.absent {
            println!("{:24}not measured ({why})", row.name);
            continue;
        }
        println!(
            "{:24}{}{}{}{}{}{}{}{}{}",
            row.name,
            show(row.middle(|m| m.import)),
            show(row.middle(|m| m.update)),
            show(row.middle(|m| m.replay)),
            show(row.middle(|m| m.before)),
            show(row.middle(|m| m.import_peak)),
            show(row.middle(|m| m.update_peak)),
            show(row.travels[0].map(mib)),
            show(row.travels[1].map(mib)),
            show(row.middle(|m| Some(mib(m.kept)))),
        );
    }
}
