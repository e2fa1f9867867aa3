//! Which points of a flow are tried: every system call, every error in every call on its files, every
//! moment at which a stick may be pulled out, and files that arrive cut off.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::flows::Flow;
use crate::stage::{Known, Point, on};
use crate::strace::Fault;

/// Calls in which a full disk shows.
const FULL: &[&str] = &["openat", "write", "pwrite64", "ftruncate", "fallocate", "mkdir", "rename", "fsync", "fdatasync"];
/// Calls in which a broken disk shows.
const BROKEN: &[&str] =
    &["openat", "read", "pread64", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "unlink", "mkdir", "close"];
/// Calls that change what a kill would find on the disk, or what the person was told.
const CHANGING: &[&str] = &[
    "openat",
    "write",
    "pwrite64",
    "ftruncate",
    "fallocate",
    "mkdir",
    "rename",
    "unlink",
    "fsync",
    "fdatasync",
    "close",
    "munmap",
    "exit_group",
];

/// The kinds of points.
pub const KINDS: [&str; 6] = ["kill", "full", "broken", "pulled", "cut", "kill-every"];

/// Every point of one kind. `start` is a folder that stands as before the flow.
pub fn points(flow: &Flow, known: &Known, start: &Path, kind: &str) -> Vec<Point> {
    let folder = &known.folder;
    match kind {
        // The disk is the same before any two calls between which nothing changed it: of the others
        // it is enough to try each once in a long while (`kill-every`).
        "kill" => kills(known, folder, false),
        "kill-every" => kills(known, folder, true),
        "full" => errors(known, folder, FULL, "ENOSPC"),
        "broken" => errors(known, folder, BROKEN, "EIO"),
        "pulled" => pulled(flow, known, folder),
        "cut" => cuts(flow, start),
        _ => Vec::new(),
    }
}

fn kills(known: &Known, folder: &Path, every: bool) -> Vec<Point> {
    let mut out = Vec::new();
    for call in &known.calls {
        // Before it is the program at all there is nothing to be killed.
        if call.name == "execve" {
            continue;
        }
        let here = call.paths.iter().any(|path| path.starts_with(folder)) || call.paths.is_empty() || call.name == "write";
        if every || (here && CHANGING.contains(&call.name.as_str())) {
            out.push(Point::Fault(Fault::Kill { call: call.name.clone(), nth: call.nth }));
        }
    }
    out
}

fn errors(known: &Known, folder: &Path, names: &[&str], errno: &'static str) -> Vec<Point> {
    let files: Vec<PathBuf> = known.touched.iter().map(|file| folder.join(file)).collect();
    let mut out = Vec::new();
    for (call, nth) in on(&known.calls, &files).into_iter().filter(|(name, _)| names.contains(name)) {
        for on in [false, true] {
            out.push(Point::Fault(Fault::Error { call: call.to_owned(), nth, errno, on }));
        }
    }
    // A file whose name nobody knows beforehand is met by the number of the call.
    let renamed: Vec<PathBuf> = known.renamed.iter().map(|file| folder.join(file)).collect();
    for call in known.calls.iter().filter(|call| names.contains(&&*call.name) && call.paths.iter().any(|path| renamed.contains(path))) {
        out.push(Point::Fault(Fault::ErrorAnywhere { call: call.name.clone(), nth: call.nth, errno }));
    }
    out
}

/// The stick holds what the flow reads from others and writes for them.
fn pulled(flow: &Flow, known: &Known, folder: &Path) -> Vec<Point> {
    let given = flow.files.iter().map(PathBuf::from);
    let files: Vec<PathBuf> = known.touched.iter().filter(|file| file.starts_with("usb")).cloned().chain(given).collect();
    let whole: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    let calls = on(&known.calls, &whole);
    let mut out = Vec::new();
    for at in 0..calls.len() {
        // From this moment on no call on the stick works, of whatever name.
        let mut made: HashMap<&str, u32> = calls.iter().map(|(name, _)| (*name, 0)).collect();
        for (name, _) in &calls[..at] {
            *made.entry(name).or_default() += 1;
        }
        let mut from: Vec<(String, u32)> = made.into_iter().map(|(name, n)| (name.to_owned(), n + 1)).collect();
        from.sort();
        for errno in ["EIO", "ENODEV", "EROFS"] {
            out.push(Point::Fault(Fault::Pulled { at: at as u32 + 1, from: from.clone(), errno, files: files.clone() }));
        }
    }
    out
}

fn cuts(flow: &Flow, folder: &Path) -> Vec<Point> {
    let mut out = Vec::new();
    for file in flow.files {
        let Ok(meta) = std::fs::metadata(folder.join(file)) else { continue };
        // Some forty lengths, the first and last bytes among them.
        let whole = meta.len();
        let mut lengths: Vec<u64> = (0..32).map(|n| n * whole / 32).chain([1, 2, 16, 17, whole - 2, whole - 1]).collect();
        lengths.sort();
        lengths.dedup();
        out.extend(lengths.into_iter().filter(|l| *l < whole).map(|length| Point::Cut { file, length }));
    }
    out
}
