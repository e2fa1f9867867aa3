//! Tests through the real window: what a person sees and types, driven by WebDriver.
//!
//! They need the window built with its pages inside, `tauri-driver`, and a screen: `cargo xtask test`
//! sees to all three. Pictures go to `target/shots`. Only what crosses the whole house is tested
//! here; rules and pages have tests of their own beside them.

mod affairs;
mod axe;
mod branch;
mod council;
mod exchange;
mod files;
mod gallery;
mod healing;
mod keyboard;
mod office;
mod opens;
mod policy;
mod street;
