//! Which points and cuts a run tries, several at once, and what it says of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::Outcome;
use crate::chance::Chance;
use crate::controls;
use crate::flows::{FLOWS, Flow};
use crate::judge::{LOOK, child};
use crate::place::Starts;
use crate::points::{KINDS, points};
use crate::power::Power;
use crate::stage::{Knowns, Point, Stage};
use crate::strace;

/// A quick slice: some seconds on a slow machine.
const QUICK_POINTS: usize = 32;
const QUICK_CUTS: usize = 64;
const SEED: u64 = 20_240_101;
/// Of a hundred points so many may not fire before the run counts as failed; in a slice one. A run's calls
/// vary a little: records' ids are made by chance, so a roster of people fills 20 pages or 22.
const UNFIRED: usize = 2;

struct Words {
    points: usize,
    cuts: usize,
    seed: u64,
    jobs: usize,
    flow: Option<String>,
    kind: Option<String>,
    only: Option<String>,
}

impl Words {
    fn read(words: &[String]) -> Outcome<Self> {
        let text = |flag: &str| words.iter().position(|w| w == flag).and_then(|at| words.get(at + 1)).cloned();
        let number = |flag: &str| text(flag).map(|n| n.parse::<usize>().map_err(|_| format!("{flag} takes a number"))).transpose();
        let (points, cuts) = (number("--points")?, number("--cuts")?);
        let (flow, kind, only) = (text("--flow"), text("--kind"), text("--only"));
        let quick = points.is_none() && cuts.is_none() && flow.is_none() && kind.is_none() && only.is_none();
        let all = if quick { (QUICK_POINTS, QUICK_CUTS) } else { (0, 0) };
        let chosen = if flow.is_some() || kind.is_some() || only.is_some() { usize::MAX } else { all.0 };
        Ok(Self {
            points: points.unwrap_or(if cuts.is_some() { 0 } else { chosen }),
            cuts: cuts.unwrap_or(all.1),
            seed: number("--seed")?.map_or(SEED, |n| n as u64),
            jobs: number("--jobs")?.unwrap_or(2).max(1),
            flow,
            kind,
            only,
        })
    }

    fn flows(&self) -> Vec<&'static Flow> {
        FLOWS.iter().filter(|flow| self.flow.as_deref().is_none_or(|name| name == flow.name)).collect()
    }
}

/// Everything the arguments ask for.
pub fn run(words: Vec<String>) -> Outcome {
    if let [LOOK, folder, home] = words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return child(Path::new(folder), home);
    }
    if words.iter().any(|w| w == "--list") {
        return Ok(());
    }
    let words = Words::read(&words)?;
    if let Err(why) = strace::present() {
        println!("not tested: {why}");
        return Ok(());
    }
    let program = program()?;
    let begun = Instant::now();
    let starts = Starts::new()?;
    let knowns = know(&words, &starts, &program)?;
    let mut failures = Vec::new();
    if words.points > 0 {
        failures.extend(try_points(&words, &starts, &program, &knowns)?);
    }
    if words.cuts > 0 {
        failures.extend(cut_power(&words, &starts, &program, &knowns)?);
    }
    if words.flow.is_none() && words.kind.is_none() && words.only.is_none() {
        controls::check(&starts, &program, &knowns, words.seed)?;
    }
    println!("{:.1?}", begun.elapsed());
    match &failures[..] {
        [] => Ok(()),
        failures => Err(format!("{} failed:\n{}", failures.len(), failures.join("\n"))),
    }
}

/// The command line that was built beside this test.
fn program() -> Outcome<PathBuf> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let beside = own.parent().and_then(Path::parent).map(|folder| folder.join("xinghuo"));
    beside.filter(|program| program.exists()).ok_or_else(|| "the command line is not built: cargo build -p xinghuo-cli".to_owned())
}

#[derive(Default)]
struct Count {
    tried: usize,
    unfired: usize,
}

/// What each flow does without a fault, learnt on one stage and valid on every other.
fn know(words: &Words, starts: &Starts, program: &Path) -> Outcome<Knowns> {
    let (flows, next, knowns) = (words.flows(), AtomicUsize::new(0), Mutex::new(Knowns::new()));
    let work = || -> Outcome {
        let stage = Stage::new(starts, program)?;
        while let Some(flow) = flows.get(next.fetch_add(1, Ordering::Relaxed)) {
            let known = stage.know(flow)?;
            knowns.lock().map_err(|e| e.to_string())?.insert(flow.name, known);
        }
        Ok(())
    };
    together(words.jobs, &work)?;
    knowns.into_inner().map_err(|e| e.to_string())
}

fn try_points(words: &Words, starts: &Starts, program: &Path, knowns: &Knowns) -> Outcome<Vec<String>> {
    let first = Stage::new(starts, program)?;
    let mut all: Vec<(usize, &'static Flow, &'static str, Point)> = Vec::new();
    let mut chance = Chance::new(words.seed);
    for flow in words.flows() {
        let Some(known) = knowns.get(flow.name) else { continue };
        first.set(flow)?;
        for kind in KINDS.into_iter().filter(|kind| words.kind.as_deref().map_or(*kind != "kill-every", |k| k == *kind)) {
            let found = points(flow, known, &first.folder(), kind);
            let mut found: Vec<Point> =
                found.into_iter().filter(|point| words.only.as_deref().is_none_or(|only| point.to_string() == only)).collect();
            chance.shuffle(&mut found);
            all.extend(found.into_iter().enumerate().map(|(n, point)| (n, flow, kind, point)));
        }
    }
    let there = all.len();
    // Of each flow and kind one after another: a slice holds some of everything.
    chance.shuffle(&mut all);
    all.sort_by_key(|(n, ..)| *n);
    all.truncate(words.points);
    let (next, counts, failures) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<&str, Count>::new()), Mutex::new(Vec::new()));
    let work = || -> Outcome {
        let stage = Stage::new(starts, program)?;
        while let Some((_, flow, kind, point)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Some(known) = knowns.get(flow.name) else { continue };
            let tried = stage.try_point(flow, known, point);
            let mut counts = counts.lock().map_err(|e| e.to_string())?;
            let count = counts.entry(kind).or_default();
            match tried {
                Ok(true) => count.tried += 1,
                Ok(false) => count.unfired += 1,
                Err(why) => {
                    count.tried += 1;
                    let again = format!("cargo xtask crash --flow {} --kind {kind} --only '{point}'", flow.name);
                    let told = format!("{} {point}: {why}\n    again: {again}", flow.name);
                    eprintln!("{told}");
                    failures.lock().map_err(|e| e.to_string())?.push(told);
                }
            }
            let tried: usize = counts.values().map(|count| count.tried).sum();
            if tried.is_multiple_of(500) {
                println!("{tried} points so far");
            }
        }
        Ok(())
    };
    together(words.jobs, &work)?;
    let counts = counts.into_inner().map_err(|e| e.to_string())?;
    let mut failures = failures.into_inner().map_err(|e| e.to_string())?;
    let (mut tried, mut unfired) = (0, 0);
    for (kind, count) in &counts {
        println!("{kind}: {} points, {} more whose call never came", count.tried, count.unfired);
        tried += count.tried;
        unfired += count.unfired;
    }
    println!("{tried} points of {there} in {} flows from seed {}: {} failed", knowns.len(), words.seed, failures.len());
    if unfired > (all.len() * UNFIRED / 100).max(1) && words.only.is_none() {
        failures.push(format!("{unfired} of {} faults never fired: the harness does not know the program's calls", all.len()));
    }
    Ok(failures)
}

fn cut_power(words: &Words, starts: &Starts, program: &Path, knowns: &Knowns) -> Outcome<Vec<String>> {
    let flows = words.flows();
    let each = words.cuts.div_ceil(flows.len().max(1));
    let (next, count, same, failures) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Outcome {
        let stage = Stage::new(starts, program)?;
        while let Some(flow) = flows.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Some(known) = knowns.get(flow.name) else { continue };
            let mut power = Power::of(&stage, flow, known)?;
            let (mut new, mut seed) = (0, words.seed);
            // Some flows have few disks; whoever meets only known ones has seen them.
            while new < each && seed < words.seed + 20 * each as u64 {
                match power.cut(&stage, flow, known, seed) {
                    Ok(fresh) => {
                        new += usize::from(fresh);
                        same.fetch_add(usize::from(!fresh), Ordering::Relaxed);
                    }
                    Err(why) => {
                        new += 1;
                        let told = format!(
                            "{} seed {seed}: {why}\n    again: cargo xtask crash --flow {} --cuts 1 --seed {seed}",
                            flow.name, flow.name
                        );
                        eprintln!("{told}");
                        failures.lock().map_err(|e| e.to_string())?.push(told);
                    }
                }
                seed += 1;
            }
            count.fetch_add(new, Ordering::Relaxed);
        }
        Ok(())
    };
    together(words.jobs, &work)?;
    let failures = failures.into_inner().map_err(|e| e.to_string())?;
    println!(
        "{} different disks after a power cut in {} flows from seed {} ({} more were the same as one before): {} failed",
        count.into_inner(),
        flows.len(),
        words.seed,
        same.into_inner(),
        failures.len()
    );
    Ok(failures)
}

fn together(jobs: usize, work: &(dyn Fn() -> Outcome + Sync)) -> Outcome {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| Err("a worker panicked".to_owned())))
    })
}
