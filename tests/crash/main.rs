//! Crashes: the built `xinghuo` command is killed before its system calls, runs into full and broken
//! disks, loses the stick it writes to, and loses power, in every flow that people depend on. After
//! each a fresh process opens the copy without a question, checks all of it, finds the flow wholly
//! done or not at all (done, if it was said to be), and does it again.
//!
//! `cargo xtask crash --points 5000 --cuts 10000`; without either, a quick slice. `--flow`, `--kind`
//! and `--only` choose; `--jobs` says how many at once. Linux only: strace is what interrupts.
//! What was run so far: `docs/crashes.md`.

#[cfg(target_os = "linux")]
#[path = "../sim/chance.rs"]
#[allow(dead_code)]
mod chance;
#[cfg(target_os = "linux")]
mod controls;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod flows;
#[cfg(target_os = "linux")]
mod judge;
#[cfg(target_os = "linux")]
mod place;
#[cfg(target_os = "linux")]
mod points;
#[cfg(target_os = "linux")]
mod power;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod stage;
#[cfg(target_os = "linux")]
mod strace;

use std::process::ExitCode;

/// What a try comes to: a sentence where it failed.
pub type Outcome<T = ()> = Result<T, String>;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    match run::run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    println!("not tested: faults are injected on Linux only");
    ExitCode::SUCCESS
}
