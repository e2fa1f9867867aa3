//! The line that asks for what is missing (缺什么): short enough for a chat message or a QR code,
//! made of letters and figures that can be typed, and checked against slips of the hand.
//!
//! `XH1-` and Crockford's base 32 of: the asker's signing key (its first 8 bytes), then per stretch
//! the log's name (its first 8 bytes), the first number and how many follow it (LEB128 each), then 4
//! bytes of the BLAKE3 of all that. It holds no names and proves nothing: who answers it looks up
//! whom the logs belong to and what the asker is entitled to.

use xinghuo_ledger::{LogId, PublicKey};

const PREFIX: &str = "XH1";
const FAMILY: &str = "XH";
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DOMAIN: &[u8] = b"xinghuo/want/v1";
/// More stretches than this nobody asks for at once; the rest is asked for next time.
pub const MOST_STRETCHES: usize = 24;
/// A text longer than this is no chat message.
const MOST_TEXT: usize = 16 * 1024;
/// 24 stretches of 8 bytes and two numbers of at most 9, with what stands around them.
const MOST_BYTES: usize = 8 + MOST_STRETCHES * 26 + 4;

/// One stretch that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The first 8 bytes of the log's name.
    pub log: [u8; 8],
    /// The first number, from 1.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// The first 8 bytes of the asker's signing key.
    pub asker: [u8; 8],
    /// At least one stretch, at most [`MOST_STRETCHES`].
    pub stretches: Vec<Wanted>,
}

/// Why a text asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WantError {
    /// There is no such line in it.
    #[error("the text asks for nothing")]
    Absent,
    /// A line is there but was cut or mistyped.
    #[error("the line was cut or mistyped")]
    Garbled,
    /// A newer program wrote it.
    #[error("the line needs a newer program")]
    Newer,
}

fn short(bytes: &[u8; 32]) -> [u8; 8] {
    let mut out = [0; 8];
    out.copy_from_slice(&bytes[..8]);
    out
}

impl Want {
    /// What the copy with this key asks for: (log, first, last).
    pub fn of(asker: &PublicKey, stretches: impl IntoIterator<Item = (LogId, u64, u64)>) -> Self {
        let stretches = stretches.into_iter().map(|(log, from, to)| Wanted { log: short(&log.0), from, to }).take(MOST_STRETCHES).collect();
        Self { asker: short(asker), stretches }
    }

    /// Whether it is this copy that asks.
    pub fn is_from(&self, key: &PublicKey) -> bool {
        self.asker == short(key)
    }

    /// The line, in groups of five.
    pub fn line(&self) -> String {
        let mut bytes = self.asker.to_vec();
        for wanted in &self.stretches {
            bytes.extend_from_slice(&wanted.log);
            put_number(&mut bytes, wanted.from);
            put_number(&mut bytes, wanted.to.saturating_sub(wanted.from));
        }
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        let mut out = PREFIX.to_owned();
        for (at, letter) in letters(&bytes).into_iter().enumerate() {
            if at % 5 == 0 {
                out.push('-');
            }
            out.push(char::from(letter));
        }
        out
    }

    /// Finds the line in a text as it was pasted or typed: capitals or not, wide figures, with blanks
    /// or line breaks inside.
    ///
    /// # Errors
    /// [`WantError`].
    pub fn find_in(text: &str) -> Result<Self, WantError> {
        if text.len() > MOST_TEXT {
            return Err(WantError::Absent);
        }
        let narrow: String = text.chars().map(narrow).collect();
        let mut worst = WantError::Absent;
        for (at, _) in narrow.match_indices(FAMILY) {
            // One figure: without hyphens the line goes on at once, often with another.
            match narrow[at + FAMILY.len()..].chars().next() {
                Some('1') => {}
                Some('0'..='9') => {
                    worst = WantError::Newer;
                    continue;
                }
                _ => continue,
            }
            let rest = &narrow[at + PREFIX.len()..];
            // The line may have been broken, and something else may follow it.
            let first = rest.split('\n').next().unwrap_or_default();
            match [first, rest].into_iter().find_map(read) {
                Some(want) => return Ok(want),
                None => worst = WantError::Garbled,
            }
        }
        Err(worst)
    }
}

/// Wide forms as input methods type them, and capitals.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => c,
    }
    .to_ascii_uppercase()
}

fn read(text: &str) -> Option<Want> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in text.chars() {
        let value = match c {
            '-' | ' ' | '\n' | '\r' | '\t' => continue,
            // What the eye takes for a figure.
            'O' => 0,
            'I' | 'L' => 1,
            c => match ALPHABET.iter().position(|letter| char::from(*letter) == c) {
                Some(value) => value as u32,
                None => break,
            },
        };
        (bits, count) = ((bits << 5) | value, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
        if bytes.len() > MOST_BYTES {
            return None;
        }
    }
    let (said, sum) = bytes.split_last_chunk::<4>()?;
    if bits != 0 || check(said) != *sum {
        return None;
    }
    let (asker, mut rest) = said.split_first_chunk::<8>()?;
    let mut stretches = Vec::new();
    while !rest.is_empty() {
        let (log, after) = rest.split_first_chunk::<8>()?;
        let (from, after) = take_number(after)?;
        let (more, after) = take_number(after)?;
        let to = from.checked_add(more)?;
        if from == 0 || to > i64::MAX as u64 || stretches.len() == MOST_STRETCHES {
            return None;
        }
        stretches.push(Wanted { log: *log, from, to });
        rest = after;
    }
    (!stretches.is_empty()).then_some(Want { asker: *asker, stretches })
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(DOMAIN);
    hasher.update(bytes);
    let mut out = [0; 4];
    hasher.finalize_xof().fill(&mut out);
    out
}

fn letters(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut count) = (0u32, 0);
    for byte in bytes {
        (bits, count) = ((bits << 8) | u32::from(*byte), count + 8);
        while count >= 5 {
            count -= 5;
            out.push(ALPHABET[((bits >> count) & 31) as usize]);
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        out.push(ALPHABET[((bits << (5 - count)) & 31) as usize]);
    }
    out
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn take_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut n = 0u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        n |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            // One way to write a number: what is longer than it need be was not written by us.
            return (at == 0 || *byte != 0).then(|| (n, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use xinghuo_ledger::Hash;

    fn want() -> Want {
        Want::of(&[7; 32], [(Hash::of(b"a"), 41, 57), (Hash::of(b"b"), 1, 1), (Hash::of(b"c"), 300, i64::MAX as u64)])
    }

    #[test]
    fn a_line_says_what_it_was_made_of_however_it_was_pasted_or_typed() {
        let (want, line) = (want(), want().line());
        assert!(line.starts_with("XH1-") && line.len() < 120, "{line}");
        let groups: Vec<&str> = line.split('-').skip(1).collect();
        assert!(groups[..groups.len() - 1].iter().all(|group| group.len() == 5), "{line}");
        let even = Want::of(&[7; 32], [(Hash::of(b"a"), 300, 300 + (1 << 14))]).line();
        assert_eq!(even.len(), "XH1".len() + 8 * "-AAAAA".len(), "25 bytes are 40 letters: {even}");
        assert!(want.is_from(&[7; 32]) && !want.is_from(&[8; 32]));
        let wide: String = line.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect();
        for text in [
            line.clone(),
            line.to_lowercase(),
            line.replace('-', ""),
            line.replace('-', " - "),
            line.replace('0', "O").replace('1', "l").replace("XHl", "XH1"),
            format!("请补发：\n· 第 41–57 条\n{line}\n谢谢"),
            format!("{line}\nOK, thanks"),
            format!("{}\n{}", &line[..30], &line[30..]),
            format!("XHX {line}"),
            wide,
        ] {
            assert_eq!(Want::find_in(&text), Ok(want.clone()), "{text}");
        }
    }

    #[test]
    fn a_slip_of_the_hand_is_noticed_wherever_it_happens() {
        let line = want().line();
        for at in 4..line.len() {
            for other in ["Z", "7", ""] {
                let typed = format!("{}{other}{}", &line[..at], &line[at + 1..]);
                if typed != line && line.as_bytes()[at] != b'-' {
                    assert!(Want::find_in(&typed).is_err(), "{typed}");
                }
            }
            assert!(Want::find_in(&line[..at]).is_err());
        }
    }

    #[test]
    fn a_text_that_asks_for_nothing_or_too_much_says_why() {
        let sealed = |bytes: &[u8]| {
            let whole = [bytes, &check(bytes)].concat();
            format!("XH1{}", String::from_utf8_lossy(&letters(&whole)))
        };
        let stretch = |from: &[u8], more: &[u8]| [&[7; 8], &[9; 8], from, more].concat();
        let many: Vec<u8> = [vec![7; 8], (0..=MOST_STRETCHES).flat_map(|_| [&[9; 8][..], &[1, 0]].concat()).collect()].concat();
        for (text, error) in [
            (String::new(), WantError::Absent),
            ("请补发数据包".to_owned(), WantError::Absent),
            ("XH".to_owned(), WantError::Absent),
            ("XH1".to_owned(), WantError::Garbled),
            ("XH1-00000-00000".to_owned(), WantError::Garbled),
            (format!("XH2-{}", "A".repeat(40)), WantError::Newer),
            ("XH1-".repeat(5000), WantError::Absent),
            (format!("XH1-{}", "A".repeat(9000)), WantError::Garbled),
            (sealed(&[7; 8]), WantError::Garbled),
            (sealed(&many), WantError::Garbled),
            (sealed(&stretch(&[0], &[0])), WantError::Garbled),
            (sealed(&stretch(&[0x81, 0], &[0])), WantError::Garbled),
            (sealed(&stretch(&[0xFF; 9], &[1])), WantError::Garbled),
            (sealed(&stretch(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], &[1])), WantError::Garbled),
            (sealed(&stretch(&[1], &[])), WantError::Garbled),
        ] {
            assert_eq!(Want::find_in(&text), Err(error), "{text}");
        }
        // The longest line there can be, and the longest text.
        let far = Want::of(&[7; 32], (0..24).map(|n| (Hash::of(&[n]), 1 << 62, i64::MAX as u64)));
        let line = far.line();
        assert_eq!(Want::find_in(&line), Ok(far.clone()));
        assert_eq!(Want::find_in(&format!("{}{line}", " ".repeat(MOST_TEXT - line.len()))), Ok(far));
        assert_eq!(Want::find_in(&format!("{}{line}", " ".repeat(MOST_TEXT + 1 - line.len()))), Err(WantError::Absent));
        assert!(Want::find_in(&sealed(&stretch(&[1], &[0]))).is_ok(), "the same with nothing wrong");
    }
}
