//! A year of councils in figures (这一年): month by month, by where opinions came from and what they are about, and
//! by who came. Everything counts in the month it belongs to.

use chrono::{DateTime, Datelike, FixedOffset};
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::feedback_state;
use xinghuo_model::*;

use crate::council::{COUNCILS, OVER_MEETINGS, facts, topics_in};
use crate::error::Result;
use crate::open::Open;
use crate::roll::roll;
use crate::topics::WITH_OWNERS;
use crate::views::{CouncilYear, NamedCount, PartyYear, YearMonth};

/// How many opinions of a year there are by a column, the most first.
fn by(books: &Books<'_>, space: SpaceId, year: i32, column: &str, word: impl Fn(&str) -> Option<&'static str>) -> Result<Vec<NamedCount>> {
    let sql = format!(
        "SELECT {column}, count(*) FROM opinion WHERE life = 0 AND space = ?1 AND substr(month, 1, 4) = ?2 GROUP BY 1 ORDER BY 2 DESC, 1"
    );
    let rows = books.rows(&sql, (space.0.as_bytes(), year.to_string()), |r| Ok((r.get::<_, String>(0)?, r.get::<_, u32>(1)?)))?;
    Ok(rows.into_iter().filter_map(|(code, count)| Some(NamedCount { name: word(&code)?.to_owned(), count })).collect())
}

impl Open {
    /// The year so far.
    pub(crate) fn council_year(&self, year: Option<i32>, now: DateTime<FixedOffset>) -> Result<CouncilYear> {
        let space = self.compound()?;
        let today = now.date_naive();
        let year = year.unwrap_or(today.year());
        self.read(|books| {
            let mut months = Vec::new();
            let mut parties: Vec<PartyYear> =
                Party::ALL.iter().map(|party| PartyYear { party: *party, title: party.zh().to_owned(), invited: 0, present: 0 }).collect();
            let (mut councils, mut full) = (0, 0);
            let last = Month::of(today);
            let first = Month::new(year, 1).unwrap_or(last);
            for month in std::iter::successors(Some(first), |month| Some(month.next())).take(12).take_while(|month| *month <= last) {
                let facts = facts(books, space, month)?;
                let policy = self.policy(books, month.first_day())?;
                let topics = |state: TopicState| topics_in(books, space, month, state);
                // Passed by one laptop's council, while another one marked them as the owners'.
                let undecided = books.number(
                    &format!(
                        "SELECT count(*) FROM topic WHERE life = 0 AND space = ?1 AND month = ?2 AND state = 'passed' AND {WITH_OWNERS}"
                    ),
                    (space.0.as_bytes(), month.to_string()),
                )? as u32;
                let told: Vec<FeedbackState> = facts.tasks.iter().filter_map(|task| feedback_state(&policy, task, today)).collect();
                let tasks = |counts: fn(TaskState) -> bool| facts.tasks.iter().filter(|task| counts(task.state)).count() as u32;
                let held = books.select::<Meeting>(
                    &format!("AND space = ?1 AND month = ?2 AND kind IN {COUNCILS} AND state IN {OVER_MEETINGS}"),
                    (space.0.as_bytes(), month.to_string()),
                )?;
                councils += held.len() as u32;
                for kept in &held {
                    let roll = roll(books, space, &kept.record)?;
                    full += u32::from(roll.parties.iter().all(|party| party.present > 0));
                    for (year, party) in parties.iter_mut().zip(&roll.parties) {
                        year.invited += party.invited;
                        year.present += party.present;
                    }
                }
                months.push(YearMonth {
                    month,
                    opinions: facts.opinions.len() as u32,
                    chosen: facts.chosen.len() as u32,
                    dropped: topics(TopicState::Dropped)?,
                    councils: held.len() as u32,
                    no_topic: facts.no_topic,
                    passed: topics(TopicState::Passed)? - undecided,
                    rejected: topics(TopicState::Rejected)?,
                    to_owners: topics(TopicState::ToOwners)? + undecided,
                    tasks: facts.tasks.len() as u32,
                    done: tasks(TaskState::is_done),
                    late: facts.tasks.iter().filter(|task| task.state.is_open() && task.due_on < today).count() as u32,
                    carried: tasks(|state| state == TaskState::CarriedOver),
                    told: told.iter().filter(|state| matches!(state, FeedbackState::OnTime | FeedbackState::Late)).count() as u32,
                    told_in_time: told.iter().filter(|state| **state == FeedbackState::OnTime).count() as u32,
                });
            }
            let waiting =
                books.number("SELECT count(*) FROM demand WHERE life = 0 AND space = ?1 AND replied_on IS NULL", [space.0.as_bytes()])?;
            Ok(CouncilYear {
                year,
                months,
                sources: by(books, space, year, "source", |code| Source::parse(code).map(Source::zh))?,
                categories: by(books, space, year, "category", |code| Category::parse(code).map(Category::zh))?,
                parties,
                councils,
                full,
                unanswered_demands: waiting as u32,
            })
        })
    }
}
