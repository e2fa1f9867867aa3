//! Erasing a person (抹去个人信息): what goes, what stays and why, and the act itself.
//!
//! PIPL §47. What only counts (dates, categories, states: the district class) stays; finished minutes
//! and sign-in sheets stay as the record of a meeting.

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::Result;
use crate::open::{Open, done, lock};
use crate::people;
use crate::views::*;

/// What personal data stands in.
const PERSONAL: [Class; 2] = [Class::Branch, Class::Community];
/// Records whose content may be about one person, and which may go with them.
const CASES: [&str; 3] = ["request", "mediation", "opinion"];

/// Records of these kinds that name another record in one of their fields.
fn naming(
    books: &Books<'_>,
    space: SpaceId,
    kinds: impl Iterator<Item = &'static KindDef>,
    of: Uuid,
) -> Result<Vec<(&'static KindDef, Uuid)>> {
    let mut out = Vec::new();
    for kind in kinds {
        let mut tests: Vec<String> = Vec::new();
        for field in kind.fields {
            match field.store {
                Store::Id => tests.push(format!("\"{}\" = ?2", field.name)),
                Store::Json => tests.push(format!("instr(\"{}\", ?3) > 0", field.name)),
                _ => {}
            }
        }
        if tests.is_empty() {
            continue;
        }
        // The parameters are named in any case, or SQLite would count one too many.
        let sql = format!(
            "SELECT id FROM \"{}\" WHERE life = 0 AND space = ?1 AND ?2 IS NOT NULL AND ?3 IS NOT NULL AND ({}) ORDER BY id",
            kind.name,
            tests.join(" OR ")
        );
        let found = books.rows(&sql, (space.0.as_bytes(), of.as_bytes(), of.to_string()), |r| r.get(0).map(Uuid::from_bytes))?;
        out.extend(found.into_iter().map(|id| (kind, id)));
    }
    Ok(out)
}

/// The person's cases.
fn cases_of(books: &Books<'_>, space: SpaceId, person: PersonId) -> Result<Vec<(&'static KindDef, Uuid)>> {
    naming(books, space, CASES.iter().filter_map(|name| kind_named(name)), person.0)
}

impl Open {
    /// What erasing a person would take along, and what only mentions them.
    pub(crate) fn erasure(&self, id: PersonId) -> Result<ErasureView> {
        let space = self.own_compound()?;
        self.read(|books| {
            let person = books.need::<Person>(id)?.record;
            let related = cases_of(books, space, id)?;
            let hit = |(kind, id): &(&'static KindDef, Uuid)| people::hit(books, kind, *id);
            let cases: Vec<Hit> = related.iter().map(hit).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
            let mentions = people::find(books, &person.name, Some(space))?
                .into_iter()
                .filter(|hit| hit.id != id.0 && !matches!(hit.kind, HitKind::Person) && !cases.iter().any(|case| case.id == hit.id))
                .collect();
            Ok(ErasureView { name: person.name, cases, mentions })
        })
    }

    /// Erases a person here, and with the next bundles everywhere; `cases`: their requests, mediations
    /// and opinions lose their content too.
    pub(crate) fn erase_person(&self, id: PersonId, cases: bool, reason: ErasureReason, at: DateTime<FixedOffset>) -> Result<Done> {
        let space = self.own_compound()?;
        let (name, related) = self.read(|books| {
            let name = books.need::<Person>(id)?.record.name;
            let mut related = if cases { cases_of(books, space, id)? } else { Vec::new() };
            // What was recorded on a case step by step.
            let parts =
                KINDS.iter().copied().filter(|kind| (kind.append_only || kind.name == "agreement_term") && !CASES.contains(&kind.name));
            let parts: Vec<_> = parts.collect();
            for (_, case) in related.clone() {
                related.extend(naming(books, space, parts.iter().copied(), case)?);
            }
            Ok((name, related))
        })?;
        let records = related.len();
        self.save(Act::Erase, at, |save| {
            save.erase(Person::KIND, space, id.0, &PERSONAL);
            for (kind, rec) in &related {
                save.erase(kind, space, *rec, &PERSONAL);
            }
            Ok(())
        })?;
        let inner = lock(&self.inner);
        let ids: Vec<String> = std::iter::once(id.0).chain(related.iter().map(|(_, rec)| *rec)).map(|id| id.to_string()).collect();
        inner.ledger.forget_drafts(&ids.iter().map(String::as_str).chain([name.as_str()]).collect::<Vec<_>>())?;
        inner.ledger.note_reveal(&at.to_rfc3339(), &self.profile().person, id.0, "erase", reason.zh())?;
        // The write-ahead log still holds the pages as they were.
        inner.ledger.settle()?;
        let with = if records > 0 { format!("，连同 {records} 条相关记录的内容") } else { String::new() };
        Ok(done(
            format!("已抹去这位居民的个人信息{with}。社区和本小区的其他电脑收到下一个数据包后也会抹去；以前做的备份里还有，请一并处理。"),
            &["person", "request", "mediation", "opinion"],
        ))
    }
}
