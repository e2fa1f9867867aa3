//! Conflicts as cards, and their decision.

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_ledger::{Author, Books, Conflict, ConflictKind as Kind};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::ask::Decision;
use crate::error::{DeskError, Result, not};
use crate::history::shown;
use crate::open::{Open, copy_name, figures_only, lock};
use crate::views::*;

/// Which record, in words: its name, number or title.
fn title(books: &Books<'_>, kind: &'static KindDef, rec: Uuid) -> Result<String> {
    let column = ["number", "title", "name", "text", "facts", "month"].into_iter().find(|c| kind.field(c).is_some());
    let Some(column) = column else { return Ok(kind.zh.to_owned()) };
    let sql = format!("SELECT \"{column}\" FROM \"{}\" WHERE id = ?1", kind.name);
    let text: Option<String> = books.rows(&sql, [rec.as_bytes()], |r| r.get(0))?.into_iter().next().flatten();
    let text: String = text.unwrap_or_default().chars().take(40).collect();
    Ok(format!("{} {text}", kind.zh))
}

impl Open {
    pub(crate) fn conflicts(&self) -> Result<Vec<ConflictCard>> {
        let inner = lock(&self.inner);
        let books = inner.ledger.books();
        let own = inner.ledger.own_key();
        let mut cards = Vec::new();
        for conflict in inner.ledger.conflicts()? {
            cards.push(self.card(&books, &own, conflict)?);
        }
        Ok(cards)
    }

    fn card(&self, books: &Books<'_>, own: &[u8; 32], conflict: Conflict) -> Result<ConflictCard> {
        let kind = conflict.kind;
        let mut sides = Vec::new();
        for side in &conflict.sides {
            let mut values = Vec::new();
            if side.value["deleted"] == true {
                values.push(("记录".to_owned(), "删除".to_owned()));
            } else {
                for field in kind.fields.iter().filter(|f| f.group == side.group) {
                    let text = shown(field, &side.value[field.name], true).unwrap_or_else(|| "（空）".to_owned());
                    values.push((field.zh.to_owned(), text));
                }
            }
            sides.push(ConflictSide {
                values,
                person: side.person.clone(),
                copy: copy_name(books, &side.key, &self.profile(), own)?,
                at: side.at,
            });
        }
        let compound = books.get::<Compound>(CompoundId(conflict.space.0))?.map(|c| c.record.name);
        Ok(ConflictCard {
            record: conflict.rec,
            kind: match conflict.what {
                Kind::Field => ConflictKind::Field,
                Kind::Parallel => ConflictKind::Parallel,
                Kind::Deleted => ConflictKind::Deleted,
            },
            record_kind: kind.name.to_owned(),
            record_kind_zh: kind.zh.to_owned(),
            title: title(books, kind, conflict.rec)?,
            compound,
            group: conflict.group.to_owned(),
            sides,
            fields: kind.fields.iter().filter(|f| f.group == conflict.group).map(|f| (f.name.to_owned(), f.zh.to_owned())).collect(),
        })
    }

    /// Decides: for a field by side or by a third value; for a parallel edit by accepting; for a
    /// deletion by side (0 keeps where the first side is the change, see the card).
    pub(crate) fn decide(&self, decision: &Decision, at: DateTime<FixedOffset>) -> Result<Saved> {
        if self.reads_figures() {
            return figures_only();
        }
        let author = Author { person: self.profile().person.clone(), at };
        let mut inner = lock(&self.inner);
        let Some(conflict) = inner.ledger.conflicts()?.into_iter().find(|c| c.rec == decision.record && c.group == decision.group) else {
            return not("conflict.gone", "这处冲突已经裁定过了。", "请刷新列表。");
        };
        let kind = conflict.kind;
        let outcome = match conflict.what {
            Kind::Parallel => inner.ledger.accept_parallel(conflict.rec, kind, &author)?,
            Kind::Deleted => {
                let Some(side) = decision.side.and_then(|s| conflict.sides.get(s as usize)) else {
                    return Err(DeskError::Field { field: "side", why: "请选择保留还是删除。" });
                };
                let deleted = side.value["deleted"] == true;
                inner.ledger.decide_life(conflict.rec, kind, deleted, &author)?
            }
            Kind::Field => {
                let value: Map<String, Value> = match (&decision.third, decision.side.and_then(|s| conflict.sides.get(s as usize))) {
                    (Some(third), _) => typed(kind, conflict.group, third)?,
                    (None, Some(side)) => side.value.as_object().cloned().unwrap_or_default(),
                    (None, None) => return Err(DeskError::Field { field: "side", why: "请选择一边，或写下第三种。" }),
                };
                inner.ledger.decide(conflict.rec, kind, conflict.group, &value, &author)?
            }
        };
        Ok(Saved {
            id: conflict.rec,
            save: outcome.save,
            message: "已裁定，会随下一个数据包告诉对方。".to_owned(),
            changed: outcome.changed.iter().map(|k| (*k).to_owned()).collect(),
        })
    }
}

/// A third value as it was typed, in the field's own type.
fn typed(kind: &'static KindDef, group: &str, third: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut out = Map::new();
    for field in kind.fields.iter().filter(|f| f.group == group) {
        let value = third.get(field.name).cloned().unwrap_or_default();
        let value = match (field.store, value) {
            (_, Value::Null) => Value::Null,
            (_, Value::String(s)) if s.trim().is_empty() => Value::Null,
            (Store::Integer, Value::String(s)) => match s.trim().parse::<i64>() {
                Ok(n) => Value::from(n),
                Err(_) => return Err(DeskError::Field { field: "third", why: "这里要填整数。" }),
            },
            (Store::Bool, Value::String(s)) => Value::Bool(matches!(s.trim(), "是" | "true")),
            (Store::Json, Value::String(s)) => Value::Array(s.split(['、', '，', ',']).map(|p| Value::from(p.trim())).collect()),
            (_, Value::String(s)) => match crate::history::code_for(field, s.trim()) {
                Some(code) => Value::from(code),
                None => return Err(DeskError::Field { field: "third", why: "请从这一项可用的词里选一个。" }),
            },
            (_, value) => value,
        };
        out.insert(field.name.to_owned(), value);
    }
    Ok(out)
}
