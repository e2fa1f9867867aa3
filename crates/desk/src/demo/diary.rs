//! The diary: what was saved when. Everything is written down first, then saved day by day as a
//! person would have done, and nothing that lies after today.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, TimeZone};
use uuid::Uuid;
use xinghuo_ledger::{Author, Ledger, LedgerError, Result, Save};
use xinghuo_model::{Act, Record, SpaceId};

use super::chance::Chance;

type Run = Box<dyn FnOnce(&mut Save<'_>, SpaceId)>;

/// Stores one record within a save.
pub(super) struct Put {
    rec: Uuid,
    run: Run,
}

/// A record as it then was, to be stored.
pub(super) fn put<T: Record>(record: &T) -> Put {
    let record = record.clone();
    Put { rec: record.id().into(), run: Box::new(move |save, space| save.put(space, &record)) }
}

struct Page {
    at: DateTime<FixedOffset>,
    act: Act,
    puts: Vec<Put>,
}

/// One branch's saves.
pub(super) struct Diary {
    today: NaiveDate,
    ids: Chance,
    made: i64,
    pages: Vec<Page>,
}

/// The moment in Beijing time; today's moments all lie in the early morning, so that whoever
/// looks at the demonstration finds nothing from later in the day.
pub(super) fn moment(today: NaiveDate, day: NaiveDate, minute: i64) -> DateTime<FixedOffset> {
    let minute = if day == today { 420 + minute / 24 } else { minute };
    let beijing = FixedOffset::east_opt(8 * 3600);
    let local = day.and_hms_opt((minute / 60).clamp(0, 23) as u32, (minute % 60).max(0) as u32, 0).unwrap_or_default();
    beijing.and_then(|zone| zone.from_local_datetime(&local).single()).unwrap_or_default()
}

impl Diary {
    /// An empty diary that ends today.
    pub fn new(today: NaiveDate, ids: Chance) -> Self {
        Self { today, ids, made: 0, pages: Vec::new() }
    }

    /// The last day.
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// A moment in Beijing time, by minute of the day.
    pub fn moment(&self, day: NaiveDate, minute: i64) -> DateTime<FixedOffset> {
        moment(self.today, day, minute)
    }

    /// A new id, made on this day; ids of one day sort in the order they were asked for.
    pub fn id<I: From<Uuid>>(&mut self, day: NaiveDate) -> I {
        self.made += 1;
        let millis = moment(self.today, day, 600).timestamp_millis() + self.made % 3_000_000;
        self.ids.id(millis).into()
    }

    /// Writes down one save; days that have not come yet are left out.
    pub fn note(&mut self, day: NaiveDate, minute: i64, act: Act, puts: Vec<Put>) {
        if day <= self.today && !puts.is_empty() {
            let at = self.moment(day, minute);
            self.pages.push(Page { at, act, puts });
        }
    }

    /// Saves everything in order of time.
    pub fn write(mut self, ledger: &mut Ledger, space: SpaceId, person: &str, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<()> {
        let old = self.pages.extract_if(.., |p| weekly(self.today, p)).collect();
        self.pages.extend(sittings(old));
        self.pages.sort_by_key(|p| p.at);
        // What was typed in one go is one save.
        let mut saves: Vec<Page> = Vec::with_capacity(self.pages.len());
        for page in self.pages {
            match saves.last_mut() {
                Some(last) if in_one_go(last, &page) => last.puts.extend(page.puts),
                _ => saves.push(page),
            }
        }
        let total = saves.len() as u64;
        for (done, page) in (0u64..).zip(saves) {
            if !pace(done, total) {
                return Err(LedgerError::Cancelled);
            }
            let author = Author { person: person.to_owned(), at: page.at };
            ledger.transact(page.act, &author, |save| {
                for put in page.puts {
                    (put.run)(save, space);
                }
                Ok::<(), LedgerError>(())
            })?;
        }
        pace(total, total);
        Ok(())
    }
}

/// The Sunday on or after a day.
fn sunday(day: NaiveDate) -> NaiveDate {
    plus(day, 6 - i64::from(day.weekday().num_days_from_monday()))
}

/// Requests of more than two months ago were typed on Sundays, a week at a time: a whole year of
/// them one by one would take long to save.
fn weekly(today: NaiveDate, page: &Page) -> bool {
    let request = matches!(page.act, Act::AddRequest | Act::StepRequest | Act::NoteRequest);
    request && sunday(page.at.date_naive()) < plus(today, -60)
}

/// One save for a week's new requests, one for what became of them.
fn sittings(mut old: Vec<Page>) -> Vec<Page> {
    old.sort_by_key(|p| p.at);
    let mut out: Vec<Page> = Vec::new();
    for page in old {
        let act = if page.act == Act::AddRequest { Act::AddRequest } else { Act::StepRequest };
        let minute = if act == Act::AddRequest { 1225 } else { 1226 };
        let at = moment(NaiveDate::MAX, sunday(page.at.date_naive()), minute);
        match out.iter_mut().rev().take(2).find(|p| p.at == at) {
            Some(sitting) => sitting.puts.extend(page.puts),
            None => out.push(Page { at, act, puts: page.puts }),
        }
    }
    out
}

/// Acts that people do several of in one sitting, each on another record.
fn in_one_go(last: &Page, page: &Page) -> bool {
    let several = matches!(
        page.act,
        Act::AddRequest
            | Act::StepRequest
            | Act::NoteRequest
            | Act::AddOpinion
            | Act::SaveDelegate
            | Act::SavePerson
            | Act::SignIn
            | Act::AddSpeech
            | Act::AddTopic
            | Act::DecideTopic
            | Act::AddResolution
    );
    let another = || page.puts.iter().all(|p| last.puts.iter().all(|l| l.rec != p.rec));
    several && last.act == page.act && last.at.date_naive() == page.at.date_naive() && another()
}

/// So many days later (or, below zero, earlier).
pub(super) fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    let n = Days::new(days.unsigned_abs());
    let moved = if days < 0 { day.checked_sub_days(n) } else { day.checked_add_days(n) };
    moved.unwrap_or(day)
}
