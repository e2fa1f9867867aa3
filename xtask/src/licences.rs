//! `cargo xtask licences`: writes `THIRD-PARTY.md`, every part of the program that others made and
//! under which licence.
//!
//! Crates come from `cargo tree`, the pages' packages from `ui/package-lock.json`, the fonts from the
//! list below. The lock file is read line by line as npm writes it; no JSON reader is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::steps::{Steps, cargo, root};

const HEAD: &str = "\
# Third-party parts

Written by `cargo xtask licences`; do not edit by hand. Xinghuo itself is licensed MIT OR Apache-2.0.

The licence named is the one the package states of itself. A package that names several with OR is used
under whichever of them fits.

## Fonts

No font is in this repository or inside the program. `cargo xtask setup` puts them on the machine.

| font | licence | from | used for |
|---|---|---|---|
| Fandol 仿宋, 楷体, 黑体, 宋体 | GPL-3 with the font exception (`COPYING` and `README` are kept beside the files) | Debian `texlive-lang-chinese`, taken out into `target/fonts` | body, headings and labels of papers |
| Noto Serif CJK, Noto Sans CJK (思源宋体, 思源黑体) | SIL OFL 1.1 | Debian `fonts-noto-cjk` | titles of papers, characters the others lack |
| LXGW WenKai (霞鹜文楷) | SIL OFL 1.1 | Debian `fonts-lxgw-wenkai` | 楷体 where Fandol lacks a character |
| Hanazono Mincho (花园明朝) | its own free licence or SIL OFL 1.1 (see the package's copyright file) | Debian `fonts-hanazono` | rare characters in names |

The faces a Chinese office prints with (方正小标宋, 仿宋_GB2312, 楷体_GB2312, SimHei, SimSun) are
proprietary and not shipped; where the machine has them, papers use them.

## C code and system libraries

| part | licence | how |
|---|---|---|
| SQLCipher and SQLite | BSD-3-Clause; public domain | compiled in by `libsqlite3-sys` |
| zstd | BSD-3-Clause | compiled in by `zstd-sys` |
| OpenSSL (libcrypto), for SQLCipher's page encryption | Apache-2.0 | the system's, linked |
| WebKitGTK, GTK and what they need | LGPL-2.1 or later, BSD | the system's, linked by the window only |
";

/// The verb.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    steps.step("licences", || {
        let all = crates(&["--workspace", "--edges", "normal,build,dev"])?;
        let shipped = crates(&["--package", "xinghuo-window", "--package", "xinghuo-cli", "--edges", "normal"])?;
        let packages = packages()?;
        let mut page = String::from(HEAD);
        table(&mut page, "Crates in the program", "on any platform it can be built for", shipped.iter());
        table(&mut page, "Crates that only build or test it", "", all.difference(&shipped));
        for (title, dev) in [("npm packages in the pages", false), ("npm packages that only build or test them", true)] {
            table(&mut page, title, "", packages.iter().filter(|(_, only)| **only == dev).map(|(line, _)| line));
        }
        let file = root().join("THIRD-PARTY.md");
        fs::write(&file, page).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("   {} crates, {} npm packages", all.len(), packages.len());
        Ok(())
    });
}

fn table<'a>(page: &mut String, title: &str, note: &str, lines: impl Iterator<Item = &'a String>) {
    let lines: Vec<&String> = lines.collect();
    let note = if note.is_empty() { String::new() } else { format!(", {note}") };
    *page += &format!("\n## {title} ({}{note})\n\n| name | version | licence |\n|---|---|---|\n", lines.len());
    for line in lines {
        *page += line;
        page.push('\n');
    }
}

/// A row per crate that is not ours.
fn crates(which: &[&str]) -> Result<BTreeSet<String>, String> {
    let tree = ["tree", "--locked", "--target", "all", "--prefix", "none", "--format", "{p}|{l}"];
    let output = cargo(&tree).args(which).output().map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let rows = text.lines().filter_map(|line| {
        let (package, licence) = line.split_once('|')?;
        let (name, rest) = package.split_once(" v")?;
        // A path behind the version is one of our own.
        let version = rest.split(' ').next().filter(|_| !rest.contains('/'))?;
        let licence = licence.trim_end_matches("(*)").trim();
        Some(row(name, version, licence))
    });
    Ok(rows.collect())
}

/// A row per package of the lock file, and whether only building or testing needs it.
fn packages() -> Result<BTreeMap<String, bool>, String> {
    let lock = fs::read_to_string(root().join("ui/package-lock.json")).map_err(|error| format!("ui/package-lock.json: {error}"))?;
    let mut found = BTreeMap::new();
    let (mut name, mut version, mut licence, mut dev) = (String::new(), String::new(), String::new(), false);
    for line in lock.lines() {
        if let Some(path) = line.strip_prefix("    \"node_modules/").and_then(|rest| rest.strip_suffix("\": {")) {
            name = path.rsplit("node_modules/").next().unwrap_or(path).to_owned();
            (version, licence, dev) = (String::new(), String::new(), false);
        } else if let Some(value) = text(line, "version") {
            version = value;
        } else if let Some(value) = text(line, "license") {
            licence = value;
        } else if line == "      \"dev\": true," || line == "      \"dev\": true" {
            dev = true;
        } else if line.trim_end_matches(',') == "    }" && !name.is_empty() {
            let known = found.entry(row(&name, &version, &licence)).or_insert(dev);
            *known &= dev;
            name.clear();
        }
    }
    Ok(found)
}

/// The text of a package's own field; deeper ones are indented further.
fn text(line: &str, field: &str) -> Option<String> {
    let value = line.strip_prefix(&format!("      \"{field}\": \""))?;
    Some(value.trim_end_matches(',').trim_end_matches('"').to_owned())
}

fn row(name: &str, version: &str, licence: &str) -> String {
    let licence = if licence.is_empty() { "in the package's own file" } else { licence };
    format!("| {name} | {version} | {licence} |")
}
