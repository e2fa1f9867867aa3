//! Papers (文书): one plain model per paper, and the writers that turn it into PDF, page pictures and
//! an editable .docx.
//!
//! What lives here: the layout rules of GB/T 9704-2012, the fonts that carry them, and the two files a
//! clerk can keep. What does not: records, queries, keys, clocks. A caller fills a [`Paper`] with
//! finished Chinese strings and passes every date in; the same paper always gives the same bytes.
//!
//! ```text
//! Paper ──compose──▶ sheet ──typst──▶ PDF / PNG      (Press, needs fonts)
//!                         └─WordprocessingML─▶ .docx (docx(), names fonts only)
//! ```

mod compose;
mod cover;
mod docx;
mod error;
mod face;
mod letter;
mod minutes;
mod press;
#[doc(hidden)]
pub mod sample;
mod sfnt;
mod sign_in;
mod slip;
mod words;

pub use docx::docx;
pub use error::{Error, Result};
pub use face::{Face, Role, font_dirs};
pub use letter::{Letter, Receipt};
pub use minutes::{AgendaItem, Fact, FiveParties, Minutes, MinutesLayout, Resolution, Vote};
pub use press::{Page, Press};
pub use sign_in::{Attendee, SignIn, SignInParty};
pub use slip::{Count, Reached, Slip};

use serde::{Deserialize, Serialize};

/// A paper (文书) ready to be printed: every string in it is final.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "paper", rename_all = "snake_case")]
pub enum Paper {
    /// Meeting minutes, 会议纪要.
    Minutes(Box<Minutes>),
    /// A sign-in sheet, 签到表.
    SignIn(Box<SignIn>),
    /// The receipt slip of a data bundle, 数据包回执单.
    Slip(Box<Slip>),
    /// A letter: a notice, an invitation, a publicity sheet, a task slip or house rules.
    Letter(Box<Letter>),
}

impl From<Minutes> for Paper {
    fn from(minutes: Minutes) -> Self {
        Paper::Minutes(Box::new(minutes))
    }
}

impl From<SignIn> for Paper {
    fn from(sheet: SignIn) -> Self {
        Paper::SignIn(Box::new(sheet))
    }
}

impl From<Slip> for Paper {
    fn from(slip: Slip) -> Self {
        Paper::Slip(Box::new(slip))
    }
}

impl From<Letter> for Paper {
    fn from(letter: Letter) -> Self {
        Paper::Letter(Box::new(letter))
    }
}
