//! Words as a paper writes them: numerals, dates, clean lines, the width of a line, balanced titles.

use chrono::{Datelike, NaiveDate};

/// One character a paper can carry: no control character, nothing XML 1.0 forbids.
fn printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// One line of text: control characters become spaces or vanish, the ends are trimmed.
pub(crate) fn line(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .filter(|&c| printable(c))
        .collect();
    kept.trim().to_owned()
}

/// The paragraphs in a text: split at line breaks, cleaned, empty ones dropped.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(['\n', '\r', '\u{2028}', '\u{2029}']).map(line).filter(|p| !p.is_empty())
}

/// A counting number in Chinese numerals as headings use them: 一, 十, 十一, 二十, 一百零一.
pub(crate) fn numeral(n: usize) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match n {
        0..=9 => DIGITS[n].to_owned(),
        10..=99 => {
            let (tens, ones) = (n / 10, n % 10);
            let mut text = String::new();
            if tens > 1 {
                text.push_str(DIGITS[tens]);
            }
            text.push('十');
            if ones > 0 {
                text.push_str(DIGITS[ones]);
            }
            text
        }
        100..=999 => {
            let (hundreds, rest) = (n / 100, n % 100);
            let mut text = format!("{}百", DIGITS[hundreds]);
            match rest {
                0 => {}
                1..=9 => text.push_str(&format!("零{}", DIGITS[rest])),
                10..=19 => text.push_str(&format!("一{}", numeral(rest))),
                _ => text.push_str(&numeral(rest)),
            }
            text
        }
        _ => n.to_string(),
    }
}

/// A date as GB/T 9704-2012 7.3.5.4 writes it: Arabic digits, no padding (2026年3月5日).
pub(crate) fn date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The width of a line in cells (字), counting narrow characters as half.
pub(crate) fn cells(text: &str) -> f32 {
    text.chars()
        .map(|c| match c {
            '\u{200b}'..='\u{200f}' => 0.0,
            '“' | '”' | '‘' | '’' | '—' | '…' | '·' => 1.0,
            c if (c as u32) < 0x2000 => 0.5,
            _ => 1.0,
        })
        .sum()
}

/// Lets a line break inside a long run of letters, digits or marks (a link, a foreign name), which
/// would otherwise run out of its column. Text without such a run comes back unchanged.
pub(crate) fn breakable(text: &str, longest: usize) -> String {
    let narrow = |c: char| (c as u32) < 0x2000 && !c.is_whitespace();
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|&&c| narrow(c)).count();
        if run == 0 {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        for (i, c) in chars[at..at + run].iter().enumerate() {
            if run > longest && i > 0 && i % 4 == 0 {
                out.push('\u{200b}');
            }
            out.push(*c);
        }
        at += run;
    }
    out
}

/// Breaks a title into the fewest lines that hold it, near even, preferring a break where the sense
/// allows one and never inside quotation marks, a number or before a closing mark.
///
/// A line break the writer put in is kept as it stands.
pub(crate) fn title_lines(title: &str, most: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for part in paragraphs(title) {
        balance(&part, most, &mut lines);
    }
    lines
}

fn balance(text: &str, most: f32, lines: &mut Vec<String>) {
    let width = cells(text);
    if width <= most {
        lines.push(text.to_owned());
        return;
    }
    let count = (width / most).ceil();
    let ideal = width / count;
    let chars: Vec<char> = text.chars().collect();
    let (mut depth, mut used) = (0_i32, 0.0_f32);
    let mut best: Option<(f32, usize)> = None;
    let mut fits = 1;
    for i in 1..chars.len() {
        let (before, after) = (chars[i - 1], chars[i]);
        used += cells(&before.to_string());
        match before {
            '“' | '《' | '（' | '〔' | '‘' | '「' => depth += 1,
            '”' | '》' | '）' | '〕' | '’' | '」' => depth -= 1,
            _ => {}
        }
        if used > most {
            break;
        }
        fits = i;
        let closing = "，。、；：！？”》）〕’」％".contains(after);
        let number = before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
        if depth > 0 || closing || number || "“《（〔‘「".contains(before) {
            continue;
        }
        let sense = if "、，的和及暨与”》）".contains(before) || chars[i..].starts_with(&['关', '于']) {
            0.0
        } else if "关在对被将把".contains(before) || "的了等和及".contains(after) {
            4.0
        } else {
            2.0
        };
        let score = (used - ideal).abs() + sense;
        if best.is_none_or(|(least, _)| score < least) {
            best = Some((score, i));
        }
    }
    let at = best.map_or(fits, |(_, at)| at);
    lines.push(chars[..at].iter().collect());
    let rest: String = chars[at..].iter().collect();
    balance(rest.trim_start(), most, lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_count_in_chinese_numerals() {
        for (n, text) in [
            (1, "一"),
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (21, "二十一"),
            (100, "一百"),
            (101, "一百零一"),
            (110, "一百一十"),
            (123, "一百二十三"),
        ] {
            assert_eq!(numeral(n), text);
        }
    }

    #[test]
    fn dates_are_not_padded() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).expect("a real day");
        assert_eq!(date(day), "2026年3月5日");
    }

    #[test]
    fn a_long_title_breaks_by_sense_into_near_even_lines() {
        let lines = title_lines("关于星岩社区“星火家园”小区电动自行车集中充电棚建设和飞线整治工作的会议纪要", 19.0);
        assert_eq!(lines, ["关于星岩社区“星火家园”小区电动自行车", "集中充电棚建设和飞线整治工作的会议纪要"]);
        let lines = title_lines("关于小区充电设施建设和外墙滴水整治等事项的会议纪要", 19.0);
        assert_eq!(lines, ["关于小区充电设施建设和", "外墙滴水整治等事项的会议纪要"]);
        assert_eq!(title_lines("短标题", 19.0), ["短标题"]);
        assert_eq!(title_lines("第一行\n第二行", 19.0), ["第一行", "第二行"]);
    }

    #[test]
    fn a_title_that_cannot_be_broken_by_sense_still_ends() {
        let lines = title_lines(&"“".repeat(100), 19.0);
        assert_eq!(lines.concat().chars().count(), 100);
        assert!(lines.iter().all(|l| cells(l) <= 19.0));
    }

    #[test]
    fn a_line_holds_no_control_character_and_a_text_splits_at_breaks() {
        assert_eq!(line(" 甲\u{0}\u{b}乙\t丙\n"), "甲乙 丙");
        assert_eq!(paragraphs("一\r\n\n二\u{2028}三").collect::<Vec<_>>(), ["一", "二", "三"]);
    }

    #[test]
    fn only_an_overlong_run_of_letters_gains_break_points() {
        assert_eq!(breakable("张三abc12345", 12), "张三abc12345");
        assert_eq!(breakable("甲abcdefghijklm", 12), "甲abcd\u{200b}efgh\u{200b}ijkl\u{200b}m");
    }
}
