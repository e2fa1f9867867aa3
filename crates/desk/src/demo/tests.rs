use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use xinghuo_model::policy::Policy;
use xinghuo_model::records::*;
use xinghuo_model::rules::{self, Count, MonthFacts, TaskFact};
use xinghuo_model::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn filled(n: u32, seed: u64, today: &str, scale: &Scale) -> Ledger {
    let mut ledger = Ledger::open(Path::new(":memory:"), None, [7; 32], entropy(seed)).expect("a store");
    let space = SpaceId(compound(n).id.0);
    fill(&mut ledger, space, n, seed, day(today), scale, &mut |_, _| true).expect("filled");
    ledger
}

fn all<T: Record>(ledger: &Ledger) -> Vec<T> {
    ledger.books().select::<T>("", []).expect("records").into_iter().map(|k| k.record).collect()
}

/// Everything that the rules say of a whole store.
fn check(ledger: &Ledger, today: NaiveDate) {
    let policy = Policy::default();
    let (meetings, lines, delegates) = (all::<Meeting>(ledger), all::<Attendance>(ledger), all::<Delegate>(ledger));
    let signed = |m: MeetingId| lines.iter().filter(|l| l.meeting == m && l.presence.is_there()).count() as u32;
    for m in meetings.iter().filter(|m| !m.state.is_ahead()) {
        let held = m.held_at.date_naive();
        let invited = delegates.iter().filter(|d| d.since <= held && d.until.is_none_or(|u| u >= held)).count() as u32;
        assert_eq!(invited, 15);
        assert_eq!(lines.iter().filter(|l| l.meeting == m.id && l.delegate.is_some()).count(), 15);
        assert!(rules::check_quorum(&policy, m.kind, m.unit(), invited, signed(m.id)).is_ok());
        assert!(held <= today && m.final_on.is_none_or(|f| f >= held && f <= today));
        assert_eq!(m.state == MeetingState::Final, m.number.is_some());
    }
    let mut numbers: BTreeMap<i32, BTreeSet<(NaiveDate, String)>> = BTreeMap::new();
    for m in &meetings {
        if let (Some(on), Some(number)) = (m.final_on, &m.number) {
            numbers.entry(chrono::Datelike::year(&on)).or_default().insert((on, number.clone()));
        }
    }
    for (year, given) in numbers {
        let wanted: Vec<String> = (1..=given.len()).map(|n| format!("〔{year}〕{n}号")).collect();
        assert_eq!(given.into_iter().map(|(_, n)| n).collect::<Vec<_>>(), wanted);
    }
    let topics: BTreeMap<TopicId, Topic> = all::<Topic>(ledger).into_iter().map(|t| (t.id, t)).collect();
    let opinions: BTreeSet<OpinionId> = all::<Opinion>(ledger).into_iter().map(|o| o.id).collect();
    for t in topics.values() {
        assert!(t.opinions.iter().all(|o| opinions.contains(o)) && (!t.opinions.is_empty() || t.sponsor.is_some()));
        assert!(t.state == TopicState::Candidate || (t.reason.is_some() && t.decided_on.is_some_and(|d| d <= today)));
    }
    for v in all::<Vote>(ledger) {
        let count = Count { present: v.present, yes: v.yes, no: v.no, abstain: v.abstain, recused: v.recused };
        let choices: Vec<Choice> = v.ballots.iter().map(|b| b.choice).collect();
        assert_eq!(rules::check_vote(count, &choices, signed(v.meeting)), Ok(()));
        let topic = &topics[&v.topic];
        assert_eq!(topic.state, rules::outcome(&policy, MeetingKind::Council, count, topic.owner_matter));
    }
    let tasks = all::<Task>(ledger);
    for r in all::<Resolution>(ledger) {
        assert!(tasks.iter().any(|t| t.resolution == Some(r.id)) && !r.text.contains('{'), "{}", r.text);
        assert_eq!(topics[&r.topic].state, TopicState::Passed);
    }
    for t in &tasks {
        assert_eq!(t.state == TaskState::Done, t.done_on.is_some());
        assert!(t.done_on.is_none_or(|d| d <= today));
    }
    for f in all::<Feedback>(ledger) {
        let task = tasks.iter().find(|t| t.id == f.task).expect("its task");
        assert!(task.done_on.is_some_and(|d| d <= f.on) && f.on <= today);
    }
    for r in all::<Request>(ledger) {
        let closed = matches!(r.state, RequestState::Closed | RequestState::Answered);
        assert_eq!(closed, r.closed_on.is_some(), "{} {:?}", r.number, r.state);
        let steps = ledger.books().history(r.id.0).expect("a history");
        let mut states: Vec<RequestState> = steps
            .iter()
            .filter(|c| c.field.is_some_and(|f| f.name == "state"))
            .filter_map(|c| RequestState::parse(c.new.as_str()?))
            .collect();
        states.reverse();
        let open = matches!(r.state, RequestState::Registered | RequestState::Accepted | RequestState::Working);
        let days = (today - r.accepted_on).num_days();
        assert!(!open || days <= 31, "{} {:?} {states:?}", r.number, r.state);
        if days < 50 {
            assert!(states.windows(2).all(|s| rules::check_request_step(s[0], s[1]).is_ok()), "{} {states:?}", r.number);
        }
        assert!(r.accepted_on <= today && r.closed_on.is_none_or(|c| c >= r.accepted_on && c <= today));
        assert!(!r.text.contains('{') && !r.place.contains('{') && r.result.is_none_or(|t| !t.contains('{')));
    }
    assert!(all::<Person>(ledger).iter().all(|p| p.phones.iter().all(|f| f.len() == 11 && &f[3..7] == "0000")));
    assert!(all::<MediationVisit>(ledger).iter().all(|v| !v.text.contains('{') && v.on <= today));
}

fn bar(ledger: &Ledger, month: Month, today: NaiveDate) -> Vec<&'static str> {
    let mine = |m: Month| m == month;
    let topics: Vec<Topic> = all::<Topic>(ledger).into_iter().filter(|t| mine(t.month)).collect();
    let feedback = all::<Feedback>(ledger);
    let facts = MonthFacts {
        decided_elsewhere: false,
        opinions: all::<Opinion>(ledger).into_iter().filter(|o| mine(o.month)).map(|o| o.on).collect(),
        chosen: topics
            .iter()
            .filter(|t| !matches!(t.state, TopicState::Candidate | TopicState::Dropped))
            .filter_map(|t| t.decided_on)
            .collect(),
        undecided: topics.iter().filter(|t| t.state == TopicState::Candidate).count() as u32,
        council: all::<Meeting>(ledger)
            .into_iter()
            .filter(|m| mine(m.month) && m.state >= MeetingState::Closed)
            .map(|m| m.held_at.date_naive())
            .min(),
        tasks: all::<Task>(ledger)
            .into_iter()
            .filter(|t| mine(t.month))
            .map(|t| TaskFact {
                due_on: t.due_on,
                state: t.state,
                done_on: t.done_on,
                reported_on: feedback.iter().filter(|f| f.task == t.id).map(|f| f.on).min(),
            })
            .collect(),
        no_topic: all::<Cycle>(ledger).iter().any(|c| mine(c.month) && c.no_topic.is_some()),
        began_on: None,
    };
    rules::judge_month(&Policy::default(), month, &facts, today).iter().map(|s| s.state.zh()).collect()
}

#[test]
fn a_whole_year_keeps_every_rule_and_reaches_its_numbers() {
    let today = day("2026-11-22");
    let begun = std::time::Instant::now();
    let ledger = filled(0, 1, "2026-11-22", &Scale::default());
    println!("filled in {:?}, {} saves", begun.elapsed(), ledger.books().number("SELECT count(*) FROM save", []).expect("a count"));
    check(&ledger, today);
    let people = all::<Person>(&ledger);
    let rooms: BTreeSet<_> = people.iter().map(|p| (&p.building, &p.unit, &p.room)).collect();
    assert_eq!(rooms.len(), 900);
    assert!((2250..2550).contains(&people.len()), "{}", people.len());
    assert_eq!(people.iter().filter(|p| p.checked_in_on.is_some_and(|d| d <= today)).count(), 240);
    let requests = all::<Request>(&ledger);
    assert_eq!(requests.len(), 300);
    for state in RequestState::ALL {
        assert!(requests.iter().any(|r| r.state == *state), "{state:?}");
    }
    for category in Category::ALL {
        assert!(requests.iter().any(|r| r.category == *category), "{category:?}");
    }
    let open = |r: &&Request| matches!(r.state, RequestState::Registered | RequestState::Accepted | RequestState::Working);
    let due: Vec<NaiveDate> = requests.iter().filter(open).map(|r| r.due_on).collect();
    assert!(due.iter().filter(|d| **d < today).count() >= 5 && due.iter().filter(|d| **d == today).count() >= 2);
    assert_eq!(all::<Meeting>(&ledger).iter().filter(|m| m.kind == MeetingKind::Council && m.state >= MeetingState::Closed).count(), 11);
    for state in TopicState::ALL {
        assert!(all::<Topic>(&ledger).iter().any(|t| t.state == *state) || *state == TopicState::Chosen, "{state:?}");
    }
    let bars: BTreeSet<&str> = months(today, 12).into_iter().flat_map(|m| bar(&ledger, m, today)).collect();
    for state in ["进行中", "按期完成", "逾期完成", "已逾期", "本月无事项", "已结转"] {
        assert!(bars.contains(state), "{state} in {bars:?}");
    }
    let months: BTreeMap<Month, usize> = all::<Opinion>(&ledger).iter().fold(BTreeMap::new(), |mut m, o| {
        *m.entry(o.month).or_default() += 1;
        m
    });
    assert_eq!(months.len(), 12);
    assert!(months.iter().all(|(m, n)| (8..=20).contains(n) || m.number() == 2), "{months:?}");
    let money: Vec<i64> = all::<AgreementTerm>(&ledger).iter().filter_map(|t| t.fen).collect();
    assert!(money.contains(&350_000));
    let performed = all::<Mediation>(&ledger).iter().filter(|m| m.state == MediationState::Performed).count();
    assert_eq!(performed, 3);
}

#[test]
fn the_same_seed_makes_the_same_records_and_another_seed_others() {
    let classes = [Class::Branch, Class::Community, Class::District];
    let hash = |n, seed| filled(n, seed, "2026-11-22", &Scale::small()).state_hash(&classes).expect("a hash");
    assert_eq!(hash(0, 1), hash(0, 1));
    assert_ne!(hash(0, 1), hash(0, 2));
    assert_ne!(hash(0, 1), hash(1, 1));
}

#[test]
fn on_any_day_of_a_month_nothing_lies_ahead() {
    for (n, today) in [(0, "2026-11-01"), (3, "2026-11-08"), (5, "2026-11-15"), (7, "2027-02-16"), (9, "2027-03-31"), (11, "2028-02-29")] {
        let ledger = filled(n, 5, today, &Scale::small());
        check(&ledger, day(today));
        assert!(all::<Opinion>(&ledger).iter().all(|o| o.on <= day(today)));
        assert_eq!(all::<Request>(&ledger).len(), 25);
    }
}

#[test]
fn ids_of_compounds_follow_from_their_number() {
    let ids: BTreeSet<_> = (0..24).map(|n| compound(n).id).collect();
    assert_eq!(ids.len(), 24);
    assert_eq!((0..24).map(secretary).collect::<BTreeSet<_>>().len(), 24);
    assert!((0..24).all(|n| (2..=6).contains(&compound(n).prefix.len())));
}
