//! Reading the merge state: concurrent values, concurrent pairs, and whether they disagree.

use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use xinghuo_model::KindDef;

use crate::bodies::Bodies;
use crate::dots::Dot;
use crate::entry::block_ref;
use crate::error::Result;
use crate::values::{group_fields, json_from_sql};

/// Two current writes to different groups that did not know of each other.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub a: (u16, Dot),
    pub b: (u16, Dot),
}

pub(crate) fn listed_siblings(conn: &Connection, kind: &KindDef, rec: Uuid, group: u16) -> Result<Vec<(Dot, Value)>> {
    Ok(all_siblings(conn, kind, rec)?.into_iter().filter(|(g, ..)| *g == group).map(|(_, d, v)| (d, v)).collect())
}

pub(crate) fn all_siblings(conn: &Connection, kind: &KindDef, rec: Uuid) -> Result<Vec<(u16, Dot, Value)>> {
    let mut stmt = conn.prepare_cached("SELECT grp, log, seq, value FROM sibling WHERE rec = ?1 AND kind = ?2")?;
    let mut rows = stmt.query(params![rec.as_bytes(), kind.number])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let value = serde_json::from_str(r.get_ref(3)?.as_str().unwrap_or_default()).unwrap_or_default();
        out.push((r.get(0)?, Dot { log: r.get(1)?, seq: r.get::<_, i64>(2)? as u64 }, value));
    }
    Ok(out)
}

pub(crate) fn pairs_of(conn: &Connection, kind: &KindDef, rec: Uuid) -> Result<Vec<Pair>> {
    let mut stmt = conn.prepare_cached("SELECT a_grp, a_log, a_seq, b_grp, b_log, b_seq FROM pair WHERE rec = ?1 AND kind = ?2")?;
    let mut rows = stmt.query(params![rec.as_bytes(), kind.number])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        out.push(Pair {
            a: (r.get(0)?, Dot { log: r.get(1)?, seq: r.get::<_, i64>(2)? as u64 }),
            b: (r.get(3)?, Dot { log: r.get(4)?, seq: r.get::<_, i64>(5)? as u64 }),
        });
    }
    Ok(out)
}

/// Whether the write `dot` deleted the record (or brought it back).
pub(crate) fn life_word(bodies: &Bodies<'_>, kind: &KindDef, rec: Uuid, dot: Dot) -> Result<bool> {
    let mut word = false;
    for line in bodies.about(rec, dot)? {
        // Should one entry say it twice, the last counts, as it does for fields.
        if let Some(block) = block_ref(&line)
            && block.kind == kind.name
        {
            word = block.deleted.unwrap_or(word);
        }
    }
    Ok(word)
}

/// The shown value of a group: field name → value, empty ones left out.
pub(crate) fn row_value(conn: &Connection, kind: &'static KindDef, rid: i64, group: u16) -> Result<Value> {
    let fields: Vec<_> = group_fields(kind, group).collect();
    let columns: Vec<String> = fields.iter().map(|(_, f)| format!("\"{}\"", f.name)).collect();
    if columns.is_empty() {
        return Ok(Value::Null);
    }
    let sql = format!("SELECT {} FROM \"{}\" WHERE rid = ?1", columns.join(", "), kind.name);
    let value = conn.prepare_cached(&sql)?.query_row([rid], |r| {
        let mut map = Map::new();
        for (n, (_, field)) in fields.iter().enumerate() {
            let json = json_from_sql(field, r.get_ref(n)?);
            if !json.is_null() {
                map.insert(field.name.to_owned(), json);
            }
        }
        Ok(Value::Object(map))
    })?;
    Ok(value)
}

/// Equal values written twice are no conflict; nor are values of which one follows from the
/// others.
pub(crate) fn differs(kind: &'static KindDef, group: u16, all: &[(Dot, Value)]) -> bool {
    all.windows(2).any(|w| w[0].1 != w[1].1) && settled(kind, group, all).is_none()
}

/// Which value the others lead to, by the kind's own rule.
pub(crate) fn settled(kind: &'static KindDef, group: u16, all: &[(Dot, Value)]) -> Option<usize> {
    let settle = group_fields(kind, group).find_map(|(_, f)| f.settle)?;
    // Equal values count once, or two laptops that said the same would never settle.
    let mut distinct: Vec<&Value> = Vec::new();
    for (_, v) in all {
        if !distinct.contains(&v) {
            distinct.push(v);
        }
    }
    let values: Vec<Value> = distinct.iter().map(|v| (*v).clone()).collect();
    let winner = settle(&values)?;
    all.iter().position(|(_, v)| v == distinct[winner])
}
