//! The backup (备份): a copy's store and its key file in one file.
//! `magic line · header line · signature line · key file · store`.
//!
//! Both parts are encrypted by themselves: the store page by page, the key file's secrets under the
//! passphrase. What stands in the clear is lengths, hashes, a day and a public key. Reading order,
//! never another: header → signature → key file's hash → passphrase → the key that signed is the
//! one just unlocked → store's hash. Only then may anybody open the store.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use xinghuo_ledger::{Hash, Pace};

use crate::error::BundleError;
use crate::keys::{BACKUP, Keys, hex, unhex, unhex_key, verify};

const MAGIC: &str = "XINGHUO-BACKUP 1";
const MAX_LINE: u64 = 4096;
const MAX_KEYS: u64 = 64 * 1024;
const STEP: usize = 256 * 1024;

/// One part: its bytes and their BLAKE3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Bytes.
    pub length: u64,
    /// Their hash.
    pub blake3: Hash,
}

/// A backup whose header and key file were read and verified.
#[derive(Debug, Clone)]
pub struct Backup {
    header: Header,
    key_file: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    v: u16,
    suite: u16,
    /// The copy's signing key, hex.
    signs: String,
    /// The copy's clock, for display only.
    made_at: String,
    keys: Part,
    store: Part,
    /// BLAKE3 of the store's state, keyed with the store's own key: a hash of people's records does
    /// not stand in the clear.
    state: Hash,
}

/// What every version's header has.
#[derive(Deserialize)]
struct Form {
    v: u16,
    suite: u16,
}

impl Part {
    /// Length and hash of everything that can be read.
    ///
    /// # Errors
    /// The reader's; [`BundleError::Stopped`].
    pub fn of(from: &mut dyn Read, pace: Pace<'_>) -> Result<Self, BundleError> {
        copy(from, &mut io::sink(), u64::MAX, pace)
    }
}

impl Backup {
    /// Writes one. `store` gives the bytes that `part` describes; `state` is the state hash of the
    /// records in them.
    ///
    /// # Errors
    /// Those of reading and writing; [`BundleError::Stopped`].
    pub fn write(
        out: &mut dyn Write,
        keys: &Keys,
        made_at: String,
        key_file: &str,
        (store, part): (&mut dyn Read, Part),
        state: &Hash,
        pace: Pace<'_>,
    ) -> Result<(), BundleError> {
        let header = Header {
            v: 1,
            suite: 1,
            signs: hex(&keys.identity().signs),
            made_at,
            keys: Part { length: key_file.len() as u64, blake3: Hash::of(key_file.as_bytes()) },
            store: part,
            state: keyed(keys, state),
        };
        let line = serde_json::to_string(&header).unwrap_or_default();
        let signature = hex(&keys.sign(BACKUP, line.as_bytes()));
        out.write_all(format!("{MAGIC}\n{line}\n{signature}\n{key_file}").as_bytes())?;
        if copy(store, out, part.length, pace)? != part {
            return Err(BundleError::Inconsistent);
        }
        Ok(())
    }

    /// Reads and verifies everything before the store.
    ///
    /// # Errors
    /// [`BundleError::NotOurs`], [`BundleError::Newer`], [`BundleError::Truncated`],
    /// [`BundleError::Size`], [`BundleError::Signature`], [`BundleError::Inconsistent`], the reader's.
    pub fn begin(from: &mut dyn BufRead) -> Result<Self, BundleError> {
        let magic = line(from, 64)?;
        match magic.text.strip_prefix(b"XINGHUO-BACKUP ") {
            Some(b"1") if magic.ended => {}
            Some(version) if magic.ended && !version.is_empty() && version.iter().all(u8::is_ascii_digit) => {
                return Err(BundleError::Newer);
            }
            Some(_) if magic.ended => return Err(BundleError::Inconsistent),
            _ if !magic.ended && !magic.text.is_empty() && MAGIC.as_bytes().starts_with(&magic.text) => return Err(BundleError::Truncated),
            _ => return Err(BundleError::NotOurs),
        }
        let (head, signature) = (line(from, MAX_LINE)?.whole()?, line(from, MAX_LINE)?.whole()?);
        if !head.starts_with(b"{") {
            return Err(BundleError::Inconsistent);
        }
        let form: Form = serde_json::from_slice(&head).map_err(|_| BundleError::Inconsistent)?;
        if form.v != 1 || form.suite != 1 {
            return Err(BundleError::Newer);
        }
        let header: Header = serde_json::from_slice(&head).map_err(|_| BundleError::Inconsistent)?;
        let signs = unhex_key(&header.signs).ok_or(BundleError::Inconsistent)?;
        let text = signature;
        let signature = std::str::from_utf8(&text).ok().and_then(unhex).ok_or(BundleError::Signature)?;
        // One way to write it: a file that was changed anywhere is not the file that was written.
        if hex(&signature).as_bytes() != text || !verify(&signs, BACKUP, &head, &signature) {
            return Err(BundleError::Signature);
        }
        if header.keys.length > MAX_KEYS {
            return Err(BundleError::Size);
        }
        let mut key_file = Vec::new();
        let part = copy(from, &mut key_file, header.keys.length, &mut |_, _| true)?;
        if part.length < header.keys.length {
            return Err(BundleError::Truncated);
        }
        if part != header.keys {
            return Err(BundleError::Sealed);
        }
        Ok(Self { key_file: String::from_utf8(key_file).map_err(|_| BundleError::Sealed)?, header })
    }

    /// The keys of the copy that was saved. Whoever signed the header without knowing this
    /// passphrase is refused here.
    ///
    /// # Errors
    /// As [`Keys::unlock`]; [`BundleError::Signature`].
    pub fn keys(&self, passphrase: &str) -> Result<Keys, BundleError> {
        let keys = Keys::unlock(&self.key_file, passphrase)?;
        if hex(&keys.identity().signs) != self.header.signs {
            return Err(BundleError::Signature);
        }
        Ok(keys)
    }

    /// Reads the store that follows, to the end of the file, and verifies it. What was written to
    /// `out` is of no use where this fails.
    ///
    /// # Errors
    /// [`BundleError::Truncated`], [`BundleError::Size`], [`BundleError::Sealed`],
    /// [`BundleError::Stopped`]; those of reading and writing.
    pub fn store(&self, from: &mut dyn BufRead, out: &mut dyn Write, pace: Pace<'_>) -> Result<(), BundleError> {
        let part = copy(from, out, self.header.store.length, pace)?;
        if part.length < self.header.store.length {
            return Err(BundleError::Truncated);
        }
        if !from.fill_buf()?.is_empty() {
            return Err(BundleError::Size);
        }
        if part != self.header.store {
            return Err(BundleError::Sealed);
        }
        Ok(())
    }

    /// Whether these are the records that were saved.
    pub fn holds(&self, keys: &Keys, state: &Hash) -> bool {
        keyed(keys, state) == self.header.state
    }

    /// When it was made, by the copy's own clock.
    pub fn made_at(&self) -> &str {
        &self.header.made_at
    }
}

fn keyed(keys: &Keys, state: &Hash) -> Hash {
    Hash(*blake3::keyed_hash(keys.file_key(), &[BACKUP.as_bytes(), &state.0].concat()).as_bytes())
}

struct Line {
    text: Vec<u8>,
    /// The file goes on after it.
    ended: bool,
    limit: u64,
}

impl Line {
    fn whole(self) -> Result<Vec<u8>, BundleError> {
        match self.ended {
            true => Ok(self.text),
            false if (self.text.len() as u64) < self.limit => Err(BundleError::Truncated),
            false => Err(BundleError::Size),
        }
    }
}

fn line(from: &mut dyn BufRead, limit: u64) -> Result<Line, BundleError> {
    let mut text = Vec::new();
    from.take(limit).read_until(b'\n', &mut text)?;
    let ended = text.pop_if(|last| *last == b'\n').is_some();
    Ok(Line { text, ended, limit })
}

/// Copies at most `length` bytes and says what they were.
fn copy(from: &mut dyn Read, out: &mut dyn Write, length: u64, pace: Pace<'_>) -> Result<Part, BundleError> {
    let (mut hasher, mut done, mut buffer) = (blake3::Hasher::new(), 0, vec![0; STEP]);
    while done < length {
        let most = usize::try_from(length - done).unwrap_or(STEP).min(STEP);
        let n = match from.read(&mut buffer[..most]) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e.into()),
        };
        hasher.update(&buffer[..n]);
        out.write_all(&buffer[..n])?;
        done += n as u64;
        if !pace(done, length) {
            return Err(BundleError::Stopped);
        }
    }
    Ok(Part { length: done, blake3: Hash(*hasher.finalize().as_bytes()) })
}
