//! What can go wrong in the store. No personal data in any text.

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The key does not open the file, or the file is damaged from its first page.
    #[error("the store does not open with this key")]
    WrongKey,
    /// A newer program wrote the file.
    #[error("the store needs program version {needs} or later")]
    TooNew {
        /// The oldest `user_version` that may open it.
        needs: i64,
    },
    /// The file system has no room.
    #[error("the disk is full")]
    DiskFull,
    /// The person asked to stop; everything was rolled back.
    #[error("stopped; nothing was changed")]
    Cancelled,
    /// No record with this id.
    #[error("no such {0}")]
    Missing(&'static str),
    /// An append-only record was to be edited.
    #[error("a {0} cannot be edited once it is recorded")]
    AppendOnly(&'static str),
    /// Something of the record was erased; nothing is written about it any more.
    #[error("this {0} was erased")]
    Erased(&'static str),
    /// What is kept cannot be read back.
    #[error("the store is damaged")]
    Damaged,
    /// Something later builds on the save that was to be undone.
    #[error("a later change builds on this one")]
    BuiltUpon,
    /// There is nothing to undo.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// An entry breaks a rule of the log.
    #[error("{0}")]
    Entry(#[from] EntryError),
    /// SQLite.
    #[error("store: {0}")]
    Sql(rusqlite::Error),
}

/// Why an entry or a block cannot be what it says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The line is no JSON of the expected shape.
    #[error("an entry cannot be read")]
    Unreadable,
    /// Format or algorithm numbers of a newer program.
    #[error("an entry needs a newer program")]
    Newer,
    /// The previous hash does not fit.
    #[error("an entry does not follow the one before")]
    Chain,
    /// The blocks do not hash to the header's root, or their length differs.
    #[error("an entry's content does not fit its header")]
    Root,
    /// The logical clock is not 1 + the highest seen.
    #[error("an entry's logical clock is wrong")]
    Clock,
    /// The sequence number is not the next one.
    #[error("an entry's number is wrong")]
    Sequence,
    /// The log's id is not the hash of key and channel.
    #[error("a log's name does not fit its key")]
    LogName,
}

impl LedgerError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongKey => "store.wrong_key",
            Self::TooNew { .. } => "store.too_new",
            Self::DiskFull => "store.disk_full",
            Self::Cancelled => "cancelled",
            Self::Missing(_) => "store.missing",
            Self::AppendOnly(_) => "store.append_only",
            Self::Erased(_) => "store.erased",
            Self::Damaged => "store.damaged",
            Self::BuiltUpon => "undo.built_upon",
            Self::NothingToUndo => "undo.nothing",
            Self::Entry(_) => "bundle.entry",
            Self::Sql(_) => "store.sql",
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        // Shared memory beside the store could not grow: on a full disk that comes first.
        if error.sqlite_error().is_some_and(|e| e.extended_code == ffi::SQLITE_IOERR_SHMSIZE) {
            return Self::DiskFull;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::NotADatabase) => Self::WrongKey,
            _ => Self::Sql(error),
        }
    }
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, LedgerError>;
