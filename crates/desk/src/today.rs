//! The workbench (今日).

use chrono::{DateTime, FixedOffset, NaiveDate};
use uuid::Uuid;
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::cases::{OPEN_STATES, days_left};
use crate::council::{OPEN_TASKS, REPORTED_ON, facts, steps};
use crate::error::Result;
use crate::open::Open;
use crate::opinions::untold;
use crate::papers::day_zh;
use crate::roll::bodies;
use crate::topics::WITH_OWNERS;
use crate::views::*;

struct Due {
    today: Vec<DueLine>,
    overdue: Vec<DueLine>,
    waiting: Vec<DueLine>,
}

fn due(books: &Books<'_>, space: SpaceId, policy_of: impl Fn(Month) -> Result<policy::Policy>, today: NaiveDate) -> Result<Due> {
    let mut out = Due { today: Vec::new(), overdue: Vec::new(), waiting: Vec::new() };
    let at = (space.0.as_bytes(), today.to_string());
    let line = |kind: &str, id: Uuid, title: String, detail: String, due_on: NaiveDate| DueLine {
        kind: kind.to_owned(),
        id,
        month: None,
        title,
        detail,
        due_on,
        days_left: days_left(due_on, today),
    };
    let mut sort = |line: DueLine| if line.days_left < 0 { out.overdue.push(line) } else { out.today.push(line) };
    for kept in books
        .select::<Request>(&format!("AND space = ?1 AND state IN {OPEN_STATES} AND due_on <= ?2 ORDER BY due_on LIMIT 200"), at.clone())?
    {
        let r = kept.record;
        sort(line("request", r.id.0, r.text, format!("诉求 {} · {}", r.number, r.state.zh()), r.due_on));
    }
    for kept in
        books.select::<Task>(&format!("AND space = ?1 AND state IN {OPEN_TASKS} AND due_on <= ?2 ORDER BY due_on LIMIT 200"), at.clone())?
    {
        let t = kept.record;
        let owed = line("task", t.id.0, t.text, format!("落实事项 · {} {}", t.party.zh(), t.owner), t.due_on);
        sort(DueLine { month: Some(t.month), ..owed });
    }
    for kept in books.select::<Campaign>(
        "AND space = ?1 AND until < ?2 AND EXISTS (SELECT 1 FROM site s WHERE s.life = 0 AND s.campaign = campaign.id AND s.state <> 'checked') ORDER BY until LIMIT 50",
        at.clone(),
    )? {
        let c = kept.record;
        sort(line("campaign", c.id.0, c.title, "整治行动过了期限，还有点位没有复查".to_owned(), c.until));
    }

    let waiting = &mut out.waiting;
    for kept in books.select::<Task>(
        &format!("AND space = ?1 AND done_on IS NOT NULL AND {REPORTED_ON} IS NULL ORDER BY done_on LIMIT 200"),
        [space.0.as_bytes()],
    )? {
        let t = kept.record;
        // By the pack of the month it belongs to (I10).
        let due_on = policy_of(t.month)?.report_due(t.done_on.unwrap_or(today));
        waiting.push(DueLine { month: Some(t.month), ..line("feedback", t.id.0, t.text, "已完成，等反馈".to_owned(), due_on) });
    }
    for (opinion, topic) in untold(books, space, Month::of(today))?.into_iter().take(50) {
        let decided = topic.decided_on.unwrap_or(opinion.on);
        let owed = line("opinion", opinion.id.0, opinion.text, format!("议题{}，等告知反映人", topic.state.zh()), decided);
        waiting.push(DueLine { month: Some(opinion.month), ..owed });
    }
    for kept in books.select::<Topic>(&format!("AND space = ?1 AND {WITH_OWNERS} ORDER BY month, id LIMIT 50"), [space.0.as_bytes()])? {
        let t = kept.record;
        let since = t.decided_on.unwrap_or(t.month.last_day());
        let owed = line("topic", t.id.0, t.title, "转业主大会，等业主表决".to_owned(), since.max(today));
        waiting.push(DueLine { month: Some(t.month), ..owed });
    }
    for kept in books.select::<Demand>("AND space = ?1 AND replied_on IS NULL AND due_on <= ?2 ORDER BY due_on LIMIT 50", at.clone())? {
        let d = kept.record;
        waiting.push(line("demand", d.id.0, d.subject, format!("督促函 · {}，等答复", d.unit), d.due_on));
    }
    for kept in books.select::<Publicity>("AND space = ?1 AND taken_down_on IS NULL AND \"to\" < ?2 ORDER BY \"to\" LIMIT 50", at)? {
        let p = kept.record;
        waiting.push(line("publicity", p.id.0, p.title, "公示期满，等撤下并写结果".to_owned(), p.to));
    }
    for kept in books.select::<Objection>("AND space = ?1 AND answer IS NULL ORDER BY \"on\" LIMIT 50", [space.0.as_bytes()])? {
        let o = kept.record;
        waiting.push(line("publicity", o.publicity.0, o.text, "公示异议，等答复".to_owned(), o.on));
    }
    for body in bodies(books, space)? {
        let renewal = body.owners_body().and_then(|owners| owners.renewal_from()).filter(|from| *from <= today);
        if let (Some(from), Some(until)) = (renewal, body.until) {
            let detail = format!("任期到{}，换届会议要提前两个月召开", day_zh(until));
            waiting.push(line("party_body", body.id.0, "业委会换届".to_owned(), detail, from));
        }
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
