//! A year of requests (诉求), in every category and every state.

use chrono::{Datelike, NaiveDate};
use xinghuo_model::policy::Policy;
use xinghuo_model::records::{Person, Request, RequestStep};
use xinghuo_model::{Act, Category, Party, RequestId, RequestState, RequestStepId, Satisfaction, Source, Urgency};

use super::chance::{Chance, Deck};
use super::diary::{Diary, plus, put};
use super::parties::Parties;
use super::people::Neighbours;
use super::words::{self, Case, Spot};

const REFUSED: [&str; 3] = [
    "经核实属两家之间的私人约定，不在受理范围，已告知可先协商，谈不拢再来调解。",
    "所提设施在小区红线外，归口单位已另有工单在办，已把工单号告诉反映人。",
    "同一事项已在办理，与前一件并办，已向反映人说明。",
];
const WITHDRAWN: [&str; 2] = ["反映人来电说已经自己解决，撤回。", "两家当面说开了，反映人表示不用再办。"];

/// How a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Through to the answer.
    Whole,
    /// Answered, not content, done again.
    Again,
    Refused,
    Withdrawn,
    /// Stays as it is: the state it has reached by today.
    Until(RequestState),
}

/// One request before it is written down.
pub(super) struct Asked {
    pub day: NaiveDate,
    typed: NaiveDate,
    pub(super) minute: i64,
    course: Course,
    urgent: bool,
    /// Which of the compound's quarrels it became.
    pub quarrel: Option<usize>,
}

/// What is open today, as courses with days back and whether urgent: overdue, due today, new,
/// waiting for an answer.
const OPEN: [(Course, i64, bool); 10] = [
    (Course::Until(RequestState::Working), 12, false),
    (Course::Until(RequestState::Working), 7, false),
    (Course::Until(RequestState::Registered), 0, false),
    (Course::Until(RequestState::Working), 2, true),
    (Course::Until(RequestState::Closed), 6, false),
    (Course::Until(RequestState::Accepted), 1, true),
    (Course::Until(RequestState::Working), 4, false),
    (Course::Until(RequestState::Accepted), 9, false),
    (Course::Until(RequestState::Accepted), 2, false),
    (Course::Until(RequestState::Working), 16, false),
];

/// Lays out when requests come in, quarrels' ones among them, in order of typing.
pub(super) fn plan(chance: &mut Chance, total: u32, start: NaiveDate, today: NaiveDate, quarrels: &[NaiveDate]) -> Vec<Asked> {
    let total = (total as usize).max(quarrels.len());
    let span = (today - start).num_days().max(1);
    let open = (total / 12).clamp(5, 24).min(total - quarrels.len());
    let mut out = Vec::with_capacity(total);
    for (at, day) in quarrels.iter().enumerate() {
        out.push(Asked { day: *day, typed: *day, minute: 1100, course: Course::Whole, urgent: false, quarrel: Some(at) });
    }
    for at in 0..open {
        let (course, back, urgent) = OPEN[at % OPEN.len()];
        let round = (at / OPEN.len()) as i64;
        // Each round moves what is overdue or new by a day; what is due today stays.
        let back = if back == 7 || urgent { back } else { back + round }.min(span);
        let day = plus(today, -back);
        out.push(Asked { day, typed: day, minute: chance.between(480, 1170), course, urgent, quarrel: None });
    }
    let rest = (total - out.len()) as i64;
    for at in 0..rest {
        let day = plus(start, (span * at / rest + chance.between(-2, 2)).clamp(0, span - 1));
        let course = match chance.below(100) {
            0..3 => Course::Refused,
            3..6 => Course::Withdrawn,
            6..9 => Course::Again,
            _ => Course::Whole,
        };
        let late = if chance.percent(5) { chance.between(1, 3) } else { 0 };
        let typed = plus(day, late).min(today);
        out.push(Asked { day, typed, minute: chance.between(450, 1260), course, urgent: chance.percent(9), quarrel: None });
    }
    out.sort_by_key(|a| (a.typed, a.minute));
    out
}

/// Gives the next number of a year: `JXL-2026-0001`.
pub(super) struct Numbers {
    /// What stands before the year.
    prefix: String,
    given: std::collections::BTreeMap<i32, u32>,
}

impl Numbers {
    pub fn new(prefix: String) -> Self {
        Self { prefix, given: std::collections::BTreeMap::new() }
    }

    /// The next number of that day's year.
    pub fn next(&mut self, day: NaiveDate) -> String {
        let n = self.given.entry(day.year()).or_default();
        *n += 1;
        format!("{}{}-{n:04}", self.prefix, day.year())
    }
}

/// Writes requests down.
pub(super) struct Desk<'a> {
    pub diary: &'a mut Diary,
    pub chance: &'a mut Chance,
    pub neighbours: &'a Neighbours,
    pub parties: &'a Parties,
    pub policy: Policy,
    /// Ordinary cases and pressing ones, each with its deck.
    cases: [(Vec<Case>, Deck); 2],
    /// When the request at hand was last stepped.
    last: (NaiveDate, i64),
}

/// How a request came; most by the residents' chat group.
fn source(chance: &mut Chance) -> Source {
    *chance.pick(&[
        Source::Visit,
        Source::Visit,
        Source::Counter,
        Source::Phone,
        Source::Phone,
        Source::ChatGroup,
        Source::ChatGroup,
        Source::ChatGroup,
        Source::Hotline,
        Source::Office,
    ])
}

impl<'a> Desk<'a> {
    pub fn new(diary: &'a mut Diary, chance: &'a mut Chance, neighbours: &'a Neighbours, parties: &'a Parties) -> Self {
        let cases = [false, true].map(|urgent| {
            let cases: Vec<Case> = words::cases().into_iter().filter(|c| c.urgent == urgent).collect();
            let deck = Deck::new(cases.len(), chance);
            (cases, deck)
        });
        Self { diary, chance, neighbours, parties, policy: Policy::default(), cases, last: (NaiveDate::MIN, 0) }
    }

    fn handler(&mut self, category: Category, day: NaiveDate) -> String {
        let party = match category {
            Category::Repairs | Category::Environment | Category::Property | Category::Parking => Party::Property,
            Category::Safety if self.chance.percent(60) => Party::Property,
            Category::OldAndYoung => Party::Society,
            Category::Neighbours if self.chance.percent(50) => return self.parties.mediator.clone(),
            _ if self.chance.percent(40) => return self.parties.secretary.clone(),
            _ => Party::Community,
        };
        self.parties.answers(party, day, self.chance)
    }

    /// Writes a request down as it was first typed.
    pub fn register(
        &mut self,
        asked: &Asked,
        number: String,
        requester: &Person,
        category: Category,
        place: String,
        text: String,
    ) -> Request {
        // A mediation may take a month, and the mediator has it.
        let (handler, due_on) = match asked.quarrel {
            Some(_) => (self.parties.mediator.clone(), plus(asked.day, 30)),
            None => (self.handler(category, asked.day), self.policy.request_due(asked.day, asked.urgent)),
        };
        let request = Request {
            id: self.diary.id::<RequestId>(asked.typed),
            number,
            accepted_on: asked.day,
            state: RequestState::Registered,
            result: None,
            category,
            source: source(self.chance),
            urgency: if asked.urgent { Urgency::Urgent } else { Urgency::Normal },
            requester: self.chance.percent(88).then_some(requester.id),
            place,
            text,
            handler: Some(handler),
            due_on,
            closed_on: None,
            satisfaction: None,
        };
        self.last = (asked.typed, asked.minute);
        self.diary.note(asked.typed, asked.minute, Act::AddRequest, vec![put(&request)]);
        request
    }

    /// Moves a request on, with a line of its course; never before it was last moved.
    pub fn step(&mut self, request: &mut Request, day: NaiveDate, minute: i64, to: RequestState, told: Option<String>) {
        request.state = to;
        self.last = (day, minute).max((self.last.0, self.last.1 + 6));
        let (day, minute) = self.last;
        let why = request.result.as_ref().filter(|_| matches!(to, RequestState::Closed | RequestState::Refused));
        let text = told.unwrap_or_else(|| why.map_or_else(|| to.zh().to_owned(), |w| format!("{}：{w}", to.zh())));
        let id = self.diary.id::<RequestStepId>(day);
        let step = RequestStep { id, request: request.id, on: day, text };
        self.diary.note(day, minute, Act::StepRequest, vec![put(request), put(&step)]);
    }

    /// Closes a request and, a day later at most, tells the person.
    pub fn close(&mut self, request: &mut Request, day: NaiveDate, result: String, how: Satisfaction) {
        request.result = Some(result);
        request.closed_on = Some(day);
        self.step(request, day, 1015, RequestState::Closed, None);
        let answer = plus(day, self.chance.between(0, 1));
        request.satisfaction = Some(how);
        let told = self.chance.pick(&["已当面告知办理结果。", "已电话回复反映人。", "已在楼道群回复，反映人表示收到。"]);
        self.step(request, answer, 1105, RequestState::Answered, Some((*told).to_owned()));
    }

    fn content(&mut self) -> Satisfaction {
        match self.chance.below(100) {
            0..84 => Satisfaction::Satisfied,
            84..95 => Satisfaction::Fair,
            95..98 => Satisfaction::Unknown,
            _ => Satisfaction::Dissatisfied,
        }
    }

    /// An ordinary request from its first day to today.
    pub fn ordinary(&mut self, asked: &Asked, number: String) {
        let neighbours = self.neighbours;
        let requester = neighbours.somebody(self.chance);
        let (cases, deck) = &mut self.cases[usize::from(asked.urgent)];
        let case = cases[deck.draw()].clone();
        let spot = Spot::near(requester, neighbours.buildings, self.chance);
        let mut request = self.register(asked, number, requester, case.category, spot.say(case.place), spot.say(case.text));
        let until = match asked.course {
            Course::Until(state) => Some(state),
            _ => None,
        };
        if until == Some(RequestState::Registered) {
            return;
        }
        // Nobody steps before it was typed.
        let first = asked.typed;
        if asked.course == Course::Refused {
            request.result = Some((*self.chance.pick(&REFUSED)).to_owned());
            self.step(&mut request, plus(first, 1), 560, RequestState::Refused, None);
            return;
        }
        self.step(&mut request, first, asked.minute.max(1) + 25, RequestState::Accepted, None);
        if until == Some(RequestState::Accepted) {
            return;
        }
        if asked.course == Course::Withdrawn {
            request.result = Some((*self.chance.pick(&WITHDRAWN)).to_owned());
            let day = plus(first, self.chance.between(1, 2));
            self.step(&mut request, day, 980, RequestState::Withdrawn, None);
            return;
        }
        let limit = (request.due_on - first).num_days().max(0);
        let late = self.chance.percent(12) && until.is_none();
        let close =
            if late { plus(request.due_on, self.chance.between(1, 3)) } else { plus(first, self.chance.between(limit.min(1), limit)) };
        let close = if until == Some(RequestState::Closed) { plus(self.diary.today(), -self.chance.between(0, 1)) } else { close };
        let work = plus(first, self.chance.between(0, 1)).min(close);
        let mut notes = case.notes.iter().map(|n| spot.say(n));
        self.step(&mut request, work, asked.minute.max(540) + 60, RequestState::Working, notes.next());
        for note in notes {
            let half = (close - work).num_days() / 2;
            let id = self.diary.id::<RequestStepId>(work);
            let day = plus(work, half);
            self.last = self.last.max((day, 900));
            self.diary.note(day, 900, Act::NoteRequest, vec![put(&RequestStep { id, request: request.id, on: day, text: note })]);
        }
        match (asked.course, until) {
            (_, Some(RequestState::Working)) => {}
            (_, Some(_)) => {
                request.result = Some(spot.say(case.result));
                request.closed_on = Some(close);
                self.step(&mut request, close, 1015, RequestState::Closed, None);
            }
            (Course::Again, _) => {
                self.close(&mut request, close, "已通知相关单位处理。".to_owned(), Satisfaction::Dissatisfied);
                let again = plus(close, 2);
                (request.closed_on, request.satisfaction, request.result) = (None, None, None);
                self.step(
                    &mut request,
                    again,
                    570,
                    RequestState::Working,
                    Some("反映人说没有彻底解决，重新办理，书记到现场看过。".to_owned()),
                );
                self.close(&mut request, plus(again, 2), spot.say(case.result), Satisfaction::Satisfied);
            }
            _ => {
                let how = self.content();
                self.close(&mut request, close, spot.say(case.result), how);
            }
        }
    }
}
