//! What became of a row, once the caller has compared it with what is known.

use rust_xlsxwriter::Color;
use serde::{Deserialize, Serialize};

/// What became of a row (结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 新增: somebody not known before.
    New,
    /// 变更: somebody known, with something new.
    Changed,
    /// 相同: nothing new.
    Same,
    /// 存疑: taken or not, somebody should look.
    Suspect,
    /// 跳过: rightly not a person's row, or a repeated one.
    Skipped,
    /// 未导入: could not be taken.
    NotImported,
}

impl Verdict {
    /// The word written under 结果.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "新增",
            Self::Changed => "变更",
            Self::Same => "相同",
            Self::Suspect => "存疑",
            Self::Skipped => "跳过",
            Self::NotImported => "未导入",
        }
    }

    /// The fill that goes with the word; the word says it without the colour.
    pub(crate) fn fill(self) -> Color {
        Color::RGB(match self {
            Self::New => 0xC6EFCE,
            Self::Changed => 0xDDEBF7,
            Self::Same => 0xEDEDED,
            Self::Suspect => 0xFFEB9C,
            Self::Skipped => 0xF2F2F2,
            Self::NotImported => 0xFFC7CE,
        })
    }

    /// All of them.
    pub const ALL: [Self; 6] = [Self::New, Self::Changed, Self::Same, Self::Suspect, Self::Skipped, Self::NotImported];
}
