//! The simulator: many laptops of two compounds, an office, a street and a district that write,
//! delete, undo and decide while bundles between them are lost, doubled, torn, cut, flipped, shuffled
//! and found again, while computers are lost, restored and copied whole, keys are admitted late and
//! ended, and clocks are wrong. After everything was delivered all copies say the same, what they say
//! is what a small model says of the same entries, and nothing that was acknowledged is lost.
//!
//! One seed is one history ([`history`]), and two engines play it: over the product's own code and
//! SQLite ([`store`]), and wholly in memory ([`memory`]), where ten million are a matter of minutes.
//!
//! `cargo xtask sim --histories 5000 --seed 17 [--memory] [--jobs 2]`, or `XINGHUO_SIM_HISTORIES` and
//! `XINGHUO_SIM_SEED`. Without either, a quick slice of both, the kept histories and the planted
//! mistakes. A failing history is shortened, kept in `tests/sim/kept` and printed; `--play FILE` plays
//! one again; `--control MISTAKE` finds a short one that a planted mistake fails in.

mod chance;
mod history;
mod kept;
mod memory;
mod mistake;
mod oracle;
mod shrink;
mod store;
mod tally;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use history::{History, Length};
use mistake::Mistake;
use tally::Tally;

type Outcome<T = ()> = Result<T, String>;

/// A few seconds on a slow machine.
const QUICK: u64 = 60;
const QUICK_IN_MEMORY: u64 = 20_000;
const SEED: u64 = 20_240_101;
/// Within so many histories every planted mistake must have shown.
const PATIENCE: u64 = 60;
const PATIENCE_IN_MEMORY: u64 = 2_000;

/// One of the two engines, ready to play.
enum Engine {
    Store(Box<store::Place>),
    Memory(Box<memory::Kind>),
}

impl Engine {
    fn open(memory: bool) -> Outcome<Self> {
        Ok(if memory { Self::Memory(Box::new(memory::Kind::new())) } else { Self::Store(Box::new(store::Place::new()?)) })
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Store(_) => "sqlite",
            Self::Memory(_) => "memory",
        }
    }

    /// Those it can be made to make.
    fn mistakes(&self) -> &'static [Mistake] {
        match self {
            Self::Store(_) => &store::MISTAKES,
            Self::Memory(_) => &memory::MISTAKES,
        }
    }

    fn of_seed(&self, seed: u64) -> History {
        History::of(seed, if matches!(self, Self::Memory(_)) { Length::Memory } else { Length::Store })
    }

    /// Plays one history; a panic is a failure like any other.
    fn play(&mut self, history: &History, mistake: Mistake) -> Outcome<Tally> {
        let played = catch_unwind(AssertUnwindSafe(|| match self {
            Self::Store(place) => place.play(history, mistake),
            Self::Memory(kind) => memory::play(history, kind, mistake),
        }));
        let tally = played.unwrap_or_else(|_| Err("the program panicked".to_owned()))?;
        Ok(Tally { histories: 1, ..tally })
    }

    /// Many histories; the first that fails is shortened and kept.
    fn run(&mut self, seed: u64, histories: u64) -> Outcome<Tally> {
        let mut tally = Tally::default();
        for seed in (0..histories).map(|n| seed.wrapping_add(n)) {
            let history = self.of_seed(seed);
            match self.play(&history, Mistake::None) {
                Ok(one) => tally.add(one),
                Err(why) => return Err(self.failed(history, why, Mistake::None)),
            }
        }
        Ok(tally)
    }

    fn failed(&mut self, history: History, why: String, mistake: Mistake) -> String {
        let seed = history.seed;
        let first = why.clone();
        let (short, why) = shrink::shrink(history, why, &mut |h| self.play(h, mistake).err());
        let engine = self.name();
        let kept = kept::keep(&format!("{engine}-{seed}"), &short, &format!("{engine}, seed {seed}: {why}"));
        let kept = kept.map_or_else(|e| format!("not kept: {e}"), |path| format!("kept as {}", path.display()));
        format!("seed {seed}: {first}\n\nshortened to {} steps: {why}\n\n{short}\n{kept}", short.steps.len())
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|w| w == "--list") {
        return ExitCode::SUCCESS;
    }
    match simulate(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn after<'w>(words: &'w [String], flag: &str) -> Option<&'w String> {
    words.iter().position(|w| w == flag).and_then(|at| words.get(at + 1))
}

fn number(words: &[String], flag: &str, variable: &str) -> Option<u64> {
    after(words, flag).cloned().or_else(|| std::env::var(variable).ok())?.parse().ok()
}

fn simulate(words: &[String]) -> Outcome {
    let memory = words.iter().any(|w| w == "--memory");
    if let Some(path) = after(words, "--play") {
        let tally = Engine::open(memory)?.play(&kept::read(Path::new(path))?, Mistake::None)?;
        println!("{tally}");
        return Ok(());
    }
    let seed = number(words, "--seed", "XINGHUO_SIM_SEED").unwrap_or(SEED);
    if let Some(name) = after(words, "--control") {
        return control(Engine::open(memory)?, name, seed);
    }
    match number(words, "--histories", "XINGHUO_SIM_HISTORIES") {
        Some(histories) => {
            let jobs = number(words, "--jobs", "XINGHUO_SIM_JOBS").unwrap_or(1).max(1);
            let begun = Instant::now();
            let tally = if jobs == 1 { Engine::open(memory)?.run(seed, histories)? } else { shared_out(seed, histories, memory, jobs)? };
            println!("from seed {seed}, {} engine\n{tally}\n{:.1?}", if memory { "memory" } else { "sqlite" }, begun.elapsed());
            Ok(())
        }
        None => quick(seed),
    }
}

/// The slice of every test run: what failed once, some of both engines, and every planted mistake.
fn quick(seed: u64) -> Outcome {
    let mut engines = [Engine::open(true)?, Engine::open(false)?];
    for history in (0..50).flat_map(|n| engines.iter().map(move |e| e.of_seed(seed + n))) {
        if history.to_string().parse() != Ok(history.clone()) {
            return Err(format!("the history of seed {} does not read back from its text", history.seed));
        }
    }
    for (name, history) in kept::all("kept")?.into_iter().chain(kept::all("control")?) {
        for engine in &mut engines {
            engine.play(&history, Mistake::None).map_err(|why| format!("{name}, kept, fails in the {} engine: {why}", engine.name()))?;
        }
    }
    for (engine, histories) in engines.iter_mut().zip([QUICK_IN_MEMORY, QUICK]) {
        let begun = Instant::now();
        let tally = engine.run(seed, histories)?;
        println!("from seed {seed}, {} engine, {:.1?}: {tally}", engine.name(), begun.elapsed());
        if tally.conflicts == 0 || tally.forks == 0 || tally.set_aside == 0 || (engine.name() == "sqlite" && tally.bytes == 0) {
            return Err("no history left anything in dispute, or no log forked, or nobody was ended: it tests nothing".to_owned());
        }
        let patience = if engine.name() == "memory" { PATIENCE_IN_MEMORY } else { PATIENCE };
        for &mistake in engine.mistakes() {
            let by_hand = kept::all("control")?.into_iter();
            let by_seed = (0..patience).map(|n| (format!("seed {}", SEED + n), engine.of_seed(SEED + n))).collect::<Vec<_>>();
            let caught = by_hand.chain(by_seed).find_map(|(name, history)| engine.play(&history, mistake).err().map(|why| (name, why)));
            match caught {
                Some((name, why)) => {
                    let why = why.lines().next().unwrap_or_default();
                    println!("{} engine, planted mistake {mistake:?}: caught by {name}: {why}", engine.name());
                }
                None => {
                    return Err(format!(
                        "planted mistake {mistake:?} was not caught in {patience} histories of the {} engine",
                        engine.name()
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Finds a history that a planted mistake fails in, and prints it shortened: how those in `control` were
/// made.
fn control(mut engine: Engine, name: &str, seed: u64) -> Outcome {
    let known = engine.mistakes().iter().copied().find(|m| format!("{m:?}") == name);
    let mistake = known.ok_or_else(|| format!("{} has no mistake {name}", engine.name()))?;
    let caught = (0..).find_map(|n| {
        let history = engine.of_seed(seed + n);
        engine.play(&history, mistake).err().map(|why| (history, why))
    });
    let Some((history, why)) = caught else { return Ok(()) };
    let (short, why) = shrink::shrink(history, why, &mut |h| engine.play(h, mistake).err());
    print!("{}", short.file(&why));
    Ok(())
}

/// The same over several processes, each with its own stretch of seeds.
fn shared_out(seed: u64, histories: u64, memory: bool, jobs: u64) -> Outcome<Tally> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut running = Vec::new();
    for job in 0..jobs {
        let (from, to) = (histories * job / jobs, histories * (job + 1) / jobs);
        let mut command = Command::new(&program);
        command.args(["--histories", &(to - from).to_string(), "--seed", &seed.wrapping_add(from).to_string()]);
        command.args(memory.then_some("--memory")).stdout(Stdio::piped());
        running.push(command.spawn().map_err(|e| e.to_string())?);
    }
    let mut tally = Tally::default();
    let mut failed = false;
    for job in running {
        let done = job.wait_with_output().map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        match text.lines().find(|l| l.contains("histories:")).and_then(Tally::parse) {
            Some(one) if done.status.success() => tally.add(one),
            _ => failed = true,
        }
    }
    if failed { Err("a process found a failing history".to_owned()) } else { Ok(tally) }
}
