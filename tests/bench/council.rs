//! Five years of the monthly loop of 24 compounds at their office: any month's page, the overview, the
//! three ills, as the desk answers them; and a month's page in the real window.

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use serde_json::json;
use uuid::Uuid;
use xinghuo_bundle::{Cost, Keys};
use xinghuo_desk::ask::Ask;
use xinghuo_desk::{Desk, Home};
use xinghuo_ledger::{Author, Ledger, LedgerError, Save};
use xinghuo_model::records::*;
use xinghuo_model::*;
use xinghuo_tests::{Opening, PASSPHRASE, Page, Place};

use crate::gauge::{Outcome, Report, cpu, median, ms, share};
use crate::ours::entropy;
use crate::residents::Dice;

const COMPOUNDS: u128 = 24;
const YEARS: i32 = 5;
/// Opinions a month and compound: 30,000 in all.
const OPINIONS: u128 = 21;
const DELEGATES: u128 = 12;
const REQUESTS: u128 = 10;
/// So often each month's page is shown in the window.
const ROUNDS: usize = 3;
/// The day of the desk: the five years end with its month.
const TODAY: &str = "2031-06-24";

fn today() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("{TODAY}T10:00:00+08:00")).unwrap_or_default()
}

fn desk(place: &Place) -> Desk {
    Desk::at(Home { dir: place.home(), state: place.state() }, Box::new(today), Cost::LEAST)
}

fn answer(desk: &Desk, question: serde_json::Value) -> Outcome<serde_json::Value> {
    let ask: Ask = serde_json::from_value(question)?;
    desk.answer(ask).map_err(|failure| format!("{}: {}", failure.code, failure.message).into())
}

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let place = Place::new().map_err(|why| why.to_string())?;
    let new = serde_json::json!({ "ask": "create_office", "district": "示范区", "street": "示范街道", "community": "星岩社区",
        "person": "周管理", "copy": "社区电脑", "passphrase": PASSPHRASE });
    answer(&desk(&place), new)?;
    let keys = Keys::unlock(&std::fs::read_to_string(place.home().join("keys.json"))?, PASSPHRASE)?;
    let mut ledger = Ledger::open(&place.home().join("xinghuo.db"), Some(keys.file_key()), keys.identity().signs, entropy(9))?;
    let author = Author { person: "周管理".into(), at: today() };
    let mut dice = Dice(24);
    let months = months();
    for compound in 0..COMPOUNDS {
        ledger.transact::<(), LedgerError>(Act::ImportRoster, &author, |save| {
            begin(save, compound, &months);
            Ok(())
        })?;
        // Each month is typed when it ends: most of it late, which costs the page the most.
        for (at, month) in (0u128..).zip(&months) {
            let at_end = today() - (today().date_naive() - month.last_day());
            ledger.transact::<(), LedgerError>(Act::ImportRoster, &Author { at: at_end, ..author.clone() }, |save| {
                a_month(save, compound, at, *month, &mut dice);
                Ok(())
            })?;
        }
    }
    ledger.settle()?;
    drop(ledger);

    let desk = desk(&place);
    answer(&desk, serde_json::json!({ "ask": "unlock", "passphrase": PASSPHRASE }))?;
    // What is asked for the first time prepares its statements.
    let over = timed(&desk, &serde_json::json!({ "ask": "overview" }), 9)?;
    let ills = timed(&desk, &serde_json::json!({ "ask": "ills", "year": null }), 9)?;
    let rows = timed(&desk, &serde_json::json!({ "ask": "ill_lines", "ill": "answered", "year": null }), 9)?;
    let (mut pages, mut works, mut years) = (Vec::new(), Vec::new(), Vec::new());
    for compound in 0..COMPOUNDS {
        answer(&desk, serde_json::json!({ "ask": "look_at", "compound": id(compound, 0, 0) }))?;
        for month in months.iter().step_by(7).chain(months.last()) {
            let (time, page) = cpu(|| answer(&desk, serde_json::json!({ "ask": "council", "month": month })))?;
            if page["opinions"].as_array().map(Vec::len) != Some(OPINIONS as usize) {
                return Err("a month without its opinions".into());
            }
            pages.push(ms(time));
        }
        works.push(ms(cpu(|| answer(&desk, serde_json::json!({ "ask": "today" })))?.0));
        years.push(ms(cpu(|| answer(&desk, serde_json::json!({ "ask": "council_year", "year": null })))?.0));
    }
    println!(
        "{} compounds, {} cycles, {} opinions; {} months' pages asked for",
        COMPOUNDS,
        COMPOUNDS as usize * months.len(),
        COMPOUNDS as usize * months.len() * OPINIONS as usize,
        pages.len()
    );
    report.note("council_page_half", share(&mut pages, 0.5), "ms CPU");
    report.figure("council_page_slowest", share(&mut pages, 1.0), "ms CPU", 50.0);
    report.figure("workbench_slowest", share(&mut works, 1.0), "ms CPU", 50.0);
    report.figure("year_in_figures_slowest", share(&mut years, 1.0), "ms CPU", 50.0);
    report.figure("three_ills_of_all", ills, "ms CPU", 100.0);
    report.figure("three_ills_rows_of_all", rows, "ms CPU", 100.0);
    report.figure("overview_of_all", over, "ms CPU", 100.0);
    drop(desk);
    on_screen(report, place, &months)
}

/// From the order to show a month until its page is painted, by the clock on the wall: what a person waits for.
fn on_screen(report: &mut Report, place: Place, months: &[Month]) -> Outcome {
    let opening = Opening::default();
    if !opening.program.exists() || std::env::var_os("DISPLAY").is_none() {
        report.missing("council_on_screen_half", "no window is built, or there is no screen");
        report.missing("council_on_screen_slowest", "no window is built, or there is no screen");
        return Ok(());
    }
    let run = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut shown, mut blinks) = run.block_on(turned(place, opening, months)).map_err(|why| why.to_string())?;
    println!("{} months' pages shown in the window", shown.len());
    report.note("blink_on_screen_half", share(&mut blinks, 0.5), "ms");
    report.note("council_on_screen_half", share(&mut shown, 0.5), "ms");
    report.figure("council_on_screen_slowest", share(&mut shown, 1.0), "ms", 150.0);
    Ok(())
}

async fn turned(place: Place, opening: Opening, months: &[Month]) -> xinghuo_tests::Tried<(Vec<f64>, Vec<f64>)> {
    let page = Page::open_as(place, opening).await?;
    page.unlock(PASSPHRASE).await?;
    page.wait_long("24 个小区").await?;
    page.click_text("第1小区").await?;
    page.wait_text("今天到期").await?;
    // The page stands when its heading names the month and its five steps are there; it is painted when the frame
    // that follows is over.
    let turn = "const done = arguments[arguments.length - 1], [month, words] = arguments, begun = performance.now();
        location.hash = `#/council/${month}`;
        (function look() {
            if (document.querySelector('h1')?.textContent.includes(words) && document.querySelectorAll('section.step').length === 5)
                requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
            else setTimeout(look, 0);
        })();";
    // What any change of a page costs until it is painted: the frames alone.
    let blink = "const done = arguments[arguments.length - 1], begun = performance.now();
        document.body.style.opacity = document.body.style.opacity === '1' ? '0.99' : '1';
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));";
    let months: Vec<&Month> = months.iter().step_by(2).collect();
    let (mut each, mut blinks) = (vec![Vec::new(); months.len()], Vec::new());
    for round in 0..=ROUNDS {
        for (month, times) in months.iter().zip(&mut each) {
            let words = format!("{}年{}月", month.year(), month.number());
            let time = page.run_until_called(turn, vec![json!(month), json!(words)]).await?.as_f64().ok_or("no time")?;
            let blink = page.run_until_called(blink, vec![]).await?.as_f64().ok_or("no time")?;
            // The first round loads what the pages are made of.
            if round > 0 {
                times.push(time);
                blinks.push(blink);
            }
        }
    }
    // Of each month the middle one: a computer does other things too.
    let shown = each.iter_mut().map(|times| median(times)).collect();
    page.shot("council-bench").await?;
    page.close().await?;
    Ok((shown, blinks))
}

fn timed(desk: &Desk, question: &serde_json::Value, times: usize) -> Outcome<f64> {
    let mut all = Vec::new();
    for _ in 0..times {
        all.push(ms(cpu(|| answer(desk, question.clone()))?.0));
    }
    Ok(median(&mut all))
}

fn months() -> Vec<Month> {
    let today: NaiveDate = TODAY.parse().unwrap_or_default();
    let mut month = Month::of(today);
    let mut out = Vec::new();
    for _ in 0..YEARS * 12 {
        out.push(month);
        month = month.previous();
    }
    out.reverse();
    out
}

/// The id of the `n`th thing of a kind of a compound; 0 of kind 0 is the compound.
fn id(compound: u128, kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((compound + 1) << 64 | kind << 32 | n)
}

/// One compound and its delegates.
fn begin(save: &mut Save<'_>, compound: u128, months: &[Month]) {
    let space = SpaceId(id(compound, 0, 0));
    save.put(
        space,
        &Compound {
            id: CompoundId(space.0),
            name: format!("第{}小区", compound + 1),
            community: "星岩社区".into(),
            street: "示范街道".into(),
            district: "示范区".into(),
            prefix: "XX".into(),
            households: None,
            began_on: months.first().map(|month| month.first_day()),
        },
    );
    let since = months.first().map_or(NaiveDate::MIN, |month| month.first_day());
    for n in 0..DELEGATES {
        let party = Party::ALL[n as usize % 5];
        let name = format!("代表{n}");
        save.put(space, &Delegate::of(DelegateId(id(compound, 1, n)), party, name, since));
    }
}

fn a_month(save: &mut Save<'_>, compound: u128, at: u128, month: Month, dice: &mut Dice) {
    let space = SpaceId(id(compound, 0, 0));
    let of = |kind: u128, n: u128| id(compound, kind, at * 64 + n);
    let day = |n: u32| month.day(n);
    for n in 0..OPINIONS {
        let (on, category) = (day(1 + dice.below(9) as u32), Category::ALL[dice.below(Category::ALL.len())]);
        let text = format!("{month} 第 {n} 条：楼道灯不亮，晚上回家看不清台阶");
        save.put(space, &Opinion { id: OpinionId(of(2, n)), month, on, source: Source::Visit, category, text, person: None, place: None });
    }
    for n in 0..REQUESTS {
        let accepted = day(1 + dice.below(20) as u32);
        let due_on = accepted + Days::new(7);
        let closed = (dice.below(10) > 0).then(|| accepted + Days::new(1 + dice.below(8) as u64));
        save.put(
            space,
            &Request {
                id: RequestId(of(3, n)),
                number: format!("XX-{month}-{n:04}"),
                accepted_on: accepted,
                state: if closed.is_some() { RequestState::Answered } else { RequestState::Working },
                result: None,
                category: Category::Repairs,
                source: Source::Visit,
                urgency: Urgency::Normal,
                requester: None,
                place: "3幢".into(),
                text: "下水道堵了".into(),
                handler: None,
                due_on,
                closed_on: closed,
                satisfaction: None,
            },
        );
    }
    let meeting = MeetingId(of(4, 0));
    let topics: Vec<TopicId> = (0..3).map(|n| TopicId(of(5, n))).collect();
    for (n, topic) in (0u128..).zip(&topics) {
        let opinions = (n * 7..n * 7 + 7).map(|n| OpinionId(of(2, n))).collect();
        save.put(
            space,
            &Topic {
                id: *topic,
                month,
                title: format!("关于第 {n} 件事的议题"),
                opinions,
                state: TopicState::Passed,
                reason: Some("居民关心".into()),
                decided_on: Some(day(8)),
                benefit: n < 2,
                owner_matter: None,
                sponsor: None,
                outside: None,
                outside_on: None,
                carried_from: None,
            },
        );
        for said in 0..3 {
            let speech = SpeechId(of(6, n * 4 + said));
            let (speaker, text) = ("物业企业 吴经理".into(), "可以先换三个单元的灯，费用从公共收益里出。".into());
            save.put(space, &Speech { id: speech, meeting, topic: *topic, speaker, text });
        }
        let (present, yes) = (DELEGATES as u32 - 1, DELEGATES as u32 - 2);
        let vote = VoteId(of(7, n));
        let method = VoteMethod::Hands;
        save.put(space, &Vote { id: vote, meeting, topic: *topic, method, present, yes, no: 1, abstain: 0, recused: 0, ballots: vec![] });
        let resolution = ResolutionId(of(8, n));
        save.put(space, &Resolution { id: resolution, meeting: Some(meeting), topic: *topic, text: "由物业更换，月底前完成。".into() });
        for m in 0..2 {
            let done = (dice.below(12) > 0).then(|| day(20 + dice.below(9) as u32));
            let task = TaskId(of(9, n * 4 + m));
            save.put(
                space,
                &Task {
                    id: task,
                    month,
                    resolution: Some(resolution),
                    text: "更换楼道灯".into(),
                    party: Party::Property,
                    owner: "吴经理".into(),
                    due_on: day(28),
                    state: if done.is_some() { TaskState::Done } else { TaskState::Open },
                    done_on: done,
                    outcome: None,
                    carried_from: None,
                    fen: None,
                    verified_by: None,
                    first_due: None,
                    verified_on: None,
                    extended_by: None,
                },
            );
            if let Some(done) = done {
                let on = done + Days::new(dice.below(3) as u64);
                let (to, supervisor) = ("3幢居民".into(), "林干事".into());
                let satisfaction = Satisfaction::Satisfied;
                save.put(
                    space,
                    &Feedback { id: FeedbackId(of(10, n * 4 + m)), task, on, to, channel: Source::Visit, satisfaction, supervisor },
                );
            }
        }
    }
    let held_at = day(15).and_hms_opt(19, 0, 0).and_then(|t| t.and_local_timezone(*today().offset()).single()).unwrap_or_default();
    save.put(
        space,
        &Meeting {
            id: meeting,
            month,
            kind: MeetingKind::Council,
            held_at,
            place: "议事厅".into(),
            chair: "陈书记".into(),
            recorder: "林干事".into(),
            agenda: topics,
            state: MeetingState::Final,
            number: Some(format!("〔{}〕{}号", month.year(), month.number())),
            final_on: Some(day(16)),
            // Some ended before the parties were counted.
            parties: at.is_multiple_of(2).then_some(5),
            correction: None,
            notified_on: Some(day(10)),
            checked_by: Some("陈书记".into()),
            guests: Vec::new(),
            ended_at: None,
            basis: None,
            eligible: None,
            demanded: None,
            came: None,
        },
    );
    for n in 0..DELEGATES {
        let presence = if n == 0 { Presence::Leave } else { Presence::Present };
        let delegate = Some(DelegateId(id(compound, 1, n)));
        save.put(
            space,
            &Attendance { id: AttendanceId(of(11, n)), meeting, delegate, presence, name: None, note: None, came_at: None, left_at: None },
        );
    }
    save.put(space, &Cycle { id: CycleId(of(12, 0)), month, no_topic: None });
    // What a month's page compares its final minutes with.
    let content = serde_json::to_string(&xinghuo_paper::sample::sample_minutes(at as u32)).unwrap_or_default();
    let (id, on) = (MinutesEditionId(of(13, 0)), day(16));
    save.put(space, &MinutesEdition { id, meeting, edition: 1, reason: None, on, content, hash: String::new() });
}
