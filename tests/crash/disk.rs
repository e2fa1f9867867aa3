//! A disk that may lose power: what a recorded flow wrote, what of it was synced, and what a cut may
//! have left.
//!
//! Harder than any real file system: nothing is kept before it was synced for, neither bytes nor
//! lengths nor names, and what was not synced is kept in any choice, whole or by sectors.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::chance::Chance;
use crate::strace::{Call, quoted};

const SECTOR: usize = 512;

/// A file, whatever it is called.
type Id = usize;

/// What the flow did to the disk, in order.
#[derive(Clone, Debug)]
pub enum Step {
    Named {
        path: PathBuf,
        id: Id,
    },
    Written {
        id: Id,
        at: usize,
        data: Vec<u8>,
    },
    Resized {
        id: Id,
        length: usize,
    },
    Synced {
        id: Id,
    },
    Folder {
        path: PathBuf,
    },
    FolderSynced {
        path: PathBuf,
    },
    Renamed {
        from: PathBuf,
        to: PathBuf,
    },
    Unlinked {
        path: PathBuf,
    },
    /// The person was told that it is done.
    Said,
}

/// A recorded flow: what was there, and what was done.
#[derive(Clone)]
pub struct Recording {
    files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    pub steps: Vec<Step>,
}

impl Recording {
    /// Reads what a run did to the files in `folder`, from calls that were recorded when all that
    /// lay in `recorded`. The folder stands as it was before the run. `before`: how many lines are
    /// printed before the one that says it is done.
    pub fn of(folder: &Path, recorded: &Path, calls: &[Call], before: usize) -> Outcome<Self> {
        let mut recording = Self { files: BTreeMap::new(), folders: BTreeSet::new(), steps: Vec::new() };
        recording.gather(folder, Path::new(""))?;
        let mut reader =
            Reader { ids: recording.files.keys().cloned().enumerate().map(|(id, path)| (path, id)).collect(), ..Reader::default() };
        (reader.next, reader.before) = (recording.files.len(), before);
        reader.folders = recording.folders.clone();
        for call in calls {
            reader.read(recorded, call)?;
        }
        recording.steps = reader.steps;
        Ok(recording)
    }

    fn gather(&mut self, folder: &Path, below: &Path) -> Outcome {
        for entry in fs::read_dir(folder.join(below)).map_err(|e| e.to_string())? {
            let path = below.join(entry.map_err(|e| e.to_string())?.file_name());
            if folder.join(&path).is_dir() {
                self.gather(folder, &path)?;
                self.folders.insert(path);
            } else if !passing(&path) {
                self.files.insert(path.clone(), fs::read(folder.join(&path)).map_err(|e| e.to_string())?);
            }
        }
        Ok(())
    }

    /// Without the steps that `planted` says are lost: a program that does not do them.
    pub fn without(&self, planted: impl Fn(&Step) -> bool) -> Self {
        Self { steps: self.steps.iter().filter(|step| !planted(step)).cloned().collect(), ..self.clone() }
    }

    /// A program that speaks before it works.
    pub fn spoken_first(&self) -> Self {
        let mut first = self.without(|step| matches!(step, Step::Said));
        first.steps.insert(0, Step::Said);
        first
    }

    /// What may be on the disk when the power fails after the first `until` steps.
    pub fn cut(&self, until: usize, chance: &mut Chance) -> Left {
        let mut disk = Disk::new(self);
        for step in &self.steps[..until] {
            disk.take(step);
        }
        disk.lose(chance)
    }
}

/// SQLite's shared memory is no data: it is written through a map, and made anew at the first open.
fn passing(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-shm")
}

/// What a power cut left.
#[derive(PartialEq, Eq, Hash)]
pub struct Left {
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    folders: BTreeSet<PathBuf>,
    /// The person had been told.
    pub said: bool,
}

impl Left {
    /// Puts it into an empty folder.
    pub fn put(&self, folder: &Path) -> Outcome {
        let work = || -> std::io::Result<()> {
            for below in &self.folders {
                fs::create_dir_all(folder.join(below))?;
            }
            for (path, bytes) in &self.files {
                // A name can outlast its folder only on paper.
                if folder.join(path).parent().is_some_and(Path::is_dir) {
                    fs::write(folder.join(path), bytes)?;
                }
            }
            Ok(())
        };
        work().map_err(|e| e.to_string())
    }
}

struct Disk {
    /// By id: what is synced, and what is not yet.
    files: Vec<(Vec<u8>, Vec<Step>)>,
    names: BTreeMap<PathBuf, Id>,
    folders: BTreeSet<PathBuf>,
    /// Changes of names that their folder was not synced for yet.
    waiting: Vec<Step>,
    said: bool,
}

impl Disk {
    fn new(recording: &Recording) -> Self {
        Self {
            files: recording.files.values().map(|bytes| (bytes.clone(), Vec::new())).collect(),
            names: recording.files.keys().cloned().enumerate().map(|(id, path)| (path, id)).collect(),
            folders: recording.folders.clone(),
            waiting: Vec::new(),
            said: false,
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Named { id, .. } => {
                while self.files.len() <= *id {
                    self.files.push((Vec::new(), Vec::new()));
                }
                self.waiting.push(step.clone());
            }
            Step::Folder { .. } | Step::Renamed { .. } | Step::Unlinked { .. } => self.waiting.push(step.clone()),
            Step::Written { id, .. } | Step::Resized { id, .. } => self.files[*id].1.push(step.clone()),
            Step::Synced { id } => {
                let (synced, waiting) = &mut self.files[*id];
                for step in std::mem::take(waiting) {
                    apply(synced, &step, &mut |_| true);
                }
            }
            Step::FolderSynced { path } => {
                let (now, later): (Vec<Step>, Vec<Step>) =
                    std::mem::take(&mut self.waiting).into_iter().partition(|step| stands_in(step, path));
                self.waiting = later;
                for step in now {
                    self.name(&step);
                }
            }
            Step::Said => self.said = true,
        }
    }

    fn name(&mut self, step: &Step) {
        match step {
            Step::Named { path, id } => {
                self.names.insert(path.clone(), *id);
            }
            Step::Folder { path } => {
                self.folders.insert(path.clone());
            }
            Step::Renamed { from, to } => {
                let known = self.names.remove(from);
                if let Some(id) = known {
                    self.names.insert(to.clone(), id);
                }
            }
            Step::Unlinked { path } => {
                self.names.remove(path);
            }
            _ => {}
        }
    }

    fn lose(mut self, chance: &mut Chance) -> Left {
        // How kind the cut is: to names and to bytes apart.
        let (names, bytes) = (chance.below(4), chance.below(6));
        let waiting = std::mem::take(&mut self.waiting);
        let first = chance.below(waiting.len() + 1);
        // The whole list of renames knows the new names, also where an earlier one was lost.
        let mut known = self.names.clone();
        for (n, step) in waiting.iter().enumerate() {
            if let Step::Named { path, id } = step {
                known.insert(path.clone(), *id);
            }
            if let Step::Renamed { from, to } = step
                && let Some(id) = known.remove(from)
            {
                known.insert(to.clone(), id);
            }
            let kept = match names {
                0 => false,
                1 => true,
                2 => n < first,
                _ => chance.percent(50),
            };
            if !kept {
                continue;
            }
            match step {
                Step::Renamed { from, to } => {
                    self.names.remove(from);
                    if let Some(id) = known.get(to) {
                        self.names.insert(to.clone(), *id);
                    }
                }
                step => self.name(step),
            }
        }
        let mut contents = Vec::with_capacity(self.files.len());
        for (mut content, waiting) in self.files {
            let first = chance.below(waiting.len() + 1);
            for (n, step) in waiting.iter().enumerate() {
                match bytes {
                    0 => {}
                    1 => apply(&mut content, step, &mut |_| true),
                    // In order up to some write, of which a part arrived.
                    2 if n < first => apply(&mut content, step, &mut |_| true),
                    2 if n == first => {
                        let torn = chance.below(64);
                        apply(&mut content, step, &mut |sector| sector < torn);
                    }
                    2 => {}
                    // Some writes and not others: reordered.
                    3 => {
                        if chance.percent(50) {
                            apply(&mut content, step, &mut |_| true);
                        }
                    }
                    // Most of them, or few, sector by sector.
                    4 => apply(&mut content, step, &mut |_| chance.percent(85)),
                    _ => apply(&mut content, step, &mut |_| chance.percent(25)),
                }
            }
            contents.push(content);
        }
        let files = self.names.into_iter().filter_map(|(path, id)| Some((path, contents.get(id)?.clone()))).collect();
        Left { files, folders: self.folders, said: self.said }
    }
}

fn stands_in(step: &Step, folder: &Path) -> bool {
    match step {
        Step::Named { path, .. } | Step::Folder { path } | Step::Unlinked { path } | Step::Renamed { to: path, .. } => {
            path.parent() == Some(folder)
        }
        _ => false,
    }
}

fn apply(content: &mut Vec<u8>, step: &Step, keeps: &mut dyn FnMut(usize) -> bool) {
    match step {
        Step::Resized { length, .. } if keeps(0) => content.resize(*length, 0),
        Step::Written { at, data, .. } => {
            let mut from = 0;
            while from < data.len() {
                // Sectors of the file, not of the write.
                let to = (((at + from) / SECTOR + 1) * SECTOR - at).min(data.len());
                if keeps(from / SECTOR) {
                    if content.len() < at + to {
                        content.resize(at + to, 0);
                    }
                    content[at + from..at + to].copy_from_slice(&data[from..to]);
                }
                from = to;
            }
        }
        _ => {}
    }
}

/// From system calls to steps.
#[derive(Default)]
struct Reader {
    ids: HashMap<PathBuf, Id>,
    folders: BTreeSet<PathBuf>,
    next: Id,
    before: usize,
    /// What an open descriptor stands for, and where it writes next.
    open: HashMap<i64, (PathBuf, Option<Id>, usize)>,
    steps: Vec<Step>,
}

impl Reader {
    fn read(&mut self, folder: &Path, call: &Call) -> Outcome {
        let returned: i64 =
            call.returned.split(|c: char| !c.is_ascii_digit() && c != '-').next().and_then(|n| n.parse().ok()).unwrap_or(-1);
        if returned < 0 {
            return Ok(());
        }
        let descriptor: i64 = call.arguments.split(['<', ',']).next().and_then(|n| n.trim().parse().ok()).unwrap_or(-1);
        let texts = quoted_texts(&call.arguments);
        let inside = |n: usize| texts.get(n).and_then(|bytes| inside(folder, bytes));
        match call.name.as_str() {
            "openat" => {
                self.open.remove(&returned);
                let Some(path) = inside(0) else { return Ok(()) };
                if passing(&path) {
                    return Ok(());
                }
                if call.arguments.contains("O_DIRECTORY") || self.folders.contains(&path) || path.as_os_str().is_empty() {
                    self.open.insert(returned, (path, None, 0));
                    return Ok(());
                }
                let known = self.ids.get(&path).copied();
                let id = match known {
                    Some(id) => id,
                    None if call.arguments.contains("O_CREAT") => {
                        let id = self.next;
                        self.next += 1;
                        self.ids.insert(path.clone(), id);
                        self.steps.push(Step::Named { path: path.clone(), id });
                        id
                    }
                    // A folder that was made by the flow itself.
                    None => {
                        self.open.insert(returned, (path, None, 0));
                        return Ok(());
                    }
                };
                if call.arguments.contains("O_TRUNC") && known.is_some() {
                    self.steps.push(Step::Resized { id, length: 0 });
                }
                self.open.insert(returned, (path, Some(id), 0));
            }
            "close" => {
                self.open.remove(&descriptor);
            }
            "write" if descriptor == 1 => {
                if self.before == 0 && !self.steps.iter().any(|step| matches!(step, Step::Said)) {
                    self.steps.push(Step::Said);
                }
                self.before = self.before.saturating_sub(1);
            }
            "write" | "pwrite64" => {
                let place = call.arguments.rsplit(',').next().and_then(|n| n.trim().parse::<usize>().ok());
                if let Some((_, Some(id), at)) = self.open.get_mut(&descriptor) {
                    let mut data = texts.first().cloned().unwrap_or_default();
                    data.truncate(returned as usize);
                    let begin = if call.name == "write" { *at } else { place.ok_or("a write without a place")? };
                    if data.len() != returned as usize {
                        return Err(format!("a write of {returned} bytes of which {} were recorded", data.len()));
                    }
                    if call.name == "write" {
                        *at += data.len();
                    }
                    self.steps.push(Step::Written { id: *id, at: begin, data });
                }
            }
            "read" => {
                if let Some((_, Some(_), at)) = self.open.get_mut(&descriptor) {
                    *at += returned as usize;
                }
            }
            "lseek" => {
                if let Some((_, Some(_), at)) = self.open.get_mut(&descriptor) {
                    *at = returned as usize;
                }
            }
            "ftruncate" => {
                let length = call.arguments.rsplit(',').next().and_then(|n| n.trim().parse().ok()).ok_or("a cut without a length")?;
                if let Some((_, Some(id), _)) = self.open.get(&descriptor) {
                    self.steps.push(Step::Resized { id: *id, length });
                }
            }
            "fsync" | "fdatasync" => match self.open.get(&descriptor) {
                Some((_, Some(id), _)) => self.steps.push(Step::Synced { id: *id }),
                Some((path, None, _)) => self.steps.push(Step::FolderSynced { path: path.clone() }),
                None => {}
            },
            "rename" | "renameat" | "renameat2" => {
                if let (Some(from), Some(to)) = (inside(0), inside(1)) {
                    if let Some(id) = self.ids.remove(&from) {
                        self.ids.insert(to.clone(), id);
                    }
                    self.steps.push(Step::Renamed { from, to });
                }
            }
            "unlink" | "unlinkat" => {
                if let Some(path) = inside(0).filter(|path| !passing(path)) {
                    self.ids.remove(&path);
                    self.steps.push(Step::Unlinked { path });
                }
            }
            "mkdir" | "mkdirat" => {
                if let Some(path) = inside(0) {
                    self.steps.push(Step::Folder { path });
                }
            }
            // Other ways to change a file: the replay would be wrong without them.
            "writev" | "pwritev" | "pwritev2" | "fallocate" | "copy_file_range" | "sendfile" | "link" | "linkat" | "truncate"
                if call.paths.iter().any(|path| path.starts_with(folder)) =>
            {
                return Err(format!("{} is not replayed", call.name));
            }
            _ => {}
        }
        Ok(())
    }
}

fn inside(folder: &Path, bytes: &[u8]) -> Option<PathBuf> {
    crate::strace::path(bytes.to_vec()).strip_prefix(folder).ok().map(Path::to_owned)
}

/// What stands between quotes only.
fn quoted_texts(arguments: &str) -> Vec<Vec<u8>> {
    arguments.split('"').skip(1).step_by(2).map(|text| quoted(&format!("\"{text}\"")).pop().unwrap_or_default()).collect()
}
