//! Dates as people type them (出生日期、入住日期): in full, to the month, or a
//! year alone.

use chrono::{Datelike, NaiveDate};

use super::text::{fold, is_placeholder, squeeze};
use crate::line::PartialDate;
use crate::source::Cell;

/// The oldest year of birth taken for possible, in years before today. The
/// oldest person on record lived 122 years.
const OLDEST: i32 = 122;

/// Why a date was not taken, or taken in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateDoubt {
    Unclear,
    TwoDigitYear,
    Impossible,
}

type Read = (Option<PartialDate>, Option<DateDoubt>);

/// Reads a cell; `today` bounds what is possible.
pub(crate) fn read(cell: &Cell, today: NaiveDate) -> Read {
    let read = match cell {
        Cell::Empty => (None, None),
        Cell::Text(text) => from_text(text),
        Cell::Number(n) => from_number(*n),
        Cell::Date(serial) => match date_of_serial(*serial) {
            Some(day) => (Some(PartialDate::Day(day)), None),
            None => (None, Some(DateDoubt::Impossible)),
        },
        Cell::Bool(_) | Cell::Error => (None, Some(DateDoubt::Unclear)),
    };
    match read {
        (Some(date), _) if !possible(date, today) => (None, Some(DateDoubt::Impossible)),
        read => read,
    }
}

fn possible(date: PartialDate, today: NaiveDate) -> bool {
    date.year() >= today.year() - OLDEST
        && match date {
            PartialDate::Year(year) => year <= today.year(),
            PartialDate::Month(year, month) => (year, month) <= (today.year(), today.month()),
            PartialDate::Day(day) => day <= today,
        }
}

/// The day of an Excel serial number (1 = 1900-01-01, with the leap day 1900
/// never had counted, as Excel does).
pub(crate) fn date_of_serial(serial: f64) -> Option<NaiveDate> {
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = serial.floor() as u64;
    let base = NaiveDate::from_ymd_opt(1899, 12, if days < 60 { 31 } else { 30 })?;
    base.checked_add_days(chrono::Days::new(days))
}

fn from_number(n: f64) -> Read {
    if n.fract() == 0.0 && (1.0..1e9).contains(&n) {
        return from_digits(&format!("{n:.0}"));
    }
    // 1980.1 typed as a number: January, or October that lost its zero.
    let (year, hundredths) = (n.trunc(), (n.fract() * 100.0).round());
    if (1900.0..2100.0).contains(&year) && (hundredths - n.fract() * 100.0).abs() < 1e-6 {
        let (year, month) = (year as i32, hundredths as u32);
        return match month {
            10 => (Some(PartialDate::Year(year)), Some(DateDoubt::Unclear)),
            1..=12 => (Some(PartialDate::Month(year, month)), None),
            20 | 30 | 40 | 50 | 60 | 70 | 80 | 90 => (Some(PartialDate::Month(year, month / 10)), None),
            _ => (None, Some(DateDoubt::Unclear)),
        };
    }
    match date_of_serial(n) {
        Some(day) if n > 3000.0 => (Some(PartialDate::Day(day)), None),
        _ => (None, Some(DateDoubt::Unclear)),
    }
}

/// Digits without any sign between them.
fn from_digits(digits: &str) -> Read {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|d| d.parse::<u32>().ok()).unwrap_or(0);
    match digits.len() {
        8 => whole(part(0..4), part(4..6), part(6..8)),
        6 if (1900..2100).contains(&part(0..4)) && (1..=12).contains(&part(4..6)) => {
            (Some(PartialDate::Month(part(0..4) as i32, part(4..6))), None)
        }
        6 => (None, Some(DateDoubt::TwoDigitYear)),
        4 if (1800..2100).contains(&part(0..4)) => (Some(PartialDate::Year(part(0..4) as i32)), None),
        4 | 5 => match date_of_serial(f64::from(part(0..digits.len()))) {
            Some(day) if digits.len() == 5 => (Some(PartialDate::Day(day)), None),
            _ => (None, Some(DateDoubt::Unclear)),
        },
        _ => (None, Some(DateDoubt::Unclear)),
    }
}

fn whole(year: u32, month: u32, day: u32) -> Read {
    match i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day)) {
        Some(day) => (Some(PartialDate::Day(day)), None),
        None => (None, Some(DateDoubt::Impossible)),
    }
}

/// Reads typed text.
pub(crate) fn from_text(text: &str) -> Read {
    let folded = fold(text);
    if is_placeholder(&folded) {
        return (None, None);
    }
    // The clock some programs append: "1980-01-05 00:00:00".
    let day_part = match folded.find(':') {
        Some(colon) => folded.get(..colon).and_then(|t| t.rsplit_once([' ', 'T'])).map_or(folded.as_ref(), |(day, _)| day),
        None => folded.as_ref(),
    };
    let squeezed = squeeze(day_part);
    let text = squeezed.trim_end_matches(['生', '出', '月', '日', '号', '年', '.', '-', '/']);
    let text = text.strip_prefix("公历").unwrap_or(text);
    let mut parts = [""; 3];
    let mut count = 0;
    for part in text.split(['.', '-', '/', '年', '月', '日', ',', '、', '。', '\\']) {
        let Some(slot) = parts.get_mut(count) else {
            return (None, Some(DateDoubt::Unclear));
        };
        if part.is_empty() || part.len() > 9 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return (None, Some(DateDoubt::Unclear));
        }
        *slot = part;
        count += 1;
    }
    let value = |part: &str| part.parse::<u32>().unwrap_or(0);
    let [first, second, third] = parts;
    match (count, first.len(), third.len()) {
        (1, 2, _) if squeezed.contains('年') => (None, Some(DateDoubt::TwoDigitYear)),
        (1, ..) => from_digits(first),
        (2, 4, _) => match (value(first), value(second)) {
            (year, month @ 1..=12) => (Some(PartialDate::Month(year as i32, month)), None),
            _ => (None, Some(DateDoubt::Impossible)),
        },
        (3, 4, 1 | 2) => whole(value(first), value(second), value(third)),
        // 1/5/1980: only sure when one of the two cannot be a month.
        (3, 1 | 2, 4) => match (value(first), value(second)) {
            (a, b) if a == b || (a <= 12 && b > 12) => whole(value(third), a, b),
            (a, b) if a > 12 && b <= 12 => whole(value(third), b, a),
            _ => (Some(PartialDate::Year(value(third) as i32)), Some(DateDoubt::Unclear)),
        },
        (2 | 3, 1 | 2, _) => (None, Some(DateDoubt::TwoDigitYear)),
        _ => (None, Some(DateDoubt::Unclear)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default()
    }

    #[track_caller]
    fn check(cell: Cell, expected: &str, doubt: Option<DateDoubt>) {
        let (date, found) = read(&cell, today());
        assert_eq!(date.map(|d| d.to_string()).unwrap_or_default(), expected, "{cell:?}");
        assert_eq!(found, doubt, "{cell:?}");
    }

    #[test]
    fn dates_are_read_as_people_type_them() {
        for (text, expected) in [
            ("19800105", "1980-01-05"),
            ("1980.1.5", "1980-01-05"),
            ("1980/1/5", "1980-01-05"),
            ("1980-01-05", "1980-01-05"),
            ("1980年1月5日", "1980-01-05"),
            ("１９８０年１月５日", "1980-01-05"),
            ("1980.1", "1980-01"),
            ("1980年1月", "1980-01"),
            ("1980.10", "1980-10"),
            ("1980年", "1980"),
            ("1980", "1980"),
            ("198001", "1980-01"),
            ("1980-01-05 00:00:00", "1980-01-05"),
            ("29225", "1980-01-05"),
            ("13/1/1980", "1980-01-13"),
            ("1980 年 1 月", "1980-01"),
            ("1980.01.05.", "1980-01-05"),
            ("无", ""),
            ("—", ""),
            ("/", ""),
            ("", ""),
            ("1980年1月5日生", "1980-01-05"),
        ] {
            check(Cell::text(text), expected, None);
        }
    }

    #[test]
    fn doubtful_dates_say_why() {
        use DateDoubt::*;
        for (text, expected, doubt) in [
            ("80.1.5", "", TwoDigitYear),
            ("80年", "", TwoDigitYear),
            ("800105", "", TwoDigitYear),
            ("80-1", "", TwoDigitYear),
            ("2030-1-1", "", Impossible),
            ("1880-1-1", "", Impossible),
            ("1980-2-30", "", Impossible),
            ("1980.13", "", Impossible),
            ("19801305", "", Impossible),
            ("1/5/1980", "1980", Unclear),
            ("属猴", "", Unclear),
            ("1-2-3-4", "", Unclear),
            ("12", "", Unclear),
        ] {
            check(Cell::text(text), expected, Some(doubt));
        }
    }

    #[test]
    fn numbers_and_date_cells_are_read() {
        check(Cell::Number(29225.0), "1980-01-05", None);
        check(Cell::Number(19800105.0), "1980-01-05", None);
        check(Cell::Number(1980.0), "1980", None);
        check(Cell::Number(1980.05), "1980-05", None);
        check(Cell::Number(1980.12), "1980-12", None);
        check(Cell::Number(1980.1), "1980", Some(DateDoubt::Unclear));
        check(Cell::Date(29225.0), "1980-01-05", None);
        check(Cell::Date(29225.75), "1980-01-05", None);
        check(Cell::Number(f64::NAN), "", Some(DateDoubt::Unclear));
        check(Cell::Number(-5.0), "", Some(DateDoubt::Unclear));
        check(Cell::Date(f64::INFINITY), "", Some(DateDoubt::Impossible));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fall_over(text in "\\PC{0,30}") {
            let _ = read(&Cell::text(&text), today());
        }

        #[test]
        fn no_number_makes_the_reader_fall_over(n in any::<f64>()) {
            let _ = read(&Cell::Number(n), today());
            let _ = read(&Cell::Date(n), today());
        }

        #[test]
        fn what_was_read_reads_the_same_again(text in "(19|20)?[0-9]{2}[-./年]?[0-9]{1,2}[-./月]?[0-9]{0,2}日?") {
            if let (Some(date), _) = read(&Cell::text(&text), today()) {
                prop_assert_eq!(read(&Cell::text(&date.to_string()), today()), (Some(date), None));
            }
        }
    }
}
