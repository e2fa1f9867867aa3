//! The project's own verbs: `cargo xtask VERB`.
//!
//! Standard library only, because this is the first thing built on a machine that may have nothing
//! but Rust and Node. Each verb is a module; [`steps`] runs and times what a verb does.

mod bench;
mod bindings;
mod crash;
mod demo;
mod fonts;
mod fuzz;
mod licences;
mod lint;
mod mutants;
mod packages;
mod setup;
mod sim;
mod steps;
mod tests;
mod window;

use std::process::ExitCode;

use steps::Steps;

const WORDS: &str = "\
cargo xtask setup      install what is missing (system packages, fonts, pages' packages, window driver)
cargo xtask test       setup, then every test: Rust, pages, the real window
cargo xtask demo       setup, build, and open the window on a demo home
cargo xtask bench      the benchmarks
cargo xtask sim        the simulator
cargo xtask crash      kills, full and broken disks, power cuts (--points N, --cuts N)
cargo xtask fuzz       the fuzz targets: [TARGET] [--inputs N] [--keep]
cargo xtask mutants    the mutation score of bundle, merge and keys: [--file GLOB] [--shard K/N] [--sample N --seed S]
cargo xtask lint       clippy over everything, every warning an error
cargo xtask bindings   write the TypeScript types of the desk's questions and answers
cargo xtask licences   write THIRD-PARTY.md: every crate, npm package and font with its licence";

fn main() -> ExitCode {
    if let Some(code) = fuzz::as_compiler() {
        return code;
    }
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let mut steps = Steps::new(&verb);
    let known: fn(&mut Steps, &[String]) = match verb.as_str() {
        "setup" => setup::verb,
        "test" => tests::verb,
        "demo" => demo::verb,
        "bench" => bench::verb,
        "sim" => sim::verb,
        "crash" => crash::verb,
        "fuzz" => fuzz::verb,
        "mutants" => mutants::verb,
        "bindings" => bindings::verb,
        "licences" => licences::verb,
        "lint" => lint::verb,
        _ => {
            eprintln!("{WORDS}");
            return ExitCode::from(2);
        }
    };
    known(&mut steps, &rest);
    steps.summary()
}
