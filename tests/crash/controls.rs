//! The harness tests itself: programs and disks with a planted mistake must be caught.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::chance::Chance;
use crate::flows::named;
use crate::place::Starts;
use crate::points::points;
use crate::power::{Planted, Power};
use crate::stage::{Knowns, Stage};

/// Within so many tries every planted mistake must show.
const PATIENCE: usize = 400;

/// Programs with a mistake, as scripts around the real one: what they do, in which flow, with which faults.
const PROGRAMS: [(&str, &str, &str, &str); 3] = [
    ("says «done» before it begins", "save", "kill", "echo 已保存\nexec \"$REAL\" \"$@\"\n"),
    ("writes its file in its place", "export", "kill", "for file; do :; done\nexec dd bs=512 status=none if=\"$BUNDLE\" of=\"$file\"\n"),
    ("says «done» whatever happened", "save", "full", "\"$REAL\" \"$@\" > /dev/null 2>&1\necho 已保存\n"),
];

/// All of them.
pub fn check(starts: &Starts, program: &Path, knowns: &Knowns, seed: u64) -> Outcome {
    for (what, flow, kind, script) in PROGRAMS {
        let flow = named(flow)?;
        let planted = wrapped(starts, program, script)?;
        let stage = Stage::new(starts, program)?.planted(planted);
        let known = stage.know(flow)?;
        let mut all = points(flow, &known, &stage.folder(), kind);
        Chance::new(seed).shuffle(&mut all);
        let caught = all.iter().take(PATIENCE).position(|point| stage.try_point(flow, &known, point).is_err());
        said(what, caught)?;
    }
    for (planted, flow) in [(Planted::NoSync, "save"), (Planted::NoFolderSync, "export"), (Planted::SaidFirst, "save")] {
        let flow = named(flow)?;
        let stage = Stage::new(starts, program)?;
        let known = knowns.get(flow.name).ok_or("not known")?;
        let mut power = Power::of(&stage, flow, known)?.planted(planted);
        let caught = (0..PATIENCE).position(|n| power.cut(&stage, flow, known, seed.wrapping_add(n as u64)).is_err());
        said(&format!("{planted:?} and a power cut"), caught)?;
    }
    Ok(())
}

fn said(what: &str, caught: Option<usize>) -> Outcome {
    match caught {
        Some(n) => {
            println!("planted mistake caught at try {}: {what}", n + 1);
            Ok(())
        }
        None => Err(format!("a planted mistake was not caught: {what}")),
    }
}

fn wrapped(starts: &Starts, program: &Path, script: &str) -> Outcome<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = starts.of("planted");
    let bundle = starts.of("answered").join("给社区.xinghuo");
    let text = format!("#!/bin/sh\nREAL='{}'\nBUNDLE='{}'\n{script}", program.display(), bundle.display());
    fs::write(&path, text).and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755))).map_err(|e| e.to_string())?;
    Ok(path)
}
