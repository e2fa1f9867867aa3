//! Desks with real files, real keys and real bundles: what people do, and what becomes of it elsewhere.

mod affairs;
mod assembly;
mod attachments;
mod council;
mod doing;
mod erasing;
mod exchange;
mod healing;
mod meetings;
mod papers;
mod people;
mod place;
mod seldom;
mod states;
mod unhappy;
mod upward;
