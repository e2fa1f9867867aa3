//! The simulator: many laptops that write, delete, undo and decide while bundles between them are
//! lost, doubled, torn and shuffled and their clocks are wrong. After everything was delivered all
//! copies say the same, and what they say is what a small model says of the same entries.
//!
//! `cargo xtask sim --histories 5000 --seed 17`, or `XINGHUO_SIM_HISTORIES` and `XINGHUO_SIM_SEED`.
//! Without either, a quick slice. A failure prints its seed; one history of that seed shows it again.

mod chance;
mod oracle;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use oracle::Judge;
use world::{Outcome, World};
use xinghuo_ledger::Ledger;

/// A few seconds on a slow machine.
const QUICK: u64 = 60;
const SEED: u64 = 20_240_101;
/// Histories that failed once, each on a mistake that was mended then.
const ONCE: [u64; 3] = [4_000_619, 5_000_747, 7_001_143];
/// Within so many histories every planted mistake must have shown.
const PATIENCE: u64 = 40;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|w| w == "--list") {
        return ExitCode::SUCCESS;
    }
    let histories = number(&words, "--histories", "XINGHUO_SIM_HISTORIES").unwrap_or(QUICK);
    let seed = number(&words, "--seed", "XINGHUO_SIM_SEED").unwrap_or(SEED);
    match simulate(seed, histories) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn number(words: &[String], flag: &str, variable: &str) -> Option<u64> {
    let given = words.iter().position(|w| w == flag).and_then(|at| words.get(at + 1)).cloned();
    given.or_else(|| std::env::var(variable).ok())?.parse().ok()
}

fn simulate(seed: u64, histories: u64) -> Outcome {
    let begun = Instant::now();
    let place = Place::new()?;
    let (mut entries, mut conflicts, mut forks, mut set_aside) = (0, 0, 0, 0);
    let once = ONCE.into_iter().filter(|_| histories >= QUICK);
    for seed in (0..histories).map(|n| seed.wrapping_add(n)).chain(once) {
        let [e, c, f, s] = place
            .history(seed, Judge::Right)
            .map_err(|why| format!("seed {seed}: {why}\n\nagain: cargo xtask sim --seed {seed} --histories 1"))?;
        entries += e;
        conflicts += c;
        forks += f;
        set_aside += s;
    }
    println!(
        "{histories} histories from seed {seed}: {entries} entries, {forks} forked logs, {set_aside} entries of ended laptops set aside, {conflicts} disagreements left, {:.1?}",
        begun.elapsed()
    );
    if histories >= QUICK && (conflicts == 0 || forks == 0 || set_aside == 0) {
        return Err("no history left anything in dispute, or no log forked, or nobody was ended: it tests nothing".to_owned());
    }
    for mistake in [Judge::OnArrival, Judge::WallClock, Judge::LastArrival, Judge::ByNumber] {
        let caught = (0..PATIENCE).find(|n| place.history(SEED + n, mistake).is_err());
        match caught {
            Some(n) => println!("planted mistake {mistake:?}: caught in history {}", n + 1),
            None => return Err(format!("planted mistake {mistake:?} was not caught in {PATIENCE} histories")),
        }
    }
    Ok(())
}

/// Where the copies' files lie: in memory where the machine has such a place.
struct Place {
    folder: tempfile::TempDir,
    blank: PathBuf,
}

impl Place {
    fn new() -> Outcome<Self> {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.map_err(|e| e.to_string())?;
        let blank = folder.path().join("blank.db");
        let ledger = Ledger::open(&blank, None, [0; 32], Box::new(|_| ())).map_err(|e| e.to_string())?;
        ledger.settle().map_err(|e| e.to_string())?;
        Ok(Self { folder, blank })
    }

    fn history(&self, seed: u64, judge: Judge) -> Outcome<[usize; 4]> {
        let folder = tempfile::tempdir_in(self.folder.path()).map_err(|e| e.to_string())?;
        let mut world = World::new(seed, folder.path(), &self.blank)?;
        world.live(judge)?;
        Ok([world.entries, world.conflicts, world.forks, world.set_aside])
    }
}
