//! The store from outside: copies that write apart from each other and exchange their logs.
//! Seals are dummies here: the store does not verify them, bundles do.

mod auditing;
mod converging;
mod erasing;
mod finding;
mod fixture;
mod keeping;
mod refusing;
mod trusting;
mod undoing;
mod upgrading;
mod volumes;
