//! The Fandol fonts (仿宋, 楷, 黑, 宋) that papers are set in, taken out of Debian's package.
//!
//! They are GPL-3 with the font exception: kept as files beside the program with their licence, never
//! compiled into it. The package they come in (TeX Live's Chinese part, 49 MB) is not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::apt;
use crate::steps::{root, run, said};

const PACKAGE: &str = "texlive-lang-chinese";
const FONTS: &[&str] =
    &["FandolFang-Regular.otf", "FandolKai-Regular.otf", "FandolHei-Regular.otf", "FandolSong-Regular.otf", "FandolSong-Bold.otf"];
/// The licence and the words that come with it, as the package names them.
const PAPERS: &[&str] = &["COPYING", "README"];

/// Puts the fonts into `target/fonts`.
///
/// # Errors
/// A sentence, when the package cannot be had or lacks a font.
pub fn install() -> Result<(), String> {
    let place = root().join("target/fonts");
    if FONTS.iter().chain(PAPERS).all(|name| place.join(name).exists()) {
        println!("   there already");
        return Ok(());
    }
    if said("apt-get", &["--version"]).is_none() {
        println!("   no apt-get here: put the Fandol fonts into target/fonts, or papers fall back on the system's fonts");
        return Ok(());
    }
    let work = root().join("target/fonts-unpacked");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let found = unpack(&work).and_then(|()| keep(&work, &place));
    let _ = fs::remove_dir_all(&work);
    found
}

fn unpack(work: &Path) -> Result<(), String> {
    let fetch = |work: &Path| run(Command::new("apt-get").args(["download", "-q", PACKAGE]).current_dir(work));
    // A machine whose package lists are empty or old gets new ones.
    fetch(work).or_else(|_| run(&mut apt(&["update", "-qq"])?).and_then(|()| fetch(work)))?;
    let archive = files(work).into_iter().find(|file| file.extension().is_some_and(|ending| ending == "deb"));
    let archive = archive.ok_or_else(|| format!("{PACKAGE} was not downloaded"))?;
    run(Command::new("dpkg").arg("-x").arg(archive).arg(work))
}

fn keep(work: &Path, place: &Path) -> Result<(), String> {
    fs::create_dir_all(place).map_err(|error| format!("{}: {error}", place.display()))?;
    let unpacked = files(work);
    for name in FONTS.iter().chain(PAPERS) {
        let is_it = |file: &&PathBuf| {
            let ours = FONTS.contains(name) || file.parent().is_some_and(|folder| folder.ends_with("fandol"));
            ours && file.file_stem().is_some_and(|stem| stem == *name || file.file_name().is_some_and(|whole| whole == *name))
        };
        let file = unpacked.iter().find(is_it).ok_or_else(|| format!("{name} is not in {PACKAGE}"))?;
        fs::copy(file, place.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    println!("   {} fonts with their licence in target/fonts", FONTS.len());
    Ok(())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .flat_map(|entry| if entry.file_type().is_ok_and(|kind| kind.is_dir()) { files(&entry.path()) } else { vec![entry.path()] })
        .collect();
    found.sort();
    found
}
