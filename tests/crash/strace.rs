//! Running a command under strace: listening to its system calls, and putting faults into them.
//!
//! Never with `--seccomp-bpf`: strace then drops injected signals without a word, and every run
//! "survives". Whoever injects checks that the fault fired.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Outcome;

/// One system call of a recorded run.
pub struct Call {
    pub name: String,
    /// Which call of this name it is, from 1.
    pub nth: u32,
    /// The paths it names: its arguments, and the files its descriptors stand for.
    pub paths: Vec<PathBuf>,
    /// What stands between its parentheses.
    pub arguments: String,
    /// What it returned, as printed; empty where it never returned.
    pub returned: String,
}

/// What is put into a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program is killed when it is about to make the `nth` call of this name.
    Kill { call: String, nth: u32 },
    /// That call fails with an error: this once, or from then on.
    Error { call: String, nth: u32, errno: &'static str, on: bool },
    /// The `nth` call of this name fails once, whatever it is on.
    ErrorAnywhere { call: String, nth: u32, errno: &'static str },
    /// A stick that was pulled out: from its `at`th call on these files on, every call fails. `from`
    /// says it name by name, because strace counts each name apart.
    Pulled { at: u32, from: Vec<(String, u32)>, errno: &'static str, files: Vec<PathBuf> },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kill { call, nth } => write!(f, "killed before {call} {nth}"),
            Self::Error { call, nth, errno, on } => write!(f, "{errno} at {call} {nth}{}", if *on { " and from then on" } else { "" }),
            Self::ErrorAnywhere { call, nth, errno } => write!(f, "{errno} at {call} {nth} of all"),
            Self::Pulled { at, errno, .. } => write!(f, "pulled out at its call {at} ({errno})"),
        }
    }
}

/// Whether strace is here; `Err` says how to get it.
pub fn present() -> Outcome {
    let said = Command::new("strace").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match said {
        Ok(status) if status.success() => Ok(()),
        _ => Err("strace is not here (`cargo xtask setup` installs it on Linux)".to_owned()),
    }
}

fn under(mut strace: Command, command: &Command) -> Command {
    strace.arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    // Not in the folder it works on: its name would stand beside every relative path.
    strace.current_dir("/");
    strace
}

/// Runs a command and lists its system calls, bytes and all. Fails if the command does.
pub fn record(command: &Command, log: &Path) -> Outcome<Vec<Call>> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-xx", "-s", "16777216", "-e", "signal=none", "-o"]).arg(log);
    let output = under(strace, command).output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("not even without a fault: {}{}", said(&output.stdout), said(&output.stderr)));
    }
    let text = std::fs::read_to_string(log).map_err(|e| e.to_string())?;
    let _ = std::fs::remove_file(log);
    Ok(calls(&text))
}

/// Runs a command with a fault in it. `files` are those it may touch; errors are put only into
/// calls on them, kills and [`Fault::ErrorAnywhere`] into any call.
pub fn inject(command: &Command, fault: &Fault, files: &[PathBuf]) -> Outcome<(Output, bool)> {
    let log = tempfile::NamedTempFile::new().map_err(|e| e.to_string())?;
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o"]).arg(log.path());
    match fault {
        Fault::Kill { call, nth } => {
            strace.arg("-e").arg(format!("trace={call}"));
            strace.arg("-e").arg(format!("inject={call}:signal=SIGKILL:when={nth}"));
        }
        Fault::Error { call, nth, errno, on } => {
            strace.arg("-e").arg(format!("trace={call}"));
            strace.arg("-e").arg(format!("inject={call}:error={errno}:when={nth}{}", if *on { "+" } else { "" }));
        }
        Fault::ErrorAnywhere { call, nth, errno } => {
            strace.arg("-e").arg(format!("trace={call}"));
            strace.arg("-e").arg(format!("inject={call}:error={errno}:when={nth}"));
        }
        Fault::Pulled { from, errno, .. } => {
            let names: Vec<&str> = from.iter().map(|(name, _)| name.as_str()).collect();
            strace.arg("-e").arg(format!("trace={}", names.join(",")));
            for (name, nth) in from {
                strace.arg("-e").arg(format!("inject={name}:error={errno}:when={nth}+"));
            }
        }
    }
    if matches!(fault, Fault::Error { .. } | Fault::Pulled { .. }) {
        for file in files {
            strace.arg("-P").arg(file);
        }
    }
    let output = under(strace, command).output().map_err(|e| e.to_string())?;
    let fired = match fault {
        // strace ends by the signal that ended what it traced.
        Fault::Kill { .. } => {
            use std::os::unix::process::ExitStatusExt;
            output.status.signal() == Some(9) || output.status.code() == Some(137)
        }
        _ => std::fs::read_to_string(log.path()).map_err(|e| e.to_string())?.contains("(INJECTED)"),
    };
    Ok((output, fired))
}

pub fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn calls(log: &str) -> Vec<Call> {
    // strace counts each process's calls apart.
    let mut counts: HashMap<(&str, &str), u32> = HashMap::new();
    let mut out = Vec::new();
    for line in log.lines() {
        let (process, line) = line.split_once(' ').unwrap_or_default();
        let Some((name, rest)) = line.trim_start().split_once('(') else { continue };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            continue;
        }
        // With -xx neither text nor paths hold a sign of their own, so the last «) = » is the call's end.
        let (arguments, returned) = rest.rsplit_once(" = ").map_or((rest, ""), |(a, r)| (a.trim_end().trim_end_matches(')'), r));
        let nth = counts.entry((process, name)).or_default();
        *nth += 1;
        let paths: BTreeSet<PathBuf> =
            quoted(arguments).into_iter().chain(quoted(returned)).filter(|p| p.first() == Some(&b'/')).map(path).collect();
        out.push(Call {
            name: name.to_owned(),
            nth: *nth,
            paths: paths.into_iter().collect(),
            arguments: arguments.to_owned(),
            returned: returned.to_owned(),
        });
    }
    out
}

/// A path of bytes.
pub fn path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

/// The bytes that stand between quotes or, for a descriptor's file, between angle brackets.
pub fn quoted(text: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '<']) {
        let end = if rest.as_bytes()[at] == b'"' { '"' } else { '>' };
        let inner = &rest[at + 1..];
        let Some(length) = inner.find(end) else { break };
        out.push(bytes(&inner[..length]));
        rest = &inner[length + 1..];
    }
    out
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.split("\\x").filter_map(|two| u8::from_str_radix(two.get(..2)?, 16).ok()).collect()
}
