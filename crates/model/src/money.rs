//! Money: whole fen (分), shown as 3,500.00元 and in capitals (大写).

/// `3,500.00`: grouped, two decimals.
pub fn grouped(fen: i64) -> String {
    let yuan = (fen / 100).unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in yuan.chars().enumerate() {
        if i > 0 && (yuan.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{out}.{:02}", (fen % 100).unsigned_abs())
}

/// `叁仟伍佰元整`: the form that papers carry beside the figure, so that a digit cannot be
/// altered (practice of 票据 and 调解协议书). Amounts are not negative.
pub fn capitals(fen: i64) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    let fen = fen.unsigned_abs();
    let (yuan, jiao, cent) = (fen / 100, (fen / 10 % 10) as usize, (fen % 10) as usize);
    let mut out = String::new();
    let mut groups = Vec::new();
    let mut rest = yuan;
    while rest > 0 {
        groups.push((rest % 10_000) as usize);
        rest /= 10_000;
    }
    let mut gap = false;
    for (g, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap || (!out.is_empty() && group < 1000) {
            out.push('零');
        }
        gap = false;
        let mut zero = false;
        let mut started = false;
        for place in (0..4).rev() {
            let digit = group / 10usize.pow(place) % 10;
            if digit == 0 {
                zero = started;
            } else {
                if zero {
                    out.push('零');
                }
                zero = false;
                started = true;
                out.push(DIGITS[digit]);
                out.push_str(PLACES[place as usize]);
            }
        }
        out.push_str(GROUPS.get(g).copied().unwrap_or_default());
    }
    if yuan > 0 || fen == 0 {
        if fen == 0 {
            out.push('零');
        }
        out.push('元');
    }
    match (jiao, cent) {
        (0, 0) => out.push('整'),
        (0, c) => {
            if yuan > 0 {
                out.push('零');
            }
            out.push(DIGITS[c]);
            out.push('分');
        }
        (j, c) => {
            out.push(DIGITS[j]);
            out.push('角');
            if c == 0 {
                out.push('整');
            } else {
                out.push(DIGITS[c]);
                out.push('分');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_read_as_a_cashier_writes_them() {
        for (fen, text) in [
            (350_000, "叁仟伍佰元整"),
            (0, "零元整"),
            (100, "壹元整"),
            (1_005, "壹拾元零伍分"),
            (50, "伍角整"),
            (5, "伍分"),
            (10_005_000, "壹拾万零伍拾元整"),
            (10_900_000_000, "壹亿零玖佰万元整"),
            (1_000_000_000_000, "壹佰亿元整"),
            (123_456_789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
            (100_100, "壹仟零壹元整"),
            (101_000, "壹仟零壹拾元整"),
        ] {
            assert_eq!(capitals(fen), text, "{fen}");
        }
    }

    #[test]
    fn figures_are_grouped_by_three_with_two_decimals() {
        for (fen, text) in [(350_000, "3,500.00"), (5, "0.05"), (10_900_000_000, "109,000,000.00"), (-50, "-0.50")] {
            assert_eq!(grouped(fen), text);
        }
    }
}
