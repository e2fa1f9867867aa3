//! The benchmarks (`cargo xtask bench`): what was promised about speed and memory, measured in
//! one run. Each promise ends in a line `figure NAME: VALUE UNIT (goal <= X) ok|short`.
//!
//! Times are CPU times of this process and, where two things are compared, ratios: the machine
//! may be busy with something else. Words on the command line choose groups by name.

mod changesets;
mod contest;
mod council;
mod finding;
mod gauge;
mod import;
mod inserts;
mod large;
mod million;
mod ours;
mod papers;
mod residents;
mod rivals;
mod roster;
mod small;
mod window;

use std::process::ExitCode;

use gauge::{Outcome, Report};

/// A group of figures.
type Group = fn(&mut Report) -> Outcome;

/// Papers come first: their memory is measured, and freed memory of others would hide growth.
const GROUPS: [(&str, Group); 9] = [
    ("papers", papers::measure),
    ("import", import::measure),
    ("export", small::measure),
    ("large", large::measure),
    ("million", million::measure),
    ("roster", roster::measure),
    ("find", finding::measure),
    ("council", council::measure),
    ("window", window::measure),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [contest::CHILD, ..] = words.first().map(String::as_str).as_slice() {
        return match contest::child(&words[1..]) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    // `cargo test` builds and starts it too, so that it cannot rot; only `cargo bench` says this.
    if !words.iter().any(|w| w == "--bench") {
        return ExitCode::SUCCESS;
    }
    let words: Vec<String> = words.into_iter().filter(|w| !w.starts_with("--")).collect();
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    println!("profile: {profile}");
    let mut report = Report::default();
    for (name, measure) in GROUPS {
        if !words.is_empty() && !words.iter().any(|w| w == name) {
            continue;
        }
        println!("\n-- {name}");
        if let Err(error) = measure(&mut report) {
            report.missing(name, &error.to_string());
        }
    }
    println!("\nprofile: {profile}");
    report.print();
    // A figure that is short is news, not a failure: a busy machine must not break a build.
    ExitCode::SUCCESS
}
