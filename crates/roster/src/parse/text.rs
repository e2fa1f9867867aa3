//! Cleaning the text of a cell before anything reads meaning into it:
//! full-width forms, unseen characters, placeholders, 同上.

use std::borrow::Cow;

/// The longest text a spreadsheet cell can hold, in characters (Excel's limit).
pub(crate) const CELL_CHARS: usize = 32_767;

/// Full-width letters, digits and signs to their plain forms; every kind of
/// blank to one space; unseen characters dropped; ends trimmed.
///
/// Borrows when there is nothing to do, which is the case for most cells.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !needs_fold(c)) {
        return Cow::Borrowed(text.trim_matches(' '));
    }
    let folded: String = text.chars().filter_map(fold_char).collect();
    let trimmed = folded.trim_matches(' ');
    if trimmed.len() == folded.len() { Cow::Owned(folded) } else { Cow::Owned(trimmed.to_string()) }
}

fn needs_fold(c: char) -> bool {
    fold_char(c) != Some(c)
}

fn fold_char(c: char) -> Option<char> {
    match c {
        ' '..='~' => Some(c),
        '\u{4E00}'..='\u{9FFF}' => Some(c),
        '\n' | '\r' => Some('\n'),
        '\t' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{3000}' => Some(' '),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{2500}' => Some('-'),
        '【' | '〔' => Some('('),
        '】' | '〕' => Some(')'),
        c if is_unseen(c) => None,
        c => Some(c),
    }
}

/// Controls, direction marks and other characters that print nothing, and may
/// make a text look like another one.
pub(crate) fn is_unseen(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}')
}

/// The same without any blank at all.
pub(crate) fn squeeze(text: &str) -> Cow<'_, str> {
    if text.contains([' ', '\n']) { Cow::Owned(text.chars().filter(|c| !matches!(c, ' ' | '\n')).collect()) } else { Cow::Borrowed(text) }
}

/// A way of writing "nothing here" (expects folded text).
pub(crate) fn is_placeholder(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '-' | '/' | '\\' | '.' | '_' | '~' | ' ' | '*' | '#'))
        || matches!(
            text,
            "" | "无"
                | "没有"
                | "暂无"
                | "不详"
                | "未知"
                | "不清楚"
                | "不明"
                | "未登记"
                | "待定"
                | "待补"
                | "未提供"
                | "拒绝提供"
                | "N/A"
                | "n/a"
                | "NULL"
                | "null"
                | "None"
                | "#N/A"
        )
}

/// A way of writing "as in the row above" (expects folded text).
pub(crate) fn is_ditto(text: &str) -> bool {
    let text = squeeze(text);
    matches!(text.as_ref(), "同上" | "同前" | "同左上" | "〃" | "″" | "\"" | "''" | "“" | "”" | "上同")
}

/// A Chinese character, including the rare ones outside the first plane.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}' | '〇' | '\u{E000}'..='\u{F8FF}')
}

/// Reads a Chinese or plain number: `3`, `三`, `十二`, `二十`, `一〇二`.
/// `None` for anything else and for more than nine digits.
pub(crate) fn number(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.get(..).filter(|t| t.len() <= 9)?.parse().ok();
    }
    let digit = |c: char| {
        "〇一二三四五六七八九"
            .chars()
            .position(|d| d == c || (c == '零' && d == '〇'))
            .or(match c {
                '两' => Some(2),
                _ => None,
            })
            .and_then(|d| u32::try_from(d).ok())
    };
    if !text.contains(['十', '百']) {
        let mut value = 0u32;
        for c in text.chars() {
            value = value.checked_mul(10)?.checked_add(digit(c)?)?;
        }
        return Some(value);
    }
    let (mut value, mut last) = (0u32, None);
    for c in text.chars() {
        match c {
            '百' if value == 0 => value = last.take()? * 100,
            '十' if value % 100 == 0 => value += last.take().unwrap_or(1) * 10,
            '零' | '〇' if last.is_none() => {}
            c if last.is_none() => last = Some(digit(c)?),
            _ => return None,
        }
    }
    Some(value + last.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_unseen_characters_are_folded() {
        for (given, want) in
            [("　３－２－５０１　", "3-2-501"), ("王\u{202E}小明\0", "王小明"), ("plain", "plain"), ("a\u{A0}b", "a b"), ("（租）", "(租)")]
        {
            assert_eq!(fold(given), want);
        }
    }

    #[test]
    fn chinese_numbers_are_read() {
        for (given, want) in [
            ("三", Some(3)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十", Some(20)),
            ("二十一", Some(21)),
            ("一百零二", Some(102)),
            ("五〇一", Some(501)),
            ("501", Some(501)),
            ("甲", None),
            ("十十", None),
            ("", None),
            ("9999999999", None),
            ("百", None),
        ] {
            assert_eq!(number(given), want, "{given}");
        }
    }
}
