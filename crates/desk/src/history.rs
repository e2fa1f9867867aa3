//! A record's history in words, and undo.

use serde_json::Value;
use uuid::Uuid;
use xinghuo_ledger::{Books, ERASED};
use xinghuo_model::*;

use crate::error::Result;
use crate::open::{Profile, copy_name};
use crate::views::HistoryLine;

/// A stored value as people read it; `None` where empty. Masked where its field says so.
pub(crate) fn shown(field: &FieldDef, value: &Value, masked: bool) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(b) => if *b { "是" } else { "否" }.to_owned(),
        Value::Number(n) if field.name == "fen" => format!("{}元", money::grouped(n.as_i64().unwrap_or(0))),
        Value::Number(n) => n.to_string(),
        Value::String(s) => word(field, s),
        Value::Array(list) => {
            let parts: Vec<String> = list
                .iter()
                .map(|v| match v.as_str() {
                    Some(s) if Uuid::try_parse(s).is_ok() => "1 项".to_owned(),
                    Some(s) => match (masked, field.mask) {
                        (true, Some(m)) => mask::apply(m, s),
                        _ => s.to_owned(),
                    },
                    None => "1 项".to_owned(),
                })
                .collect();
            if parts.iter().all(|p| p == "1 项") {
                return Some(format!("{} 项", parts.len()));
            }
            return Some(parts.join("、"));
        }
        Value::Object(_) => "（整组参数）".to_owned(),
    };
    Some(match (masked, field.mask) {
        // Names are what people look for; phones, numbers and notes stay hidden.
        (true, Some(m)) if m != Mask::Name => mask::apply(m, &text),
        _ => text,
    })
}

/// The code of a typed word; free text stays as it is, a word of a closed list must be in it.
pub(crate) fn code_for(field: &FieldDef, typed: &str) -> Option<String> {
    match field.word {
        Some(word) => word(typed).map(|(code, _)| code.to_owned()),
        None if field.name.ends_with("_on") || field.name == "since" || field.name == "until" => {
            typed.parse::<chrono::NaiveDate>().ok().map(|d| d.to_string())
        }
        None => Some(typed.to_owned()),
    }
}

/// Codes become words; everything else stays as it is.
fn word(field: &FieldDef, code: &str) -> String {
    match field.word.and_then(|word| word(code)) {
        Some((_, zh)) => zh.to_owned(),
        None if Uuid::try_parse(code).is_ok() => "（关联记录）".to_owned(),
        None => code.to_owned(),
    }
}

pub(crate) fn lines(books: &Books<'_>, rec: Uuid, profile: &Profile, own: &[u8; 32]) -> Result<Vec<HistoryLine>> {
    let mut out = Vec::new();
    for change in books.history(rec)? {
        let (field, old, new) = match change.field {
            Some(field) => (field.zh.to_owned(), shown(field, &change.old, true), shown(field, &change.new, true)),
            None => {
                let word = match &change.new {
                    Value::Bool(true) => "删除",
                    Value::String(word) if word == ERASED => "内容已抹去",
                    _ => "恢复",
                };
                ("记录".to_owned(), None, Some(word.to_owned()))
            }
        };
        let act = Act::parse(&change.act);
        out.push(HistoryLine {
            action: act.map_or_else(|| change.act.clone(), |a| a.zh().to_owned()),
            field,
            old,
            new,
            person: change.person,
            copy: copy_name(books, &change.key, profile, own)?,
            at: change.at,
            decided: act == Some(Act::Decide),
            own: change.key == *own,
        });
    }
    Ok(out)
}
