//! A copy's folder: its key file, its store, and the lock that keeps a second program out.
//!
//! Outside the folder, in this computer's own state directory, a small marker remembers how far
//! the copy's logs had come when something last left the laptop. If the folder is ever put back
//! from a backup, or carried to another computer, the marker does not fit and the copy goes on
//! under new keys: a log is never continued twice (sync.md §3).

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use xinghuo_bundle::{Cost, Former, Keys};
use xinghuo_ledger::{Books, Head, Ledger};
use zeroize::Zeroizing;

use crate::error::{DeskError, Result, file_error, not};
use crate::open::{Profile, here_json};

/// How often a copy in use is asked for, at twenty times a second, before it is called busy.
const LEAVING: u32 = 10;

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

impl Unlocked {
    pub fn new(keys: Keys, ledger: Ledger, passphrase: &str, lock: File) -> Self {
        Self { keys, ledger, passphrase: Zeroizing::new(passphrase.to_owned()), _lock: lock, renewed: false }
    }
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

    pub(crate) fn keys_file(&self) -> PathBuf {
        self.dir.join("keys.json")
    }

    /// Stands here while a copy is being made.
    fn unfinished(&self) -> PathBuf {
        self.dir.join("unfinished")
    }

    /// The store as it was at one moment, while a backup is made of it.
    pub(crate) fn snapshot(&self) -> PathBuf {
        self.dir.join("snapshot.db")
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
        make_folder(&self.dir)?;
        let file = File::options().create(true).truncate(false).write(true).open(self.dir.join("lock")).map_err(|e| file_error(&e))?;
        // Whoever closed it a moment ago may not be gone yet.
        for patience in (0..LEAVING).rev() {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if patience > 0 => std::thread::sleep(Duration::from_millis(50)),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(e)) => return Err(file_error(&e)),
            }
        }
        not("home.busy", "这份数据正被另一个星火家园程序使用。", "请先关闭另一个窗口或命令，再试一次。")
    }

    /// Takes the folder for a copy that is about to be made. Until its key file stands, which comes
    /// last, there is nothing in it to lose: what an earlier try left, ended half way, is removed.
    pub(crate) fn take(&self) -> Result<File> {
        let lock = self.lock()?;
        if self.exists() {
            return not("home.exists", "这个文件夹里已经有一份数据。", "请换一个文件夹，或直接打开已有的数据。");
        }
        if self.unfinished().exists() {
            self.remove_new()?;
        } else if self.store_file().exists() {
            return not("home.no_keys", "这个文件夹里有数据文件，却没有密钥文件 keys.json。", "请把 keys.json 放回来，或换一个空文件夹。");
        }
        write_whole(&self.unfinished(), b"")?;
        Ok(lock)
    }

    /// Makes a new copy's store and keys. It exists once it is finished ([`Home::finish`]).
    pub(crate) fn create(&self, passphrase: &str) -> Result<Unlocked> {
        if passphrase.chars().count() < 6 {
            return Err(DeskError::Field { field: "passphrase", why: "口令至少 6 个字。" });
        }
        let lock = self.take()?;
        let keys = Keys::generate()?;
        match self.open_ledger(&keys) {
            Ok(ledger) => Ok(Unlocked::new(keys, ledger, passphrase, lock)),
            Err(error) => {
                self.remove_new()?;
                Err(error)
            }
        }
    }

    /// The key file comes last: with it the copy exists.
    pub(crate) fn finish(&self, new: &Unlocked, cost: Cost) -> Result<()> {
        self.mark(&new.ledger, &new.keys)?;
        write_whole(&self.keys_file(), new.keys.lock(&new.passphrase, cost)?.as_bytes())?;
        self.tidy();
        Ok(())
    }

    /// Removes a copy that was just made and never used.
    pub(crate) fn remove_new(&self) -> Result<()> {
        for name in ["keys.json", "keys.json.part", "xinghuo.db", "xinghuo.db-wal", "xinghuo.db-shm", "unfinished"] {
            remove(&self.dir.join(name))?;
        }
        Ok(())
    }

    /// Removes what a program that was ended left behind in a finished copy's folder. What cannot
    /// be removed harms nothing and is tried again next time.
    pub(crate) fn tidy(&self) {
        let _ = remove(&self.unfinished());
        let _ = remove(&self.dir.join("keys.json.part"));
        let _ = self.remove_snapshot();
    }

    /// The snapshot and what SQLite keeps beside it.
    pub(crate) fn remove_snapshot(&self) -> Result<()> {
        ["", "-wal", "-shm", "-journal"].iter().try_for_each(|end| {
            let mut name = self.snapshot().into_os_string();
            name.push(end);
            remove(Path::new(&name))
        })
    }

    /// Opens a copy. Where another version of the program made its tables they are told again first.
    pub(crate) fn unlock(&self, passphrase: &str, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<Unlocked> {
        if !self.exists() {
            return not("home.missing", "这里还没有数据。", "请先建立副本，或检查文件夹是否正确。");
        }
        let lock = self.lock()?;
        let text = fs::read_to_string(self.keys_file()).map_err(|e| file_error(&e))?;
        let keys = Keys::unlock(&text, passphrase)?;
        self.tidy();
        let ledger = open_store(&self.store_file(), &keys, pace)?;
        let mut open = Unlocked::new(keys, ledger, passphrase, lock);
        // A key that is known to be used elsewhere too, or that has named its successor, is given
        // up, should the program have ended before it was.
        let signs = open.keys.identity().signs;
        let shared = open.ledger.forks()?.iter().any(|(key, ..)| *key == signs);
        let given_up = former(&open.ledger.books())?.iter().any(|earlier| earlier.signs == hex(&signs));
        if shared || given_up || !self.marker_fits(&open)? {
            self.renew(&mut open)?;
        }
        Ok(open)
    }

    pub(crate) fn open_ledger(&self, keys: &Keys) -> Result<Ledger> {
        open_store(&self.store_file(), keys, &mut |_, _| true)
    }

    fn marker_file(&self, signs: &str) -> PathBuf {
        self.state.join(format!("{}.json", &signs[..16.min(signs.len())]))
    }

    /// Remembers how far the logs are, before anything leaves the laptop.
    pub(crate) fn mark(&self, ledger: &Ledger, keys: &Keys) -> Result<()> {
        let own = keys.identity().signs;
        let heads = ledger.heads()?.into_iter().filter(|h| h.key == own);
        let marker = Marker { signs: hex(&own), heads: heads.map(|h: Head| (h.log.hex(), h.seq, h.hash.hex())).collect() };
        make_folder(&self.state)?;
        let text = serde_json::to_string(&marker).unwrap_or_default();
        write_whole(&self.marker_file(&marker.signs), text.as_bytes())
    }

    /// Whether this is the computer the copy was made on, and the store is at least as far as
    /// when something last left it.
    fn marker_fits(&self, open: &Unlocked) -> Result<bool> {
        let own = hex(&open.keys.identity().signs);
        let text = match fs::read_to_string(self.marker_file(&own)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            // A disk that answers badly just now is no other computer: the identity is not given up for it.
            Err(error) => return Err(file_error(&error)),
        };
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
        let mut former = former(&open.ledger.books())?;
        // Only a renewal that was cut short left one of this key; nothing was written under its successor.
        former.retain(|earlier| earlier.signs != hex(&old.identity().signs));
        former.push(Former::vouch(old, &keys.identity()));
        open.ledger.set_here("former", &serde_json::to_string(&former).unwrap_or_default())?;
        open.ledger.write_as(keys.identity().signs)?;
        if let Some(profile) = here_json::<Profile>(&open.ledger.books(), "profile")? {
            profile.of_another_computer(&keys.identity()).remember(&open.ledger)?;
        }
        // Last, so that a program that ends before it begins again at the next start.
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

/// Opens the store in this file.
pub(crate) fn open_store(path: &Path, keys: &Keys, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<Ledger> {
    let entropy = Box::new(|bytes: &mut [u8]| {
        // Ids and salts only; a failing system generator shows at key making already.
        let _ = getrandom::fill(bytes);
    });
    Ok(Ledger::open_at_pace(path, Some(keys.file_key()), keys.identity().signs, entropy, pace)?)
}

/// The keys this copy gave up, oldest first.
pub(crate) fn former(books: &Books<'_>) -> Result<Vec<Former>> {
    Ok(here_json(books, "former")?.unwrap_or_default())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(file_error(&e)),
        _ => Ok(()),
    }
}

/// Makes a folder and those above it, each of them kept by the folder it stands in.
fn make_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = folder_of(path);
    if !above.is_dir() {
        make_folder(above)?;
    }
    fs::create_dir_all(path).and_then(|()| sync_folder(above)).map_err(|e| file_error(&e))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes sure that names in a folder outlast a power cut. Where the system has no such thing
/// (Windows, some file systems of sticks) there is nothing to wait for.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    use std::io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(e) if matches!(e.kind(), InvalidInput | PermissionDenied | Unsupported) => Ok(()),
        synced => synced,
    }
}

/// Writes a file so that it is there whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    write_proven(path, |file| file.write_all(bytes).map_err(|e| file_error(&e)), |_| Ok(()))
}

/// Writes a file so that it is there whole or not at all, and only if it proves good: temporary
/// neighbour, sync, proof, rename, sync of the folder. What stood there before stays until then.
pub(crate) fn write_proven(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<()>,
    prove: impl FnOnce(&mut File) -> Result<()>,
) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = folder_of(path).join(name);
    let work = || -> Result<()> {
        let io = |e| file_error(&e);
        let mut file = File::create(&part).map_err(io)?;
        write(&mut file)?;
        file.sync_all().map_err(io)?;
        drop(file);
        prove(&mut File::open(&part).map_err(io)?)?;
        fs::rename(&part, path).map_err(io)?;
        sync_folder(folder_of(path)).map_err(io)
    };
    work().inspect_err(|_| {
        let _ = fs::remove_file(&part);
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
pub(crate) fn open_chosen(path: &Path, limit: u64) -> Result<Arc<File>> {
    let meta = fs::metadata(path).map_err(|e| file_error(&e))?;
    if !meta.is_file() {
        return Err(DeskError::File { code: "file.not_a_file", what: "选中的不是文件。", advice: "请选择一个文件。" });
    }
    if meta.len() > limit {
        return Err(DeskError::File { code: "file.too_large", what: "文件太大了。", advice: "请确认选对了文件。" });
    }
    Ok(Arc::new(File::open(path).map_err(|e| file_error(&e))?))
}
