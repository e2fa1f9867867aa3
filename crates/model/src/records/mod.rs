//! Every kind of record, one struct each: the only place where its fields are listed.
//!
//! Kind and field numbers are never reused; `registry.txt` beside this crate's tests holds a
//! snapshot. Adding a field is one line here and the page that shows it.

mod attachment;
mod campaigns;
mod cases;
mod council;
mod office;
mod outreach;
mod people;
mod publicity;
mod seals;

pub use attachment::*;
pub use campaigns::*;
pub use cases::*;
pub use council::*;
pub use office::*;
pub use outreach::*;
pub use people::*;
pub use publicity::*;
pub use seals::*;

use crate::kind::{KindDef, Record};

/// The registry: every kind this version knows, by number.
pub static KINDS: &[&KindDef] = &[
    Compound::KIND,
    Person::KIND,
    Request::KIND,
    RequestStep::KIND,
    Mediation::KIND,
    MediationVisit::KIND,
    AgreementTerm::KIND,
    Cycle::KIND,
    Opinion::KIND,
    Topic::KIND,
    Meeting::KIND,
    Body::KIND,
    Delegate::KIND,
    Attendance::KIND,
    Speech::KIND,
    Vote::KIND,
    OwnerVote::KIND,
    Resolution::KIND,
    Task::KIND,
    Feedback::KIND,
    MinutesEdition::KIND,
    Publicity::KIND,
    Objection::KIND,
    OpinionReply::KIND,
    HouseRule::KIND,
    Campaign::KIND,
    Site::KIND,
    Paper::KIND,
    Attachment::KIND,
    Canvass::KIND,
    CanvassVisit::KIND,
    Demand::KIND,
    OwnerBallot::KIND,
    SealUse::KIND,
    Office::KIND,
    Certificate::KIND,
    Revocation::KIND,
    PolicyPack::KIND,
];

/// The kind with this name, if this version knows it.
pub fn kind_named(name: &str) -> Option<&'static KindDef> {
    KINDS.iter().copied().find(|k| k.name == name)
}
