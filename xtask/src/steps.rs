//! Runs a verb's steps one after another: names each, streams what it prints, times it, sums up.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// How a step ended.
enum End {
    Done,
    Failed(String),
}

/// The steps of one verb, as far as they have run.
pub struct Steps {
    verb: String,
    begun: Instant,
    ended: Vec<(String, End, Duration)>,
}

impl Steps {
    /// Begins a verb.
    pub fn new(verb: &str) -> Steps {
        Steps { verb: verb.to_owned(), begun: Instant::now(), ended: Vec::new() }
    }

    /// Runs one step; `true` when it went well. `Err` carries a sentence saying what went wrong.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<(), String>) -> bool {
        println!("\n== {name}");
        let begun = Instant::now();
        let result = work();
        let took = begun.elapsed();
        match &result {
            Ok(()) => println!("== {name}: done in {}", seconds(took)),
            Err(sentence) => println!("== {name}: FAILED after {}: {sentence}", seconds(took)),
        }
        let well = result.is_ok();
        self.ended.push((name.to_owned(), result.map_or_else(End::Failed, |()| End::Done), took));
        well
    }

    /// Runs one command as a step.
    pub fn command(&mut self, name: &str, command: &mut Command) -> bool {
        self.step(name, || run(command))
    }

    /// Prints every step with its time, and ends with failure if any failed.
    pub fn summary(&self) -> ExitCode {
        println!("\n{} in {}", self.verb, seconds(self.begun.elapsed()));
        let mut failed = 0;
        for (name, end, took) in &self.ended {
            match end {
                End::Done => println!("  ok      {:>8}  {name}", seconds(*took)),
                End::Failed(sentence) => {
                    failed += 1;
                    println!("  FAILED  {:>8}  {name}: {sentence}", seconds(*took));
                }
            }
        }
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Runs a command with its output shown as it comes.
///
/// # Errors
/// A sentence when it cannot start or does not end well.
pub fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    println!("   $ {program} {}", arguments.join(" "));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(error) => Err(format!("{program} could not be started: {error}")),
    }
}

/// What a command printed, trimmed; `None` when it is absent or failed.
pub fn said(program: impl AsRef<Path>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program.as_ref()).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The checkout's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// Cargo, in the checkout.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).current_dir(root());
    cargo
}

/// Cargo over the whole house: `verb` (build, test, bench), then words of its own.
///
/// Always every package with the pages embedded, never `--package`: cargo chooses the features of a
/// dependency by what is built together, and another choice would build half of them once more.
pub fn whole(verb: &str, words: &[&str]) -> Command {
    let mut cargo = cargo(&[verb, "--workspace", "--features", "xinghuo-window/shipped"]);
    cargo.args(words);
    cargo
}

/// One of the pages' own scripts (`ui/package.json`).
pub fn npm(arguments: &[&str]) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(arguments).current_dir(root().join("ui"));
    npm
}

fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{}m{:02}s", whole / 60, whole % 60) }
}
