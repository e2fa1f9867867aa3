//! Backup and restore: what is saved, how it is proven before anybody is told that it was saved,
//! and how a copy comes out of it again. The file itself is `xinghuo_bundle::Backup`; the keys that
//! a restored copy gets are `home`'s.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use xinghuo_bundle::{Backup, BundleError, Keys, Part};
use xinghuo_ledger::{LedgerError, Pace};
use xinghuo_model::records::Compound;
use xinghuo_model::*;
use zeroize::Zeroizing;

use crate::Desk;
use crate::error::{DeskError, Result, file_error, not};
use crate::home::{Home, Unlocked, open_store, write_proven};
use crate::open::{Open, here_json, lock, office_of};
use crate::views::{BackedUp, BackupLine, BackupView, Status};

impl Open {
    /// When this copy was last saved.
    pub(crate) fn backups(&self, now: DateTime<FixedOffset>) -> Result<BackupView> {
        let space = self.profile().space;
        self.read(|books| {
            let title = if self.is_office() {
                office_of(books, space)?.map(|office| office.name)
            } else {
                books.get::<Compound>(CompoundId(space))?.map(|c| c.record.name)
            };
            Ok(BackupView {
                suggested_name: format!("{}_备份_{}.xinghuo-backup", title.unwrap_or_default(), now.format("%Y%m%d_%H%M")),
                last: here_json(books, "backup")?,
            })
        })
    }

    /// Saves the copy. Nothing is said to be saved before the file was read back and the store in
    /// it was opened, checked and found to hold the same records.
    pub(crate) fn backup(&self, path: &Path, now: DateTime<FixedOffset>, pace: Pace<'_>) -> Result<BackedUp> {
        self.home.is_elsewhere(path)?;
        self.home.remove_snapshot()?;
        let made = self.save_whole(path, now, pace);
        self.home.remove_snapshot()?;
        let done = made?;
        let line = BackupLine { at: now, file: done.file.clone(), sentence: done.message.clone() };
        lock(&self.inner).ledger.set_here("backup", &serde_json::to_string(&line).unwrap_or_default())?;
        Ok(done)
    }

    fn save_whole(&self, path: &Path, now: DateTime<FixedOffset>, pace: Pace<'_>) -> Result<BackedUp> {
        let pace = RefCell::new(pace);
        let part = |from, to| {
            let pace = &pace;
            move |done, total| (pace.borrow_mut())(part(done, total, from, to), 100)
        };
        let snapshot = self.home.snapshot();
        let (state, passphrase) = {
            let inner = lock(&self.inner);
            inner.ledger.backup(&snapshot)?;
            (inner.ledger.state_hash(&Class::ALL)?, Zeroizing::new(inner.passphrase.to_string()))
        };
        // The very text that goes into the backup must open under the passphrase.
        let key_file = fs::read_to_string(self.home.keys_file()).map_err(|e| file_error(&e))?;
        let keys = Keys::unlock(&key_file, &passphrase)?;
        let copy = open_store(&snapshot, &keys, &mut |_, _| true)?;
        let found = copy.check(&mut part(10, 60))?;
        if !found.problems.is_empty() || copy.state_hash(&Class::ALL)? != state {
            return not("backup.check", "要备份的数据没有通过检查，没有写成备份。", "请先运行“检查数据”，并保留以前的备份。");
        }
        copy.settle()?;
        drop(copy);

        let opened = || File::open(&snapshot).map_err(|e| file_error(&e));
        let store = Part::of(&mut opened()?, &mut part(60, 70)).map_err(of_backup)?;
        let mut bytes = 0;
        write_proven(
            path,
            |file| {
                let given = (&mut opened()? as &mut dyn Read, store);
                Backup::write(file, &keys, now.to_rfc3339(), &key_file, given, &state, &mut part(70, 85)).map_err(of_backup)
            },
            // A stick may lie about what it took.
            |file| {
                bytes = file.metadata().map_err(|e| file_error(&e))?.len();
                let mut file = BufReader::new(file);
                let read_back = Backup::begin(&mut file).and_then(|saved| {
                    saved.store(&mut file, &mut std::io::sink(), &mut part(85, 100))?;
                    if saved.holds(&keys, &state) { Ok(()) } else { Err(BundleError::Inconsistent) }
                });
                read_back.map_err(|error| match error {
                    BundleError::File(_) | BundleError::Stopped => of_backup(error),
                    _ => DeskError::File {
                        code: "file.read_back",
                        what: "写出的文件读回来不一致。",
                        advice: "U 盘可能有问题，请换一个再做一次；以前的备份没有动。",
                    },
                })
            },
        )?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let message = format!(
            "已备份 {} 条记录、{} 次保存（{} KB）。已把备份读回核对，并打开检查过：和现在的数据一致。",
            found.records,
            found.entries,
            bytes.div_ceil(1024)
        );
        Ok(BackedUp { file, bytes, entries: found.entries, records: found.records, message })
    }
}

impl Desk {
    /// Puts a backup back as a copy of its own.
    pub(crate) fn restore(&self, path: &Path, passphrase: &str) -> Result<Status> {
        self.job.run("从备份恢复", |pace| {
            let unlocked = self.home.restore(path, passphrase, pace)?;
            self.start(unlocked)
        })
    }
}

impl Home {
    /// A copy out of a backup, under new keys. What came from outside is opened by SQLite only after
    /// its signature, its passphrase and its hash were right; a copy that is here stays.
    fn restore(&self, path: &Path, passphrase: &str, pace: Pace<'_>) -> Result<Unlocked> {
        let file = File::open(path).map_err(|e| file_error(&e))?;
        if !file.metadata().map_err(|e| file_error(&e))?.is_file() {
            return Err(DeskError::File { code: "file.not_a_file", what: "选中的不是文件。", advice: "请选择一个文件。" });
        }
        let mut from = BufReader::new(file);
        let saved = Backup::begin(&mut from).map_err(of_backup)?;
        let keys = saved.keys(passphrase).map_err(of_backup)?;
        let lock = self.take()?;
        let fill = || -> Result<Unlocked> {
            let mut store = File::create_new(self.store_file()).map_err(|e| file_error(&e))?;
            saved.store(&mut from, &mut store, &mut |done, total| pace(part(done, total, 0, 50), 100)).map_err(of_backup)?;
            store.sync_all().map_err(|e| file_error(&e))?;
            drop(store);
            let ledger = self.open_ledger(&keys)?;
            let found = ledger.check(&mut |done, total| pace(part(done, total, 50, 100), 100))?;
            if !found.problems.is_empty() || !saved.holds(&keys, &ledger.state_hash(&Class::ALL)?) {
                return Err(damaged());
            }
            let mut open = Unlocked::new(keys, ledger, passphrase, lock);
            // Writes the key file: from here on the copy exists.
            self.renew(&mut open)?;
            self.tidy();
            Ok(open)
        };
        fill().inspect_err(|_| {
            let _ = self.remove_new();
        })
    }

    /// A file that a person lets be written does not take the place of the copy's own.
    fn is_elsewhere(&self, path: &Path) -> Result<()> {
        let folder = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (folder.canonicalize(), self.dir.canonicalize()) {
            (Ok(folder), Ok(home)) if folder.starts_with(&home) => {
                not("backup.same_folder", "备份不能放在数据自己的文件夹里。", "请存到 U 盘或别的文件夹。")
            }
            _ => Ok(()),
        }
    }
}

/// Where a step of a longer work stands, in hundredths of the whole.
fn part(done: u64, total: u64, from: u64, to: u64) -> u64 {
    from + (to - from) * done.min(total) / total.max(1)
}

fn damaged() -> DeskError {
    DeskError::File {
        code: "backup.damaged", what: "备份已损坏或被改动，没有恢复。", advice: "请换一份备份再试；这份备份没有动。"
    }
}

/// The words for what is wrong with a backup; those of bundles speak of a sender.
fn of_backup(error: BundleError) -> DeskError {
    match error {
        BundleError::File(e) => file_error(&e),
        BundleError::Stopped => LedgerError::Cancelled.into(),
        BundleError::NotOurs => {
            DeskError::File {
                code: "backup.not_ours", what: "这不是星火家园的备份。", advice: "请选择以 .xinghuo-backup 结尾的文件。"
            }
        }
        BundleError::Truncated => {
            DeskError::File {
                code: "backup.truncated", what: "备份不完整，只有一部分。", advice: "请重新拷贝一次，或换一份备份。"
            }
        }
        BundleError::Size | BundleError::Inconsistent | BundleError::Signature | BundleError::Sealed | BundleError::KeysDamaged => {
            damaged()
        }
        other => other.into(),
    }
}
