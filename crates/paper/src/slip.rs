//! The receipt slip of a data bundle (数据包回执单), half a sheet of A4: the fields a caller fills in.

use crate::minutes::Fact;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A number under its label, such as 新的 or 已有.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The label.
    pub label: String,
    /// The number.
    pub number: u64,
}

impl Count {
    /// A count from its label and number.
    pub fn new(label: impl Into<String>, number: u64) -> Self {
        Count { label: label.into(), number }
    }
}

/// How far one author's records are in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Whose computer wrote them.
    pub author: String,
    /// 范围: how far they may travel.
    pub scope: String,
    /// The last number that is in, counted from 1.
    pub up_to: u64,
}

/// A receipt slip, 数据包回执单.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Slip {
    /// The title.
    pub title: String,
    /// 收件, 来自, 数据包, 收到时间 and the like, two on a line.
    pub facts: Vec<Fact>,
    /// What became of what it held, in one row.
    pub counts: Vec<Count>,
    /// Per author; what does not fit the half sheet is counted.
    pub reached: Vec<Reached>,
    /// 收件单位, above the date.
    pub issuer: String,
    /// 收到日期.
    pub issued: Option<NaiveDate>,
    /// A small line at the foot that ties the print to its record.
    pub fingerprint: String,
}
