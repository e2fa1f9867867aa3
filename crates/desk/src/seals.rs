//! What was sealed, when and by whom (用印登记).

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::cases::not_future;
use crate::error::{DeskError, Result, filled};
use crate::open::{Open, known_or_new};
use crate::views::{Saved, SealsView};

/// So many uses are shown.
const SHOWN: usize = 500;

impl Open {
    /// The latest uses first, and what is usually typed.
    pub(crate) fn seals(&self, today: NaiveDate) -> Result<SealsView> {
        let space = self.compound()?;
        self.read(|books| {
            let kept =
                books.select::<SealUse>(&format!("AND space = ?1 ORDER BY \"on\" DESC, id DESC LIMIT {SHOWN}"), [space.0.as_bytes()])?;
            let uses: Vec<SealUse> = kept.into_iter().map(|kept| kept.record).collect();
            let mut seals: Vec<String> = uses.iter().map(|used| used.seal.clone()).collect();
            seals.sort_unstable();
            seals.dedup();
            let all = books.number("SELECT count(*) FROM seal_use WHERE life = 0 AND space = ?1", [space.0.as_bytes()])? as u32;
            let of_year = (space.0.as_bytes(), format!("{}-%", today.year()));
            let this_year = books.number("SELECT count(*) FROM seal_use WHERE life = 0 AND space = ?1 AND \"on\" LIKE ?2", of_year)? as u32;
            Ok(SealsView { uses, seals, all, this_year })
        })
    }

    pub(crate) fn save_seal_use(&self, input: SealUseInput, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(input.on, at.date_naive(), "用印日期")?;
        let texts = [
            ("seal", &input.seal),
            ("matter", &input.matter),
            ("used_by", &input.used_by),
            ("approved_by", &input.approved_by),
            ("kept_by", &input.kept_by),
        ];
        for (field, text) in texts {
            filled(text, field)?;
        }
        if input.copies == 0 {
            return Err(DeskError::Field { field: "copies", why: "请写明盖了几份。" });
        }
        if input.kept_by.trim() == input.approved_by.trim() {
            return Err(DeskError::Field { field: "kept_by", why: "印章要由批准人以外的人保管。" });
        }
        self.save_one(Act::SaveSealUse, at, |save| {
            let id = known_or_new::<SealUse>(save, input.id)?;
            save.put(space, &input.record(id));
            Ok(id)
        })
    }
}
