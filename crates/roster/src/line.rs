//! What a row comes to: a person, a reason it was passed over, or a reason it
//! could not be taken.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::Issue;

/// Where a row stands, as the person sees it in Excel or WPS.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowRef {
    /// Which sheet (工作表), counted from 0 in the order of the tabs.
    pub sheet_index: usize,
    /// The row's number, counted from 1.
    pub row: u32,
    /// The sheet's name.
    pub sheet: String,
}

/// A row of the file and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where it stands.
    pub at: RowRef,
    /// What it came to.
    pub verdict: Reading,
}

/// What a row came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// One person. Suspect (存疑) when `issues` is not empty.
    Person(Box<Line>),
    /// Not a person's row, and rightly so.
    Skipped(SkipReason),
    /// A person's row that cannot be taken as it stands; never empty.
    Refused(Vec<Issue>),
}

/// Why a row was passed over (跳过).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Nothing in it, or a serial number alone.
    Blank,
    /// Above the header: the table's title.
    Title,
    /// The header (表头).
    Header,
    /// The header again, further down.
    RepeatedHeader,
    /// 合计, 小计, 总计.
    Total,
    /// A note, a heading or a signature line.
    Note,
    /// A room that stands empty; nobody to take.
    Vacant,
    /// The same person as in an earlier row.
    Duplicate(RowRef),
    /// The sheet has no header, so nothing in it can be understood.
    NoHeader,
    /// The sheet is hidden; nobody looking at the file sees it.
    HiddenSheet,
}

impl SkipReason {
    /// The stable name of this reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Title => "title",
            Self::Header => "header",
            Self::RepeatedHeader => "repeated_header",
            Self::Total => "total",
            Self::Note => "note",
            Self::Vacant => "vacant",
            Self::Duplicate(_) => "duplicate",
            Self::NoHeader => "no_header",
            Self::HiddenSheet => "hidden_sheet",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "空行。",
            Self::Title => "标题。",
            Self::Header => "表头。",
            Self::RepeatedHeader => "重复的表头。",
            Self::Total => "合计行。",
            Self::Note => "说明文字，不是人员。",
            Self::Vacant => "空置房，没有人员。",
            Self::Duplicate(first) => {
                return write!(f, "与工作表「{}」第 {} 行重复。", first.sheet, first.row);
            }
            Self::NoHeader => "这张工作表没有表头，没有导入。",
            Self::HiddenSheet => "这张工作表是隐藏的，没有导入。",
        })
    }
}

/// A room (房屋) in its normal form: «3», «2», «501» for 3幢2单元501室.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Room {
    /// 楼栋: «3», «A», «2期3».
    pub building: String,
    /// 单元, where the building has units.
    pub unit: Option<String>,
    /// 室: «501».
    pub room: String,
}

impl fmt::Display for Room {
    /// `3-2-501`, or `3-501` without a unit; read again it gives the same room.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Some(unit) => write!(f, "{}-{unit}-{}", self.building, self.room),
            None => write!(f, "{}-{}", self.building, self.room),
        }
    }
}

/// 性别.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
}

/// 居住性质.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupancy {
    /// 自住: the owner lives there.
    Own,
    /// 租户: let.
    Rented,
    /// 空置: nobody lives there.
    Vacant,
}

/// A date known in full, to the month, or to the year: what people write under
/// 出生日期 and 入住日期.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialDate {
    /// The year alone.
    Year(i32),
    /// Year and month (1 to 12).
    Month(i32, u32),
    /// The whole date.
    Day(NaiveDate),
}

/// A date of birth (出生日期), as exact as the roster has it.
pub type Birth = PartialDate;

impl PartialDate {
    /// The year.
    pub fn year(self) -> i32 {
        match self {
            Self::Year(year) | Self::Month(year, _) => year,
            Self::Day(day) => day.year(),
        }
    }

    /// The month, where known.
    pub fn month(self) -> Option<u32> {
        match self {
            Self::Year(_) => None,
            Self::Month(_, month) => Some(month),
            Self::Day(day) => Some(day.month()),
        }
    }

    /// Whether both could be the same date, as far as both are known.
    pub fn agrees(self, other: Self) -> bool {
        let same_month = self.month().zip(other.month()).is_none_or(|(a, b)| a == b);
        let same_day = match (self, other) {
            (Self::Day(a), Self::Day(b)) => a == b,
            _ => true,
        };
        self.year() == other.year() && same_month && same_day
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
        }
    }
}

/// A cell taken as it stands, with the day it means where it can be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its text, tidied; numbers and dates as they would be typed.
    pub text: String,
    /// The day it means.
    pub day: Option<NaiveDate>,
}

/// One person as the roster has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 姓名, cleaned.
    pub name: String,
    /// Where they live.
    pub room: Room,
    /// 与户主关系; the many words for the head himself are «户主».
    pub relation: Option<String>,
    /// 性别; from the ID number where the roster is silent.
    pub sex: Option<Sex>,
    /// 出生日期; from the ID number where the roster is silent.
    pub birth: Option<Birth>,
    /// 联系电话 in normal form, each once.
    pub phones: Vec<String>,
    /// 身份证号, only when whole and its checksum right (GB 11643).
    pub id_number: Option<String>,
    /// 居住性质.
    pub occupancy: Option<Occupancy>,
    /// 是否党员; a probationary member counts.
    pub party_member: Option<bool>,
    /// 特长.
    pub skills: Vec<String>,
    /// 工作单位.
    pub employer: Option<String>,
    /// 户籍地址.
    pub registered_address: Option<String>,
    /// 面积, hundredths of a square metre.
    pub area: Option<u32>,
    /// 入住日期.
    pub moved_in: Option<PartialDate>,
    /// 备注, and what stood in brackets beside the name.
    pub note: Option<String>,
    /// What stands in the columns that were asked for by title: which title, and its cell.
    pub also: Vec<(u16, Written)>,
    /// What is doubtful; not empty means suspect (存疑).
    pub issues: Vec<Issue>,
}

impl Line {
    /// Whether somebody should look at it (存疑).
    pub fn is_suspect(&self) -> bool {
        !self.issues.is_empty()
    }
}
