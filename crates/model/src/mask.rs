//! How personal values are hidden until somebody asks to see them (requirements §5.1 Masking;
//! PIPL §51). Masks are computed here, in Rust, so that a page is never sent what it may not show.

use crate::kind::Mask;

/// Two-character surnames that occur in ordinary rosters.
const COMPOUND_SURNAMES: [&str; 12] = ["欧阳", "尉迟", "上官", "司马", "诸葛", "东方", "皇甫", "司徒", "令狐", "慕容", "夏侯", "端木"];

/// The family name of a Chinese name, by the list of two-character surnames.
pub fn surname(name: &str) -> &str {
    if name.chars().count() > 2
        && let Some(s) = COMPOUND_SURNAMES.iter().find(|s| name.starts_with(**s))
    {
        return s;
    }
    let end = name.chars().next().map_or(0, char::len_utf8);
    &name[..end]
}

/// 肖某, 欧阳某: how a public paper names a private person (隐名).
pub fn public_name(name: &str) -> String {
    format!("{}某", surname(name))
}

/// 王*, 欧阳**: the family name and a star per further character.
pub fn name(name: &str) -> String {
    let family = surname(name);
    let stars = name.chars().count().saturating_sub(family.chars().count());
    family.to_owned() + &"*".repeat(stars)
}

/// 138****5678; shorter numbers keep only their last two digits.
pub fn phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    let n = chars.len();
    let kept = if n >= 11 { (3, 4) } else { (0, n.min(2)) };
    chars.iter().enumerate().map(|(i, c)| if i < kept.0 || i + kept.1 >= n { *c } else { '*' }).collect()
}

/// Only the last four characters: birth date and region stay hidden.
pub fn id_number(id: &str) -> String {
    let n = id.chars().count();
    id.chars().enumerate().map(|(i, c)| if i + 4 >= n { c } else { '*' }).collect()
}

/// Applies a field's mask to a value's text.
pub fn apply(mask: Mask, value: &str) -> String {
    match mask {
        Mask::Name => name(value),
        Mask::Phone => phone(value),
        Mask::IdNumber => id_number(value),
        Mask::Text => "（已隐藏）".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_what_a_clerk_needs_and_hide_the_rest() {
        assert_eq!(name("王小明"), "王**");
        assert_eq!(name("欧阳明"), "欧阳*");
        assert_eq!(name("欧阳"), "欧*");
        assert_eq!(public_name("肖建国"), "肖某");
        assert_eq!(phone("13812345678"), "138****5678");
        assert_eq!(phone("84110000"), "******00");
        assert_eq!(id_number("331003198001011234"), "**************1234");
        assert_eq!(name(""), "");
    }
}
