//! A calendar month, written `2024-11`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A calendar month of the council loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, as = "String")]
pub struct Month {
    year: i32,
    month: u32,
}

/// Text that is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month of the form 2024-11")]
pub struct NoMonth;

impl Month {
    /// The month of this year and number.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1).map(|_| Self { year, month })
    }

    /// The month this day lies in.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Its year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// Its number, 1 to 12.
    pub fn number(self) -> u32 {
        self.month
    }

    /// The month after.
    pub fn next(self) -> Self {
        if self.month == 12 { Self { year: self.year + 1, month: 1 } } else { Self { year: self.year, month: self.month + 1 } }
    }

    /// The month before.
    pub fn previous(self) -> Self {
        if self.month == 1 { Self { year: self.year - 1, month: 12 } } else { Self { year: self.year, month: self.month - 1 } }
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }

    /// Its last day: 28, 29, 30 or 31.
    pub fn last_day(self) -> NaiveDate {
        self.next().first_day().pred_opt().unwrap_or_default()
    }

    /// The given day of it, or its last day where the month is shorter; day 0 is the first.
    pub fn day(self, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, day.max(1)).unwrap_or(self.last_day())
    }

    /// 2024年11月
    pub fn zh(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NoMonth;
    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let (year, month) = text.split_once('-').ok_or(NoMonth)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(NoMonth);
        }
        let year = year.parse().map_err(|_| NoMonth)?;
        let month = month.parse().map_err(|_| NoMonth)?;
        Self::new(year, month).ok_or(NoMonth)
    }
}

impl TryFrom<String> for Month {
    type Error = NoMonth;
    fn try_from(text: String) -> Result<Self, NoMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

crate::field_type!(Text: Month);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_knows_its_last_day_in_leap_years_too() {
        for (month, last) in [("2024-02", 29), ("2023-02", 28), ("2024-11", 30), ("2024-12", 31)] {
            let month: Month = month.parse().expect("a month");
            assert_eq!(month.last_day().day(), last, "{month}");
        }
    }

    #[test]
    fn months_step_over_new_year_both_ways() {
        let december = Month::new(2024, 12).expect("a month");
        assert_eq!(december.next().to_string(), "2025-01");
        assert_eq!(december.next().previous(), december);
    }

    #[test]
    fn text_that_is_no_month_is_refused() {
        for text in ["2024-13", "2024-1", "24-11", "2024/11", "", "2024-00"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
