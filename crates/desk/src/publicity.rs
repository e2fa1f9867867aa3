//! Publicity (公示): what hangs in the compound for everybody to read, and what is said against it.

use std::collections::HashMap;

use chrono::NaiveDate;
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::ask::PublicityInput;
use crate::attachments;
use crate::cases::{days_left, not_future};
use crate::error::{Result, filled, optional, texts};
use crate::open::{At, Open, known_or_new};
use crate::views::{MaskedName, MaskedText, PublicityItem, PublicityLine, PublicityStanding, Saved};

/// A text as it may hang in public: residents by family name (隐名), numbers masked. `keep` names those who are
/// to be named in full.
pub(crate) fn masked(books: &Books<'_>, space: SpaceId, text: &str, keep: &[String]) -> Result<MaskedText> {
    let names = books.rows(
        "SELECT DISTINCT name FROM person WHERE life = 0 AND space = ?1 AND length(name) > 1 ORDER BY length(name) DESC, name",
        [space.0.as_bytes()],
        |r| r.get::<_, String>(0),
    )?;
    let mut by_first: HashMap<char, Vec<&String>> = HashMap::new();
    for name in &names {
        by_first.entry(name.chars().next().unwrap_or_default()).or_default().push(name);
    }
    let text = masked_numbers(text);
    let (mut out, mut found, mut rest) = (String::with_capacity(text.len()), Vec::<MaskedName>::new(), text.as_str());
    // Once through, the longest name first: nobody is found inside of somebody else's name.
    while let Some(c) = rest.chars().next() {
        let Some(name) = by_first.get(&c).and_then(|names| names.iter().find(|name| rest.starts_with(name.as_str()))) else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let (kept, shown) = (keep.contains(name), mask::public_name(name));
        out.push_str(if kept { name } else { &shown });
        rest = &rest[name.len()..];
        match found.iter_mut().find(|one| one.name == **name) {
            Some(one) => one.times += 1,
            None => found.push(MaskedName { name: (*name).clone(), shown, times: 1, kept }),
        }
    }
    Ok(MaskedText { text: out, found })
}

/// What tells a number from another one beside it.
const BETWEEN: &[char] = &[' ', '-', '\u{3000}', '－', '—'];

/// A run of figures, or a mark between two of them.
struct Piece {
    typed: String,
    /// In plain figures; empty where it is none.
    figures: String,
}

/// Telephone and citizen numbers, however they are typed: in wide figures, in the usual groups (138 1234 5678,
/// 330102 19900101 123x), with 86 before.
fn masked_numbers(text: &str) -> String {
    // Runs of figures, and what stands between them.
    let mut pieces: Vec<Piece> = Vec::new();
    for c in text.chars() {
        let figure = match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFF10 + u32::from('0')),
            'x' | 'X' | 'ｘ' | 'Ｘ' if ends_citizen(&pieces) => Some('X'),
            _ => c.is_ascii_digit().then_some(c),
        };
        match (figure, pieces.last_mut()) {
            (Some(figure), Some(Piece { typed, figures })) if !figures.is_empty() => {
                typed.push(c);
                figures.push(figure);
            }
            (figure, _) => pieces.push(Piece { typed: c.to_string(), figures: figure.into_iter().collect() }),
        }
    }
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < pieces.len() {
        let (taken, shown) = number_at(&pieces[at..]).unwrap_or_else(|| (1, pieces[at].typed.clone()));
        out.push_str(&shown);
        at += taken;
    }
    out
}

/// Whether an X now would end a citizen number, in one run or in its groups.
fn ends_citizen(pieces: &[Piece]) -> bool {
    let lengths: Vec<usize> = pieces.iter().rev().step_by(2).take(3).map(|piece| piece.figures.len()).collect();
    lengths.first() == Some(&17) || lengths == [3, 8, 6]
}

/// The number that begins with this run of figures, masked, and of how many pieces it is.
fn number_at(pieces: &[Piece]) -> Option<(usize, String)> {
    const PHONE: &[&[usize]] = &[&[11], &[3, 4, 4]];
    const ABROAD: &[&[usize]] = &[&[13], &[2, 11], &[2, 3, 4, 4]];
    const CITIZEN: &[&[usize]] = &[&[18], &[6, 8, 4]];
    let grouped = |groups: &[usize]| -> Option<(usize, String)> {
        let taken = groups.len() * 2 - 1;
        let runs = pieces.get(..taken)?.iter().enumerate();
        let mut number = String::new();
        for (n, Piece { typed, figures }) in runs {
            match n % 2 {
                0 if figures.len() == groups[n / 2] => number.push_str(figures),
                1 if figures.is_empty() && typed.starts_with(BETWEEN) => {}
                _ => return None,
            }
        }
        Some((taken, number))
    };
    let first = |shapes: &[&[usize]]| shapes.iter().find_map(|groups| grouped(groups));
    if let Some((taken, number)) = first(CITIZEN) {
        return Some((taken, mask::id_number(&number)));
    }
    if let Some((taken, number)) = first(ABROAD).filter(|(_, number)| number.starts_with("86")) {
        return Some((taken, format!("86{}", mask::phone(&number[2..]))));
    }
    first(PHONE).map(|(taken, number)| (taken, mask::phone(&number)))
}

fn standing(publicity: &Publicity, today: NaiveDate) -> PublicityStanding {
    match publicity.taken_down_on {
        Some(_) => PublicityStanding::TakenDown,
        None if today < publicity.from => PublicityStanding::Coming,
        None if today <= publicity.to => PublicityStanding::Hanging,
        None => PublicityStanding::Over,
    }
}

/// What the record is called that a publicity is about.
fn about(books: &Books<'_>, of: uuid::Uuid) -> Result<Option<String>> {
    if let Some(topic) = books.get::<Topic>(TopicId(of))? {
        return Ok(Some(format!("议题：{}", topic.record.title)));
    }
    if let Some(meeting) = books.get::<Meeting>(MeetingId(of))? {
        return Ok(Some(format!("{}{}", meeting.record.month.zh(), meeting.record.kind.zh())));
    }
    Ok(books.get::<HouseRule>(HouseRuleId(of))?.map(|rule| format!("小区规则：{}", rule.record.title)))
}

fn line(books: &Books<'_>, publicity: Publicity, today: NaiveDate) -> Result<PublicityLine> {
    let kept = books.select::<Objection>("AND publicity = ?1 ORDER BY \"on\", id", [publicity.id.0.as_bytes()])?;
    let objections: Vec<Objection> = kept.into_iter().map(|kept| kept.record).collect();
    Ok(PublicityLine {
        standing: standing(&publicity, today),
        days_left: days_left(publicity.to, today),
        unanswered: objections.iter().filter(|o| o.answer.is_none()).count() as u32,
        files: attachments::count(books, publicity.id.0)?,
        about: match publicity.of {
            Some(of) => about(books, of)?,
            None => None,
        },
        objections,
        publicity,
    })
}

impl Open {
    /// What hangs, what will and what did: the latest first.
    pub(crate) fn publicities(&self, today: NaiveDate) -> Result<Vec<PublicityLine>> {
        let space = self.compound()?;
        self.read(|books| {
            let all = books.select::<Publicity>("AND space = ?1 ORDER BY \"from\" DESC, id DESC", [space.0.as_bytes()])?;
            all.into_iter().map(|kept| line(books, kept.record, today)).collect()
        })
    }

    /// What must be published by the pack in force, and when it last was.
    pub(crate) fn publicity_items(&self, today: NaiveDate) -> Result<Vec<PublicityItem>> {
        let space = self.compound()?;
        self.read(|books| {
            let mut out = Vec::new();
            for item in self.policy(books, today)?.publicity_items {
                let last = books
                    .select::<Publicity>(
                        "AND space = ?1 AND item = ?2 ORDER BY \"from\" DESC, id DESC LIMIT 1",
                        (space.0.as_bytes(), &item),
                    )?
                    .pop()
                    .map(|kept| kept.record);
                out.push(PublicityItem {
                    hanging: last.as_ref().is_some_and(|last| standing(last, today) == PublicityStanding::Hanging),
                    publicity: last.as_ref().map(|last| last.id),
                    last: last.map(|last| last.from),
                    item,
                });
            }
            Ok(out)
        })
    }

    pub(crate) fn mask_text(&self, text: &str, keep: &[String]) -> Result<MaskedText> {
        let space = self.own_compound()?;
        self.read(|books| masked(books, space, text, keep))
    }

    pub(crate) fn save_publicity(&self, input: PublicityInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let (title, text, contact) = (filled(&input.title, "title")?, filled(&input.text, "text")?, filled(&input.contact, "contact")?);
        if input.to < input.from {
            return Err(Refusal::Before("公示期止", "公示期起").into());
        }
        self.save_one(Act::SavePublicity, at, |save| {
            let old = input.id.map(|id| save.books().need::<Publicity>(id)).transpose()?.map(|kept| kept.record);
            if old.as_ref().is_some_and(|old| old.taken_down_on.is_some()) {
                return Err(Refusal::Lacks("已经撤下的公示不能再改；需要时请另出一份。").into());
            }
            let books = save.books();
            let (title, text) = (masked(&books, space, &title, &input.keep)?.text, masked(&books, space, &text, &input.keep)?.text);
            let publicity = Publicity {
                id: old.map_or_else(|| save.id(), |old| old.id),
                title,
                text,
                from: input.from,
                to: input.to,
                places: texts(input.places),
                contact,
                of: input.of,
                taken_down_on: None,
                result: None,
                item: optional(input.item),
            };
            save.put(space, &publicity);
            Ok(publicity.id)
        })
    }

    /// It is taken down (撤下), and this is what came of it.
    pub(crate) fn take_down(&self, id: PublicityId, on: NaiveDate, result: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "撤下日期")?;
        let result = filled(result, "result")?;
        self.save_one(Act::SavePublicity, at, |save| {
            let mut publicity = save.books().need::<Publicity>(id)?.record;
            if on < publicity.to {
                return Err(Refusal::Before("撤下日期", "公示期止").into());
            }
            let open = save
                .books()
                .number("SELECT count(*) FROM objection WHERE life = 0 AND publicity = ?1 AND answer IS NULL", [id.0.as_bytes()])?;
            if open > 0 {
                return Err(Refusal::Lacks("还有异议没有答复，答复以后再写公示结果。").into());
            }
            publicity.taken_down_on = Some(on);
            publicity.result = Some(result);
            save.put(space, &publicity);
            Ok(id)
        })
    }

    /// Records an objection, or its answer.
    pub(crate) fn save_objection(&self, input: ObjectionInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(input.on, at.date_naive(), "日期")?;
        filled(&input.by, "by")?;
        filled(&input.text, "text")?;
        if let Some(on) = input.answered_on {
            not_future(on, at.date_naive(), "答复日期")?;
            if on < input.on {
                return Err(Refusal::Before("答复日期", "异议日期").into());
            }
        }
        self.save_one(Act::SaveObjection, at, |save| {
            save.books().need::<Publicity>(input.publicity)?;
            let id = known_or_new::<Objection>(save, input.id)?;
            let mut objection = input.record(id);
            objection.answered_on = objection.answer.as_ref().map(|_| objection.answered_on.unwrap_or(at.date_naive()));
            save.put(space, &objection);
            Ok(objection.id)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::masked_numbers;

    #[test]
    fn telephone_and_citizen_numbers_do_not_hang_in_public() {
        assert_eq!(masked_numbers("电话13812345678，3幢"), "电话138****5678，3幢");
        assert_eq!(masked_numbers("33100319800101123X"), "**************123X");
        assert_eq!(masked_numbers("经费3500元，2026年11月30日"), "经费3500元，2026年11月30日");
    }
}
