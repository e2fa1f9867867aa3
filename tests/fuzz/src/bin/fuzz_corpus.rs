//! `fuzz_corpus unpack TARGET FOLDER`, `fuzz_corpus pack TARGET FOLDER`, `fuzz_corpus list`: the kept inputs
//! as single files, and back. `cargo xtask fuzz` calls it.

use std::path::Path;
use std::process::ExitCode;

use xinghuo_fuzz::{TARGETS, corpus};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let target = |name: &str| TARGETS.into_iter().find(|target| target.name == name);
    let done = match words[..] {
        ["list"] => {
            TARGETS.iter().for_each(|target| println!("{} {}", target.name, target.longest));
            Ok(())
        }
        ["unpack", name, folder] => match target(name) {
            Some(target) => corpus::unpack(target, Path::new(folder)).map(|n| println!("   {n} inputs to begin with")),
            None => Err(std::io::Error::other("no such target")),
        },
        ["pack", name, folder] => match target(name) {
            Some(target) => corpus::pack(target, Path::new(folder)).map(|(n, size)| println!("   {n} inputs kept, {size} bytes")),
            None => Err(std::io::Error::other("no such target")),
        },
        _ => Err(std::io::Error::other("list, unpack TARGET FOLDER, pack TARGET FOLDER")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
