//! Cells that hold one of a few words: 性别, 居住性质, 是否党员, 与户主关系; and
//! 面积 and 特长, which are short enough to live here too.

use super::text::{fold, is_placeholder, squeeze};
use crate::line::{Occupancy, Sex};
use crate::source::Cell;

/// 性别. `Err` when something is written that is neither.
pub(crate) fn sex(text: &str) -> Result<Option<Sex>, ()> {
    let folded = fold(text);
    let squeezed = squeeze(&folded);
    match squeezed.as_ref() {
        "男" | "男性" | "M" | "m" | "1" | "先生" | "男士" => Ok(Some(Sex::Male)),
        "女" | "女性" | "F" | "f" | "2" | "女士" => Ok(Some(Sex::Female)),
        other if is_placeholder(other) => Ok(None),
        _ => Err(()),
    }
}

/// 居住性质.
pub(crate) fn occupancy(text: &str) -> Result<Option<Occupancy>, ()> {
    let folded = fold(text);
    let squeezed = squeeze(&folded);
    match squeezed.as_ref() {
        "自住" | "自用" | "自住房" | "业主自住" | "业主" | "常住" | "自有" | "已入住" | "入住" | "本人居住" | "自居" | "居住" => {
            Ok(Some(Occupancy::Own))
        }
        "租" | "租户" | "租住" | "出租" | "租赁" | "租房" | "租客" | "承租" | "已出租" | "出租房" | "出租屋" | "租用" | "合租"
        | "租住户" => Ok(Some(Occupancy::Rented)),
        "空置" | "空" | "空房" | "空置房" | "空关" | "空关房" | "闲置" | "未入住" | "未住" | "无人居住" | "无人" | "空户" => {
            Ok(Some(Occupancy::Vacant))
        }
        other if is_placeholder(other) => Ok(None),
        _ => Err(()),
    }
}

/// 是否党员, 政治面貌. A probationary member (预备党员) counts as a member.
pub(crate) fn party_member(cell: &Cell) -> Result<Option<bool>, ()> {
    let Cell::Text(text) = cell else {
        return match cell {
            Cell::Empty => Ok(None),
            Cell::Bool(yes) => Ok(Some(*yes)),
            Cell::Number(n) if *n == 1.0 => Ok(Some(true)),
            Cell::Number(n) if *n == 0.0 => Ok(Some(false)),
            _ => Err(()),
        };
    };
    let folded = fold(text);
    let squeezed = squeeze(&folded);
    match squeezed.as_ref() {
        "是"
        | "√"
        | "✓"
        | "✔"
        | "1"
        | "Y"
        | "y"
        | "YES"
        | "Yes"
        | "yes"
        | "有"
        | "党员"
        | "中共党员"
        | "共产党员"
        | "正式党员"
        | "预备党员"
        | "中共预备党员"
        | "中国共产党党员"
        | "中国共产党预备党员"
        | "退休党员"
        | "流动党员"
        | "在职党员"
        | "TRUE" => Ok(Some(true)),
        "否" | "×" | "✗" | "✘" | "X" | "x" | "0" | "N" | "n" | "NO" | "No" | "no" | "不是" | "非党员" | "群众" | "团员" | "共青团员"
        | "无党派" | "无党派人士" | "民主党派" | "少先队员" | "普通群众" | "入党积极分子" | "积极分子" | "FALSE" => {
            Ok(Some(false))
        }
        other if is_placeholder(other) => Ok(None),
        // 民革党员、民盟盟员 and the like belong to other parties.
        other
            if other.starts_with('民')
                || other.starts_with("农工")
                || other.starts_with("致公")
                || other.starts_with("九三")
                || other.starts_with("台盟") =>
        {
            Ok(Some(false))
        }
        _ => Err(()),
    }
}

/// 与户主关系: the words people use for the head himself become 户主; others stay.
pub(crate) fn relation(text: &str) -> Option<String> {
    let folded = fold(text);
    let squeezed = squeeze(&folded);
    match squeezed.as_ref() {
        "户主" | "本人" | "业主" | "房主" | "产权人" | "户主本人" | "业主本人" | "本人(户主)" | "户主(本人)" => {
            Some("户主".to_string())
        }
        other if is_placeholder(other) => None,
        other => Some(other.chars().take(40).collect()),
    }
}

/// 面积, in hundredths of a square metre.
pub(crate) fn area(cell: &Cell) -> Result<Option<u32>, ()> {
    let value = match cell {
        Cell::Empty => return Ok(None),
        Cell::Number(n) => *n,
        Cell::Text(text) => {
            let folded = fold(text);
            let squeezed = squeeze(&folded);
            if is_placeholder(&squeezed) {
                return Ok(None);
            }
            let number = ["平方米", "平米", "㎡", "m²", "m2", "M2", "平方", "平", "M²"].iter().find_map(|unit| squeezed.strip_suffix(unit));
            let number = number.unwrap_or(&squeezed);
            if number.len() > 12 || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                return Err(());
            }
            number.parse().map_err(|_| ())?
        }
        _ => return Err(()),
    };
    if value == 0.0 {
        return Ok(None);
    }
    if !(1.0..100_000.0).contains(&value) {
        return Err(());
    }
    Ok(Some((value * 100.0).round() as u32))
}

/// 特长: one entry per skill.
pub(crate) fn skills(text: &str, found: &mut Vec<String>) {
    for skill in fold(text).split(['、', ',', ';', '\n', '/', '|', '。']) {
        let skill = skill.trim();
        if !is_placeholder(skill) && !found.iter().any(|known| known == skill) {
            found.push(skill.to_string());
        }
    }
}

/// Free text: cleaned, `None` for a placeholder.
pub(crate) fn free_text(text: &str) -> Option<String> {
    let folded = fold(text);
    (!is_placeholder(&folded)).then(|| folded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_their_many_wordings() {
        for (input, expected) in [("男", Ok(Some(Sex::Male))), (" 女 ", Ok(Some(Sex::Female))), ("/", Ok(None)), ("?", Err(()))] {
            assert_eq!(sex(input), expected, "{input}");
        }
        for (input, expected) in [
            ("自住", Ok(Some(Occupancy::Own))),
            ("出租", Ok(Some(Occupancy::Rented))),
            ("空 置", Ok(Some(Occupancy::Vacant))),
            ("", Ok(None)),
            ("未出租", Err(())),
        ] {
            assert_eq!(occupancy(input), expected, "{input}");
        }
        for (input, expected) in [
            ("中共党员", Ok(Some(true))),
            ("√", Ok(Some(true))),
            ("群众", Ok(Some(false))),
            ("民革党员", Ok(Some(false))),
            ("—", Ok(None)),
            ("不好说", Err(())),
        ] {
            assert_eq!(party_member(&Cell::text(input)), expected, "{input}");
        }
        assert_eq!(relation("本 人").as_deref(), Some("户主"));
    }

    #[test]
    fn areas_are_hundredths_of_a_square_metre() {
        for (cell, expected) in [
            (Cell::Number(89.5), Ok(Some(8950))),
            (Cell::text("89.57㎡"), Ok(Some(8957))),
            (Cell::text("一百"), Err(())),
            (Cell::text("/"), Ok(None)),
            (Cell::Number(-3.0), Err(())),
            (Cell::Number(f64::NAN), Err(())),
            (Cell::Number(0.0), Ok(None)),
        ] {
            assert_eq!(area(&cell), expected, "{cell:?}");
        }
    }
}
