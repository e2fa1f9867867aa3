//! The everyday export: the last 20 saves out of a long log. What it costs must not grow with the log.

use std::path::Path;

use xinghuo_bundle::Keys;
use xinghuo_ledger::{Ledger, LedgerError, STRETCH_BYTES};
use xinghuo_model::Act;
use xinghuo_model::records::Person;

use crate::gauge::{Outcome, Report, cpu, median, ms};
use crate::ours::{author, bundle, entropy, store};
use crate::residents::{COMPOUND, residents};
use crate::rivals;

const SHORT: usize = 2_000;
const LONG: usize = 20_000;
const LAST: usize = 20;
const PEOPLE: usize = 200;
const ROUNDS: usize = 9;

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let folder = tempfile::tempdir()?;
    let short = export(folder.path(), SHORT)?;
    let long = export(folder.path(), LONG)?;
    report.figure("small_export", long.first, "ms CPU", 5.0);
    report.figure("small_export_20k_to_2k_log", long.first / short.first, "times", 1.5);
    report.figure("small_export_again", long.again, "ms CPU", 5.0);
    report.figure("small_export_again_20k_to_2k_log", long.again / short.again, "times", 1.5);
    report.note("small_export_bytes", long.bytes as f64 / 1024.0, "KiB");
    rivals::small_exports(report, LONG, LAST)
}

struct Export {
    /// The first one after the store was opened, ms.
    first: f64,
    /// One more save and one more export by the same handle, ms.
    again: f64,
    bytes: usize,
}

/// A log of so many entries, of which the partner acknowledged all but the last; exported each round
/// from a copy of the file, because an export seals the log and the next one would find that done.
fn export(folder: &Path, log: usize) -> Outcome<Export> {
    let (keys, partner) = (Keys::generate()?, Keys::generate()?.identity());
    let path = folder.join(format!("log {log}.db"));
    let open = |path: &Path, seed| Ledger::open(path, Some(keys.file_key()), keys.identity().signs, entropy(seed));
    let mut ledger = open(&path, 1)?;
    let people = residents(PEOPLE);
    store(&mut ledger, COMPOUND, &people)?;
    for n in 0..log {
        if n + LAST == log {
            bundle(&mut ledger, &keys, &partner, 1, std::io::sink())?;
            let have: Vec<_> = ledger.heads()?.into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
            ledger.acknowledge(&partner.signs, 1, &have)?;
        }
        note(&mut ledger, &people, n)?;
    }
    ledger.settle()?;
    drop(ledger);
    let (mut first, mut again, mut bytes) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let path = folder.join(format!("log {log} round {round}.db"));
        std::fs::copy(folder.join(format!("log {log}.db")), &path)?;
        let mut ledger = open(&path, 3)?;
        for (times, entries) in [(&mut first, LAST), (&mut again, LAST + 1)] {
            let mut file = Vec::new();
            let (time, exported) = cpu(|| bundle(&mut ledger, &keys, &partner, 2, &mut file))?;
            if exported != entries as u64 {
                return Err(format!("{exported} entries exported, not {entries}").into());
            }
            bytes = file.len();
            times.push(ms(time));
            note(&mut ledger, &people, log + round)?;
        }
    }
    // Where it goes, for people: the same once more in its parts.
    let path = folder.join(format!("log {log} in parts.db"));
    std::fs::copy(folder.join(format!("log {log}.db")), &path)?;
    let mut ledger = open(&path, 3)?;
    let (sealed, ()) = cpu(|| Ok(ledger.seal_own(&|log, seq, hash| keys.seal(log, seq, hash))?))?;
    let (collected, entries) = cpu(|| Ok(ledger.segments_for(&partner.signs, &|_| true, STRETCH_BYTES)?.entries))?;
    let (whole, _) = cpu(|| bundle(&mut ledger, &keys, &partner, 2, std::io::sink()))?;
    println!("log of {log}, first: sealing {sealed:.2?}, finding {entries} entries {collected:.2?}; then all again {whole:.2?}");
    println!("log of {log}: first {first:.2?}, again {again:.2?}");
    Ok(Export { first: median(&mut first), again: median(&mut again), bytes })
}

/// One small save: somebody's remark.
fn note(ledger: &mut Ledger, people: &[Person], n: usize) -> Outcome {
    let person = Person { note: Some(format!("备注{n}")), ..people[n % people.len()].clone() };
    ledger.transact::<(), LedgerError>(Act::ImportRoster, &author()?, |save| {
        save.put(COMPOUND, &person);
        Ok(())
    })?;
    Ok(())
}
