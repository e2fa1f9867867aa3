//! Requests (诉求) and mediations (调解).

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use xinghuo_ledger::{Books, Kept};
use xinghuo_model::records::*;
use xinghuo_model::rules::{Refusal, check_request_step, request_next};
use xinghuo_model::*;

use crate::ask::*;
use crate::attachments::Chosen;
use crate::error::{DeskError, Result, filled, optional};
use crate::open::Open;
use crate::people;
use crate::views::*;

/// SQL words of the states in which a request still waits for somebody.
pub(crate) const OPEN_STATES: &str = "('registered', 'accepted', 'working', 'closed')";

/// The number after the last one of those given that stand between head and tail: what another computer
/// numbered has another head.
pub(crate) fn after(given: &[String], head: &str, tail: &str) -> u32 {
    let number = |text: &String| text.strip_prefix(head)?.strip_suffix(tail)?.parse::<u32>().ok();
    given.iter().filter_map(number).max().unwrap_or(0) + 1
}

pub(crate) fn is_open(state: RequestState) -> bool {
    !matches!(state, RequestState::Refused | RequestState::Answered | RequestState::Withdrawn)
}

pub(crate) fn days_left(due: NaiveDate, today: NaiveDate) -> i64 {
    (due - today).num_days()
}

pub(crate) fn line(kept: &Kept<Request>, today: NaiveDate) -> RequestLine {
    let r = &kept.record;
    RequestLine {
        id: r.id,
        number: r.number.clone(),
        text: r.text.clone(),
        place: r.place.clone(),
        category: r.category,
        state: r.state,
        urgency: r.urgency,
        accepted_on: r.accepted_on,
        due_on: r.due_on,
        days_left: days_left(r.due_on, today),
        open: is_open(r.state),
        conflict: kept.conflict,
    }
}

pub(crate) fn page(books: &Books<'_>, space: SpaceId, filter: &RequestFilter, today: NaiveDate) -> Result<RequestPage> {
    let today_text = today.to_string();
    let which = match filter.which {
        RequestWhich::Open => format!("AND state IN {OPEN_STATES}"),
        RequestWhich::Overdue => format!("AND state IN {OPEN_STATES} AND due_on < ?3"),
        RequestWhich::All => String::new(),
    };
    let category = filter.category.map(Category::code);
    let tail = format!("AND space = ?1 AND (?2 IS NULL OR category = ?2) AND ?3 IS NOT NULL {which}");
    let order = match filter.which {
        RequestWhich::All => "ORDER BY accepted_on DESC, number DESC",
        _ => "ORDER BY due_on, number",
    };
    let requests = books
        .select::<Request>(&format!("{tail} {order} LIMIT 200 OFFSET ?4"), (space.0.as_bytes(), category, &today_text, filter.offset))?;
    let count = |sql: &str| books.number(sql, (space.0.as_bytes(), category, &today_text));
    let base = "SELECT count(*) FROM request WHERE life = 0";
    let open = format!("AND space = ?1 AND (?2 IS NULL OR category = ?2) AND ?3 IS NOT NULL AND state IN {OPEN_STATES}");
    Ok(RequestPage {
        total: count(&format!("{base} {tail}"))? as u32,
        open: count(&format!("{base} {open}"))? as u32,
        overdue: count(&format!("{base} {open} AND due_on < ?3"))? as u32,
        requests: requests.iter().map(|r| line(r, today)).collect(),
    })
}

pub(crate) fn view(books: &Books<'_>, id: RequestId, today: NaiveDate) -> Result<RequestView> {
    let kept = books.need::<Request>(id)?;
    let requester = match kept.record.requester {
        Some(person) => books.get::<Person>(person)?.as_ref().map(people::line),
        None => None,
    };
    let mut course = Vec::new();
    for step in books.select::<RequestStep>("AND request = ?1 ORDER BY \"on\", id", [id.0.as_bytes()])? {
        let person = books.history(step.record.id.0)?.pop().map_or_else(String::new, |c| c.person);
        course.push(CourseLine { on: step.record.on, text: step.record.text, person });
    }
    let mediations = books.select::<Mediation>("AND request = ?1 ORDER BY accepted_on", [id.0.as_bytes()])?;
    Ok(RequestView {
        line: line(&kept, today),
        next: request_next(kept.record.state).to_vec(),
        requester,
        course,
        mediations: mediations.iter().map(|m| mediation_line(books, m)).collect::<Result<_>>()?,
        request: kept.record,
    })
}

fn mediation_line(books: &Books<'_>, kept: &Kept<Mediation>) -> Result<MediationLine> {
    let m = &kept.record;
    let fen =
        books.number("SELECT CAST(total(fen) AS INTEGER) FROM agreement_term WHERE life = 0 AND mediation = ?1", [m.id.0.as_bytes()])?;
    Ok(MediationLine {
        id: m.id,
        number: m.number.clone(),
        parties: m.parties.join("、"),
        facts: m.facts.clone(),
        state: m.state,
        accepted_on: m.accepted_on,
        fen,
        conflict: kept.conflict,
    })
}

pub(crate) fn mediations(books: &Books<'_>, space: SpaceId) -> Result<Vec<MediationLine>> {
    let all = books.select::<Mediation>("AND space = ?1 ORDER BY accepted_on DESC, number DESC LIMIT 500", [space.0.as_bytes()])?;
    all.iter().map(|m| mediation_line(books, m)).collect()
}

fn mediation_next(from: MediationState) -> &'static [MediationState] {
    use MediationState::*;
    match from {
        Accepted => &[Talking, Ended],
        Talking => &[Agreed, Failed, Ended],
        Agreed => &[Performed],
        Failed | Ended | Performed => &[],
    }
}

pub(crate) fn mediation(books: &Books<'_>, id: MediationId, today: NaiveDate) -> Result<MediationView> {
    let m = books.need::<Mediation>(id)?.record;
    let visits = books.select::<MediationVisit>("AND mediation = ?1 ORDER BY \"on\", id", [id.0.as_bytes()])?;
    let terms = books.select::<AgreementTerm>("AND mediation = ?1 ORDER BY id", [id.0.as_bytes()])?;
    Ok(MediationView {
        visits: visits.into_iter().map(|v| v.record).collect(),
        terms: terms
            .into_iter()
            .map(|t| TermView {
                money: t.record.fen.map(|f| format!("{}元", money::grouped(f))),
                capitals: t.record.fen.map(money::capitals),
                late: t.record.done_on.is_none() && t.record.due_on.is_some_and(|d| d < today),
                term: t.record,
            })
            .collect(),
        next: mediation_next(m.state).to_vec(),
        paper_note: match &m.committee {
            Some(_) => "由人民调解委员会盖章，可出人民调解协议书；协议自签名盖章起 30 日内可共同申请司法确认。".to_owned(),
            None => "未填写人民调解委员会，只能作和解、劝解记录，不称人民调解协议书（人民调解法第二十九条）。".to_owned(),
        },
        mediation: m,
    })
}

/// Refuses days after today (I22).
pub(crate) fn not_future(on: NaiveDate, today: NaiveDate, what: &'static str) -> Result<()> {
    if on > today { Err(Refusal::Future(what).into()) } else { Ok(()) }
}

impl Open {
    /// The next human number of a table: `PREFIX-2026-0001`, with this copy's own mark where it
    /// is not the first of its compound, so that two offline laptops never issue the same.
    /// What sets apart the numbers this computer gives; the first one of a compound needs nothing.
    pub(crate) fn number_mark(&self, books: &Books<'_>) -> Result<String> {
        Ok(if self.profile().founder { String::new() } else { books.here("mark")?.unwrap_or_default() })
    }

    pub(crate) fn next_number(&self, books: &Books<'_>, space: SpaceId, table: &'static str, letter: &str, year: i32) -> Result<String> {
        let prefix = books.get::<Compound>(CompoundId(space.0))?.map_or_else(String::new, |c| c.record.prefix);
        let head = format!("{prefix}-{letter}{year}-{}", self.number_mark(books)?);
        // Deleted ones count too: a number is never given twice.
        let sql = match table {
            "request" => "SELECT number FROM request WHERE space = ?1 AND number LIKE ?2",
            _ => "SELECT number FROM mediation WHERE space = ?1 AND number LIKE ?2",
        };
        let given = books.rows(sql, (space.0.as_bytes(), format!("{head}%")), |r| r.get::<_, String>(0))?;
        Ok(format!("{head}{:04}", after(&given, &head, "")))
    }

    pub(crate) fn add_request(&self, new: NewRequest, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        let today = at.date_naive();
        not_future(new.accepted_on, today, "受理日期")?;
        let text = filled(&new.text, "text")?;
        let place = optional(Some(new.place)).unwrap_or_default();
        let due_on = match new.due_on {
            Some(due) if due < new.accepted_on => return Err(Refusal::Before("办理时限", "受理日期").into()),
            Some(due) => due,
            None => self.read(|b| Ok(self.policy(b, new.accepted_on)?.request_due(new.accepted_on, new.urgency == Urgency::Urgent)))?,
        };
        let files = Chosen::read_all(&new.paths)?;
        self.save_one(Act::AddRequest, at, |save| {
            let number = self.next_number(&save.books(), space, "request", "", new.accepted_on.year())?;
            let request = Request {
                id: save.id(),
                number,
                accepted_on: new.accepted_on,
                state: RequestState::Registered,
                result: None,
                category: new.category,
                source: new.source,
                urgency: new.urgency,
                requester: new.requester,
                place,
                text,
                handler: optional(new.handler),
                due_on,
                closed_on: None,
                satisfaction: None,
            };
            save.put(space, &request);
            for file in &files {
                file.file_on::<Request>(save, space, request.id, today)?;
            }
            Ok(request.id)
        })
    }

    pub(crate) fn step_request(
        &self,
        id: RequestId,
        to: RequestState,
        on: NaiveDate,
        result: Option<String>,
        satisfaction: Option<Satisfaction>,
        at: DateTime<FixedOffset>,
    ) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let result = optional(result);
        self.save_one(Act::StepRequest, at, |save| {
            let mut request = save.books().need::<Request>(id)?.record;
            check_request_step(request.state, to)?;
            if on < request.accepted_on {
                return Err(Refusal::Before("日期", "受理日期").into());
            }
            if matches!(to, RequestState::Closed | RequestState::Refused) && result.is_none() && request.result.is_none() {
                return Err(DeskError::Field { field: "result", why: "请写明办理结果或不受理的理由。" });
            }
            request.state = to;
            request.closed_on = match to {
                RequestState::Closed => Some(on),
                RequestState::Answered => request.closed_on.or(Some(on)),
                _ => None,
            };
            if result.is_some() {
                request.result = result;
            }
            if satisfaction.is_some() {
                request.satisfaction = satisfaction;
            }
            save.put(space, &request);
            let step = RequestStep {
                id: save.id(),
                request: id,
                on,
                text: format!(
                    "{}{}",
                    to.zh(),
                    request
                        .result
                        .as_deref()
                        .filter(|_| matches!(to, RequestState::Closed | RequestState::Refused))
                        .map(|r| format!("：{r}"))
                        .unwrap_or_default()
                ),
            };
            save.put(space, &step);
            Ok(id)
        })
    }

    pub(crate) fn edit_request(&self, edit: RequestEdit, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        let text = filled(&edit.text, "text")?;
        self.save_one(Act::EditRequest, at, |save| {
            let mut request = save.books().need::<Request>(edit.id)?.record;
            if edit.due_on < request.accepted_on {
                return Err(Refusal::Before("办理时限", "受理日期").into());
            }
            request.category = edit.category;
            request.urgency = edit.urgency;
            request.requester = edit.requester;
            request.place = edit.place.trim().to_owned();
            request.text = text;
            request.handler = optional(edit.handler);
            request.due_on = edit.due_on;
            save.put(space, &request);
            Ok(edit.id)
        })
    }

    pub(crate) fn note_request(&self, id: RequestId, on: NaiveDate, text: &str, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let text = filled(text, "text")?;
        self.save_one(Act::NoteRequest, at, |save| {
            save.books().need::<Request>(id)?;
            let step = RequestStep { id: save.id(), request: id, on, text };
            save.put(space, &step);
            Ok(id)
        })
    }

    pub(crate) fn add_mediation(&self, new: NewMediation, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(new.accepted_on, at.date_naive(), "受理日期")?;
        let facts = filled(&new.facts, "facts")?;
        let mediator = filled(&new.mediator, "mediator")?;
        let parties: Vec<String> = new.parties.iter().map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect();
        if parties.len() < 2 {
            return Err(DeskError::Field { field: "parties", why: "调解至少要有两方当事人。" });
        }
        self.save_one(Act::AddMediation, at, |save| {
            let number = self.next_number(&save.books(), space, "mediation", "T", new.accepted_on.year())?;
            let mediation = Mediation {
                id: save.id(),
                number,
                request: new.request,
                accepted_on: new.accepted_on,
                parties,
                category: new.category,
                facts,
                mediator,
                state: MediationState::Accepted,
                closed_on: None,
                committee: None,
            };
            save.put(space, &mediation);
            Ok(mediation.id)
        })
    }

    pub(crate) fn add_visit(
        &self,
        mediation: MediationId,
        on: NaiveDate,
        by: &str,
        text: &str,
        at: DateTime<FixedOffset>,
    ) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        let (by, text) = (filled(by, "by")?, filled(text, "text")?);
        self.save_one(Act::AddVisit, at, |save| {
            let mut m = save.books().need::<Mediation>(mediation)?.record;
            let visit = MediationVisit { id: save.id(), mediation, on, by, text };
            save.put(space, &visit);
            if m.state == MediationState::Accepted {
                m.state = MediationState::Talking;
                save.put(space, &m);
            }
            Ok(mediation)
        })
    }

    pub(crate) fn add_term(
        &self,
        mediation: MediationId,
        text: &str,
        fen: Option<i64>,
        due_on: Option<NaiveDate>,
        at: DateTime<FixedOffset>,
    ) -> Result<Saved> {
        let space = self.own_compound()?;
        let text = filled(text, "text")?;
        if fen.is_some_and(|f| !(0..=100_000_000_000_000).contains(&f)) {
            return Err(DeskError::Field { field: "fen", why: "金额不能是负数，也不能超过一万亿元。" });
        }
        self.save_one(Act::AddTerm, at, |save| {
            save.books().need::<Mediation>(mediation)?;
            let term = AgreementTerm { id: save.id(), mediation, text, fen, due_on, done_on: None };
            save.put(space, &term);
            Ok(mediation)
        })
    }

    pub(crate) fn perform_term(&self, id: AgreementTermId, on: NaiveDate, at: DateTime<FixedOffset>) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "履行日期")?;
        self.save_one(Act::PerformTerm, at, |save| {
            let mut term = save.books().need::<AgreementTerm>(id)?.record;
            term.done_on = Some(on);
            save.put(space, &term);
            Ok(term.mediation)
        })
    }

    pub(crate) fn step_mediation(
        &self,
        id: MediationId,
        to: MediationState,
        on: NaiveDate,
        committee: Option<String>,
        at: DateTime<FixedOffset>,
    ) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "日期")?;
        self.save_one(Act::StepMediation, at, |save| {
            let mut m = save.books().need::<Mediation>(id)?.record;
            if m.state != to && !mediation_next(m.state).contains(&to) {
                return Err(Refusal::Step { from: m.state.zh(), to: to.zh() }.into());
            }
            if on < m.accepted_on {
                return Err(Refusal::Before("日期", "受理日期").into());
            }
            let terms = save.books().number("SELECT count(*) FROM agreement_term WHERE life = 0 AND mediation = ?1", [id.0.as_bytes()])?;
            if to == MediationState::Agreed && terms == 0 {
                return Err(Refusal::Lacks("达成协议前，请先写下协议条款。").into());
            }
            m.state = to;
            m.closed_on = matches!(to, MediationState::Agreed | MediationState::Failed | MediationState::Ended | MediationState::Performed)
                .then_some(on);
            if let Some(c) = optional(committee) {
                m.committee = Some(c);
            }
            save.put(space, &m);
            Ok(id)
        })
    }
}
