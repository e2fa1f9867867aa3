//! Telephone numbers (联系电话): several per cell, mobile and landline.
//!
//! Normal forms: `13800000000`; `0576-84112233` with `-801` for an extension;
//! `84112233` for a landline without its area code; `4008001234`.

use super::text::{fold, is_placeholder};
use crate::source::Cell;

/// What could not be taken from a telephone cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhoneDoubt {
    Invalid,
    Truncated,
}

/// Adds the cell's numbers to `phones`, each once, in the order written.
pub(crate) fn read(cell: &Cell, phones: &mut Vec<String>) -> Option<PhoneDoubt> {
    match cell {
        Cell::Empty => None,
        Cell::Text(text) => from_text(text, phones),
        Cell::Number(n) if n.fract() == 0.0 && (0.0..1e15).contains(n) => from_text(&format!("{n:.0}"), phones),
        _ => Some(PhoneDoubt::Invalid),
    }
}

/// Reads typed text.
pub(crate) fn from_text(text: &str, phones: &mut Vec<String>) -> Option<PhoneDoubt> {
    // The usual case, one mobile number and nothing else, goes straight through.
    if text.len() == 11 && text.starts_with('1') && is_mobile(text) {
        add(phones, text.to_string());
        return None;
    }
    let folded = fold(text);
    if is_placeholder(&folded) {
        return None;
    }
    if is_scientific(&folded) {
        return Some(PhoneDoubt::Truncated);
    }
    let mut doubt = None;
    for piece in folded.split(['、', ';', ',', '\n', '|', '/', '和', '或', '。', '&']) {
        let piece = piece.trim();
        // Words after a number («妻») say whose it is; words alone are no number.
        let understood = match piece.chars().any(|c| c.is_ascii_digit()) {
            true => piece_read(piece, phones),
            false => piece.is_empty() || !phones.is_empty(),
        };
        if !understood {
            doubt = Some(PhoneDoubt::Invalid);
        }
    }
    doubt
}

/// `1.38E+10`: what a spreadsheet shows, and a .csv keeps, of a long number.
pub(crate) fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    digits.contains(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && power.strip_prefix('+').unwrap_or(power).bytes().all(|b| b.is_ascii_digit())
        && !power.is_empty()
}

/// One piece between separators: a number with its label, or several numbers
/// parted by blanks only.
fn piece_read(piece: &str, phones: &mut Vec<String>) -> bool {
    if let Some(number) = single(piece) {
        add(phones, number);
        return true;
    }
    // Blanks may part numbers or groups of one number: take the longest run
    // of words that makes a number, from the left.
    let words: Vec<&str> = piece.split([' ', '(', ')']).filter(|w| !w.is_empty()).take(24).collect();
    let (mut at, mut all) = (0, true);
    while at < words.len() {
        let run = (at + 1..=words.len().min(at + 4)).rev().find_map(|end| {
            let joined = words.get(at..end)?.join(" ");
            Some((single(&joined)?, end))
        });
        match run {
            Some((number, end)) => {
                add(phones, number);
                at = end;
            }
            None => {
                all &= !words.get(at).is_some_and(|w| w.contains(|c: char| c.is_ascii_digit()));
                at += 1;
            }
        }
    }
    all
}

/// Exactly one number, perhaps with a label («手机:», «(妻)») around it.
fn single(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    let mut extension = String::new();
    let mut in_extension = false;
    let mut dashes_at = Vec::new();
    for c in text.chars() {
        match c {
            '0'..='9' if in_extension => extension.push(c),
            '0'..='9' => digits.push(c),
            '转' | '#' | 'x' | 'X' if !digits.is_empty() => in_extension = true,
            '-' if !digits.is_empty() => dashes_at.push(digits.len()),
            '-' | ' ' | '+' | '(' | ')' | ':' | '.' | '\'' | '`' | '*' => {}
            'E' | 'e' => return None,
            c if c.is_ascii_digit() => return None,
            // A label is Chinese or Latin letters; it may not stand inside the number.
            _ if digits.is_empty() || in_extension || complete(&digits) => {}
            _ => return None,
        }
    }
    if text.contains('*') || digits.len() > 20 || extension.len() > 6 || (in_extension && extension.is_empty()) {
        return None;
    }
    // 0576-84112233-801: the extension after a second dash.
    if extension.is_empty()
        && let [_, second] = dashes_at.as_slice()
    {
        let (head, tail) = digits.split_at_checked(*second)?;
        if (1..=6).contains(&tail.len())
            && let Some(number) = landline(head)
        {
            return Some(format!("{number}-{tail}"));
        }
    }
    let number = normal(&digits)?;
    match (extension.is_empty(), number.starts_with('1') && number.len() == 11) {
        (true, _) => Some(number),
        (false, false) => Some(format!("{number}-{extension}")),
        (false, true) => None,
    }
}

fn complete(digits: &str) -> bool {
    normal(digits).is_some()
}

/// The normal form of a run of digits.
fn normal(digits: &str) -> Option<String> {
    let bare = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() >= 10)).unwrap_or(digits);
    let mobile = bare.strip_prefix('0').filter(|rest| rest.len() == 11).unwrap_or(bare);
    if is_mobile(mobile) {
        return Some(mobile.to_string());
    }
    if bare.len() == 10 && (bare.starts_with("400") || bare.starts_with("800")) {
        return Some(bare.to_string());
    }
    landline(bare).or_else(|| {
        // +86 576 84112233 drops the zero of the area code.
        (bare.len() < digits.len() && !bare.starts_with('0')).then(|| landline(&format!("0{bare}"))).flatten()
    })
}

/// Mainland mobile: eleven digits, the second from 3 to 9.
fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.bytes().all(|b| b.is_ascii_digit()) && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// A landline with area code (010, 02x: three digits; others: four) or without.
fn landline(digits: &str) -> Option<String> {
    let local = |number: &str| matches!(number.len(), 7 | 8) && matches!(number.as_bytes(), [b'2'..=b'8', ..]);
    if !digits.starts_with('0') {
        return local(digits).then(|| digits.to_string());
    }
    let split = if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 };
    let (area, number) = digits.split_at_checked(split)?;
    let known = matches!(area.as_bytes(), [_, b'1'..=b'9', ..]);
    (known && local(number)).then(|| format!("{area}-{number}"))
}

fn add(phones: &mut Vec<String>, number: String) {
    if !phones.contains(&number) {
        phones.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(cell: Cell, expected: &[&str], doubt: Option<PhoneDoubt>) {
        let mut phones = Vec::new();
        let found = read(&cell, &mut phones);
        assert_eq!(phones, expected, "{cell:?}");
        assert_eq!(found, doubt, "{cell:?}");
    }

    #[test]
    fn numbers_are_read_however_they_are_typed() {
        for (text, expected) in [
            ("13812345678", &["13812345678"][..]),
            ("138 1234 5678", &["13812345678"]),
            ("138-1234-5678", &["13812345678"]),
            ("１３８１２３４５６７８", &["13812345678"]),
            ("+86 13812345678", &["13812345678"]),
            ("8613812345678", &["13812345678"]),
            ("+86-138-1234-5678", &["13812345678"]),
            ("013812345678", &["13812345678"]),
            ("手机：13812345678", &["13812345678"]),
            ("13812345678（妻）", &["13812345678"]),
            ("13812345678、13912345678", &["13812345678", "13912345678"]),
            ("13812345678/13912345678", &["13812345678", "13912345678"]),
            ("13812345678 13912345678", &["13812345678", "13912345678"]),
            ("13812345678；13912345678\n84112233", &["13812345678", "13912345678", "84112233"]),
            ("138 1234 5678 139 1234 5678", &["13812345678", "13912345678"]),
            ("13812345678,13812345678", &["13812345678"]),
            ("0576-84112233", &["0576-84112233"]),
            ("(0576)84112233", &["0576-84112233"]),
            ("057684112233", &["0576-84112233"]),
            ("010-65123456", &["010-65123456"]),
            ("84112233", &["84112233"]),
            ("0576-84112233转801", &["0576-84112233-801"]),
            ("0576-84112233-801", &["0576-84112233-801"]),
            ("400-800-1234", &["4008001234"]),
            ("+86 576 84112233", &["0576-84112233"]),
            ("无", &[]),
            ("—", &[]),
            ("", &[]),
            ("/", &[]),
        ] {
            check(Cell::text(text), expected, None);
        }
        check(Cell::Number(1.3812345678e10), &["13812345678"], None);
    }

    #[test]
    fn what_is_no_number_is_kept_out_and_said() {
        use PhoneDoubt::*;
        for (text, expected, doubt) in [
            ("1381234567", &[][..], Invalid),
            ("138123456789", &[], Invalid),
            ("12345678901", &[], Invalid),
            ("138****5678", &[], Invalid),
            ("1.38E+10", &[], Truncated),
            ("1.38123E+10", &[], Truncated),
            ("同户主", &[], Invalid),
            ("13812345678、123", &["13812345678"], Invalid),
            ("13812345678 12", &["13812345678"], Invalid),
        ] {
            check(Cell::text(text), expected, Some(doubt));
        }
        check(Cell::Number(1.5), &[], Some(Invalid));
        check(Cell::Number(f64::NAN), &[], Some(Invalid));
        check(Cell::Date(29225.0), &[], Some(Invalid));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fall_over(text in "\\PC{0,60}") {
            let _ = from_text(&text, &mut Vec::new());
        }

        #[test]
        fn what_was_read_reads_the_same_again(text in "[+0-9 ()、/;#转-]{0,40}") {
            let mut phones = Vec::new();
            from_text(&text, &mut phones);
            for phone in phones {
                let mut again = Vec::new();
                prop_assert_eq!(from_text(&phone, &mut again), None);
                prop_assert_eq!(again, vec![phone]);
            }
        }
    }
}
