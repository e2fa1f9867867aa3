//! What the words of the compound mean: record kinds, codes, the policy pack (制度参数)
//! and the pure rules on them.
//!
//! This crate does no I/O and knows no clock: state and "today" go in, a decision and its
//! reason come out. Every kind of record is one struct under [`records`], and that struct is
//! the only place its fields are listed.

pub mod ids;
pub mod kind;
pub mod mask;
pub mod money;
pub mod month;
pub mod policy;
pub mod records;
pub mod rules;
pub mod words;

pub use ids::*;
pub use kind::{BadField, Class, FieldDef, KindDef, Mask, Record, Search, SpaceKind, Store};
pub use month::Month;
pub use records::{KINDS, kind_named};
pub use words::*;

// The derive writes paths as `crate::…`, so that it serves only this crate.
