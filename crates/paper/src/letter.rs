//! Letters: meeting notices (会议通知), invitations, publicity (公示), task slips (任务督办单), letters to an
//! outside body (函) and house rules (小区规则). One model serves them all; what a kind does not need
//! stays empty and leaves no trace on the paper.

use crate::minutes::Fact;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A letter on the page of GB/T 9704-2012, A4 upright.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// 标题. A line break in it is kept; without one a long title is broken into balanced lines.
    pub title: String,
    /// 编号, centred under the title; empty for none.
    pub number: String,
    /// 主送, to whom, without a colon; empty for none.
    pub to: String,
    /// Labelled facts in a ruled table, e.g. of a 督办单; none when empty.
    pub facts: Vec<Fact>,
    /// 正文, the paragraphs.
    pub body: Vec<String>,
    /// The numbered items after the body, unnumbered here.
    pub items: Vec<String>,
    /// The paragraphs after the items (特此通知。 联系电话…).
    pub closing: Vec<String>,
    /// 署名.
    pub issuer: String,
    /// 成文日期, when known.
    pub issued: Option<NaiveDate>,
    /// Whether room is left for a seal (印章) 42 mm across over issuer and date.
    pub seal: bool,
    /// Labels of a strip at the foot of the last page to be filled in by hand (张贴人, 张贴日期, 撤下日期);
    /// none when empty.
    pub strip: Vec<String>,
    /// 回执, torn off along a dashed line at the foot of the last page.
    pub receipt: Option<Receipt>,
    /// A small line at the foot of every page that ties the print to its record.
    pub fingerprint: String,
    /// Marks every page 草稿.
    pub draft: bool,
}

/// The receipt (回执) torn off a letter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The title, e.g. 回执.
    pub title: String,
    /// One paragraph under the title, e.g. 兹收到…; empty for none.
    pub lead: String,
    /// Labelled fields, two beside one another where they fit; an empty text is a line to write on.
    pub fields: Vec<Fact>,
    /// Boxes to tick, e.g. 本人参加, 由他人代会, 请假.
    pub choices: Vec<String>,
    /// Labels to sign beside one another, e.g. 签收人（签字）, 日期.
    pub sign: Vec<String>,
}
