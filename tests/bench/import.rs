//! A bundle of 20,000 residents × 5 fields = 100,000 changes: taken into an empty copy, taken in
//! once more, and the same rows written by plain inserts into the same kind of file.

use std::path::Path;

use chrono::DateTime;
use rusqlite::types::Value;
use tempfile::TempDir;
use xinghuo_bundle::{Keys, Outgoing, Purpose, read, write};
use xinghuo_ledger::{Absorbed, Author, Ledger, LedgerError, Verdict, floor};
use xinghuo_model::records::Person;
use xinghuo_model::{Act, Record, Store};

use crate::gauge::{Outcome, Report, cpu, median, ms};
use crate::residents::{COMPOUND, residents};

const RESIDENTS: usize = 20_000;
/// Each round measures all of them, in turn; the middle counts.
const ROUNDS: usize = 5;

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let folder = tempfile::tempdir()?;
    let people = residents(RESIDENTS);
    let (sender, receiver) = (Keys::generate()?, Keys::generate()?);
    let bundle = bundle(&folder.path().join("sender.db"), &people, &sender, &receiver)?;
    println!("bundle: {} KiB", bundle.len() / 1024);

    let (mut imports, mut replays, mut plain, mut bare) = (vec![], vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        let path = folder.path().join(format!("copy {round}.db"));
        let mut ledger = Ledger::open(&path, Some(receiver.file_key()), receiver.identity().signs, entropy(3))?;
        let (import, first) = cpu(|| take(&mut ledger, &bundle, &receiver))?;
        let (replay, again) = cpu(|| take(&mut ledger, &bundle, &receiver))?;
        let kept = ledger.books().number("SELECT count(*) FROM person WHERE life = 0", [])?;
        if kept != RESIDENTS as i64 || sum(&first, |s| s.new) == 0 || sum(&again, |s| s.new) != 0 {
            return Err("the import did not do what it should".into());
        }
        drop(ledger);
        let with = inserts(&folder, &format!("plain {round}.db"), &people, &receiver, true)?;
        let without = inserts(&folder, &format!("bare {round}.db"), &people, &receiver, false)?;
        println!("round {round}: import {import:.1?}, again {replay:.1?}, plain inserts {with:.1?}, without search {without:.1?}");
        imports.push(ms(import));
        replays.push(ms(replay));
        plain.push(ms(with));
        bare.push(ms(without));
    }
    let (import, replay, plain, bare) = (median(&mut imports), median(&mut replays), median(&mut plain), median(&mut bare));
    report.note("import_100k_changes", import, "ms CPU");
    report.figure("import_to_plain_inserts", import / plain, "times", 5.0);
    report.note("import_to_inserts_without_search", import / bare, "times");
    report.figure("replay_to_import", replay / import, "times", 0.3);
    Ok(())
}

fn sum(absorbed: &Absorbed, of: impl Fn(&xinghuo_ledger::SegmentReport) -> u64) -> u64 {
    absorbed.segments.iter().map(of).sum()
}

/// Random bytes that are the same every time.
pub fn entropy(seed: u64) -> xinghuo_ledger::Entropy {
    xinghuo_desk::demo::entropy(seed)
}

/// Stores them as one save, as the import of a roster does.
pub fn store(ledger: &mut Ledger, people: &[Person]) -> Outcome {
    let author = Author { person: "王秀兰".to_owned(), at: DateTime::parse_from_rfc3339("2026-11-01T09:00:00+08:00")? };
    ledger.transact::<(), LedgerError>(Act::ImportRoster, &author, |save| {
        people.iter().for_each(|p| save.put(COMPOUND, p));
        Ok(())
    })?;
    Ok(())
}

fn bundle(path: &Path, people: &[Person], sender: &Keys, receiver: &Keys) -> Outcome<Vec<u8>> {
    let mut ledger = Ledger::open(path, Some(sender.file_key()), sender.identity().signs, entropy(1))?;
    store(&mut ledger, people)?;
    ledger.seal_own(&|log, seq, hash| sender.seal(log, seq, hash))?;
    let audience = receiver.identity();
    let segments = ledger.segments_for(&audience.signs, &|_| true)?;
    println!("{} people in {} entries", people.len(), segments.entries);
    let out = Outgoing {
        purpose: Purpose::Exchange,
        audience: &audience,
        number: 1,
        made_at: "2026-11-01T09:00:00+08:00".to_owned(),
        have: Vec::new(),
        want: Vec::new(),
        segments: &segments.segments,
    };
    Ok(write(sender, &out)?)
}

/// The real way in: unseal, unpack, verify, merge, commit.
fn take(ledger: &mut Ledger, bundle: &[u8], keys: &Keys) -> Outcome<Absorbed> {
    let opened = read(bundle, keys)?;
    Ok(ledger.absorb(opened.segments, &mut |_, _, _, _, _| Verdict::Welcome, &mut |_, _| true)?)
}

/// The same rows by plain inserts in one transaction: same file, same indexes, and where
/// `search` says so the same search table with the same tokens.
fn inserts(folder: &TempDir, name: &str, people: &[Person], keys: &Keys, search: bool) -> Outcome<std::time::Duration> {
    let conn = floor::open(&folder.path().join(name), Some(keys.file_key()))?;
    let kind = Person::KIND;
    let known: Vec<usize> =
        ["name", "building", "unit", "room", "relation", "phones", "occupancy"].iter().filter_map(|f| kind.field(f)).collect();
    let columns: String = known.iter().map(|at| format!(", \"{}\"", kind.fields[*at].name)).collect();
    let marks: String = (0..known.len()).map(|n| format!(", ?{}", n + 3)).collect();
    let sql = format!("INSERT INTO person(id, space, life, flags, dots{columns}) VALUES(?1, ?2, 0, 0, x''{marks})");
    let rows: Vec<Vec<Option<Value>>> = people.iter().map(values).collect();
    let (time, ()) = cpu(|| {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let mut insert = conn.prepare(&sql)?;
        for (person, row) in people.iter().zip(&rows) {
            insert.raw_bind_parameter(1, person.id.0.as_bytes())?;
            insert.raw_bind_parameter(2, COMPOUND.0.as_bytes())?;
            for (n, at) in known.iter().enumerate() {
                insert.raw_bind_parameter(n + 3, &row[*at])?;
            }
            insert.raw_execute()?;
            if search {
                floor::put_tokens(&conn, kind, conn.last_insert_rowid(), row)?;
            }
        }
        conn.execute_batch("COMMIT")?;
        Ok(())
    })?;
    Ok(time)
}

/// A person's values as SQLite holds them, by field position.
fn values(person: &Person) -> Vec<Option<Value>> {
    let json = person.values();
    let fields = json.iter().zip(Person::KIND.fields);
    fields
        .map(|(value, field)| match (field.store, value.as_str()) {
            _ if value.is_null() => None,
            (Store::Json, _) | (_, None) => Some(Value::Text(value.to_string())),
            (_, Some(text)) => Some(Value::Text(text.to_owned())),
        })
        .collect()
}
