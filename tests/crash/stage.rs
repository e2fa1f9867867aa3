//! A folder in which one flow after another is interrupted and judged.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::flows::{Flow, Names, Reader};
use crate::judge::{Seen, look, xinghuo};
use crate::place::{Starts, copy, empty, memory};
use crate::strace::{Call, Fault, inject, record, said};

/// What a flow is without a fault.
pub struct Known {
    pub before: Seen,
    pub after: Seen,
    /// Twice done from the same beginning it led to the same state hash.
    pub exact: bool,
    pub calls: Vec<Call>,
    /// Where it was recorded.
    pub folder: PathBuf,
    /// The files and folders it touches each time, below the stage's folder.
    pub touched: Vec<PathBuf>,
    /// Those whose name is another one each time (what the copy with new keys remembers of itself).
    pub renamed: Vec<PathBuf>,
}

/// What all flows are, by their names.
pub type Knowns = BTreeMap<&'static str, Known>;

/// Something to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// A fault in a system call.
    Fault(Fault),
    /// A file that is handed over is cut off after so many bytes.
    Cut { file: &'static str, length: u64 },
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Cut { length, .. } => write!(f, "the file cut off after {length} bytes"),
        }
    }
}

pub struct Stage<'s> {
    starts: &'s Starts,
    program: PathBuf,
    /// Does the flow in the program's stead; what it wrote is read by the real one.
    planted: Option<PathBuf>,
    work: tempfile::TempDir,
    names: Names,
}

impl<'s> Stage<'s> {
    pub fn new(starts: &'s Starts, program: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(starts.of("all").join("names")).map_err(|e| e.to_string())?;
        let names = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        Ok(Self { starts, program: program.to_owned(), planted: None, work: memory()?, names })
    }

    /// With another program that does the flow.
    pub fn planted(self, program: PathBuf) -> Self {
        Self { planted: Some(program), ..self }
    }

    /// Where all of it lies.
    pub fn folder(&self) -> PathBuf {
        self.work.path().join("w")
    }

    /// Puts everything as it was before the flow.
    pub fn set(&self, flow: &Flow) -> Outcome {
        let (folder, start) = (self.folder(), self.starts.of(flow.start));
        empty(&folder)?;
        empty(&folder.join("usb"))?;
        for home in flow.homes {
            for name in [(*home).to_owned(), format!("state-{home}")] {
                if start.join(&name).is_dir() {
                    copy(&start.join(&name), &folder.join(&name))?;
                }
            }
        }
        for file in flow.files {
            fs::copy(start.join(file), folder.join(file)).map_err(|e| format!("{file}: {e}"))?;
        }
        Ok(())
    }

    /// The flow's command, not yet run.
    pub fn command(&self, flow: &Flow) -> Command {
        let program = self.planted.as_ref().unwrap_or(&self.program);
        xinghuo(program, &self.folder(), flow.home(), &flow.words_in(&self.folder(), &self.names))
    }

    pub fn look(&self, home: &str) -> Outcome<Seen> {
        look(&self.folder(), home)
    }

    fn run(&self, mut command: Command) -> Outcome<(Option<i32>, String, String)> {
        let output = command.output().map_err(|e| e.to_string())?;
        Ok((output.status.code(), said(&output.stdout), said(&output.stderr)))
    }

    /// Does the flow twice without a fault, under strace.
    pub fn know(&self, flow: &Flow) -> Outcome<Known> {
        self.set(flow)?;
        let before = self.look(flow.home())?;
        self.set(flow)?;
        let calls = self.record(flow)?;
        self.read_written(flow, &before, true)?;
        let first = self.look(flow.home())?;
        self.set(flow)?;
        let again = self.record(flow)?;
        let after = self.look(flow.home())?;
        if !first.same(&after, false) {
            return Err(format!("{} does not lead twice to the same: {first:?}, {after:?}", flow.name));
        }
        let (first_time, second_time) = (self.touched(&calls), self.touched(&again));
        let touched = first_time.intersection(&second_time).cloned().collect();
        let renamed = first_time.difference(&second_time).cloned().collect();
        Ok(Known { before, exact: first.same(&after, true), after, calls, folder: self.folder(), touched, renamed })
    }

    fn record(&self, flow: &Flow) -> Outcome<Vec<Call>> {
        record(&self.command(flow), &self.work.path().join("log")).map_err(|why| format!("{} fails {why}", flow.name))
    }

    fn touched(&self, calls: &[Call]) -> BTreeSet<PathBuf> {
        let folder = self.folder();
        calls.iter().flat_map(|call| &call.paths).filter_map(|path| path.strip_prefix(&folder).ok().map(Path::to_owned)).collect()
    }

    /// Reads the file the flow writes for others, if it is there.
    fn read_written(&self, flow: &Flow, held: &Seen, must_be_there: bool) -> Outcome {
        let Some((name, reader)) = flow.writes else { return Ok(()) };
        let file = self.folder().join(name);
        if !file.exists() {
            return if must_be_there { Err(format!("{name} was said to be written and is not there")) } else { Ok(()) };
        }
        let path = file.display().to_string();
        let (home, words) = match reader {
            Reader::Home(home, words) => (home, words.iter().map(|w| (*w).to_owned()).chain([path]).collect()),
            Reader::Restored => ("judge", vec!["restore".to_owned(), path]),
        };
        let (code, out, err) = self.run(xinghuo(&self.program, &self.folder(), home, &words))?;
        if code != Some(0) {
            return Err(format!("{name} is there and cannot be read: {out}{err}"));
        }
        if matches!(reader, Reader::Restored) {
            let restored = self.look(home)?;
            for end in ["judge", "state-judge"] {
                fs::remove_dir_all(self.folder().join(end)).map_err(|e| e.to_string())?;
            }
            if !restored.same(held, true) {
                return Err(format!("{name} holds {restored:?} instead of {held:?}"));
            }
        }
        Ok(())
    }

    /// Tries one point. `Ok(false)`: the fault did not fire, because the run went another way.
    pub fn try_point(&self, flow: &Flow, known: &Known, point: &Point) -> Outcome<bool> {
        self.set(flow)?;
        let (code, out, err, killed) = match point {
            Point::Fault(fault) => {
                let files: Vec<PathBuf> = match fault {
                    Fault::Pulled { files, .. } => files.iter().map(|file| self.folder().join(file)).collect(),
                    _ => known.touched.iter().map(|file| self.folder().join(file)).collect(),
                };
                let (output, fired) = inject(&self.command(flow), fault, &files)?;
                if !fired {
                    return Ok(false);
                }
                (output.status.code(), said(&output.stdout), said(&output.stderr), matches!(fault, Fault::Kill { .. }))
            }
            Point::Cut { file, length } => {
                let cut = fs::OpenOptions::new().write(true).open(self.folder().join(file)).and_then(|f| f.set_len(*length));
                cut.map_err(|e| e.to_string())?;
                let (code, out, err) = self.run(self.command(flow))?;
                if code == Some(0) {
                    return Err(format!("was taken for a whole one: {out}"));
                }
                (code, out, err, false)
            }
        };
        // A killed program cannot say how it ended: what it had printed by then is its word.
        let acknowledged = if killed { out.lines().count() > flow.before } else { code == Some(0) };
        if !killed && code != Some(0) && (code == Some(101) || code.is_none() || err.trim().is_empty()) {
            return Err(format!("ended with {code:?} and no word for the person: {out}{err}"));
        }
        let seen = self.judge(flow, known, acknowledged)?;
        if let Point::Cut { file, .. } = point {
            fs::copy(self.starts.of(flow.start).join(file), self.folder().join(file)).map_err(|e| e.to_string())?;
        }
        self.again(flow, known, &seen)?;
        Ok(true)
    }

    /// Wholly or not at all; and wholly, if it was said to be done.
    fn judge(&self, flow: &Flow, known: &Known, acknowledged: bool) -> Outcome<Seen> {
        let seen = self.look(flow.home())?;
        if !seen.same(&known.after, known.exact) {
            if acknowledged {
                return Err(format!("was said to be done, and is lost: {seen:?} instead of {:?}", known.after));
            }
            if !seen.same(&known.before, true) {
                return Err(format!("neither before nor after: {seen:?} between {:?} and {:?}", known.before, known.after));
            }
        }
        if !flow.renews && matches!(seen, Seen::Copy { told: true, .. }) {
            return Err("the copy gave up its keys".to_owned());
        }
        self.read_written(flow, &known.before, acknowledged)?;
        Ok(seen)
    }

    /// Done again it succeeds and leads to the same.
    fn again(&self, flow: &Flow, known: &Known, seen: &Seen) -> Outcome {
        let done = seen.same(&known.after, known.exact) && !seen.same(&known.before, true);
        if done && !flow.again {
            return Ok(());
        }
        let (code, out, err) = self.run(self.command(flow))?;
        if code != Some(0) {
            return Err(format!("cannot be done again: {out}{err}"));
        }
        let seen = self.look(flow.home())?;
        if !seen.same(&known.after, known.exact) {
            return Err(format!("done again it leads to {seen:?} instead of {:?}", known.after));
        }
        self.read_written(flow, &known.before, true)
    }
}

/// The calls on some files, each with its number among the calls of its name on these files.
pub fn on<'c>(calls: &'c [Call], files: &[PathBuf]) -> Vec<(&'c str, u32)> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut out = Vec::new();
    for call in calls.iter().filter(|call| call.paths.iter().any(|path| files.contains(path))) {
        let nth = counts.entry(&call.name).or_default();
        *nth += 1;
        out.push((call.name.as_str(), *nth));
    }
    out
}
