//! Names of attachments: to show and to suggest, never a place on the disk.

use xinghuo_model::Media;

/// No longer than fits beside a picture.
const LONGEST: usize = 60;

/// Names that Windows keeps for devices, whatever follows the dot.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

/// A given name as it is shown and suggested: its last part, without what no file system takes or
/// what deceives the eye, ending as its content is.
pub(crate) fn shown_name(given: &str, media: Media) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !hidden(*c)).map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    // The ending says nothing: the content does.
    let stem = match clean.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 5 && ending.chars().all(|c| c.is_ascii_alphanumeric()) => stem,
        _ => &clean,
    };
    let stem: String = stem.trim_matches(|c: char| c == '.' || c.is_whitespace()).chars().take(LONGEST).collect();
    let stem = stem.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let device = stem.split('.').next().unwrap_or_default().trim_end().trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = match stem {
        "" => media.zh().trim_end_matches("文件").trim_end().to_owned(),
        _ if DEVICES.iter().any(|name| name.eq_ignore_ascii_case(device)) => format!("_{stem}"),
        _ => stem.to_owned(),
    };
    format!("{stem}.{}", media.ending())
}

/// Controls, and what reorders or hides letters.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_last_part_and_ends_as_its_content_is() {
        let check = |given: &str, shown: &str| assert_eq!(shown_name(given, Media::Jpeg), shown, "{given:?}");
        check("楼道 积水.JPG", "楼道 积水.jpg");
        check("IMG_0012.jpeg", "IMG_0012.jpg");
        check("2024.11.05 东门", "2024.11.05 东门.jpg");
        check("网页.html", "网页.jpg");
        check("/etc/passwd", "passwd.jpg");
        check("..\\..\\windows\\system32\\calc.exe", "calc.jpg");
        check("../../../", "照片.jpg");
        check("..", "照片.jpg");
        check("", "照片.jpg");
        check("C:evil.jpg", "C_evil.jpg");
        check("a\0b.jpg", "ab.jpg");
        check("gpj.\u{202E}exe.jpg", "gpj.exe.jpg");
        check("\u{200B}\u{FEFF}.jpg", "照片.jpg");
        check("nul.jpg", "_nul.jpg");
        check("COM1.jpg", "_COM1.jpg");
        check("con.tar.jpg", "_con.tar.jpg");
        check("末尾 . . ", "末尾.jpg");
        check("a<b>|c?.jpg", "a_b__c_.jpg");
        assert_eq!(shown_name(&"长".repeat(300), Media::Pdf).chars().count(), LONGEST + 4);
        assert_eq!(shown_name("", Media::Pdf), "PDF.pdf");
    }
}
