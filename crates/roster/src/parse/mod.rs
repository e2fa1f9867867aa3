//! One reader per kind of cell. Each takes what the cell holds and gives back
//! a value in its normal form and the issues found on the way; none of them
//! knows of sheets or headers.

pub(crate) mod date;
pub(crate) mod id_number;
pub(crate) mod name;
pub(crate) mod phone;
pub(crate) mod room;
pub(crate) mod text;
pub(crate) mod words;
