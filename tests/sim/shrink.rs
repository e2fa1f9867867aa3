//! Shortens a history that fails: fewer computers, fewer steps, plainer ones, as long as it still
//! fails. What it fails with may change on the way; any failure is one too many.

use crate::history::{Fault, History, Step, Who};

/// The shortest failing history that was found, and with what it fails.
pub fn shrink(mut history: History, mut why: String, fails: &mut dyn FnMut(&History) -> Option<String>) -> (History, String) {
    loop {
        let before = (history.cast.len(), history.steps.clone(), history.bytes);
        for who in history.cast.clone() {
            let mut fewer = history.clone();
            fewer.cast.retain(|w| *w != who);
            // Nothing is settled without an office, and the district hears of it through a street only.
            let has = |who| fewer.cast.contains(&who);
            if !has(Who::OFFICE) || has(Who::DISTRICT) && !has(Who::STREET) {
                continue;
            }
            fewer.steps.retain(|s| !s.cast().contains(&Some(who)));
            keep(&mut history, &mut why, fewer, fails);
        }
        let mut length = history.steps.len().div_ceil(2);
        while length > 0 {
            let mut from = 0;
            while from < history.steps.len() {
                let mut fewer = history.clone();
                fewer.steps.drain(from..(from + length).min(history.steps.len()));
                if !keep(&mut history, &mut why, fewer, fails) {
                    from += length;
                }
            }
            length /= 2;
        }
        if history.bytes {
            let plain = History { bytes: false, ..history.clone() };
            keep(&mut history, &mut why, plain, fails);
        }
        for at in 0..history.steps.len() {
            for plainer in plainer(history.steps[at]) {
                let mut other = history.clone();
                other.steps[at] = plainer;
                if keep(&mut history, &mut why, other, fails) {
                    break;
                }
            }
        }
        if before == (history.cast.len(), history.steps.clone(), history.bytes) {
            return (history, why);
        }
    }
}

fn keep(history: &mut History, why: &mut String, other: History, fails: &mut dyn FnMut(&History) -> Option<String>) -> bool {
    match fails(&other) {
        Some(sentence) => {
            (*history, *why) = (other, sentence);
            true
        }
        None => false,
    }
}

fn plainer(step: Step) -> Vec<Step> {
    match step {
        Step::Do(act, who, dice) => (0..dice.min(4)).map(|d| Step::Do(act, who, d)).collect(),
        Step::Carry(from, to, fault, dice) if fault != Fault::Whole => {
            let mut out = vec![Step::Carry(from, to, Fault::Whole, 0)];
            out.extend((0..dice.min(4)).map(|d| Step::Carry(from, to, fault, d)));
            out
        }
        Step::Carry(from, to, fault, dice) if dice > 0 => vec![Step::Carry(from, to, fault, 0)],
        Step::Replay(to, dice) => (0..dice.min(4)).map(|d| Step::Replay(to, d)).collect(),
        _ => Vec::new(),
    }
}
