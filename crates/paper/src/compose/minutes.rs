//! From minutes (会议纪要) to a sheet.

use super::{body, counted_by, facts, full_stop, names, signature_indents, title};
use crate::minutes::{AgendaItem, Fact, FiveParties, Minutes, MinutesLayout, Resolution, Vote};
use crate::words::{self, breakable, line, numeral, paragraphs};
use serde::Serialize;

/// A paragraph of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Block {
    /// 一、 in 黑体, on a line of its own.
    Heading { text: String },
    /// （一） in 楷体, running into the text.
    Lead { lead: String, text: String },
    /// Plain body text.
    Body { text: String },
}

/// A labelled block whose wrapped lines stand under the first character after the colon (10.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Roll {
    pub label: &'static str,
    pub lines: Vec<String>,
}

/// One row of the record's signature table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Signer {
    pub party: &'static str,
    pub name: String,
}

/// Minutes, ready to be set.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MinutesSheet {
    pub red_head: bool,
    /// Whether this is the full record (会议记录): the roll comes first.
    pub record: bool,
    pub mark: String,
    pub issue: String,
    pub title: Vec<String>,
    pub facts: Vec<Fact>,
    pub blocks: Vec<Block>,
    pub roll: Vec<Roll>,
    /// The parties of the five-party signature table.
    pub signatures: Vec<&'static str>,
    /// The people of the record's signature table.
    pub signers: Vec<Signer>,
    pub issuer: String,
    pub date: String,
    /// Cells right of the issuer and of the date in a 落款 without seal (7.3.5.2).
    pub issuer_right: f32,
    pub date_right: f32,
    pub copies_to: String,
    pub imprint: bool,
    pub fingerprint: String,
    pub draft: bool,
}
impl MinutesSheet {
    /// Sets out the minutes' fields as paragraphs.
    pub(crate) fn new(m: &Minutes) -> Self {
        let issuer = line(&m.issuer);
        let date = m.issued.map(words::date).unwrap_or_default();
        let (issuer_right, date_right) = signature_indents(words::cells(&issuer), words::cells(&date));
        let copies_to = names(&m.copies_to);
        let (red_head, record) = (m.layout == MinutesLayout::RedHead, m.layout == MinutesLayout::Record);
        MinutesSheet {
            red_head,
            record,
            mark: line(&m.mark),
            issue: line(&m.issue),
            title: title(&m.title),
            facts: facts(&m.facts),
            blocks: blocks(m),
            roll: roll(m),
            signatures: if m.signatures && !record { FiveParties::<()>::NAMES.to_vec() } else { Vec::new() },
            signers: if record && (m.signatures || !m.guests.is_empty()) { signers(m) } else { Vec::new() },
            imprint: red_head || !record && !copies_to.is_empty(),
            issuer,
            date,
            issuer_right,
            date_right,
            copies_to: if copies_to.is_empty() { copies_to } else { full_stop(copies_to) },
            fingerprint: line(&m.fingerprint),
            draft: m.draft,
        }
    }
}
fn blocks(m: &Minutes) -> Vec<Block> {
    let mut blocks = Vec::new();
    let plain = |texts: &[String], blocks: &mut Vec<Block>| {
        for text in texts.iter().flat_map(|t| paragraphs(t)) {
            blocks.push(Block::Body { text: body(&text) });
        }
    };
    plain(&m.opening, &mut blocks);
    for (i, item) in m.items.iter().enumerate() {
        blocks.push(Block::Heading { text: body(&format!("{}、{}", numeral(i + 1), item.title)) });
        item_blocks(item, m.layout == MinutesLayout::Record, &mut blocks);
    }
    if !m.closing_title.trim().is_empty() {
        let number = numeral(m.items.len() + 1);
        blocks.push(Block::Heading { text: body(&format!("{number}、{}", m.closing_title)) });
    }
    plain(&m.closing, &mut blocks);
    blocks
}

fn item_blocks(item: &AgendaItem, record: bool, blocks: &mut Vec<Block>) {
    let mut section = 0;
    let mut lead = |name: &str, first: Option<String>, blocks: &mut Vec<Block>| {
        section += 1;
        let lead = format!("（{}）{name}。", numeral(section));
        blocks.push(Block::Lead { lead, text: first.unwrap_or_default() });
    };
    let discussion = item.discussion.iter().chain([&item.put_off]).cloned().collect();
    for (name, text, apart) in [("民意来源", vec![item.source.clone()], false), ("协商情况", discussion, record)] {
        let mut texts = text.iter().flat_map(|t| paragraphs(t)).map(|t| body(&t)).peekable();
        if texts.peek().is_some() {
            // In the record every speech is a paragraph of its own, the first one too.
            let first = if apart { None } else { texts.next() };
            lead(name, first, blocks);
            blocks.extend(texts.map(|text| Block::Body { text }));
        }
    }
    let resolutions: Vec<String> = item.resolutions.iter().map(resolution).filter(|r| !r.is_empty()).collect();
    if !resolutions.is_empty() {
        lead("议定事项", None, blocks);
        for (i, text) in resolutions.into_iter().enumerate() {
            blocks.push(Block::Body { text: format!("{}.{text}", i + 1) });
        }
    }
    if let Some(vote) = &item.vote {
        lead("表决结果", Some(vote_text(vote)), blocks);
        let ballots = if record { ballots(vote) } else { String::new() };
        if !ballots.is_empty() {
            blocks.push(Block::Body { text: ballots });
        }
    }
}

/// What was resolved and who carries it out, in one sentence.
fn resolution(r: &Resolution) -> String {
    let parts: Vec<String> = [&r.text].into_iter().chain(&r.tasks).map(|part| body(part.trim().trim_end_matches('。'))).collect();
    if r.tasks.is_empty() { body(&r.text) } else { full_stop(parts.join("，")) }
}

/// Who voted how (记名表决) as a sentence, empty when nobody is named.
fn ballots(v: &Vote) -> String {
    let named = facts(&v.by_name).into_iter().filter(|f| !f.text.is_empty());
    let parts: Vec<String> = named.map(|f| if f.label.is_empty() { f.text } else { format!("{}：{}", f.label, f.text) }).collect();
    if parts.is_empty() { String::new() } else { full_stop(parts.join("；")) }
}

/// The vote as a sentence, every count written out even when it is zero.
fn vote_text(v: &Vote) -> String {
    let method = body(&v.method);
    let unit = counted_by(&v.unit);
    format!(
        "{}应到{}{unit}，实到{}{unit}，同意{}票，反对{}票，弃权{}票，回避{}{unit}。{}",
        if method.is_empty() { method } else { full_stop(method) },
        v.expected,
        v.present,
        v.yes,
        v.no,
        v.abstain,
        v.recused,
        body(&v.outcome)
    )
}

fn roll(m: &Minutes) -> Vec<Roll> {
    let by_party = |((party, people), (_, standing)): ((&str, &Vec<String>), (&str, &String))| {
        let count = people.iter().filter(|p| !line(p).is_empty()).count();
        let who = match (names(people), body(standing)) {
            (names, standing) if names.is_empty() && standing.is_empty() => "无".to_owned(),
            (names, standing) if names.is_empty() => standing,
            (names, standing) if standing.is_empty() => names,
            (names, standing) => format!("{names}；{standing}"),
        };
        format!("{party}（{count}人）\u{3000}{who}")
    };
    let present = match names(&m.guests) {
        _ if !m.counted.is_empty() => vec![body(&m.counted)],
        guests if guests.is_empty() => m.attendance.iter().zip(m.standing.iter()).map(by_party).collect(),
        guests => vec![guests],
    };
    let mut roll = vec![Roll { label: "出席", lines: present }];
    for (label, people) in [("请假", &m.leave), ("缺席", &m.absent), ("列席", &m.observers)] {
        let names = names(people);
        if !names.is_empty() {
            roll.push(Roll { label, lines: vec![names] });
        }
    }
    roll
}

/// Everyone present in the parties' fixed order; a party without anybody keeps one row.
fn signers(m: &Minutes) -> Vec<Signer> {
    let guests = m.guests.iter().map(|p| name_in_cell(p)).filter(|name| !name.is_empty());
    let mut rows: Vec<Signer> = guests.map(|name| Signer { party: "参会人员", name }).collect();
    if !rows.is_empty() {
        return rows;
    }
    for (party, people) in m.attendance.iter() {
        let before = rows.len();
        rows.extend(people.iter().map(|p| name_in_cell(p)).filter(|name| !name.is_empty()).map(|name| Signer { party, name }));
        if rows.len() == before {
            rows.push(Signer { party, name: "无".to_owned() });
        }
    }
    rows
}

/// A name in the record's signature table: nine cells wide.
fn name_in_cell(name: &str) -> String {
    breakable(&line(name), 14)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::sample_minutes;

    #[test]
    fn all_five_parties_are_listed_in_order_even_with_nobody_there() {
        let mut minutes = sample_minutes(1);
        minutes.attendance = FiveParties::default();
        let sheet = MinutesSheet::new(&minutes);
        let lines = &sheet.roll[0].lines;
        assert_eq!(lines.len(), 5);
        for (line, name) in lines.iter().zip(FiveParties::<()>::NAMES) {
            assert_eq!(*line, format!("{name}（0人）\u{3000}无"));
        }
    }

    #[test]
    fn how_a_body_stands_is_no_person_and_signs_nothing() {
        let mut minutes = sample_minutes(1);
        minutes.layout = MinutesLayout::Record;
        minutes.attendance = FiveParties { property: vec!["陈立群".to_owned()], ..FiveParties::default() };
        minutes.standing =
            FiveParties {
                owners: "集体辞职（2024年9月1日起）".to_owned(), property: "撤出中".to_owned(), ..FiveParties::default()
            };
        minutes.absent = vec!["林秋月（出差）".to_owned()];
        let sheet = MinutesSheet::new(&minutes);
        assert_eq!(sheet.roll[0].lines[1], "业委会（0人）\u{3000}集体辞职（2024年9月1日起）");
        assert_eq!(sheet.roll[0].lines[2], "物业企业（1人）\u{3000}陈立群；撤出中");
        assert_eq!(sheet.signers[1], Signer { party: "业委会", name: "无".to_owned() });
        let absent = sheet.roll.iter().find(|roll| roll.label == "缺席").expect("a line of its own");
        assert_eq!(absent.lines, ["林秋月（出差）"]);
    }

    #[test]
    fn sections_of_an_item_stay_numbered_without_gaps_when_one_is_missing() {
        let mut minutes = sample_minutes(1);
        minutes.items[0].source.clear();
        let sheet = MinutesSheet::new(&minutes);
        let leads: Vec<&str> =
            sheet.blocks.iter().filter_map(|b| if let Block::Lead { lead, .. } = b { Some(lead.as_str()) } else { None }).take(3).collect();
        assert_eq!(leads, ["（一）协商情况。", "（二）议定事项。", "（三）表决结果。"]);
    }
}
