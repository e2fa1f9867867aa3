//! An open copy: who works with it, whose records it writes, and the two handles on its store.

use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;
use xinghuo_bundle::{Identity, fingerprint};
use xinghuo_ledger::{Author, Books, LedgerError, Outcome, PublicKey, Reader, Save};
use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::{DeskError, Result, not};
use crate::home::{Home, Unlocked};
use crate::roster::RosterDraft;
use crate::views::{Done, Saved};

/// When somebody at the desk does something, with offset.
pub(crate) type At = DateTime<FixedOffset>;

/// The clock, passed in so that tests and made-up data choose their day.
pub type Clock = Box<dyn Fn() -> DateTime<FixedOffset> + Send + Sync>;

/// What a copy is: kept beside the log, never replicated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub role: Role,
    pub person: String,
    pub copy: String,
    /// A branch's compound; what an office publishes.
    pub space: Uuid,
    /// The first copy of its space: its numbers need no mark of their own.
    pub founder: bool,
    pub demo: bool,
}

/// Two letters of the key set apart the numbers of a second laptop; a figure would be read as part of the
/// number, and I and O as figures.
fn mark(key: &[u8; 32]) -> String {
    const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    key[..2].iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

impl Profile {
    /// Keeps it in the copy.
    pub fn remember(&self, ledger: &xinghuo_ledger::Ledger) -> Result<()> {
        ledger.set_here("mark", &mark(&ledger.own_key()))?;
        Ok(ledger.set_here("profile", &serde_json::to_string(self).unwrap_or_default())?)
    }

    /// What is to be done after the keys were renewed.
    pub fn join_again(&self) -> &'static str {
        match self.role.level() {
            None => "请重新向社区提交入网申请。",
            Some(Level::Community) => "请各小区重新提交入网申请，核对新的指纹；也请重新向街道提交入网申请。",
            Some(Level::Street) => "请各社区重新提交入网申请，核对新的指纹；也请重新向区提交入网申请。",
            Some(Level::District) => "请各街道重新提交入网申请，核对新的指纹。",
        }
    }

    /// The same person with keys of their own: a copy that was carried elsewhere or restored. Both
    /// go on at once perhaps, so it takes a name and numbers nobody else takes; the name ends in
    /// the first digits of its fingerprint, which can be compared by eye.
    pub fn of_another_computer(self, identity: &Identity) -> Profile {
        let bare = match self.copy.rsplit_once('·') {
            Some((name, digits)) if digits.len() == 5 && digits.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => &self.copy,
        };
        let copy = format!("{bare}·{}", &fingerprint(identity)[..5]);
        Profile { copy, founder: false, ..self }
    }
}

/// The office above, pinned by its fingerprint: a branch's community, a community's street, a
/// street's district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Above {
    pub signs: String,
    pub receives: String,
    pub space: Uuid,
}

pub(crate) struct Open {
    // Dropped before the writer: whoever closes last tidies the store into its one file, and a
    // reader may not.
    pub reader: Mutex<Reader>,
    pub inner: Mutex<Unlocked>,
    pub home: Home,
    profile: Mutex<Arc<Profile>>,
    pub above: Mutex<Option<Above>>,
    /// The compound an office looks at.
    pub looking_at: Mutex<Option<CompoundId>>,
    pub roster: Mutex<Option<RosterDraft>>,
    pub notice: Mutex<Option<String>>,
}

/// A poisoned lock means another thread panicked; the data behind it is guarded by SQLite's own
/// transactions, so going on is right.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

pub(crate) fn here_json<T: DeserializeOwned>(books: &Books<'_>, name: &str) -> Result<Option<T>> {
    Ok(books.here(name)?.and_then(|text| serde_json::from_str(&text).ok()))
}

impl Open {
    pub fn new(home: Home, mut inner: Unlocked) -> Result<Self> {
        let profile: Profile = here_json(&inner.ledger.books(), "profile")?.ok_or(LedgerError::WrongKey)?;
        // What was removed since the copy was opened the last time goes now.
        inner.ledger.drop_unreferenced()?;
        let above = here_json(&inner.ledger.books(), "above")?;
        // Whoever closed while bundles came in.
        inner.ledger.catch_up()?;
        let reader = inner.ledger.reader()?;
        let notice = std::mem::take(&mut inner.renewed).then(|| {
            let next = profile.join_again();
            format!("发现数据是从备份恢复或从别的电脑拷来的。为了不和原来的记录混淆，本机已换用新的身份；{next}")
        });
        Ok(Self {
            inner: Mutex::new(inner),
            reader: Mutex::new(reader),
            home,
            profile: Mutex::new(Arc::new(profile)),
            above: Mutex::new(above),
            looking_at: Mutex::new(None),
            roster: Mutex::new(None),
            notice: Mutex::new(notice),
        })
    }

    pub fn profile(&self) -> Arc<Profile> {
        Arc::clone(&lock(&self.profile))
    }

    /// The keys were just renewed while the copy is open.
    pub fn go_on_as_another(&self, inner: &Unlocked) -> Result<()> {
        let profile: Profile = here_json(&inner.ledger.books(), "profile")?.ok_or(LedgerError::WrongKey)?;
        *lock(&self.profile) = Arc::new(profile);
        Ok(())
    }

    /// This copy turned out to be a further laptop of a compound that exists already.
    pub fn move_to(&self, ledger: &xinghuo_ledger::Ledger, space: Uuid) -> Result<()> {
        let moved = Profile { space, founder: false, ..(*self.profile()).clone() };
        moved.remember(ledger)?;
        *lock(&self.profile) = Arc::new(moved);
        Ok(())
    }

    /// How high this office stands; `None` for a branch.
    pub fn level(&self) -> Option<Level> {
        self.profile().role.level()
    }

    /// Whether this copy admits others and keeps a registry.
    pub fn is_office(&self) -> bool {
        self.level().is_some()
    }

    /// Whether this copy reads figures alone, of compounds that are another office's to look after.
    pub fn reads_figures(&self) -> bool {
        self.level().is_some_and(|level| level != Level::Community)
    }

    /// Whether a class may be kept here at all, whoever brings it.
    pub fn may_keep(&self, class: Class) -> bool {
        match class {
            Class::Branch => !self.is_office(),
            Class::Community => !self.reads_figures(),
            Class::District | Class::Registry => true,
        }
    }

    /// What the office above is called before its name is known.
    pub fn word_above(&self) -> &'static str {
        match self.level() {
            None => Level::Community.zh(),
            Some(level) => level.above().map_or("上级", Level::zh),
        }
    }

    /// The registry whose word counts here: an office's own, a branch's community's.
    pub fn registry(&self) -> Uuid {
        if self.is_office() { self.profile().space } else { lock(&self.above).as_ref().map_or(Uuid::nil(), |above| above.space) }
    }

    /// The compound whose pages are shown.
    pub fn compound(&self) -> Result<SpaceId> {
        if self.reads_figures() {
            return figures_only();
        }
        if self.is_office() {
            match *lock(&self.looking_at) {
                Some(id) => Ok(SpaceId(id.0)),
                None => not("desk.no_compound", "请先在社区总览里选一个小区。", "点开一张小区卡片即可。"),
            }
        } else {
            Ok(SpaceId(self.profile().space))
        }
    }

    /// The compound this copy may write; an office reads branches' facts and does not change them.
    pub fn own_compound(&self) -> Result<SpaceId> {
        if self.reads_figures() {
            return figures_only();
        }
        if self.is_office() {
            return not(
                "desk.read_only",
                "小区的记录由小区党支部登记，社区这里只能查看。",
                "需要改动时请联系该小区；有冲突时可在“核对”页裁定。",
            );
        }
        Ok(SpaceId(self.profile().space))
    }

    pub fn own_key(&self) -> PublicKey {
        lock(&self.inner).ledger.own_key()
    }

    /// The policy pack in force on a day; the office's own, else the one built in.
    pub fn policy(&self, books: &Books<'_>, on: NaiveDate) -> Result<Policy> {
        crate::policy::policy_of(books, self.registry(), on)
    }

    /// Reads with the reader: never waits for a long import.
    pub fn read<T>(&self, work: impl FnOnce(&Books<'_>) -> Result<T>) -> Result<T> {
        let reader = lock(&self.reader);
        work(&reader.books())
    }

    /// One save by the person at the desk.
    pub fn save<T>(&self, act: Act, at: DateTime<FixedOffset>, work: impl FnOnce(&mut Save<'_>) -> Result<T>) -> Result<Outcome<T>> {
        let author = Author { person: self.profile().person.clone(), at };
        lock(&self.inner).ledger.transact::<T, DeskError>(act, &author, work)
    }

    /// One save that made or changed one record.
    pub fn save_one<I: Into<Uuid>>(
        &self,
        act: Act,
        at: DateTime<FixedOffset>,
        work: impl FnOnce(&mut Save<'_>) -> Result<I>,
    ) -> Result<Saved> {
        let outcome = self.save(act, at, work)?;
        Ok(Saved {
            id: outcome.output.into(),
            save: outcome.save,
            message: if outcome.save == 0 { "没有改动。".to_owned() } else { format!("已保存：{}。", act.zh()) },
            changed: outcome.changed.iter().map(|k| (*k).to_owned()).collect(),
        })
    }
}

/// The id of a record that is changed, or a new one where none is named.
pub(crate) fn known_or_new<T: Record>(save: &mut Save<'_>, id: Option<T::Id>) -> Result<T::Id> {
    match id {
        Some(id) => Ok(save.books().need::<T>(id)?.record.id()),
        None => Ok(save.id()),
    }
}

/// The refusal to open a compound where only its figures are read.
pub(crate) fn figures_only<T>() -> Result<T> {
    not("desk.figures_only", "街道和区只看总览里的数字，不看、不改小区的记录。", "需要了解详情时请联系该小区所在的社区。")
}

/// The office that publishes this registry, once its own record is here.
pub(crate) fn office_of(books: &Books<'_>, registry: Uuid) -> Result<Option<Office>> {
    Ok(books.get::<Office>(OfficeId(registry))?.filter(|office| office.space == registry).map(|office| office.record))
}

/// An order that stored nothing of its own.
pub(crate) fn done(message: impl Into<String>, changed: &[&str]) -> Done {
    Done { message: message.into(), changed: changed.iter().map(|k| (*k).to_owned()).collect() }
}

/// What a copy is called: by this copy's own registry first, then by others'. An office goes by its
/// name.
pub(crate) fn copy_name(books: &Books<'_>, key: &PublicKey, profile: &Profile, own: &PublicKey) -> Result<String> {
    if key == own {
        return Ok(profile.copy.clone());
    }
    let hex = crate::home::hex(key);
    let certs = books.select::<Certificate>("AND signs = ?1 ORDER BY space = ?2 DESC, id LIMIT 1", (&hex, profile.space.as_bytes()))?;
    if let Some(cert) = certs.into_iter().next().map(|c| c.record) {
        let office = cert.role.level().and(cert.compound);
        return Ok(office.unwrap_or(cert.copy));
    }
    let above: Option<Above> = here_json(books, "above")?;
    if let Some(above) = above.filter(|above| above.signs == hex) {
        return Ok(office_of(books, above.space)?.map_or_else(|| "上级".to_owned(), |office| office.name));
    }
    Ok(format!("未登记的电脑 {}", &hex[..6]))
}
