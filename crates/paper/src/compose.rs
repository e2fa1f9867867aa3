//! From a paper's fields to a sheet: numbering, party order, labels and line breaks, decided once for
//! every writer. The layout engine reads the sheet as JSON, the .docx writer as Rust values.

mod letter;
mod minutes;

pub(crate) use letter::{LetterSheet, ReceiptSheet};
pub(crate) use minutes::{Block, MinutesSheet, Roll, Signer};

use crate::minutes::Fact;
use crate::sign_in::{SignIn, SignInParty};
use crate::slip::{Count, Reached, Slip};
use crate::words::{self, breakable, line};
use serde::Serialize;

/// Room for a title of 22 pt (2号) in the 156 mm of the type area (版心).
const TITLE_CELLS: f32 = 19.0;
/// The longest run of narrow characters the type area takes without a break point.
const LONGEST_RUN: usize = 40;
/// The same for a column of the sign-in sheet.
const LONGEST_RUN_IN_CELL: usize = 11;
/// No party needs more empty rows on one sheet.
const MOST_BLANK_ROWS: u32 = 50;

/// A sign-in sheet, ready to be set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignInSheet {
    pub title: Vec<String>,
    pub facts: Vec<Fact>,
    pub rows: Vec<Row>,
    pub totals: [(&'static str, String); 3],
    pub unit: String,
    pub fingerprint: String,
    pub draft: bool,
}

/// So many lines of authors stand below one another on a receipt slip; twice as many side by side.
pub(crate) const SLIP_ROWS: usize = 5;

/// A receipt slip, ready to be set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SlipSheet {
    pub title: String,
    pub facts: Vec<Fact>,
    pub counts: Vec<Count>,
    pub reached: Vec<Reached>,
    /// What did not fit, in a sentence.
    pub more: String,
    pub issuer: String,
    pub date: String,
    pub fingerprint: String,
}

/// One row of the sign-in sheet.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub number: usize,
    pub party: &'static str,
    /// The first row of its party: a heavier line stands above it.
    pub first: bool,
    pub name: String,
    pub place: String,
    pub duty: String,
    pub phone: String,
    pub note: String,
}

/// Columns of the sign-in sheet with their share of the width, in millimetres of 267.
pub(crate) const COLUMNS: [(&str, u32); 9] = [
    ("序号", 13),
    ("所属方", 33),
    ("姓名", 27),
    ("单位或房号", 52),
    ("职务", 28),
    ("联系电话", 33),
    ("签名", 35),
    ("签到时间", 24),
    ("备注", 22),
];

/// What may be written in the last column (备注) of the sign-in sheet.
pub(crate) const NOTE_HINT: &str = "备注栏填写：代、迟到、早退、回避";

fn body(text: &str) -> String {
    breakable(&line(text), LONGEST_RUN)
}

fn cell(text: &str) -> String {
    breakable(&line(text), LONGEST_RUN_IN_CELL)
}

fn facts(facts: &[Fact]) -> Vec<Fact> {
    facts.iter().map(|f| Fact::new(line(&f.label), body(&f.text))).collect()
}

/// A title's lines, none of them wider than the type area.
fn title(text: &str) -> Vec<String> {
    words::title_lines(text, TITLE_CELLS).iter().map(|l| breakable(l, 24)).collect()
}

fn names(names: &[String]) -> String {
    let clean: Vec<String> = names.iter().map(|n| body(n)).filter(|n| !n.is_empty()).collect();
    clean.join("、")
}
/// Cells left free right of issuer and date: the name 2 in from the right, the date beginning 2 after
/// the name; a date longer than the name takes the 2 cells itself and pushes the name in (7.3.5.2).
fn signature_indents(issuer: f32, date: f32) -> (f32, f32) {
    if date > issuer { (2.0 + date + 2.0 - issuer, 2.0) } else { (2.0, (issuer - date).max(0.0)) }
}

fn full_stop(mut text: String) -> String {
    if !text.ends_with('。') {
        text.push('。');
    }
    text
}

/// What people are counted by, where nothing else is said.
fn counted_by(unit: &str) -> String {
    if unit.is_empty() { "人".to_owned() } else { line(unit) }
}

impl SignInSheet {
    /// Sets out the sheet's rows, numbered through all parties.
    pub(crate) fn new(s: &SignIn) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        let seats: Vec<(&'static str, &SignInParty)> =
            if s.guests == SignInParty::default() { s.parties.iter().collect() } else { vec![("参会人员", &s.guests)] };
        for (party, share) in seats.into_iter().chain([("列席", &s.observers)]) {
            let blank = crate::Attendee::default();
            let empty = std::iter::repeat_n(&blank, share.blank_rows.min(MOST_BLANK_ROWS) as usize);
            for (i, person) in share.people.iter().chain(empty).enumerate() {
                rows.push(Row {
                    number: rows.len() + 1,
                    party,
                    first: i == 0,
                    name: cell(&person.name),
                    place: cell(&person.place),
                    duty: cell(&person.duty),
                    phone: cell(&person.phone),
                    note: cell(&person.note),
                });
            }
        }
        let count = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        SignInSheet {
            title: words::title_lines(&s.title, 30.0),
            facts: facts(&s.facts),
            rows,
            totals: [("应到", count(s.expected)), ("实到", count(s.present)), ("请假", count(s.on_leave))],
            unit: counted_by(&s.unit),
            fingerprint: line(&s.fingerprint),
            draft: s.draft,
        }
    }
}

impl SlipSheet {
    /// Sets out the slip's fields; the half sheet holds a limited number of lines.
    pub(crate) fn new(s: &Slip) -> Self {
        let short = |text: &str| clip(&cell(text), 24);
        let rest = s.reached.len().saturating_sub(2 * SLIP_ROWS);
        SlipSheet {
            title: clip(&line(&s.title), 24),
            facts: s.facts.iter().map(|f| Fact::new(line(&f.label), clip(&cell(&f.text), 30))).collect(),
            counts: s.counts.iter().map(|c| Count::new(line(&c.label), c.number)).collect(),
            reached: s
                .reached
                .iter()
                .take(2 * SLIP_ROWS)
                .map(|r| Reached { author: short(&r.author), scope: short(&r.scope), up_to: r.up_to })
                .collect(),
            more: if rest > 0 { format!("另有 {rest} 项没有印出。") } else { String::new() },
            issuer: clip(&line(&s.issuer), 30),
            date: s.issued.map(words::date).unwrap_or_default(),
            fingerprint: line(&s.fingerprint),
        }
    }
}

/// At most so many characters: a name longer than its place must not push the signature off the slip.
fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::FiveParties;
    use crate::sample::sample_sign_in;

    #[test]
    fn a_short_date_begins_two_cells_after_the_issuer_and_a_long_one_pushes_the_issuer_in() {
        assert_eq!(signature_indents(14.0, 8.0), (2.0, 6.0));
        assert_eq!(signature_indents(5.0, 8.0), (7.0, 2.0));
    }

    #[test]
    fn empty_rows_are_given_per_party_and_numbered_through() {
        let sheet = SignInSheet::new(&sample_sign_in(1));
        for name in FiveParties::<()>::NAMES {
            let empty = sheet.rows.iter().filter(|r| r.party == name && r.name.is_empty()).count();
            assert_eq!(empty, 3, "{name}");
        }
        assert!(sheet.rows.iter().enumerate().all(|(i, r)| r.number == i + 1));
    }

    #[test]
    fn where_the_five_parties_do_not_sit_those_invited_sign_and_observers_stand_below() {
        let mut sheet = sample_sign_in(1);
        let named = |name: &str| crate::Attendee { name: name.to_owned(), ..crate::Attendee::default() };
        sheet.guests = SignInParty { people: vec![named("住建局"), named("城投集团")], blank_rows: 1 };
        sheet.observers = SignInParty { people: vec![named("章若兰")], blank_rows: 0 };
        let rows = SignInSheet::new(&sheet).rows;
        assert_eq!(rows.iter().map(|row| row.party).collect::<Vec<_>>(), ["参会人员", "参会人员", "参会人员", "列席"]);
        assert_eq!(rows.iter().map(|row| row.first).collect::<Vec<_>>(), [true, false, false, true]);
    }

    #[test]
    fn the_columns_fill_the_width_of_the_landscape_sheet() {
        assert_eq!(COLUMNS.iter().map(|(_, mm)| mm).sum::<u32>(), 267);
    }
}
