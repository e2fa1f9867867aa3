//! Between a field's JSON form in the log and its SQL form in the projected table.

use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;
use xinghuo_model::{FieldDef, KindDef, Store};

use crate::entry::uuid_of;

/// JSON text → SQL; `None` where the type does not fit (a newer version wrote it).
pub(crate) fn sql_from_raw(field: &FieldDef, raw: &RawValue) -> Option<Sql> {
    let text = raw.get();
    if text == "null" {
        return Some(Sql::Null);
    }
    Some(match field.store {
        Store::Text => Sql::Text(serde_json::from_str::<String>(text).ok()?),
        Store::Integer => Sql::Integer(serde_json::from_str(text).ok()?),
        Store::Bool => Sql::Integer(i64::from(serde_json::from_str::<bool>(text).ok()?)),
        Store::Id => {
            let id = text.strip_prefix('"')?.strip_suffix('"')?;
            Sql::Blob(uuid_of(id.as_bytes())?.as_bytes().to_vec())
        }
        // In one form, or a space more would make two values of one.
        Store::Json => Sql::Text(serde_json::from_str::<Value>(text).ok()?.to_string()),
    })
}

/// JSON value → SQL.
pub(crate) fn sql_from_json(field: &FieldDef, value: &Value) -> Sql {
    match (field.store, value) {
        (_, Value::Null) => Sql::Null,
        (Store::Text, Value::String(s)) => Sql::Text(s.clone()),
        (Store::Integer, Value::Number(n)) => n.as_i64().map_or(Sql::Null, Sql::Integer),
        (Store::Bool, Value::Bool(b)) => Sql::Integer(i64::from(*b)),
        (Store::Id, Value::String(s)) => Uuid::try_parse(s).map_or(Sql::Null, |id| Sql::Blob(id.as_bytes().to_vec())),
        (Store::Json, value) => Sql::Text(value.to_string()),
        _ => Sql::Null,
    }
}

/// SQL → JSON.
pub(crate) fn json_from_sql(field: &FieldDef, value: ValueRef<'_>) -> Value {
    match (field.store, value) {
        (Store::Bool, ValueRef::Integer(n)) => Value::Bool(n != 0),
        (_, ValueRef::Integer(n)) => Value::from(n),
        (Store::Json, ValueRef::Text(t)) => serde_json::from_slice(t).unwrap_or_default(),
        (_, ValueRef::Text(t)) => String::from_utf8_lossy(t).into_owned().into(),
        (_, ValueRef::Blob(b)) => Uuid::from_slice(b).map_or(Value::Null, |id| id.to_string().into()),
        _ => Value::Null,
    }
}

/// The fields of a group, by position in the kind.
pub(crate) fn group_fields(kind: &'static KindDef, group: u16) -> impl Iterator<Item = (usize, &'static FieldDef)> {
    let name = kind.fields.iter().find(|f| f.number == group).map_or("", |f| f.group);
    kind.fields.iter().enumerate().filter(move |(_, f)| f.group == name)
}
