//! What an office lives through in years: a million changes in 1,000 bundles from 1,000 compounds,
//! all into one copy. A change must cost there what it costs in the first bundle.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use uuid::Uuid;
use xinghuo_bundle::Keys;
use xinghuo_ledger::Ledger;
use xinghuo_model::SpaceId;
use xinghuo_model::records::Person;

use crate::contest::{Copy, Step, Way, make, take};
use crate::gauge::{Outcome, Report, cpu, median, mib, ms};
use crate::inserts::{self, Row};
use crate::ours::{Receiver, bundle, entropy, receiver, store};
use crate::residents::residents_of;

const COMPOUNDS: usize = 1_000;
/// Residents per compound, five changes each.
const EACH: usize = 200;
/// Residents of the one bundle that it is compared with.
const ONE: usize = 20_000;

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let folder = tempfile::tempdir()?;
    let (one, all) = (folder.path().join("one"), folder.path().join("all"));
    std::fs::create_dir(&one)?;
    std::fs::create_dir(&all)?;
    make("ours", &one, ONE)?;
    make("compounds", &all, COMPOUNDS * EACH)?;
    let mut imports = Vec::new();
    for _ in 0..3 {
        imports.extend(take("ours", &one, ONE, 1)?.import);
    }
    let measured = take("compounds", &all, COMPOUNDS * EACH, 2)?;
    println!("office's store, MiB: {}", measured.parts);
    let (import, replay) = (measured.import.ok_or("not measured")?, measured.replay.ok_or("not measured")?);
    let plain = take("compounds_plain", &all, COMPOUNDS * EACH, 1)?.import.ok_or("not measured")?;
    let per_change = |ms: f64, residents: usize| ms * 1000.0 / (residents * 5) as f64;
    report.note("million_in_1000_bundles", import / 1000.0, "s CPU");
    report.note("million_per_change", per_change(import, COMPOUNDS * EACH), "µs CPU");
    report.figure("million_per_change_to_100k", per_change(import, COMPOUNDS * EACH) / per_change(median(&mut imports), ONE), "times", 1.5);
    report.note("million_plain_inserts", plain / 1000.0, "s CPU");
    report.note("million_to_plain_inserts", import / plain, "times");
    report.note("million_replay_to_import", replay / import, "times");
    report.note("million_store", mib(measured.kept), "MiB");
    if let Some(peak) = measured.import_peak {
        report.note("million_peak", peak, "MiB");
    }
    Ok(())
}

/// Those who live in a compound.
fn people(compound: usize) -> Vec<Person> {
    residents_of(1000 + compound as u64, EACH)
}

/// The same way with a bundle from each of many compounds.
pub struct Compounds;

impl Way for Compounds {
    fn make(&self, folder: &Path, residents: usize) -> Outcome {
        let receiver = receiver(folder)?;
        for n in 0..residents / EACH {
            let keys = Keys::generate()?;
            let mut ledger = Ledger::open(Path::new(":memory:"), None, keys.identity().signs, entropy(100 + n as u64))?;
            store(&mut ledger, SpaceId(Uuid::from_u128(0xC000 + n as u128)), &people(n))?;
            bundle(&mut ledger, &keys, &receiver, 1, std::fs::File::create(folder.join(format!("{n}.xinghuo")))?)?;
        }
        Ok(())
    }

    fn open(&self, folder: &Path, residents: usize) -> Outcome<Box<dyn Copy>> {
        let files = (0..residents / EACH).map(|n| folder.join(format!("{n}.xinghuo"))).collect();
        Ok(Box::new(Office { copy: Receiver::open(folder)?, files }))
    }
}

struct Office {
    copy: Receiver,
    files: Vec<PathBuf>,
}

impl Copy for Office {
    fn take(&mut self, step: Step) -> Outcome<bool> {
        let parts = self.files.chunks(self.files.len().div_ceil(10).max(1));
        for (n, part) in parts.enumerate() {
            let (time, ()) = cpu(|| part.iter().try_for_each(|file| self.copy.take_file(file, step)))?;
            println!("{step:?}, tenth {}: {:.0} ms CPU", n + 1, ms(time));
        }
        self.copy.catch_up()?;
        Ok(true)
    }

    fn state(&mut self) -> Outcome<(u64, String)> {
        self.copy.state()
    }

    fn kept(&mut self) -> Outcome<u64> {
        self.copy.kept()
    }

    fn parts(&mut self) -> Outcome<String> {
        self.copy.parts()
    }
}

/// The floor in the same shape: as many plain inserts in as many transactions, with the search table.
pub struct Plain;

impl Way for Plain {
    fn make(&self, _: &Path, _: usize) -> Outcome {
        Ok(())
    }

    fn open(&self, folder: &Path, residents: usize) -> Outcome<Box<dyn Copy>> {
        let home = tempfile::tempdir_in(folder)?;
        let path = home.path().join("copy.db");
        let parts = (0..residents / EACH).map(|n| inserts::rows(&people(n))).collect();
        Ok(Box::new(Table { conn: inserts::open(&path)?, path, parts, _home: home }))
    }
}

struct Table {
    conn: Connection,
    path: PathBuf,
    parts: Vec<Vec<Row>>,
    _home: tempfile::TempDir,
}

impl Copy for Table {
    fn take(&mut self, step: Step) -> Outcome<bool> {
        if step != Step::Import {
            return Ok(false);
        }
        for (n, tenth) in self.parts.chunks(self.parts.len().div_ceil(10).max(1)).enumerate() {
            let (time, ()) = cpu(|| tenth.iter().try_for_each(|rows| inserts::write(&self.conn, rows, true)))?;
            println!("plain inserts, tenth {}: {:.0} ms CPU", n + 1, ms(time));
        }
        Ok(true)
    }

    fn state(&mut self) -> Outcome<(u64, String)> {
        inserts::state(&self.conn)
    }

    fn kept(&mut self) -> Outcome<u64> {
        inserts::settled(&self.conn, &self.path)
    }
}
