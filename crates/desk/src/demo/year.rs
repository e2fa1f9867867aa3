//! The months of the five-step loop: what is gathered, chosen, talked over, done and reported.

use chrono::{Datelike, NaiveDate};
use xinghuo_model::policy::Policy;
use xinghuo_model::records::{Cycle, Opinion, Topic};
use xinghuo_model::{Act, Category, Month, OpinionId, Source, SpaceId, TopicId, TopicState};

use crate::council::cycle_id;

use super::chance::{Chance, Deck};
use super::diary::{Diary, plus, put};
use super::parties::Parties;
use super::people::Neighbours;
use super::words::{self, Fate, Matter, Spot};

/// What kind of month it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Everything in time.
    Usual,
    /// Began late, and so everything was late.
    Late,
    /// One task late, its answer too.
    Slack,
    /// One task goes over into the next month.
    Carries,
    /// 本月无议题
    Nothing,
    /// The month before this one: a task is overdue, an answer owed.
    Last,
    /// This month, half done.
    Now,
}

/// A topic on its way through the month, with its matter and its sentences.
pub(super) struct Talk {
    pub topic: Topic,
    pub matter: Matter,
    pub spot: Spot,
}

/// Writes the year down, month by month.
pub(super) struct Year<'a> {
    pub diary: &'a mut Diary,
    pub chance: &'a mut Chance,
    pub neighbours: &'a Neighbours,
    pub parties: &'a Parties,
    pub policy: Policy,
    pub space: SpaceId,
    /// Final minutes so far, by year.
    pub finals: std::collections::BTreeMap<i32, u32>,
    pool: Vec<Matter>,
    dropped: Vec<Matter>,
    voices: Vec<(Category, &'static str)>,
    deck: Deck,
}

impl<'a> Year<'a> {
    pub fn new(diary: &'a mut Diary, chance: &'a mut Chance, neighbours: &'a Neighbours, parties: &'a Parties, space: SpaceId) -> Self {
        let voices = words::voices();
        let deck = Deck::new(voices.len(), chance);
        Self {
            diary,
            chance,
            neighbours,
            parties,
            policy: Policy::default(),
            space,
            finals: std::collections::BTreeMap::new(),
            pool: Vec::new(),
            dropped: Vec::new(),
            voices,
            deck,
        }
    }

    /// The whole window, oldest month first.
    pub fn write(&mut self, months: &[Month]) {
        let quiet = quiet_month(months);
        let storm = months.iter().rev().skip(2).find(|m| (7..=9).contains(&m.number()) && Some(**m) != quiet).copied();
        for (at, month) in months.iter().enumerate() {
            let left = months.len() - 1 - at;
            let mood = match (left, at % 6) {
                (0, _) => Mood::Now,
                (1, _) => Mood::Last,
                _ if Some(*month) == quiet => Mood::Nothing,
                (_, 1) => Mood::Slack,
                (_, 3) => Mood::Late,
                (_, 4) => Mood::Carries,
                _ => Mood::Usual,
            };
            if mood == Mood::Nothing {
                self.nothing(*month);
            } else {
                self.month(*month, mood, &months[at + 1..]);
            }
            if storm == Some(*month) {
                self.storm(*month);
            }
        }
    }

    fn nothing(&mut self, month: Month) {
        for _ in 0..3 {
            let day = month.day(self.chance.between(2, 5) as u32);
            self.lone_voice(month, day);
        }
        let reason = if month.number() == 2 {
            "春节期间在家人员不齐，收到的3条意见都是小修小补，已当场转物业办理，本月不召开议事会"
        } else {
            "收到的3条意见都是小修小补，已当场转物业办理，本月没有需要五方商议的事项"
        };
        let cycle = Cycle { id: cycle_id(self.space, month), month, no_topic: Some(reason.to_owned()) };
        self.diary.note(month.day(9), 1200, Act::StateNoTopic, vec![put(&cycle)]);
    }

    /// The next matter for a month: one whose time it is and that has the fewest chances left.
    /// What is still open should be a plain matter with things to do.
    fn choose(&mut self, month: Month, later: &[Month]) -> Option<Matter> {
        let plain = later.len() < 2;
        if !self.pool.iter().any(|m| !m.strict && !m.urgent) {
            self.pool = words::matters();
            self.chance.shuffle(&mut self.pool);
        }
        let open = |m: &Matter| !m.urgent && !(plain && (m.fate != Fate::Vote || m.owner_matter.is_some()));
        let fits = |m: &Matter, month: Month| m.months.contains(&month.number());
        let chances = |m: &Matter| later.iter().filter(|l| fits(m, **l)).count();
        let timely =
            (0..self.pool.len()).filter(|i| open(&self.pool[*i]) && fits(&self.pool[*i], month)).min_by_key(|i| chances(&self.pool[*i]));
        let any = || (0..self.pool.len()).filter(|i| !self.pool[*i].strict && open(&self.pool[*i])).min_by_key(|i| chances(&self.pool[*i]));
        timely.or_else(any).map(|at| self.pool.remove(at))
    }

    fn not_taken(&mut self) -> Option<Matter> {
        if self.dropped.is_empty() {
            self.dropped = words::dropped();
            self.chance.shuffle(&mut self.dropped);
        }
        self.dropped.pop()
    }

    fn spot(&mut self) -> Spot {
        let person = self.neighbours.somebody(self.chance);
        Spot::near(person, self.neighbours.buildings, self.chance)
    }

    /// Writes an opinion down, most on the day itself, some a day or two later.
    fn voice(&mut self, month: Month, day: NaiveDate, before: NaiveDate, category: Category, text: String) -> Option<OpinionId> {
        let late = if self.chance.percent(7) { self.chance.between(1, 2) } else { 0 };
        let typed = plus(day, late).min(before);
        let source = *self.chance.pick(&[
            Source::ChatGroup,
            Source::ChatGroup,
            Source::ChatGroup,
            Source::Visit,
            Source::Visit,
            Source::Counter,
            Source::Phone,
            Source::Office,
            Source::Hotline,
        ]);
        let neighbours = self.neighbours;
        let person = self.chance.percent(60).then(|| neighbours.somebody(self.chance).id);
        let id = self.diary.id::<OpinionId>(typed);
        let opinion = Opinion { id, month, on: day, source, category, text, person, place: None };
        let minute = self.chance.between(470, 1280);
        self.diary.note(typed, minute, Act::AddOpinion, vec![put(&opinion)]);
        (typed <= self.diary.today()).then_some(id)
    }

    fn lone_voice(&mut self, month: Month, day: NaiveDate) {
        let (category, text) = self.voices[self.deck.draw()];
        let text = self.spot().say(text);
        self.voice(month, day, month.last_day(), category, text);
    }

    /// Makes a topic of a matter's opinions; the month's first days hear them.
    fn raise(&mut self, month: Month, matter: Matter, days: (i64, i64), minute: i64, most: usize) -> Talk {
        let spot = self.spot();
        let added = month.day((days.1 + 1) as u32);
        let mut opinions = Vec::new();
        for text in matter.voices.iter().take(most) {
            let day = month.day(self.chance.between(days.0, days.1) as u32);
            opinions.extend(self.voice(month, day, plus(added, -1), matter.category, spot.say(text)));
        }
        let topic = Topic {
            id: self.diary.id::<TopicId>(added),
            month,
            title: spot.say(matter.title),
            opinions,
            state: TopicState::Candidate,
            reason: None,
            decided_on: None,
            benefit: matter.benefit,
            owner_matter: matter.owner_matter,
            sponsor: matter.sponsor.map(str::to_owned),
            outside: None,
            outside_on: None,
            carried_from: None,
        };
        self.diary.note(added, minute, Act::AddTopic, vec![put(&topic)]);
        Talk { topic, matter, spot }
    }

    fn decide(&mut self, talk: &mut Talk, day: NaiveDate, minute: i64, to: TopicState) {
        talk.topic.state = to;
        talk.topic.reason = Some(talk.spot.say(talk.matter.why));
        talk.topic.decided_on = Some(day);
        self.diary.note(day, minute, Act::DecideTopic, vec![put(&talk.topic)]);
    }

    fn month(&mut self, month: Month, mood: Mood, later: &[Month]) {
        let late = if mood == Mood::Late { 6 } else { 0 };
        let heard = (1 + late, 5 + late);
        let mut talks = Vec::new();
        let mut voices = 0;
        for _ in 0..2 {
            if let Some(matter) = self.choose(month, later) {
                voices += matter.voices.len();
                talks.push(self.raise(month, matter, heard, 1290, 5));
            }
        }
        let aside = if mood == Mood::Now || self.chance.percent(80) { self.not_taken() } else { None };
        let aside = aside.map(|matter| {
            voices += matter.voices.len();
            self.raise(month, matter, heard, 1292, 2)
        });
        // Between eight and twenty opinions a month.
        let lone = self.chance.between(3, 6).max(9 - voices as i64);
        for n in 0..lone {
            let last = if n == 0 { 24 } else { heard.1 + 3 };
            let day = month.day(self.chance.between(heard.0, last) as u32);
            self.lone_voice(month, day);
        }
        let decided = month.day((8 + late + self.chance.between(0, 2)) as u32);
        for talk in &mut talks {
            self.decide(talk, decided, 1170, TopicState::Chosen);
        }
        if let Some(mut talk) = aside.filter(|_| mood != Mood::Now) {
            self.decide(&mut talk, decided, 1175, TopicState::Dropped);
        }
        let day = match mood {
            Mood::Late => month.day(22),
            Mood::Now => month.day(15),
            _ => month.day(self.chance.between(13, 19) as u32),
        };
        self.hold(month, mood, day, decided, talks);
    }

    /// A storm: an emergency council at the end of the month.
    fn storm(&mut self, month: Month) {
        let Some(matter) = words::matters().into_iter().find(|m| m.urgent) else { return };
        let day = month.day(25);
        let mut talk = self.raise(month, matter, (25, 25), 540, 5);
        // Chosen and talked over on one day.
        let next = plus(day, 1);
        self.decide(&mut talk, next, 600, TopicState::Chosen);
        self.hold(month, Mood::Usual, next, next, vec![talk]);
    }
}

/// A month long enough ago without topics: February, or the second of a short window.
fn quiet_month(months: &[Month]) -> Option<Month> {
    let past = months.len().saturating_sub(2);
    let february = months[..past].iter().rev().find(|m| m.first_day().month() == 2).copied();
    february.or_else(|| months[..past].first().copied().filter(|_| months.len() > 3))
}
