//! The three ills (三个老毛病) that the loop is to cure, each as a figure with the rows behind it (A23).
//!
//! What a figure counts is defined once, by its rows: a figure is how many of them are kept (做到).
//! Everything is judged by when it happened, and by the policy pack of its month. Only what stands in the
//! district's class is needed, so a street reads the same figures as the compound itself; the parties of
//! meetings that ended before they were counted are read off the sign-in, where that is here.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use uuid::Uuid;
use xinghuo_ledger::Books;
use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::council::REPORTED_ON;
use crate::error::Result;
use crate::open::{Open, figures_only};
use crate::policy::policy_of;
use crate::views::{CompoundIlls, IllFigure, IllLine, IllsView};

/// One thing that counts.
struct Fact {
    space: SpaceId,
    kind: &'static str,
    id: Uuid,
    month: Month,
    on: NaiveDate,
    title: String,
    kept: bool,
    detail: String,
}

/// Which compounds and which year are counted, as of which day.
struct Scope<'a> {
    books: &'a Books<'a>,
    space: Option<SpaceId>,
    year: i32,
    today: NaiveDate,
    /// The registry whose packs hold for each compound.
    registry: &'a dyn Fn(SpaceId) -> Uuid,
    policies: HashMap<(Uuid, Month), Policy>,
}

/// Space, id, month and title of what was found, and what else was read.
type Row<T> = (SpaceId, Uuid, Month, String, T);

const PARTIES: &str = "coalesce(m.parties, (SELECT count(DISTINCT d.party) FROM attendance a JOIN delegate d ON d.id = a.delegate \
     WHERE a.meeting = m.id AND a.life = 0 AND a.presence IN ('present', 'proxy')), 0)";

impl Scope<'_> {
    fn policy(&mut self, space: SpaceId, month: Month) -> Result<&Policy> {
        let key = ((self.registry)(space), month);
        if !self.policies.contains_key(&key) {
            self.policies.insert(key, policy_of(self.books, key.0, month.first_day())?);
        }
        Ok(&self.policies[&key])
    }

    /// Rows with space, id, month, title and what `more` reads from the fifth column on. `?1` is the compound
    /// (where `mine` stands), `?2` the year's prefix.
    fn rows<T>(&self, sql: &str, more: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<Row<T>>> {
        let sql = sql.replace("{mine}", if self.space.is_some() { "space = ?1" } else { "space IS NOT NULL AND ?1 IS NULL" });
        let space = self.space.map(|space| space.0.as_bytes().to_vec());
        let found = self.books.rows(&sql, (space, format!("{}-", self.year)), |r| {
            let month = r.get::<_, String>(2)?.parse::<Month>().ok();
            Ok(month.map(|month| {
                Ok::<_, rusqlite::Error>((
                    SpaceId(uuid(r, 0)?),
                    uuid(r, 1)?,
                    month,
                    r.get::<_, Option<String>>(3)?.unwrap_or_default(),
                    more(r)?,
                ))
            }))
        })?;
        Ok(found.into_iter().flatten().collect::<rusqlite::Result<Vec<_>>>().map_err(xinghuo_ledger::LedgerError::from)?)
    }

    fn facts(&mut self, ill: Ill) -> Result<Vec<Fact>> {
        match ill {
            Ill::Together => self.together(),
            Ill::Answered => self.answered(),
            Ill::CarriedOut => self.carried_out(),
        }
    }

    /// 切身利益的议题: decided in a council at which more than one party was there, or by an assembly of all residents.
    fn together(&mut self) -> Result<Vec<Fact>> {
        let rows = self.rows(
            &format!(
                "SELECT t.space, t.id, t.month, t.title, \
                 (SELECT max({PARTIES}) FROM vote v JOIN meeting m ON m.id = v.meeting WHERE v.topic = t.id AND v.life = 0 AND m.life = 0), t.state, \
                 (SELECT max(substr(m.held_at, 1, 10)) FROM vote v JOIN meeting m ON m.id = v.meeting WHERE v.topic = t.id AND v.life = 0 AND m.life = 0), t.outside, coalesce(t.outside_on, t.decided_on), \
                 (SELECT m.came || ' ' || m.basis FROM vote v JOIN meeting m ON m.id = v.meeting \
                  WHERE v.topic = t.id AND v.life = 0 AND m.life = 0 AND m.basis IS NOT NULL ORDER BY m.held_at DESC LIMIT 1) \
                 FROM topic t WHERE t.life = 0 AND t.{{mine}} AND t.month >= ?2 AND t.month < ?2 || '~' AND t.benefit = 1 AND t.state IN ('passed', 'rejected', 'to_owners')"
            ),
            |r| {
                let state = TopicState::parse(&r.get::<_, String>(5)?).map_or("", TopicState::zh);
                let (parties, outside) = (r.get::<_, Option<u32>>(4)?.unwrap_or(0), r.get::<_, Option<String>>(7)?);
                let assembly = r.get::<_, Option<String>>(9)?;
                let assembly = assembly.as_deref().and_then(|of| of.split_once(' ')).and_then(|(n, of)| Some((n, AssemblyBasis::parse(of)?)));
                let detail = match (outside, assembly) {
                    // The exceptions to A24, with their reasons.
                    (Some(reason), _) => format!("会外决定：{reason}"),
                    (None, Some((came, basis))) => format!("居民会议实到 {came} {}，{state}", basis.unit()),
                    (None, None) => format!("{parties} 方到会，{state}"),
                };
                Ok((parties >= 2 || assembly.is_some(), day(r, 6)?.or(day(r, 8)?), detail))
            },
        )?;
        let fact = |(space, id, month, title, (kept, held, detail)): Row<(bool, Option<NaiveDate>, String)>| Fact {
            space,
            kind: "topic",
            id,
            month,
            on: held.unwrap_or(month.last_day()),
            title,
            kept,
            detail,
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// Requests answered by their day, and carried-out tasks reported back within the policy's days. What is
    /// not due yet does not count.
    fn answered(&mut self) -> Result<Vec<Fact>> {
        let mut out = Vec::new();
        for (space, id, month, title, (done, told)) in self.rows(
            &format!(
                "SELECT space, id, month, text, done_on, {REPORTED_ON} \
                 FROM task WHERE life = 0 AND {{mine}} AND done_on >= ?2 AND done_on < ?2 || '~'"
            ),
            |r| Ok((day(r, 4)?, day(r, 5)?)),
        )? {
            let Some(done) = done else { continue };
            let due = self.policy(space, month)?.report_due(done);
            let told = told.filter(|told| *told <= self.today);
            if told.is_some() || due < self.today {
                let detail = match told {
                    Some(told) if told <= due => "按时反馈".to_owned(),
                    Some(told) => format!("晚 {} 天反馈", (told - due).num_days()),
                    None => format!("办完 {} 天，没有反馈", (self.today - done).num_days()),
                };
                out.push(Fact { space, kind: "task", id, month, on: done, title, kept: told.is_some_and(|told| told <= due), detail });
            }
        }
        for (space, id, month, title, (due, closed)) in self.rows(
            "SELECT r.space, r.id, substr(r.due_on, 1, 7), r.text, r.due_on, r.closed_on \
             FROM request r WHERE r.life = 0 AND r.{mine} AND r.due_on >= ?2 AND r.due_on < ?2 || '~' AND r.state NOT IN ('refused', 'withdrawn')",
            |r| Ok((day(r, 4)?, day(r, 5)?)),
        )? {
            let Some(due) = due else { continue };
            if closed.is_some() || due < self.today {
                let detail = match closed {
                    Some(closed) if closed <= due => "按时办结".to_owned(),
                    Some(closed) => format!("晚 {} 天办结", (closed - due).num_days()),
                    None => format!("逾期 {} 天，没有办结", (self.today - due).num_days()),
                };
                out.push(Fact { space, kind: "request", id, month, on: due, title, kept: closed.is_some_and(|closed| closed <= due), detail });
            }
        }
        Ok(out)
    }

    /// What a council agreed and gave somebody to do: all of it done. What is not due yet does not count;
    /// what was carried over counts by the task that goes on.
    fn carried_out(&mut self) -> Result<Vec<Fact>> {
        let today = self.today.to_string();
        let rows = self.rows(
            "SELECT s.space, s.id, p.month, s.text, count(*), sum(t.state IN ('done', 'verified')), max(t.due_on) \
             FROM resolution s JOIN topic p ON p.id = s.topic JOIN task t ON t.resolution = s.id \
             WHERE s.life = 0 AND p.life = 0 AND t.life = 0 AND p.{mine} AND p.month >= ?2 AND p.month < ?2 || '~' AND t.state <> 'carried_over' GROUP BY s.id",
            |r| Ok((r.get::<_, u32>(4)?, r.get::<_, u32>(5)?, r.get::<_, String>(6)?)),
        )?;
        let mut out = Vec::new();
        for (space, id, month, title, (all, done, due)) in rows {
            let on = due.parse().unwrap_or(month.last_day());
            if done == all || due < today {
                let detail = match (all, all - done) {
                    (_, 0) => "已落实".to_owned(),
                    (1, _) => "到期没办完".to_owned(),
                    (all, open) => format!("{all} 件事项，{open} 件到期没办完"),
                };
                out.push(Fact { space, kind: "resolution", id, month, on, title, kept: done == all, detail });
            }
        }
        Ok(out)
    }
}

fn day(r: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<NaiveDate>> {
    Ok(r.get::<_, Option<String>>(at)?.and_then(|day| day.parse().ok()))
}

fn uuid(r: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(r.get(at)?))
}

fn figure(ill: Ill, facts: &[Fact], of: Option<SpaceId>) -> IllFigure {
    let (mut kept, mut all) = (0, 0);
    for fact in facts.iter().filter(|fact| of.is_none_or(|space| space == fact.space)) {
        all += 1;
        kept += u32::from(fact.kept);
    }
    IllFigure { ill, title: ill.zh().to_owned(), counts: counts(ill).to_owned(), kept, of: all }
}

/// What a figure counts, in a sentence.
fn counts(ill: Ill) -> &'static str {
    match ill {
        Ill::Together => "切身利益的事，由两方以上在议事会上商定、或由居民会议决定的",
        Ill::Answered => "到期的诉求按时办结、办完的事项按时反馈的",
        Ill::CarriedOut => "议定并到期的事项，全部办完的",
    }
}

impl Open {
    /// The compounds whose figures are shown: the one that is looked at, else all.
    fn in_sight(&self) -> Option<SpaceId> {
        self.compound().ok()
    }

    fn in_scope<T>(&self, year: i32, today: NaiveDate, work: impl FnOnce(&mut Scope<'_>) -> Result<T>) -> Result<T> {
        let own = self.own_key();
        self.read(|books| {
            let registries = if self.reads_figures() { self.registries(books, own)? } else { HashMap::new() };
            let registry = |space: SpaceId| registries.get(&space).copied().unwrap_or_else(|| self.registry());
            work(&mut Scope { books, space: self.in_sight(), year, today, registry: &registry, policies: HashMap::new() })
        })
    }

    /// The three figures of a year so far, and those of each compound where there are several.
    pub(crate) fn ills(&self, year: Option<i32>, now: DateTime<FixedOffset>) -> Result<IllsView> {
        let today = now.date_naive();
        let year = year.unwrap_or(today.year());
        self.in_scope(year, today, |scope| {
            let facts = Ill::ALL.iter().map(|ill| Ok((*ill, scope.facts(*ill)?))).collect::<Result<Vec<_>>>()?;
            let mut compounds = Vec::new();
            if scope.space.is_none() {
                for kept in scope.books.select::<Compound>("ORDER BY name", [])? {
                    let space = SpaceId(kept.record.id.0);
                    let figures = facts.iter().map(|(ill, facts)| figure(*ill, facts, Some(space))).collect();
                    compounds.push(CompoundIlls { compound: kept.record.id, name: kept.record.name, figures });
                }
            }
            let to = if year == today.year() { Month::of(today).number() } else { 12 };
            let period = if to == 1 { format!("{year}年1月") } else { format!("{year}年1—{to}月") };
            Ok(IllsView { year, period, figures: facts.iter().map(|(ill, facts)| figure(*ill, facts, None)).collect(), compounds })
        })
    }

    /// The rows behind one figure, those that are not kept first, newest first.
    pub(crate) fn ill_lines(&self, ill: Ill, year: Option<i32>, now: DateTime<FixedOffset>) -> Result<Vec<IllLine>> {
        if self.reads_figures() {
            return figures_only();
        }
        let today = now.date_naive();
        self.in_scope(year.unwrap_or(today.year()), today, |scope| {
            let mut facts = scope.facts(ill)?;
            facts.sort_by(|a, b| a.kept.cmp(&b.kept).then_with(|| b.on.cmp(&a.on)).then_with(|| a.id.cmp(&b.id)));
            let mut names = HashMap::new();
            for kept in scope.books.select::<Compound>("", [])? {
                names.insert(SpaceId(kept.record.id.0), kept.record.name);
            }
            let line = |fact: Fact| IllLine {
                kind: fact.kind.to_owned(),
                id: fact.id,
                month: fact.month,
                on: fact.on,
                title: fact.title,
                detail: fact.detail,
                kept: fact.kept,
                compound: CompoundId(fact.space.0),
                compound_name: names.get(&fact.space).cloned().unwrap_or_default(),
            };
            Ok(facts.into_iter().map(line).collect())
        })
    }
}
