//! Made-up data (示范数据): a believable compound with a year behind it, written through the
//! same door as everything else.
//!
//! Every name, room, telephone and quarrel is invented. The sentences stand in `words/*.txt`;
//! the same number, seed and day always make the same records. This module asks no clock and
//! opens no file.

mod affairs;
mod cases;
mod chance;
mod diary;
mod meeting;
mod names;
mod parties;
mod people;
mod quarrels;
mod words;
mod year;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use xinghuo_ledger::{Entropy, Ledger};
use xinghuo_model::records::Compound;
use xinghuo_model::{Act, CompoundId, Month, SpaceId};

use crate::error::Result;
use cases::Desk;
use chance::Chance;
use diary::{Diary, plus, put};
use parties::Parties;
use year::Year;

/// How large a demonstration is. The default is a whole year of a compound of ordinary size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Households; a household has some 2.7 people.
    pub households: u32,
    /// Members who checked in at their residence (在职党员报到).
    pub checked_in: u32,
    /// Months of the council loop, this one included.
    pub months: u32,
    /// Requests in these months, those that became a mediation included.
    pub requests: u32,
}

impl Default for Scale {
    fn default() -> Self {
        Self { households: 900, checked_in: 240, months: 12, requests: 300 }
    }
}

impl Scale {
    /// A small compound with a short past, for tests and for the many compounds of an office.
    pub fn small() -> Self {
        Self { households: 60, checked_in: 16, months: 3, requests: 25 }
    }
}

/// The compound with this number of the office's 24; 0 is the branch of the demonstration.
/// All belong to 星岩社区. The id follows from the number.
pub fn compound(n: u32) -> Compound {
    let (name, prefix, _) = names::compound(n);
    let mut bytes = [0; 16];
    blake3::Hasher::new().update(b"xinghuo demo compound").update(&n.to_be_bytes()).finalize_xof().fill(&mut bytes);
    Compound {
        id: CompoundId(uuid::Builder::from_custom_bytes(bytes).into_uuid()),
        name: name.to_owned(),
        community: "星岩社区".to_owned(),
        street: "示范街道".to_owned(),
        district: "黄岩区".to_owned(),
        prefix: prefix.to_owned(),
        households: Some(Scale::default().households),
        began_on: None,
    }
}

/// Who leads the branch of the compound with this number.
pub fn secretary(n: u32) -> String {
    names::compound(n).2.to_owned()
}

/// Writes a past that ends today, as the branch's own saves: the roster, the delegates, then
/// day by day what was asked, said, agreed, done and answered. Puts the compound itself only
/// where the space does not have it yet.
///
/// Each natural act is its own save, so stopping midway leaves what was already saved: a caller
/// that is told to stop throws the store away.
///
/// # Errors
/// [`xinghuo_ledger::LedgerError::Cancelled`] where `pace` says no, or SQLite's.
pub fn fill(
    ledger: &mut Ledger,
    space: SpaceId,
    n: u32,
    seed: u64,
    today: NaiveDate,
    scale: &Scale,
    pace: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<()> {
    let months = months(today, scale.months);
    let start = months.first().map_or(today, |m| m.first_day());
    let roster = plus(start, -1);
    let place = Compound { id: CompoundId(space.0), households: Some(scale.households), ..compound(n) };
    let leader = secretary(n);
    let mut diary = Diary::new(today, Chance::new(n, seed, "ids"));
    if ledger.books().get::<Compound>(place.id)?.is_none() {
        diary.note(roster, 840, Act::CreateCopy, vec![put(&place)]);
    }
    let neighbours = people::settle(&mut diary, &mut Chance::new(n, seed, "people"), scale, roster);
    let parties = Parties::elect(&mut diary, &mut Chance::new(n, seed, "parties"), &neighbours, &leader, start);

    let mut chance = quarrels::chance(n, seed);
    let disputes = quarrels::of(n, start, today);
    let begun: Vec<NaiveDate> = disputes.iter().map(|(_, day)| *day).collect();
    let asked = cases::plan(&mut chance, scale.requests, start, today, &begun);
    Desk::new(&mut diary, &mut chance, &neighbours, &parties).year(&asked, &disputes, &place.prefix);

    let mut chance = Chance::new(n, seed, "year");
    Year::new(&mut diary, &mut chance, &neighbours, &parties, space).write(&months);
    diary.write(ledger, space, &leader, pace)?;
    affairs::write(ledger, space, n, seed, today, &leader, pace)
}

/// Random bytes from a seed, for a ledger of made-up data: the same seed gives the same ids and
/// salts. Copies that will exchange need different seeds.
pub fn entropy(seed: u64) -> Entropy {
    let mut stream = blake3::Hasher::new().update(b"xinghuo demo entropy").update(&seed.to_be_bytes()).finalize_xof();
    Box::new(move |bytes| stream.fill(bytes))
}

/// The last so many months, oldest first, this one included.
fn months(today: NaiveDate, count: u32) -> Vec<Month> {
    let mut out = vec![Month::of(today)];
    for _ in 1..count {
        let before = out[out.len() - 1].previous();
        out.push(before);
    }
    out.reverse();
    out
}
