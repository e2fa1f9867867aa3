//! Power cuts: a flow is recorded once, and every disk that a cut may have left is opened and checked.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::json;
use xinghuo_desk::Desk;

use crate::Outcome;
use crate::chance::Chance;
use crate::disk::{Left, Recording, Step};
use crate::flows::{Flow, Reader};
use crate::judge::{Seen, see};
use crate::place::{ask, desk, empty};
use crate::stage::{Known, Stage};

/// A mistake that a program could make, taken out of or put into what was recorded.
#[derive(Clone, Copy, Debug)]
pub enum Planted {
    /// `synchronous=OFF`, or a disk that lies.
    NoSync,
    /// The file is synced, the folder it stands in is not.
    NoFolderSync,
    /// «Done» is said before the commit.
    SaidFirst,
}

/// A flow's disk.
pub struct Power {
    recording: Recording,
    seen: HashSet<u64>,
}

impl Power {
    /// Of what `know` recorded.
    pub fn of(stage: &Stage<'_>, flow: &Flow, known: &Known) -> Outcome<Self> {
        stage.set(flow)?;
        Ok(Self { recording: Recording::of(&stage.folder(), &known.folder, &known.calls, flow.before)?, seen: HashSet::new() })
    }

    /// With a mistake in it.
    pub fn planted(mut self, planted: Planted) -> Self {
        self.recording = match planted {
            Planted::NoSync => self.recording.without(|step| matches!(step, Step::Synced { .. })),
            Planted::NoFolderSync => self.recording.without(|step| matches!(step, Step::FolderSynced { .. })),
            Planted::SaidFirst => self.recording.spoken_first(),
        };
        self
    }

    /// Cuts the power once. `Ok(false)`: that disk was seen before.
    pub fn cut(&mut self, stage: &Stage<'_>, flow: &Flow, known: &Known, seed: u64) -> Outcome<bool> {
        let mut chance = Chance::new(seed);
        // After every step alike; the end is a step too.
        let until = chance.below(self.recording.steps.len() + 1);
        let left = self.recording.cut(until, &mut chance);
        let mut hasher = DefaultHasher::new();
        left.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return Ok(false);
        }
        empty(&stage.folder())?;
        left.put(&stage.folder())?;
        judge(stage, flow, known, &left).map_err(|why| format!("power cut after step {until} of {}: {why}", self.recording.steps.len()))?;
        Ok(true)
    }
}

/// In this process: what is opened was written by another, and a process of its own for each of ten
/// thousand disks would only cost time.
fn judge(stage: &Stage<'_>, flow: &Flow, known: &Known, left: &Left) -> Outcome {
    let opened: Desk = desk(&stage.folder(), flow.home());
    let seen = see(&opened)?;
    if !seen.same(&known.after, known.exact) {
        if left.said {
            return Err(format!("was said to be done, and is lost: {seen:?} instead of {:?}", known.after));
        }
        if !seen.same(&known.before, true) {
            return Err(format!("neither before nor after: {seen:?} between {:?} and {:?}", known.before, known.after));
        }
    }
    if !flow.renews && matches!(seen, Seen::Copy { told: true, .. }) {
        return Err("the copy gave up its keys".to_owned());
    }
    ask(&opened, json!({ "ask": "lock" }))?;
    let Some((name, reader)) = flow.writes else { return Ok(()) };
    let file = stage.folder().join(name);
    match (file.exists(), left.said) {
        (false, true) => return Err(format!("{name} was said to be written and is not there")),
        (false, false) => return Ok(()),
        (true, _) => {}
    }
    match reader {
        Reader::Home(home, words) => {
            let reader = desk(&stage.folder(), home);
            ask(&reader, json!({ "ask": "unlock", "passphrase": crate::place::PASSPHRASE }))?;
            let question = if words == ["admit"] { "inspect_join" } else { "inspect_bundle" };
            ask(&reader, json!({ "ask": question, "path": file })).map_err(|why| format!("{name} is there and cannot be read: {why}"))?;
        }
        Reader::Restored => {
            let restored = desk(&stage.folder(), "judge");
            let question = json!({ "ask": "restore", "path": file, "passphrase": crate::place::PASSPHRASE });
            ask(&restored, question).map_err(|why| format!("{name} is there and cannot be restored: {why}"))?;
            if !see(&restored)?.same(&known.before, true) {
                return Err(format!("{name} holds something else"));
            }
        }
    }
    Ok(())
}
