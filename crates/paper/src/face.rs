//! Faces (字体): which family plays which part on a paper, and where fonts are looked for.
//!
//! The faces a Chinese office prints with are proprietary and never shipped; when this machine has
//! them they come first, otherwise an open face stands in and [`Face::note`] says so.

use crate::error::{Error, Result};
use crate::sfnt::{COVERING, FontFile, NAMING};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use typst::text::{FontInfo, FontWeight};

/// The part a face plays on a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 小标宋: the red mark and titles.
    Mark,
    /// 仿宋: the body.
    Body,
    /// 楷体: second-level headings.
    Kai,
    /// 黑体: first-level headings and labels.
    Hei,
    /// 宋体: page numbers.
    Song,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [Role::Mark, Role::Body, Role::Kai, Role::Hei, Role::Song];

    /// The face the standard or office practice asks for.
    pub fn wanted(self) -> &'static str {
        match self {
            Role::Mark => "方正小标宋",
            Role::Body => "仿宋",
            Role::Kai => "楷体",
            Role::Hei => "黑体",
            Role::Song => "宋体",
        }
    }
}

/// A family that may play a role.
struct Candidate {
    role: Role,
    /// The family name inside the font, lower case.
    family: &'static str,
    /// The name people know it by; empty for the wanted face itself.
    known_as: &'static str,
    /// The weight to pick when the family has several.
    weight: u16,
}

const fn own(role: Role, family: &'static str) -> Candidate {
    Candidate { role, family, known_as: "", weight: 400 }
}

const fn stand_in(role: Role, family: &'static str, known_as: &'static str, weight: u16) -> Candidate {
    Candidate { role, family, known_as, weight }
}

/// Who may play which role, best first.
const CANDIDATES: &[Candidate] = &[
    own(Role::Mark, "fzxiaobiaosong-b05s"),
    own(Role::Mark, "fzxiaobiaosong-b05"),
    own(Role::Mark, "方正小标宋简体"),
    own(Role::Mark, "方正小标宋_gbk"),
    stand_in(Role::Mark, "noto serif cjk sc", "思源宋体粗体", 700),
    stand_in(Role::Mark, "noto serif sc", "思源宋体粗体", 700),
    stand_in(Role::Mark, "source han serif sc", "思源宋体粗体", 700),
    stand_in(Role::Mark, "fandolsong", "Fandol宋体粗体", 700),
    own(Role::Body, "fangsong_gb2312"),
    own(Role::Body, "仿宋_gb2312"),
    own(Role::Body, "fangsong"),
    own(Role::Body, "仿宋"),
    own(Role::Body, "stfangsong"),
    stand_in(Role::Body, "zhuque fangsong", "朱雀仿宋", 400),
    stand_in(Role::Body, "zhuque fangsong (technical preview)", "朱雀仿宋", 400),
    stand_in(Role::Body, "朱雀仿宋", "朱雀仿宋", 400),
    stand_in(Role::Body, "朱雀仿宋（预览测试版）", "朱雀仿宋", 400),
    stand_in(Role::Body, "fandolfang r", "Fandol仿宋", 400),
    stand_in(Role::Body, "fandolfang", "Fandol仿宋", 400),
    own(Role::Kai, "kaiti_gb2312"),
    own(Role::Kai, "楷体_gb2312"),
    own(Role::Kai, "kaiti"),
    own(Role::Kai, "楷体"),
    own(Role::Kai, "stkaiti"),
    stand_in(Role::Kai, "fandolkai", "Fandol楷体", 400),
    stand_in(Role::Kai, "lxgw wenkai", "霞鹜文楷", 400),
    own(Role::Hei, "simhei"),
    own(Role::Hei, "黑体"),
    stand_in(Role::Hei, "fandolhei", "Fandol黑体", 400),
    stand_in(Role::Hei, "noto sans cjk sc", "思源黑体", 400),
    stand_in(Role::Hei, "noto sans sc", "思源黑体", 400),
    own(Role::Song, "simsun"),
    own(Role::Song, "宋体"),
    stand_in(Role::Song, "fandolsong", "Fandol宋体", 400),
    stand_in(Role::Song, "noto serif cjk sc", "思源宋体", 400),
    stand_in(Role::Song, "noto serif sc", "思源宋体", 400),
];

/// Families that fill in the characters a role's own face lacks, in order. Together with the body face
/// they cover GB 18030-2022 level 3 whole.
const FALLBACK: &[&str] = &["lxgw wenkai", "noto serif cjk sc", "noto serif sc", "source han serif sc", "simsun-extb", "hanaminb"];

/// Parts of the file names of those families: an index opens no other file.
const FILE_NAMES: &[&str] = &[
    "fandolfang",
    "fandolkai",
    "fandolhei-regular",
    "fandolsong",
    "lxgwwenkai-light",
    "lxgwwenkai-regular",
    "notoserifcjk",
    "notosanscjk-regular",
    "notosanscjksc-regular",
    "notoserifsc",
    "notosanssc",
    "sourcehanserif",
    "noto_serif_sc",
    "noto_sans_sc",
    "hanaminb",
    "simfang",
    "simkai",
    "simhei",
    "simsun",
    "fangsong",
    "kaiti",
    "仿宋",
    "楷体",
    "黑体",
    "宋体",
    "小标宋",
    "fzxbs",
    "zhuque",
    "朱雀",
    "stfangso",
    "stkaiti",
    "fangsong_gb2312",
];

/// A face on this machine that plays a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Face {
    /// The role.
    pub role: Role,
    /// The family as the font file names it.
    pub family: String,
    /// Whether an open face stands in for the one offices use.
    pub stands_in: bool,
    /// The sentence for the preview, e.g. 本机无方正小标宋，以思源宋体粗体代替; empty when nothing stands in.
    pub note: String,
}

/// A face found on disk and described without having been read.
pub(crate) struct Found {
    pub path: PathBuf,
    pub start: u32,
    pub info: FontInfo,
}

/// The folders fonts are looked for in, best first: `XINGHUO_FONTS` (as `PATH` is written), `fonts`
/// beside the program or one folder up, the workspace's `target/fonts`, and the system's folders.
pub fn font_dirs() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    if let Some(list) = std::env::var_os("XINGHUO_FONTS") {
        dirs.extend(std::env::split_paths(&list).filter(|p| !p.as_os_str().is_empty()));
    }
    if let Some(home) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        dirs.push(home.join("fonts"));
        dirs.extend(home.parent().map(|up| up.join("fonts")));
        dirs.extend(home.parent().and_then(Path::parent).map(|up| up.join("fonts")));
    }
    if cfg!(debug_assertions) {
        dirs.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/fonts"));
    }
    dirs.push(PathBuf::from("target/fonts"));
    if cfg!(windows) {
        let windows = std::env::var_os("SystemRoot").map_or_else(|| PathBuf::from(r"C:\Windows"), PathBuf::from);
        dirs.push(windows.join("Fonts"));
        dirs.extend(std::env::var_os("LOCALAPPDATA").map(|l| PathBuf::from(l).join(r"Microsoft\Windows\Fonts")));
    } else {
        dirs.extend(std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".local/share/fonts")));
        dirs.push(PathBuf::from("/usr/local/share/fonts"));
        dirs.push(PathBuf::from("/usr/share/fonts"));
    }
    dirs
}

fn wanted_file(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let font = [".ttf", ".otf", ".ttc"].iter().any(|end| name.ends_with(end));
    font && FILE_NAMES.iter().any(|part| name.contains(part))
}

fn collect(dir: &Path, depth: u8, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files);
            }
        } else if wanted_file(&path) {
            files.push(path);
        }
    }
}

fn wanted_family(family: &str) -> bool {
    let family = family.to_lowercase();
    FALLBACK.contains(&family.as_str()) || CANDIDATES.iter().any(|c| c.family == family)
}

/// Finds the faces papers can use; the first of two equal ones wins. Files that cannot be read are
/// passed over: another may do, and if none does the missing role is reported.
pub(crate) fn find(dirs: &[PathBuf]) -> Vec<Found> {
    let mut files = Vec::new();
    dirs.iter().for_each(|dir| collect(dir, 5, &mut files));
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for path in files {
        let Ok(mut file) = FontFile::open(&path) else {
            continue;
        };
        for start in file.faces.clone() {
            let Some(named) = file.face(start, Some(NAMING)).ok().and_then(|b| FontInfo::new(&b, 0)) else {
                continue;
            };
            let key = (named.family.to_lowercase(), named.variant.weight.to_number());
            if !wanted_family(&named.family) || !seen.insert(key) {
                continue;
            }
            if let Some(info) = file.face(start, Some(COVERING)).ok().and_then(|b| FontInfo::new(&b, 0)) {
                found.push(Found { path: path.clone(), start, info });
            }
        }
    }
    found
}

/// Casts the roles from the faces found.
///
/// # Errors
/// [`Error::FontMissing`] for the first role nobody can play.
pub(crate) fn cast(found: &[Found]) -> Result<Vec<Face>> {
    Role::ALL
        .into_iter()
        .map(|role| {
            let candidates = || CANDIDATES.iter().filter(move |c| c.role == role);
            let chosen = candidates().find_map(|c| {
                let face = found.iter().find(|f| {
                    let heavy = f.info.variant.weight >= FontWeight::SEMIBOLD;
                    f.info.family.to_lowercase() == c.family && (c.weight < 600 || heavy)
                })?;
                Some((c, face))
            });
            let Some((candidate, face)) = chosen else {
                let families: Vec<&str> = candidates().map(|c| c.family).collect();
                return Err(Error::FontMissing { role: role.wanted(), families: families.join(", ") });
            };
            let stands_in = !candidate.known_as.is_empty();
            let note = if stands_in { format!("本机无{}，以{}代替", role.wanted(), candidate.known_as) } else { String::new() };
            Ok(Face { role, family: face.info.family.clone(), stands_in, note })
        })
        .collect()
}

/// The family list a role is set in: its own face, then whatever fills in missing characters.
pub(crate) fn chain(role: Role, faces: &[Face], found: &[Found]) -> Vec<String> {
    let own = faces.iter().filter(|f| f.role == role).map(|f| f.family.to_lowercase());
    let mut families: Vec<String> = own.collect();
    for family in FALLBACK {
        let here = found.iter().any(|f| f.info.family.to_lowercase() == *family);
        if here && !families.iter().any(|f| f == family) {
            families.push((*family).to_owned());
        }
    }
    families
}
