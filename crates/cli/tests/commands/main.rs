//! The command line as a person or a script uses it: the built program, real homes, real files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backup;
mod council;
mod exchange;
mod refusing;
mod town;
