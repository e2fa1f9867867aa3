//! `cargo xtask fuzz [TARGET] [--inputs N] [--keep] [--planted]`: the fuzz targets of `tests/fuzz`, with
//! LLVM's libFuzzer (docs/fuzzing.md).
//!
//! Our own crates are built once more with coverage counters; what they use is not, and is shared with
//! the ordinary build. So cargo-fuzz is not needed, nor another compiler: the counters are a pass of the
//! stable one, and libFuzzer is C++ that its crate brings along.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::steps::{Steps, root, run, whole};

/// Every target with the longest input worth trying, in bytes (as in `xinghuo_fuzz::TARGETS`).
const TARGETS: &[(&str, usize)] =
    &[("block", 4096), ("bundle", 16 << 10), ("certificate", 4096), ("header", 4096), ("join", 8192), ("keys", 4096), ("roster", 8 << 10)];

/// Where no number is given.
const INPUTS: u64 = 100_000;

/// What makes the compiler count the ways through the code.
const COUNTERS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];

/// Set for the build of the targets: this program then stands before the compiler.
const MARK: &str = "XINGHUO_FUZZ_COUNTERS";

/// What is looked into: not the targets and the forge themselves, whose ways through are no news, and nothing that
/// the compiler runs.
const COUNTED: &[&str] = &["xinghuo_model", "xinghuo_ledger", "xinghuo_bundle", "xinghuo_roster", "xinghuo_desk"];

/// Where cargo calls this program in the compiler's place (`RUSTC_WORKSPACE_WRAPPER`): compiles one of our own
/// crates, with the counters where it is looked into.
pub fn as_compiler() -> Option<ExitCode> {
    std::env::var_os(MARK)?;
    let mut words = std::env::args_os().skip(1);
    let compiler = words.next()?;
    let mut words: Vec<OsString> = words.collect();
    let name = words.iter().position(|word| word == "--crate-name").and_then(|at| words.get(at + 1));
    if name.is_some_and(|name| COUNTED.iter().any(|counted| name == counted)) {
        words.extend(COUNTERS.iter().map(OsString::from));
    }
    let code = Command::new(compiler).args(words).status().ok().and_then(|status| status.code());
    Some(code.map_or(ExitCode::FAILURE, |code| ExitCode::from(code as u8)))
}

/// The verb.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    let mut words = arguments.iter();
    let (mut chosen, mut inputs, mut keep, mut planted) = (Vec::new(), INPUTS, false, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--inputs" => inputs = words.next().and_then(|n| n.replace('_', "").parse().ok()).unwrap_or(INPUTS),
            "--keep" => keep = true,
            "--planted" => planted = true,
            name => chosen.extend(TARGETS.iter().find(|(target, _)| *target == name)),
        }
    }
    if chosen.is_empty() {
        chosen = TARGETS.iter().collect();
    }
    if !steps.command("build what packs the inputs", &mut whole("build", &["--bin", "fuzz_corpus"])) || !build(steps, &chosen, planted) {
        return;
    }
    for (name, longest) in chosen {
        let corpus = place(name);
        let well = steps.command(&format!("{name}: first inputs"), packer().args(["unpack", name]).arg(&corpus))
            && steps.step(&format!("{name}: {inputs} inputs"), || fuzz(name, *longest, inputs));
        if well && keep {
            steps.step(&format!("{name}: keep what counts"), || kept(name));
        }
    }
}

fn place(name: &str) -> PathBuf {
    root().join("target/fuzz").join(name)
}

fn packer() -> Command {
    Command::new(root().join("target/debug/fuzz_corpus"))
}

fn program(name: &str) -> PathBuf {
    root().join("target/debug").join(format!("fuzz_{name}"))
}

fn build(steps: &mut Steps, chosen: &[&(&str, usize)], planted: bool) -> bool {
    let mut build = whole("build", &["--features", "xinghuo-fuzz/libfuzzer"]);
    if planted {
        build.args(["--features", "xinghuo-fuzz/planted"]);
    }
    for (name, _) in chosen {
        build.args(["--bin", &format!("fuzz_{name}")]);
    }
    let Ok(me) = std::env::current_exe() else { return steps.step("build the targets", || Err("this program cannot be found".into())) };
    steps.command("build the targets", build.env("RUSTC_WORKSPACE_WRAPPER", me).env(MARK, "1"))
}

/// Runs one target and adds what it reached to `target/fuzz/totals.tsv`.
fn fuzz(name: &str, longest: usize, inputs: u64) -> Result<(), String> {
    let found = root().join("target/fuzz/found");
    std::fs::create_dir_all(&found).map_err(|error| error.to_string())?;
    let mut command = Command::new(program(name));
    command
        .arg(format!("-runs={inputs}"))
        .arg(format!("-max_len={longest}"))
        .arg(format!("-artifact_prefix={}/{name}-", found.display()))
        .args(["-rss_limit_mb=2048", "-timeout=30", "-print_final_stats=1", "-len_control=20"])
        .arg(place(name))
        .stderr(Stdio::piped());
    let mut running = command.spawn().map_err(|error| format!("{}: {error}", program(name).display()))?;
    let (mut last, mut executed) = (String::new(), String::new());
    for line in BufReader::new(running.stderr.take().ok_or("no output")?).split(b'\n') {
        let line = line.map_err(|error| error.to_string())?;
        let line = String::from_utf8_lossy(&line);
        if line.starts_with('#') {
            last = line.split_once("cov:").map_or(last, |(_, rest)| format!("cov:{rest}"));
            if !line.contains("pulse") && !line.contains("DONE") {
                continue;
            }
        }
        if let Some(number) = line.strip_prefix("stat::number_of_executed_units:") {
            executed = number.trim().to_owned();
        }
        println!("   {line}");
    }
    let status = running.wait().map_err(|error| error.to_string())?;
    let cov: Vec<&str> = last.split_whitespace().collect();
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let reached = format!(
        "{seconds}\t{name}\t{executed}\t{}\t{}\n",
        cov.get(..6).unwrap_or_default().join(" "),
        if status.success() { "well" } else { "found something" }
    );
    println!("   {reached}");
    let totals = std::fs::OpenOptions::new().create(true).append(true).open(root().join("target/fuzz/totals.tsv"));
    totals.and_then(|mut file| file.write_all(reached.as_bytes())).map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(());
    }
    Err(format!("it found something: {}/{name}-…; please keep the file in tests/fuzz/kept", found.display()))
}

/// Makes what was found worth keeping small, and packs it for the tests.
fn kept(name: &str) -> Result<(), String> {
    let small = place(&format!("{name}.small"));
    let _ = std::fs::remove_dir_all(&small);
    std::fs::create_dir_all(&small).map_err(|error| error.to_string())?;
    quiet(Command::new(program(name)).args(["-merge=1", "-rss_limit_mb=2048"]).arg(&small).arg(place(name)))?;
    run(packer().args(["pack", name]).arg(Path::new(&small)))
}

fn quiet(command: &mut Command) -> Result<(), String> {
    let done = command.output().map_err(|error| error.to_string())?;
    if done.status.success() { Ok(()) } else { Err("merging failed".to_owned()) }
}
