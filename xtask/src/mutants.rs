//! `cargo xtask mutants [--file GLOB]... [--shard K/N] [--sample N --seed S]`: the mutation score of bundle,
//! merge and keys, with cargo-mutants (docs/mutants.md). A long run, and no part of `cargo xtask test`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::{Steps, cargo, root, run};

/// The version whose mutants the figures are about: another one makes others.
const VERSION: &str = "27.1.0";

/// Each package with the files that count and who judges what its own tests let through.
const COUNTED: &[Counted] = &[
    Counted {
        package: "bundle",
        files: &["keys", "want", "join", "backup", "error", "manifest", "object", "read", "stretch", "write"],
        then: None,
    },
    Counted {
        package: "ledger",
        files: &["merge", "absorb", "entry", "logs", "siblings", "dots", "conflict", "endings", "erase", "missing", "sealing", "volumes"],
        then: Some("xinghuo-bundle"),
    },
];

struct Counted {
    package: &'static str,
    files: &'static [&'static str],
    then: Option<&'static str>,
}

/// What cargo-mutants calls the ends a mutant may come to.
const ENDS: &[&str] = &["caught", "timeout", "unviable", "missed"];

#[derive(Default)]
struct Wish {
    files: Vec<String>,
    shard: Option<String>,
    sample: Option<usize>,
    seed: u64,
}

/// The verb.
pub fn verb(steps: &mut Steps, arguments: &[String]) {
    let mut wish = Wish::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--file" => wish.files.extend(words.next().cloned()),
            "--shard" => wish.shard = words.next().cloned(),
            "--sample" => wish.sample = words.next().and_then(|n| n.parse().ok()),
            "--seed" => wish.seed = words.next().and_then(|n| n.parse().ok()).unwrap_or_default(),
            _ => {}
        }
    }
    if !program().is_file() {
        let mut install = cargo(&["install", "--locked", "--version", VERSION, "--root", "target/tools", "cargo-mutants"]);
        if !steps.command("install cargo-mutants", &mut install) {
            return;
        }
    }
    for counted in COUNTED {
        steps.step(&format!("mutants of {}", counted.package), || tried(counted, &wish));
    }
}

fn program() -> PathBuf {
    root().join("target/tools/bin").join(if cfg!(windows) { "cargo-mutants.exe" } else { "cargo-mutants" })
}

/// The mutants of one package: by its own tests, and what survives by those of whoever builds on it.
fn tried(counted: &Counted, wish: &Wish) -> Result<(), String> {
    let named = chosen(counted, wish)?;
    if named.is_empty() {
        return Ok(());
    }
    let place = root().join("target/mutants").join(counted.package);
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
    judged(counted, wish, &named, &place, None)?;
    if let Some(package) = counted.then {
        judged(counted, wish, &named, &place, Some(package))?;
    }
    summed_up(&place)
}

/// The filters of cargo-mutants that name the files, and the sample where one is wished for.
fn chosen(counted: &Counted, wish: &Wish) -> Result<Vec<String>, String> {
    let mut filters = Vec::new();
    for file in counted.files.iter().map(|file| format!("crates/{}/src/{file}.rs", counted.package)) {
        if wish.files.is_empty() || wish.files.iter().any(|glob| file.contains(glob.trim_matches('*'))) {
            filters.extend(["--file".to_owned(), file]);
        }
    }
    let (Some(number), false) = (wish.sample, filters.is_empty()) else { return Ok(filters) };
    let listed = Command::new(program())
        .args(["mutants", "--list", "--colors", "never"])
        .args(&filters)
        .current_dir(root())
        .output()
        .map_err(|error| error.to_string())?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut left: Vec<&str> = listed.lines().filter(|line| !line.is_empty()).collect();
    let mut dice = wish.seed;
    let mut names = Vec::new();
    while names.len() < number && !left.is_empty() {
        let at = (thrown(&mut dice) % left.len() as u64) as usize;
        names.push(plain(left.swap_remove(at)));
    }
    filters.extend(["--re".to_owned(), format!("^({})$", names.join("|"))]);
    Ok(filters)
}

/// SplitMix64: the same seed, the same sample, everywhere.
fn thrown(dice: &mut u64) -> u64 {
    *dice = dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut n = *dice;
    n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

/// A name as a pattern that means just it.
fn plain(name: &str) -> String {
    name.chars().flat_map(|c| r"\.+*?()|[]{}^$#&-~".contains(c).then_some('\\').into_iter().chain([c])).collect()
}

/// One pass. With `then` only what the pass before let through, judged by that package's tests.
///
/// What changes with every mutant is built without optimisation, because building is most of the work; a test
/// program ends with its first failure.
fn judged(counted: &Counted, wish: &Wish, filters: &[String], place: &Path, then: Option<&str>) -> Result<(), String> {
    let mut mutants = Command::new(program());
    mutants.arg("mutants").args(filters).args(["--no-shuffle", "--colors", "never"]);
    mutants.args(["--timeout-multiplier", "4", "--minimum-test-timeout", "20"]).arg("--output").arg(place);
    if let Some(shard) = &wish.shard {
        mutants.args(["--sharding", "round-robin", "--shard", shard]);
    }
    if let Some(package) = then {
        mutants.args(["--iterate", "--test-package", package]);
    }
    let mut plain = vec!["bundle", "forge"];
    if counted.package == "ledger" {
        plain.push("ledger");
    }
    for package in plain {
        mutants.arg(format!("--cargo-arg=--config=profile.dev.package.xinghuo-{package}.opt-level=0"));
    }
    mutants.args(["--cargo-arg=--config=profile.dev.opt-level=0", "--cargo-arg=--config=profile.dev.debug=false"]);
    if cfg!(unix) {
        mutants.arg("--cargo-arg=--config=target.'cfg(all())'.runner=['env','RUSTC_BOOTSTRAP=1']");
    }
    mutants.args(["--cargo-test-arg=--lib", "--cargo-test-arg=--tests"]);
    if cfg!(unix) {
        mutants.args(["--", "--", "-Zunstable-options", "--fail-fast"]);
    }
    mutants.current_dir(root()).env("CARGO_TARGET_DIR", root().join("target/mutants/target")).env("CARGO_INCREMENTAL", "1");
    match run(&mut mutants) {
        // Survivors and mutants that never end are what is looked for, no failure of the run.
        Err(sentence) if !sentence.ends_with("status: 2") && !sentence.ends_with("status: 3") => Err(sentence),
        _ => Ok(()),
    }
}

/// Prints how many of each file's mutants came to which end.
fn summed_up(place: &Path) -> Result<(), String> {
    // The pass before stands beside the last one. What either caught is caught.
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for pass in ["mutants.out.old", "mutants.out"] {
        for (at, end) in ENDS.iter().enumerate() {
            for name in std::fs::read_to_string(place.join(pass).join(format!("{end}.txt"))).unwrap_or_default().lines() {
                let best = ends.entry(name.to_owned()).or_insert(at);
                *best = at.min(*best);
            }
        }
    }
    let mut files: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (name, end) in &ends {
        files.entry(name.split(':').next().unwrap_or_default()).or_default()[*end] += 1;
    }
    println!("   {:<34} {:>7} {:>8} {:>9} {:>7}", "file", ENDS[0], ENDS[1], ENDS[2], ENDS[3]);
    for (file, [caught, timeout, unviable, missed]) in files {
        println!("   {file:<34} {caught:>7} {timeout:>8} {unviable:>9} {missed:>7}");
    }
    if ends.is_empty() { Err("no mutant was tried".to_owned()) } else { Ok(()) }
}
