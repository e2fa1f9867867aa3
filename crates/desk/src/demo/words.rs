//! Reads the sentences of the demonstration: what people say, ask, agree and quarrel about.
//! They stand in plain text files beside this one; a line is a head word and what belongs to it.

use xinghuo_model::{Category, MediationState, OwnerMatter, Party};

use super::chance::Chance;
use super::people::floor_of;
use xinghuo_model::records::Person;

const MATTERS: [&str; 2] = [include_str!("words/matters_one.txt"), include_str!("words/matters_two.txt")];
const DROPPED: [&str; 1] = [include_str!("words/dropped.txt")];
const VOICES: &str = include_str!("words/voices.txt");
const REQUESTS: [&str; 2] = [include_str!("words/requests_one.txt"), include_str!("words/requests_two.txt")];
const QUARRELS: &str = include_str!("words/quarrels.txt");

fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.trim().split_once(' '))
}

/// What becomes of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Vote,
    Fails,
    Shelved(&'static str),
}

/// What is agreed, and who does it: party, act, how it went.
#[derive(Debug, Clone)]
pub(super) struct Agreed {
    pub text: &'static str,
    pub tasks: Vec<(Party, &'static str, &'static str)>,
}

/// Something a council talks about.
#[derive(Debug, Clone)]
pub(super) struct Matter {
    pub title: &'static str,
    pub category: Category,
    pub months: Vec<u32>,
    /// Only in these months.
    pub strict: bool,
    pub benefit: bool,
    pub urgent: bool,
    pub owner_matter: Option<OwnerMatter>,
    pub sponsor: Option<&'static str>,
    pub fate: Fate,
    pub voices: Vec<&'static str>,
    pub why: &'static str,
    pub speeches: Vec<(Party, &'static str)>,
    pub agreed: Vec<Agreed>,
}

fn read_matters(texts: &[&'static str]) -> Vec<Matter> {
    let mut out: Vec<Matter> = Vec::new();
    for (head, rest) in texts.iter().flat_map(|t| lines(t)) {
        if head == "议题" {
            out.push(Matter {
                title: rest,
                category: Category::Other,
                months: Vec::new(),
                strict: false,
                benefit: false,
                urgent: false,
                owner_matter: None,
                sponsor: None,
                fate: Fate::Vote,
                voices: Vec::new(),
                why: "",
                speeches: Vec::new(),
                agreed: Vec::new(),
            });
            continue;
        }
        let Some(matter) = out.last_mut() else { continue };
        let by_party = || rest.split_once(' ').and_then(|(p, t)| Some((Party::parse(p)?, t)));
        match head {
            "类别" => matter.category = Category::parse(rest).unwrap_or(Category::Other),
            "月份" | "时令" => {
                matter.months = rest.split(' ').filter_map(|m| m.parse().ok()).collect();
                matter.strict = head == "时令";
            }
            "切身" => matter.benefit = rest == "是",
            "紧急" => matter.urgent = rest == "是",
            "业主" => matter.owner_matter = OwnerMatter::parse(rest),
            "提出" => matter.sponsor = Some(rest),
            "否决" => matter.fate = Fate::Fails,
            "搁置" => matter.fate = Fate::Shelved(rest),
            "意见" => matter.voices.push(rest),
            "理由" => matter.why = rest,
            "发言" => matter.speeches.extend(by_party()),
            "议定" => matter.agreed.push(Agreed { text: rest, tasks: Vec::new() }),
            "任务" => {
                if let (Some((party, text)), Some(agreed)) = (by_party(), matter.agreed.last_mut()) {
                    let mut parts = text.split('|').map(str::trim).filter(|p| !p.is_empty());
                    if let (Some(what), Some(outcome)) = (parts.next(), parts.next()) {
                        agreed.tasks.push((party, what, outcome));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// What councils talk about.
pub(super) fn matters() -> Vec<Matter> {
    read_matters(&MATTERS)
}

/// What is proposed and not taken up.
pub(super) fn dropped() -> Vec<Matter> {
    read_matters(&DROPPED)
}

/// Opinions that stand alone.
pub(super) fn voices() -> Vec<(Category, &'static str)> {
    lines(VOICES).filter_map(|(head, rest)| Some((Category::parse(head)?, rest))).collect()
}

/// A request and its course.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Cannot wait a week.
    pub urgent: bool,
    pub category: Category,
    pub place: &'static str,
    pub text: &'static str,
    pub notes: Vec<&'static str>,
    pub result: &'static str,
}

/// What people ask.
pub(super) fn cases() -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for (head, rest) in REQUESTS.iter().flat_map(|t| lines(t)) {
        match (head, out.last_mut()) {
            ("诉求" | "急诉求", _) => {
                let mut parts = rest.split('|');
                if let (Some(category), Some(place), Some(text)) = (parts.next().and_then(Category::parse), parts.next(), parts.next()) {
                    out.push(Case { urgent: head == "急诉求", category, place, text, notes: Vec::new(), result: "" });
                }
            }
            ("经过", Some(case)) => case.notes.push(rest),
            ("结果", Some(case)) => case.result = rest,
            _ => {}
        }
    }
    out
}

/// When a quarrel begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begins {
    /// So many days ago.
    DaysAgo(i64),
    /// In the last such month.
    InMonth(u32),
}

/// A term: the day it was agreed, its text, fen, the day it is performed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub day: i64,
    pub text: &'static str,
    pub fen: Option<i64>,
    pub done: Option<i64>,
}

/// A quarrel and how it is talked over; days count from its beginning.
#[derive(Debug, Clone)]
pub(super) struct Quarrel {
    pub category: Category,
    pub begins: Begins,
    pub place: &'static str,
    pub asked: &'static str,
    pub facts: &'static str,
    pub visits: Vec<(i64, &'static str, &'static str)>,
    pub terms: Vec<Term>,
    pub ends: (MediationState, i64),
    pub note: &'static str,
    pub result: &'static str,
}

/// The quarrels; the first three are those of the compound with number 0.
pub(super) fn quarrels() -> Vec<Quarrel> {
    let mut out: Vec<Quarrel> = Vec::new();
    for (head, rest) in lines(QUARRELS) {
        let parts: Vec<&'static str> = rest.split('|').collect();
        if let ("纠纷", [category, begins, place]) = (head, parts.as_slice()) {
            let number = begins[1..].parse::<i64>().unwrap_or(30);
            out.push(Quarrel {
                category: Category::parse(category).unwrap_or(Category::Other),
                begins: if begins.starts_with('M') { Begins::InMonth(number as u32) } else { Begins::DaysAgo(number) },
                place,
                asked: "",
                facts: "",
                visits: Vec::new(),
                terms: Vec::new(),
                ends: (MediationState::Talking, 0),
                note: "",
                result: "",
            });
            continue;
        }
        let Some(quarrel) = out.last_mut() else { continue };
        match (head, parts.as_slice()) {
            ("诉求", _) => quarrel.asked = rest,
            ("事实", _) => quarrel.facts = rest,
            ("走访", [day, by, text]) => quarrel.visits.extend(day.parse().ok().map(|d| (d, *by, *text))),
            ("条款", [day, text, fen, done]) => {
                quarrel.terms.extend(day.parse().ok().map(|day| Term { day, text, fen: fen.parse().ok(), done: done.parse().ok() }))
            }
            ("结局", _) => {
                if let Some((state, day)) = rest.split_once(' ') {
                    quarrel.ends = (MediationState::parse(state).unwrap_or(MediationState::Talking), day.parse().unwrap_or(0));
                }
            }
            ("经过", _) => quarrel.note = rest,
            ("结果", _) => quarrel.result = rest,
            _ => {}
        }
    }
    out
}

/// Where it is: fills the places of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    filled: Vec<(&'static str, String)>,
}

impl Spot {
    /// Around a person's room, with another building near by.
    pub fn near(person: &Person, buildings: u32, chance: &mut Chance) -> Self {
        let own: u32 = person.building.parse().unwrap_or(1);
        let other = own % buildings.max(2) + 1;
        Self {
            filled: vec![
                ("{b}", person.building.clone()),
                ("{o}", other.to_string()),
                ("{u}", person.unit.clone().unwrap_or_else(|| "1".to_owned())),
                ("{f}", floor_of(&person.room).to_string()),
                ("{r}", person.room.clone()),
                ("{x}", chance.between(2, 6).to_string()),
                ("{g}", (*chance.pick(&["东", "南", "西", "北"])).to_owned()),
            ],
        }
    }

    /// Also fills this.
    pub fn with(mut self, place: &'static str, text: String) -> Self {
        self.filled.push((place, text));
        self
    }

    /// The sentence with its places filled.
    pub fn say(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (place, value) in &self.filled {
            if out.contains(place) {
                out = out.replace(place, value);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_word_files_is_understood() {
        let heads = |text: &'static str, head: &str| lines(text).filter(|(h, _)| *h == head).count();
        let all = matters();
        assert_eq!(all.len(), MATTERS.iter().map(|t| heads(t, "议题")).sum::<usize>());
        assert_eq!(all.iter().map(|m| m.speeches.len()).sum::<usize>(), MATTERS.iter().map(|t| heads(t, "发言")).sum::<usize>());
        let tasks: usize = all.iter().flat_map(|m| &m.agreed).map(|a| a.tasks.len()).sum();
        assert_eq!(tasks, MATTERS.iter().map(|t| heads(t, "任务")).sum::<usize>());
        for matter in &all {
            let none = matter.agreed.iter().all(|a| !a.tasks.is_empty() || a.text.contains("不另设落实事项"));
            assert!(none && !matter.why.is_empty() && !matter.months.is_empty(), "{}", matter.title);
        }
        assert_eq!(all.iter().filter(|m| m.owner_matter.is_some()).count(), MATTERS.iter().map(|t| heads(t, "业主")).sum::<usize>());
        assert!(dropped().iter().all(|m| !m.why.is_empty() && !m.voices.is_empty()));
        assert_eq!(voices().len(), lines(VOICES).count());
        assert_eq!(cases().len(), REQUESTS.iter().map(|t| heads(t, "诉求") + heads(t, "急诉求")).sum::<usize>());
        assert!(cases().iter().all(|c| !c.notes.is_empty() && !c.result.is_empty()));
        let quarrels = quarrels();
        assert_eq!(quarrels.len(), 6);
        assert_eq!(quarrels.iter().map(|q| q.visits.len()).sum::<usize>(), heads(QUARRELS, "走访"));
        assert_eq!(quarrels.iter().map(|q| q.terms.len()).sum::<usize>(), heads(QUARRELS, "条款"));
        assert_eq!(quarrels[1].terms[0].fen, Some(350_000));
    }
}
