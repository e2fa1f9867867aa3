//! Names (姓名): «王 小 明» is 王小明, «王小明(租)» a name and a remark,
//! «王小明、李芳» two people and therefore nobody.

use super::text::{fold, is_han, is_placeholder, is_unseen};

/// Surnames of two characters that «欧阳 小明» may part from the given name.
const COMPOUND: &[&str] = &[
    "欧阳", "尉迟", "司马", "上官", "诸葛", "东方", "皇甫", "慕容", "令狐", "公孙", "司徒", "夏侯", "轩辕", "长孙", "宇文", "端木", "独孤",
    "南宫", "闻人", "澹台", "淳于", "单于", "申屠", "钟离", "鲜于", "闾丘", "司空", "百里", "呼延", "东郭", "西门", "第五", "赫连", "拓跋",
];

/// What a name cell held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NameCell {
    /// The cleaned name; empty when there is none.
    pub name: String,
    /// What stood in brackets.
    pub remark: Option<String>,
    /// Several people share the cell.
    pub several: bool,
    /// Unseen characters were taken out.
    pub unseen: bool,
    /// It does not look like a name.
    pub unusual: bool,
}

/// Reads the text of a name cell.
pub(crate) fn read(text: &str) -> NameCell {
    let mut cell = NameCell { unseen: text.chars().any(is_unseen), ..NameCell::default() };
    let folded = fold(text);
    if is_placeholder(&folded) || folded == "空" {
        return cell;
    }
    let outside = without_brackets(&folded, &mut cell.remark);
    let outside = outside.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | ':' | '.' | '、' | ',' | ';' | '/'));
    if is_placeholder(outside) {
        return cell;
    }
    if outside.contains(['、', ',', ';', '/', '&', '|', '+', '\\']) || newline_parts(outside) {
        cell.several = true;
        return cell;
    }
    let words: Vec<&str> = outside.split([' ', '\n']).filter(|w| !w.is_empty()).collect();
    let all_han = words.iter().all(|w| w.chars().all(|c| is_han(c) || is_dot(c)));
    if all_han {
        let lengths: Vec<usize> = words.iter().map(|w| w.chars().count()).collect();
        let parted_surname = matches!(words.as_slice(), [first, _] if COMPOUND.contains(first));
        if !parted_surname && lengths.iter().filter(|n| **n >= 2).count() >= 2 {
            cell.several = true;
            return cell;
        }
        cell.name = words.concat().chars().map(|c| if is_dot(c) { '·' } else { c }).collect();
    } else {
        cell.name = words.join(" ");
        let between_han = |name: &str| name.contains(is_han) && name.contains(is_dot);
        if between_han(&cell.name) {
            cell.name = cell.name.chars().map(|c| if is_dot(c) { '·' } else { c }).collect();
        }
    }
    let count = cell.name.chars().count();
    let allowed = |c: char| is_han(c) || matches!(c, '·' | ' ' | '-' | '\'') || c.is_alphabetic();
    let private = |c: char| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}');
    cell.unusual = !(2..=30).contains(&count)
        || (cell.name.chars().all(is_han) && count > 6)
        || !cell.name.chars().all(allowed)
        || cell.name.contains(private);
    if count > 60 {
        cell.name = cell.name.chars().take(60).collect();
    }
    cell
}

/// The dots people type in minority and foreign names.
fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '‧' | '∙' | '・' | '･' | '⋅' | '.' | '˙')
}

/// Two whole names on two lines; one name broken over two lines is no such.
fn newline_parts(text: &str) -> bool {
    text.split('\n').filter(|line| line.chars().filter(|c| is_han(*c)).count() >= 2).count() >= 2
}

fn without_brackets(text: &str, remark: &mut Option<String>) -> String {
    if !text.contains(['(', '[', '<', '《', '{']) {
        return text.to_string();
    }
    let (mut outside, mut inside, mut depth) = (String::new(), String::new(), 0u32);
    for c in text.chars() {
        match c {
            '(' | '[' | '<' | '《' | '{' => depth += 1,
            ')' | ']' | '>' | '》' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            c => inside.push(c),
        }
    }
    let inside = inside.trim();
    if !inside.is_empty() {
        *remark = Some(inside.chars().take(200).collect());
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(input: &str, expected: NameCell) {
        assert_eq!(read(input), expected, "{input:?}");
    }

    fn named(name: &str) -> NameCell {
        NameCell { name: name.to_string(), ..NameCell::default() }
    }

    #[test]
    fn names_come_out_as_they_are_spoken() {
        for (input, name) in [
            ("王小明", "王小明"),
            ("王 小 明", "王小明"),
            ("王　明", "王明"),
            (" 欧阳 小明 ", "欧阳小明"),
            ("王\n小明", "王小明"),
            ("买买提·吐尔逊", "买买提·吐尔逊"),
            ("买买提•吐尔逊", "买买提·吐尔逊"),
            ("买买提.吐尔逊", "买买提·吐尔逊"),
            ("John Smith", "John Smith"),
            ("尉迟恭", "尉迟恭"),
            ("㛃𬭎", "㛃𬭎"),
            ("", ""),
            ("无", ""),
            ("/", ""),
            ("—", ""),
        ] {
            check(input, named(name));
        }
    }

    #[test]
    fn remarks_are_moved_and_two_people_refused() {
        check("王小明（租）", NameCell { remark: Some("租".into()), ..named("王小明") });
        check("王小明(已故", NameCell { remark: Some("已故".into()), ..named("王小明") });
        for input in ["王小明、李芳", "王小明/李芳", "王小明 李芳", "王明 李芳", "王小明\n李芳", "王小明,李芳"]
        {
            check(input, NameCell { several: true, ..NameCell::default() });
        }
        check("王\u{202E}小明\0", NameCell { unseen: true, ..named("王小明") });
        for input in ["王?明", "13800000000", "王", "城东街道社区居委会"] {
            assert!(read(input).unusual, "{input}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fall_over_and_a_name_reads_the_same_again(text in "\\PC{0,40}") {
            let first = read(&text);
            if !first.name.is_empty() && !first.unusual {
                let again = read(&first.name);
                prop_assert_eq!(&again.name, &first.name);
                prop_assert!(!again.several && again.remark.is_none());
            }
        }
    }
}
