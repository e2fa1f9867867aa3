//! The citizen's ID number (公民身份号码, GB 11643): eighteen digits, the last a
//! checksum that may be X.

use chrono::NaiveDate;

use super::phone::is_scientific;
use super::text::{fold, is_placeholder, squeeze};
use crate::line::Sex;
use crate::source::Cell;

/// Why an ID number was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdDoubt {
    Truncated,
    Old,
    Masked,
    Invalid,
}

/// The weights of the first seventeen digits, GB 11643 (ISO 7064 mod 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Reads a cell. A number is only given back when it can be trusted whole.
pub(crate) fn read(cell: &Cell, today: NaiveDate) -> Result<Option<String>, IdDoubt> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Text(text) => from_text(text, today),
        // A spreadsheet number keeps fifteen digits; what follows is made up.
        Cell::Number(n) if (1e14..1e15).contains(n) => Err(IdDoubt::Old),
        Cell::Number(n) if *n >= 1e15 => Err(IdDoubt::Truncated),
        _ => Err(IdDoubt::Invalid),
    }
}

/// Reads typed text.
pub(crate) fn from_text(text: &str, today: NaiveDate) -> Result<Option<String>, IdDoubt> {
    let folded = fold(text);
    let squeezed = squeeze(&folded);
    let text = squeezed.trim_matches(['\'', '`', '"', '’', '‘', '.', ',', ';', '。']);
    if is_placeholder(text) {
        return Ok(None);
    }
    if is_scientific(text) {
        return Err(IdDoubt::Truncated);
    }
    if text.contains(['*', '×', '●']) && text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(IdDoubt::Masked);
    }
    let all_digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.len() {
        15 if all_digits => Err(IdDoubt::Old),
        // The mark of a number cut at fifteen digits and then made text. One
        // sound number in about a thousand ends so too; it is asked about.
        18 if all_digits && text.ends_with("000") => Err(IdDoubt::Truncated),
        18 => {
            let number = text.to_ascii_uppercase();
            let born = birth(&number).filter(|day| *day <= today);
            if checksum(&number) == number.chars().next_back() && born.is_some() { Ok(Some(number)) } else { Err(IdDoubt::Invalid) }
        }
        _ => Err(IdDoubt::Invalid),
    }
}

/// The right last character for the first seventeen digits.
pub(crate) fn checksum(number: &str) -> Option<char> {
    let mut sum = 0;
    for (weight, digit) in WEIGHTS.iter().zip(number.bytes()) {
        sum += weight * u32::from(digit.is_ascii_digit().then_some(digit)? - b'0');
    }
    "10X98765432".chars().nth((sum % 11) as usize).filter(|_| number.len() >= 17)
}

/// The date of birth inside a number.
pub(crate) fn birth(number: &str) -> Option<NaiveDate> {
    let part = |range| number.get(range).and_then(|part: &str| part.parse::<u32>().ok());
    NaiveDate::from_ymd_opt(i32::try_from(part(6..10)?).ok().filter(|year| *year >= 1880)?, part(10..12)?, part(12..14)?)
}

/// The sex inside a number: odd for men, even for women.
pub(crate) fn sex(number: &str) -> Option<Sex> {
    let digit = number.as_bytes().get(16)?;
    Some(if digit % 2 == 1 { Sex::Male } else { Sex::Female })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: Cell, expected: Result<Option<&str>, IdDoubt>) {
        let today = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default();
        assert_eq!(read(&cell, today), expected.map(|n| n.map(str::to_string)), "{cell:?}");
    }

    #[test]
    fn only_a_whole_and_checked_number_is_taken() {
        // The number printed as the example in GB 11643-1999.
        for (text, expected) in [
            ("11010519491231002X", Ok(Some("11010519491231002X"))),
            ("11010519491231002x", Ok(Some("11010519491231002X"))),
            (" 110105 19491231 002X ", Ok(Some("11010519491231002X"))),
            ("１１０１０５１９４９１２３１００２Ｘ", Ok(Some("11010519491231002X"))),
            ("'11010519491231002X", Ok(Some("11010519491231002X"))),
            ("", Ok(None)),
            ("无", Ok(None)),
            ("-", Ok(None)),
            ("110105194912310021", Err(IdDoubt::Invalid)),
            ("110105491231002", Err(IdDoubt::Old)),
            ("1101051949123100", Err(IdDoubt::Invalid)),
            ("1.10105E+17", Err(IdDoubt::Truncated)),
            ("110105194912310000", Err(IdDoubt::Truncated)),
            ("110105********002X", Err(IdDoubt::Masked)),
            ("护照E12345678", Err(IdDoubt::Invalid)),
            ("一二三四五六", Err(IdDoubt::Invalid)),
        ] {
            check(Cell::text(text), expected);
        }
        check(Cell::Number(110105194912310020.0), Err(IdDoubt::Truncated));
        check(Cell::Number(110105491231002.0), Err(IdDoubt::Old));
        check(Cell::Number(12.0), Err(IdDoubt::Invalid));
        check(Cell::Date(12.0), Err(IdDoubt::Invalid));
        check(Cell::Number(f64::NAN), Err(IdDoubt::Invalid));
    }
}
