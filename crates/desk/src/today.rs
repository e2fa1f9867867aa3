//! The workbench (今日).

use chrono::{DateTime, FixedOffset, NaiveDate};
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::cases::{OPEN_STATES, days_left};
use crate::council::{OPEN_TASKS, REPORTED_ON, facts, steps};
use crate::error::Result;
use crate::open::Open;
use crate::opinions::untold;
use crate::roll::bodies;
use crate::views::*;

struct Due {
    today: Vec<DueLine>,
    overdue: Vec<DueLine>,
    waiting: Vec<DueLine>,
}

fn due(books: &Books<'_>, space: SpaceId, policy_of: impl Fn(Month) -> Result<policy::Policy>, today: NaiveDate) -> Result<Due> {
    let mut out = Due { today: Vec::new(), overdue: Vec::new(), waiting: Vec::new() };
    let at = (space.0.as_bytes(), today.to_string());
    let mut sort = |line: DueLine| {
        if line.days_left < 0 {
            out.overdue.push(line);
        } else {
            out.today.push(line);
        }
    };
    for kept in books
        .select::<Request>(&format!("AND space = ?1 AND state IN {OPEN_STATES} AND due_on <= ?2 ORDER BY due_on LIMIT 200"), at.clone())?
    {
        let r = kept.record;
        sort(DueLine {
            kind: "request".to_owned(),
            id: r.id.0,
            month: None,
            title: r.text,
            detail: format!("诉求 {} · {}", r.number, r.state.zh()),
            due_on: r.due_on,
            days_left: days_left(r.due_on, today),
        });
    }
    for kept in
        books.select::<Task>(&format!("AND space = ?1 AND state IN {OPEN_TASKS} AND due_on <= ?2 ORDER BY due_on LIMIT 200"), at.clone())?
    {
        let t = kept.record;
        sort(DueLine {
            kind: "task".to_owned(),
            id: t.id.0,
            month: Some(t.month),
            title: t.text,
            detail: format!("落实事项 · {} {}", t.party.zh(), t.owner),
            due_on: t.due_on,
            days_left: days_left(t.due_on, today),
        });
    }
    for kept in books.select::<Task>(
        &format!("AND space = ?1 AND done_on IS NOT NULL AND {REPORTED_ON} IS NULL ORDER BY done_on LIMIT 200"),
        [space.0.as_bytes()],
    )? {
        let t = kept.record;
        // By the pack of the month it belongs to (I10).
        let due_on = policy_of(t.month)?.report_due(t.done_on.unwrap_or(today));
        out.waiting.push(DueLine {
            kind: "feedback".to_owned(),
            id: t.id.0,
            month: Some(t.month),
            title: t.text,
            detail: "已完成，等反馈".to_owned(),
            due_on,
            days_left: days_left(due_on, today),
        });
    }
    for (opinion, topic) in untold(books, space, Month::of(today))?.into_iter().take(50) {
        let decided = topic.decided_on.unwrap_or(opinion.on);
        out.waiting.push(DueLine {
            kind: "opinion".to_owned(),
            id: opinion.id.0,
            month: Some(opinion.month),
            title: opinion.text,
            detail: format!("议题{}，等告知反映人", topic.state.zh()),
            due_on: decided,
            days_left: days_left(decided, today),
        });
    }
    for kept in books.select::<Demand>("AND space = ?1 AND replied_on IS NULL AND due_on <= ?2 ORDER BY due_on LIMIT 50", at.clone())? {
        let demand = kept.record;
        out.waiting.push(DueLine {
            kind: "demand".to_owned(),
            id: demand.id.0,
            month: None,
            title: demand.subject,
            detail: format!("督促函 · {}，等答复", demand.unit),
            due_on: demand.due_on,
            days_left: days_left(demand.due_on, today),
        });
    }
    for kept in
        books.select::<Publicity>("AND space = ?1 AND taken_down_on IS NULL AND \"to\" < ?2 ORDER BY \"to\" LIMIT 50", at.clone())?
    {
        let publicity = kept.record;
        out.waiting.push(DueLine {
            kind: "publicity".to_owned(),
            id: publicity.id.0,
            month: None,
            title: publicity.title,
            detail: "公示期满，等撤下并写结果".to_owned(),
            due_on: publicity.to,
            days_left: days_left(publicity.to, today),
        });
    }
    for kept in books.select::<Objection>("AND space = ?1 AND ?2 IS NOT NULL AND answer IS NULL ORDER BY \"on\" LIMIT 50", at.clone())? {
        let objection = kept.record;
        out.waiting.push(DueLine {
            kind: "publicity".to_owned(),
            id: objection.publicity.0,
            month: None,
            title: objection.text,
            detail: "公示异议，等答复".to_owned(),
            due_on: objection.on,
            days_left: days_left(objection.on, today),
        });
    }
    for kept in books.select::<Campaign>(
        "AND space = ?1 AND until < ?2 AND EXISTS (SELECT 1 FROM site s WHERE s.life = 0 AND s.campaign = campaign.id AND s.state <> 'checked') ORDER BY until LIMIT 50",
        at,
    )? {
        let campaign = kept.record;
        out.overdue.push(DueLine {
            kind: "campaign".to_owned(),
            id: campaign.id.0,
            month: None,
            title: campaign.title,
            detail: "整治行动过了期限，还有点位没有复查".to_owned(),
            due_on: campaign.until,
            days_left: days_left(campaign.until, today),
        });
    }
    for body in bodies(books, space)? {
        let Some(from) = body.owners_body().and_then(|body| body.renewal_from()).filter(|from| *from <= today) else { continue };
        out.waiting.push(DueLine {
            kind: "party_body".to_owned(),
            id: body.id.0,
            month: None,
            title: "业委会换届".to_owned(),
            detail: format!("任期到{}，换届会议要提前两个月召开", crate::papers::day_zh(body.until.unwrap_or(from))),
            due_on: from,
            days_left: days_left(from, today),
        });
    }
    out.today.sort_by_key(|l| l.due_on);
    out.overdue.sort_by_key(|l| l.due_on);
    Ok(out)
}

impl Open {
    pub(crate) fn today(&self, now: DateTime<FixedOffset>) -> Result<TodayView> {
        let space = self.compound()?;
        let today = now.date_naive();
        let month = Month::of(today);
        let unsent = self.unsent()?;
        let last_sent = self.last_bundle(true)?;
        self.read(|books| {
            let policy = self.policy(books, month.first_day())?;
            let facts = facts(books, space, month)?;
            let steps = steps(&policy, month, &facts, today);
            let due = due(books, space, |month| self.policy(books, month.first_day()), today)?;
            let count = |sql: &str| books.number(sql, [space.0.as_bytes()]);
            let open_requests = count(&format!("SELECT count(*) FROM request WHERE life = 0 AND space = ?1 AND state IN {OPEN_STATES}"))?;
            let open_tasks = count(&format!("SELECT count(*) FROM task WHERE life = 0 AND space = ?1 AND state IN {OPEN_TASKS}"))?;
            let people = count("SELECT count(*) FROM person WHERE life = 0 AND space = ?1")?;
            let behind = steps.iter().filter(|s| s.state == rules::StepState::Late).count();
            let sentence = match (due.overdue.len(), due.today.len()) {
                (0, 0) if behind > 0 => format!("今天没有到期的事；{}的五步有 {behind} 步已过期限。", month.zh()),
                (0, 0) => format!("{}一切按时，今天没有到期的事。", month.zh()),
                (0, n) => format!("今天有 {n} 件到期。"),
                (late, 0) => format!("有 {late} 件已逾期，请先处理。"),
                (late, n) => format!("有 {late} 件已逾期，今天另有 {n} 件到期。"),
            };
            Ok(TodayView {
                today,
                month,
                sentence,
                steps,
                due_today: due.today,
                overdue: due.overdue,
                waiting: due.waiting,
                open_requests: open_requests as u32,
                open_tasks: open_tasks as u32,
                people: people as u32,
                unsent,
                last_sent,
                recent_opinions: facts.opinions.len() as u32,
            })
        })
    }

    pub(crate) fn tasks(&self, today: NaiveDate) -> Result<Vec<TaskLine>> {
        let space = self.compound()?;
        self.read(|books| {
            let open = books.select::<Task>(
                &format!("AND space = ?1 AND (state IN {OPEN_TASKS} OR (done_on IS NOT NULL AND {REPORTED_ON} IS NULL)) ORDER BY due_on, id LIMIT 500"),
                [space.0.as_bytes()],
            )?;
            open.into_iter()
                .map(|task| crate::council::task_line(books, &self.policy(books, task.record.month.first_day())?, task, today))
                .collect()
        })
    }
}
