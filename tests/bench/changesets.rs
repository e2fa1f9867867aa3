//! SQLite's own session changesets: rows only, in the same kind of file. No log, no author, no
//! signature, no causality; the search table does not travel and is not filled.

use crate::contest::Way;
use crate::gauge::Outcome;

/// The way, where SQLite was built with sessions.
#[cfg(not(feature = "changesets"))]
pub fn way() -> Outcome<Box<dyn Way>> {
    Err("built without the feature changesets".into())
}

#[cfg(feature = "changesets")]
pub use here::way;

#[cfg(feature = "changesets")]
mod here {
    use std::path::{Path, PathBuf};

    use rusqlite::Connection;
    use rusqlite::session::{ConflictAction, Session};

    use super::{Outcome, Way};
    use crate::contest::{Copy, Step};
    use crate::inserts;
    use crate::residents::{changed, residents};

    /// The way.
    pub fn way() -> Outcome<Box<dyn Way>> {
        Ok(Box::new(Changesets))
    }

    struct Changesets;

    impl Way for Changesets {
        fn make(&self, folder: &Path, count: usize) -> Outcome {
            let home = tempfile::tempdir_in(folder)?;
            let conn = inserts::open(&home.path().join("sender.db"))?;
            let people = residents(count);
            for step in [Step::Import, Step::Update] {
                let mut session = Session::new(&conn)?;
                session.attach(Some("person"))?;
                match step {
                    Step::Update => inserts::overwrite(&conn, &inserts::rows(&changed(&people)), false)?,
                    _ => inserts::write(&conn, &inserts::rows(&people), false)?,
                }
                let mut out = Vec::new();
                session.changeset_strm(&mut out)?;
                std::fs::write(folder.join(format!("changeset.{}", step.file())), out)?;
            }
            Ok(())
        }

        fn open(&self, folder: &Path, _: usize) -> Outcome<Box<dyn Copy>> {
            let home = tempfile::tempdir_in(folder)?;
            let path = home.path().join("copy.db");
            Ok(Box::new(Receiver { conn: inserts::open(&path)?, path, folder: folder.to_owned(), _home: home }))
        }
    }

    struct Receiver {
        conn: Connection,
        path: PathBuf,
        folder: PathBuf,
        _home: tempfile::TempDir,
    }

    impl Copy for Receiver {
        fn take(&mut self, step: Step) -> Outcome<bool> {
            let bytes = std::fs::read(self.folder.join(format!("changeset.{}", step.file())))?;
            self.conn.execute_batch("BEGIN IMMEDIATE")?;
            // What stands there already is left alone: in a replay every row is such a conflict.
            self.conn.apply_strm(&mut bytes.as_slice(), None::<fn(&str) -> bool>, |_, _| ConflictAction::SQLITE_CHANGESET_OMIT)?;
            self.conn.execute_batch("COMMIT")?;
            Ok(true)
        }

        fn state(&mut self) -> Outcome<(u64, String)> {
            inserts::state(&self.conn)
        }

        fn kept(&mut self) -> Outcome<u64> {
            inserts::settled(&self.conn, &self.path)
        }
    }
}
