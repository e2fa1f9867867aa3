//! The registry's own vocabulary: what a record kind is, and what may be said of a field.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

/// How far up a field may travel (密级范围). Every field has exactly one class, and a class
/// of a space is a channel of its own, so that a receiver who is not entitled to it never
/// sees a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Never leaves the compound's own copies.
    Branch = 1,
    /// The community office (社区) reads it too.
    Community = 2,
    /// Street and district read it too.
    District = 3,
    /// What an office publishes downward: certificates, revocations, policy packs.
    Registry = 4,
}

impl Class {
    /// Every class, narrowest first.
    pub const ALL: [Class; 4] = [Self::Branch, Self::Community, Self::District, Self::Registry];

    /// The stable word used in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Community => "community",
            Self::District => "district",
            Self::Registry => "registry",
        }
    }

    /// The class with this word, if this version knows it.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }

    /// The class with this stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|c| *c as u8 == number)
    }

    /// The word on screen.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Branch => "仅本小区",
            Self::Community => "到社区",
            Self::District => "到街道和区",
            Self::Registry => "社区下发",
        }
    }
}

/// Whose records a kind belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceKind {
    /// One residential compound (小区).
    Compound,
    /// One office (社区、街道、区) and everything it publishes.
    Office,
}

/// How SQLite keeps a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// UTF-8 text; dates and times are ISO 8601 text.
    Text,
    /// A whole number; money is fen (分).
    Integer,
    /// Yes or no, 1 or 0.
    Bool,
    /// Another record's id, 16 bytes.
    Id,
    /// A list, kept as JSON text.
    Json,
}

/// What a field adds to the find box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// A person's name: characters, full pinyin, initials.
    Name,
    /// A part of a room (房号): shorthand such as 3-2-501 and 32501.
    Room,
    /// Phone numbers: whole and last four.
    Phone,
    /// Running text, one token per Chinese character.
    Text,
    /// A paper's or a case's number.
    Number,
}

/// How a field is shown until somebody asks to see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mask {
    /// 王**
    Name,
    /// 138****5678
    Phone,
    /// Only the last four characters.
    IdNumber,
    /// Hidden altogether.
    Text,
}

/// Given the concurrent values of a merge group (one JSON object each, field name → value),
/// tells which one the others lead to, or `None` where a person must decide.
pub type Settle = fn(&[Value]) -> Option<usize>;

/// The code and the Chinese word of what a closed list calls so, by code or word.
pub type Word = fn(&str) -> Option<(&'static str, &'static str)>;

/// One field of a record kind.
#[derive(Debug)]
pub struct FieldDef {
    /// Stable within the kind, from 1, never reused.
    pub number: u16,
    /// Name in Rust, in SQL and in bundles.
    pub name: &'static str,
    /// Name on screen and paper.
    pub zh: &'static str,
    /// How far up it travels.
    pub class: Class,
    /// Fields that mean something only together share a group and merge as one.
    pub group: &'static str,
    /// How SQLite keeps it.
    pub store: Store,
    /// The closed list its value is of.
    pub word: Option<Word>,
    /// What it adds to the find box.
    pub search: Option<Search>,
    /// How it is hidden by default.
    pub mask: Option<Mask>,
    /// How concurrent values of its group may settle by themselves.
    pub settle: Option<Settle>,
}

/// One kind of record: the only description from which table, codec, merge and search follow.
#[derive(Debug)]
pub struct KindDef {
    /// Stable number, never reused.
    pub number: u16,
    /// Name of the table and of the kind in bundles.
    pub name: &'static str,
    /// Name on screen.
    pub zh: &'static str,
    /// Whose records these are.
    pub space: SpaceKind,
    /// Created once and never edited (opinions, visits, votes …): such records cannot conflict.
    pub append_only: bool,
    /// The fields, in the order of the struct.
    pub fields: &'static [FieldDef],
}

impl PartialEq for KindDef {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for KindDef {}

impl KindDef {
    /// The position of the field with this name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }

    /// The lowest field number of the group: a group's stable number.
    pub fn group_number(&self, group: &str) -> u16 {
        self.fields.iter().filter(|f| f.group == group).map(|f| f.number).min().unwrap_or(0)
    }

    /// The classes that occur in this kind, narrowest first.
    pub fn classes(&self) -> Vec<Class> {
        let mut classes: Vec<Class> = self.fields.iter().map(|f| f.class).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// The class whose channel announces that the record exists: its widest.
    pub fn home_class(&self) -> Class {
        self.classes().last().copied().unwrap_or(Class::Branch)
    }

    /// Whether the find box knows this kind.
    pub fn searchable(&self) -> bool {
        self.fields.iter().any(|f| f.search.is_some())
    }
}

/// A stored value that this version cannot read as the field's type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field {kind}.{field} holds a value this version does not know")]
pub struct BadField {
    /// The record kind.
    pub kind: &'static str,
    /// The field.
    pub field: &'static str,
}

/// A record kind's struct, see `#[derive(Record)]`.
pub trait Record: Sized + Clone + PartialEq + Send + 'static {
    /// Its id's type.
    type Id: Copy + From<Uuid> + Into<Uuid>;
    /// Its registry entry.
    const KIND: &'static KindDef;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// Its values as JSON, in the order of `KIND.fields`.
    fn values(&self) -> Vec<Value>;
    /// Reads it back; `take(i)` gives the value of field `i`.
    ///
    /// # Errors
    /// [`BadField`] where a newer version wrote a value this one does not know.
    fn from_values(id: Self::Id, take: &mut dyn FnMut(usize) -> Value) -> Result<Self, BadField>;
}

/// A record with its texts trimmed, and what is empty left out.
pub fn tidy<T: Record>(record: T) -> T {
    let texts = |value: Value| match value {
        Value::String(text) => match text.trim() {
            "" => Value::Null,
            text => Value::String(text.to_owned()),
        },
        other => other,
    };
    let mut values: Vec<Value> = record
        .values()
        .into_iter()
        .map(|value| match value {
            Value::Array(list) => Value::Array(list.into_iter().map(texts).filter(|one| !one.is_null()).collect()),
            value => texts(value),
        })
        .collect();
    T::from_values(record.id(), &mut |at| values[at].take()).unwrap_or(record)
}

/// A type that a field may have.
pub trait FieldType: Sized {
    /// How SQLite keeps it.
    const STORE: Store;
    /// The closed list it is of.
    const WORD: Option<Word> = None;
    /// Its JSON form; an absent value is `null`.
    fn to_value(&self) -> Value;
    /// Reads its JSON form.
    fn from_value(value: Value) -> Option<Self>;
}

/// Implements [`FieldType`] through serde for plain types.
#[macro_export]
macro_rules! field_type {
    ($store:ident: $($ty:ty),+ $(,)?) => {$(
        impl $crate::kind::FieldType for $ty {
            const STORE: $crate::kind::Store = $crate::kind::Store::$store;
            fn to_value(&self) -> ::serde_json::Value {
                ::serde_json::to_value(self).unwrap_or_default()
            }
            fn from_value(value: ::serde_json::Value) -> Option<Self> {
                ::serde_json::from_value(value).ok()
            }
        }
    )+};
}

field_type!(Integer: i64, u32);
field_type!(Bool: bool);
field_type!(Text: NaiveDate, NaiveTime, DateTime<FixedOffset>);
// A record of whichever kind.
field_type!(Id: Uuid);

impl FieldType for String {
    const STORE: Store = Store::Text;
    fn to_value(&self) -> Value {
        // An empty text and an absent one are the same fact; one form keeps diffs honest.
        if self.is_empty() { Value::Null } else { Value::String(self.clone()) }
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::new()),
            Value::String(s) => Some(s),
            _ => None,
        }
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const STORE: Store = T::STORE;
    const WORD: Option<Word> = T::WORD;
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, FieldType::to_value)
    }
    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }
}

impl<T: Serialize + DeserializeOwned> FieldType for Vec<T> {
    const STORE: Store = Store::Json;
    fn to_value(&self) -> Value {
        if self.is_empty() { Value::Null } else { serde_json::to_value(self).unwrap_or_default() }
    }
    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(Self::new()) } else { serde_json::from_value(value).ok() }
    }
}
