//! The same changes brought from one copy to another in several ways, side by side: by this
//! project's bundles, by plain inserts (the floor), and by peers.
//!
//! Every way runs in child processes of its own (this program once more, with a hidden word), so that
//! its peak memory is its own and nobody's freed memory helps or hurts the next. A child says what it
//! measured in one line of JSON.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::gauge::{Outcome, cpu, forget_peak, ms, resident};
use crate::{changesets, inserts, million, ours, rivals};

/// The hidden word that makes this program a child.
pub const CHILD: &str = "--child";

/// What is brought over, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Everything, into an empty copy.
    Import,
    /// The same once more.
    Replay,
    /// Every value of everybody changed.
    Update,
}

impl Step {
    pub const ALL: [Step; 3] = [Step::Import, Step::Replay, Step::Update];

    /// The file that travels.
    pub fn file(self) -> &'static str {
        match self {
            Step::Import | Step::Replay => "import",
            Step::Update => "update",
        }
    }
}

/// A way to bring changes over.
pub trait Way {
    /// Writes what travels into the folder: the files of [`Step::file`].
    fn make(&self, folder: &Path, residents: usize) -> Outcome;

    /// An empty copy, and whatever else must be there before the clock starts.
    fn open(&self, folder: &Path, residents: usize) -> Outcome<Box<dyn Copy>>;
}

/// The receiving side.
pub trait Copy {
    /// Takes a step in; `false` where this way has no such step.
    fn take(&mut self, step: Step) -> Outcome<bool>;

    /// How many residents stand there, and the name of one of them.
    fn state(&mut self) -> Outcome<(u64, String)>;

    /// Bytes that it keeps: the settled file, or what the peer would save.
    fn kept(&mut self) -> Outcome<u64>;

    /// Where these bytes are, for people.
    fn parts(&mut self) -> Outcome<String> {
        Ok(String::new())
    }
}

/// Every way by its name.
pub fn way(name: &str) -> Outcome<Box<dyn Way>> {
    Ok(match name {
        "ours" => Box::new(ours::Bundles { shuffled: false }),
        "ours_shuffled" => Box::new(ours::Bundles { shuffled: true }),
        "ours_export" => Box::new(ours::Exports),
        "plain_inserts" => Box::new(inserts::Inserts { search: true, shuffled: false }),
        "plain_inserts_shuffled" => Box::new(inserts::Inserts { search: true, shuffled: true }),
        "bare_inserts" => Box::new(inserts::Inserts { search: false, shuffled: false }),
        "compounds" => Box::new(million::Compounds),
        "compounds_plain" => Box::new(million::Plain),
        "changeset" => changesets::way()?,
        rival => rivals::way(rival)?,
    })
}

/// What a child measured. Times in ms CPU, memory in MiB, sizes in bytes; `None`: no such step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Measured {
    pub import: Option<f64>,
    pub replay: Option<f64>,
    pub update: Option<f64>,
    /// Resident before the import began.
    pub before: Option<f64>,
    /// Most that was ever resident from then until the import's end.
    pub import_peak: Option<f64>,
    /// Most while the updates were taken in.
    pub update_peak: Option<f64>,
    pub kept: u64,
    /// Where they are.
    pub parts: String,
    pub kept_after_update: u64,
}

/// What a child does: `NAME make|take FOLDER RESIDENTS`, `take` with the number of steps.
pub fn child(words: &[String]) -> Outcome {
    let [name, verb, folder, residents, steps] = words else { return Err("wrong words for a child".into()) };
    let (way, folder, residents) = (way(name)?, Path::new(folder), residents.parse()?);
    if verb == "make" {
        return way.make(folder, residents);
    }
    let mut copy = way.open(folder, residents)?;
    let mut out = Measured::default();
    let mut names = Vec::new();
    for step in Step::ALL.into_iter().take(steps.parse()?) {
        forget_peak();
        if step == Step::Import {
            out.before = resident("VmRSS");
        }
        let (time, done) = cpu(|| copy.take(step))?;
        let (time, peak) = (done.then_some(ms(time)), resident("VmHWM"));
        match step {
            Step::Import => (out.import, out.import_peak) = (time, peak),
            Step::Replay => out.replay = time,
            Step::Update => (out.update, out.update_peak) = (time, peak),
        }
        let (count, name) = copy.state()?;
        if count != residents as u64 {
            return Err(format!("{count} residents after {step:?}, not {residents}").into());
        }
        names.push(name);
        match step {
            Step::Import => (out.kept, out.parts) = (copy.kept()?, copy.parts()?),
            Step::Replay => {}
            Step::Update => out.kept_after_update = copy.kept()?,
        }
    }
    if names.len() == 3 && (names[0] != names[1] || names[1] == names[2]) {
        return Err(format!("not taken in as it should: {names:?}").into());
    }
    println!("{}", serde_json::to_string(&out)?);
    Ok(())
}

/// Lets a child prepare what travels.
pub fn make(name: &str, folder: &Path, residents: usize) -> Outcome {
    run(name, "make", folder, residents, 0).map(|_| ())
}

/// Lets a fresh child take in the first so many steps.
pub fn take(name: &str, folder: &Path, residents: usize, steps: usize) -> Outcome<Measured> {
    let said = run(name, "take", folder, residents, steps)?;
    let (rest, last) = said.trim_end().rsplit_once('\n').unwrap_or(("", said.trim_end()));
    if !rest.is_empty() {
        println!("{rest}");
    }
    Ok(serde_json::from_str(last)?)
}

fn run(name: &str, verb: &str, folder: &Path, residents: usize, steps: usize) -> Outcome<String> {
    let mut child = Command::new(std::env::current_exe()?);
    child.args([CHILD, name, verb]).arg(folder).args([residents.to_string(), steps.to_string()]);
    let output = child.stderr(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(why.trim().lines().last().unwrap_or("the child failed").to_owned().into())
}
