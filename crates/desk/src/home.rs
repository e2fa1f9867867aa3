//! A copy's folder: its key file, its store, and the lock that keeps a second program out.
//!
//! Outside the folder, in this computer's own state directory, a small marker remembers how far
//! the copy's logs had come when something last left the laptop. If the folder is ever put back
//! from a backup, or carried to another computer, the marker does not fit and the copy goes on
//! under new keys: a log is never continued twice (sync.md §3).

use std::fs::{self, File, TryLockError};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xinghuo_bundle::{BundleError, Cost, Former, Keys};
use xinghuo_ledger::{Head, Ledger};
use zeroize::Zeroizing;

use crate::error::{DeskError, Result, file_error, not};
use crate::open::here_json;

/// Where a copy lives.
#[derive(Debug, Clone)]
pub struct Home {
    /// The folder.
    pub dir: PathBuf,
    /// This computer's state directory for markers.
    pub state: PathBuf,
}

/// An unlocked folder.
pub(crate) struct Unlocked {
    pub keys: Keys,
    pub ledger: Ledger,
    pub passphrase: Zeroizing<String>,
    /// Held while the copy is open.
    _lock: File,
    /// The folder was restored or copied, and new keys were made.
    pub renewed: bool,
}

/// What the marker remembers: log → (seq, hash), hex.
#[derive(Serialize, Deserialize, Default)]
struct Marker {
    signs: String,
    heads: Vec<(String, u64, String)>,
}

impl Home {
    /// A folder with the usual state directory (`XINGHUO_STATE`, else the user's).
    pub fn at(dir: PathBuf) -> Self {
        let state = std::env::var_os("XINGHUO_STATE").map(PathBuf::from).unwrap_or_else(|| {
            std::env::var_os("XDG_STATE_HOME")
                .map(PathBuf::from)
                .or_else(|| std::env::var_os("LOCALAPPDATA").map(PathBuf::from))
                .or_else(|| std::env::var_os("HOME").map(|h| Path::new(&h).join(".local/state")))
                .unwrap_or_else(std::env::temp_dir)
                .join("xinghuo")
        });
        Self { dir, state }
    }

    fn keys_file(&self) -> PathBuf {
        self.dir.join("keys.json")
    }

    /// The store's file.
    pub fn store_file(&self) -> PathBuf {
        self.dir.join("xinghuo.db")
    }

    /// Whether a copy lives here.
    pub fn exists(&self) -> bool {
        self.keys_file().exists()
    }

    fn lock(&self) -> Result<File> {
        fs::create_dir_all(&self.dir).map_err(|e| file_error(&e))?;
        let file = File::options().create(true).truncate(false).write(true).open(self.dir.join("lock")).map_err(|e| file_error(&e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                not("home.busy", "这份数据正被另一个星火家园程序使用。", "请先关闭另一个窗口或命令，再试一次。")
            }
            Err(TryLockError::Error(e)) => Err(file_error(&e)),
        }
    }

    /// Makes a new copy's keys and store.
    pub(crate) fn create(&self, passphrase: &str, cost: Cost) -> Result<Unlocked> {
        if passphrase.chars().count() < 6 {
            return Err(DeskError::Field { field: "passphrase", why: "口令至少 6 个字。" });
        }
        let lock = self.lock()?;
        if self.exists() {
            return not("home.exists", "这个文件夹里已经有一份数据。", "请换一个文件夹，或直接打开已有的数据。");
        }
        let keys = Keys::generate()?;
        let ledger = self.open_ledger(&keys)?;
        // The key file comes last: with it the copy exists, without it there is nothing to lose.
        self.mark(&ledger, &keys)?;
        write_whole(&self.keys_file(), keys.lock(passphrase, cost)?.as_bytes())?;
        Ok(Unlocked { keys, ledger, passphrase: Zeroizing::new(passphrase.to_owned()), _lock: lock, renewed: false })
    }

    /// Removes a copy that was just made and never used.
    pub(crate) fn remove_new(&self) -> Result<()> {
        for name in ["keys.json", "xinghuo.db", "xinghuo.db-wal", "xinghuo.db-shm"] {
            match fs::remove_file(self.dir.join(name)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(file_error(&e)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Opens a copy.
    pub(crate) fn unlock(&self, passphrase: &str) -> Result<Unlocked> {
        if !self.exists() {
            return not("home.missing", "这里还没有数据。", "请先建立副本，或检查文件夹是否正确。");
        }
        let lock = self.lock()?;
        let text = fs::read_to_string(self.keys_file()).map_err(|e| file_error(&e))?;
        let keys = Keys::unlock(&text, passphrase)?;
        let ledger = self.open_ledger(&keys)?;
        let mut open = Unlocked { keys, ledger, passphrase: Zeroizing::new(passphrase.to_owned()), _lock: lock, renewed: false };
        // A key that is known to be used elsewhere too is given up, should the program have ended before it was.
        let signs = open.keys.identity().signs;
        let shared = open.ledger.forks()?.iter().any(|(key, ..)| *key == signs);
        if shared || !self.marker_fits(&open)? {
            self.renew(&mut open)?;
        }
        Ok(open)
    }

    fn open_ledger(&self, keys: &Keys) -> Result<Ledger> {
        let entropy = Box::new(|bytes: &mut [u8]| {
            // Ids and salts only; a failing system generator shows at key making already.
            let _ = getrandom::fill(bytes);
        });
        Ok(Ledger::open(&self.store_file(), Some(keys.file_key()), keys.identity().signs, entropy)?)
    }

    fn marker_file(&self, signs: &str) -> PathBuf {
        self.state.join(format!("{}.json", &signs[..16.min(signs.len())]))
    }

    /// Remembers how far the logs are, before anything leaves the laptop.
    pub(crate) fn mark(&self, ledger: &Ledger, keys: &Keys) -> Result<()> {
        let own = keys.identity().signs;
        let heads = ledger.heads()?.into_iter().filter(|h| h.key == own);
        let marker = Marker { signs: hex(&own), heads: heads.map(|h: Head| (h.log.hex(), h.seq, h.hash.hex())).collect() };
        fs::create_dir_all(&self.state).map_err(|e| file_error(&e))?;
        let text = serde_json::to_string(&marker).unwrap_or_default();
        write_whole(&self.marker_file(&marker.signs), text.as_bytes())
    }

    /// Whether this is the computer the copy was made on, and the store is at least as far as
    /// when something last left it.
    fn marker_fits(&self, open: &Unlocked) -> Result<bool> {
        let own = hex(&open.keys.identity().signs);
        let Ok(text) = fs::read_to_string(self.marker_file(&own)) else { return Ok(false) };
        let Ok(marker) = serde_json::from_str::<Marker>(&text) else { return Ok(false) };
        let heads = open.ledger.heads()?;
        let behind = marker.heads.iter().any(|(log, seq, _)| heads.iter().find(|h| h.log.hex() == *log).is_none_or(|h| h.seq < *seq));
        Ok(!behind)
    }

    /// New keys for a copy that was restored: its old logs become other people's.
    pub(crate) fn renew(&self, open: &mut Unlocked) -> Result<()> {
        let keys = open.keys.renewed()?;
        // The old key's last word: what it never sealed could not travel any more, and
        // everything the new key writes has seen it.
        let old = &open.keys;
        open.ledger.seal_own(&|log, seq, head| old.seal(log, seq, head))?;
        // And its word for who goes on, so that an office can take its entries in.
        let mut former: Vec<Former> = here_json(&open.ledger.books(), "former")?.unwrap_or_default();
        // Only a renewal that was cut short left one of this key; nothing was written under its successor.
        former.retain(|earlier| earlier.signs != hex(&old.identity().signs));
        former.push(Former::vouch(old, &keys.identity()));
        open.ledger.set_here("former", &serde_json::to_string(&former).unwrap_or_default())?;
        open.ledger.write_as(keys.identity().signs)?;
        write_whole(&self.keys_file(), keys.lock(&open.passphrase, Cost::default())?.as_bytes())?;
        open.keys = keys;
        self.mark(&open.ledger, &open.keys)?;
        open.renewed = true;
        Ok(())
    }
}

/// Hex of a key.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// Reads a key from hex.
pub(crate) fn unhex_key(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut out = [0u8; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).ok()?;
    }
    Some(out)
}

/// Writes a file so that it is there whole or not at all: temporary neighbour, sync, rename,
/// sync of the folder.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    write_piecewise(path, &mut |file| Ok(file.write_all(bytes)?))
}

/// As [`write_whole`], for what is never in memory as a whole.
pub(crate) fn write_piecewise(path: &Path, work: &mut dyn FnMut(&mut dyn Write) -> std::result::Result<(), BundleError>) -> Result<()> {
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = dir.join(name);
    let mut write = || -> std::result::Result<(), BundleError> {
        let mut file = BufWriter::new(File::create(&part)?);
        work(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&part, path)?;
        // Not every file system lets a folder be synced (FAT on a stick does not).
        if let Ok(dir) = File::open(dir) {
            let _ = dir.sync_all();
        }
        Ok(())
    };
    write().map_err(|e| {
        let _ = fs::remove_file(&part);
        e.into()
    })
}

/// Reads a file a person chose, refusing absurd sizes before reading.
pub(crate) fn read_chosen(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // It may grow while it is read.
    open_chosen(path, limit)?.take(limit).read_to_end(&mut bytes).map_err(|e| file_error(&e))?;
    Ok(bytes)
}

/// Opens a file a person chose, refusing absurd sizes.
pub(crate) fn open_chosen(path: &Path, limit: u64) -> Result<BufReader<File>> {
    let meta = fs::metadata(path).map_err(|e| file_error(&e))?;
    if !meta.is_file() {
        return Err(DeskError::File { code: "file.not_a_file", what: "选中的不是文件。", advice: "请选择一个文件。" });
    }
    if meta.len() > limit {
        return Err(DeskError::File { code: "file.too_large", what: "文件太大了。", advice: "请确认选对了文件。" });
    }
    Ok(BufReader::new(File::open(path).map_err(|e| file_error(&e))?))
}
