//! What kind of file some bytes are: by what is in them, hardly by their name.

use std::io::{BufReader, Cursor, Read};

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use quick_xml::events::Event;

use super::{MAX_BYTES, MAX_CELLS, MAX_UNPACKED};
use crate::RosterError;

/// A file this crate can read.
pub(super) enum Kind {
    Xlsx,
    Xls,
    /// Decoded text, to be read as comma separated values.
    Text(String),
}

const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Beginnings of files people pick by mistake: JPEG, PNG, GIF, PDF, RAR, 7z,
/// gzip, BMP, TIFF, MP4-like, RTF.
const OTHERS: &[&[u8]] = &[
    &[0xFF, 0xD8, 0xFF],
    b"\x89PNG",
    b"GIF8",
    b"%PDF",
    b"Rar!",
    b"7z\xBC\xAF",
    &[0x1F, 0x8B],
    b"BM\0",
    b"II*\0",
    b"MM\0*",
    b"\0\0\0",
    b"{\\rtf",
    b"RIFF",
    b"SQLite format",
];

/// Tells the kind, or why the file is none of them.
pub(super) fn sniff(bytes: &[u8], file_name: &str) -> Result<Kind, RosterError> {
    if bytes.len() > MAX_BYTES {
        return Err(RosterError::TooLarge { what: "文件", limit: "64 MB" });
    }
    if bytes.iter().all(|b| b.is_ascii_whitespace()) {
        return Err(RosterError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped(bytes);
    }
    if bytes.starts_with(OLE) {
        return compound(bytes, file_name);
    }
    if OTHERS.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(RosterError::NotASpreadsheet);
    }
    let text = decode(bytes).ok_or(RosterError::NotASpreadsheet)?;
    let mut start = text.trim_start().chars().take(4000).collect::<String>();
    start.make_ascii_lowercase();
    if start.starts_with("mime-version:")
        || (start.starts_with('<') && ["<html", "<table", "<?xml", "<!doctype"].iter().any(|tag| start.contains(tag)))
    {
        return Err(RosterError::WebPage);
    }
    Ok(Kind::Text(text))
}

/// Whether the name says comma separated values; others must show a header to
/// be believed.
pub(crate) fn named_csv(file_name: &str) -> bool {
    let name = file_name.to_ascii_lowercase();
    name.ends_with(".csv") || name.ends_with(".tsv")
}

/// A zip: unpacked once, only counting, so that no later reader meets a bomb.
fn zipped(bytes: &[u8]) -> Result<Kind, RosterError> {
    const BOMB: RosterError = RosterError::TooLarge { what: "展开后的内容", limit: "256 MB" };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| RosterError::Damaged)?;
    let has_workbook =
        archive.file_names().any(|name| name.is_ok_and(|name| name.trim_start_matches('/').eq_ignore_ascii_case("xl/workbook.xml")));
    if !has_workbook {
        return Err(RosterError::NotASpreadsheet);
    }
    if archive.len() > 20_000 {
        return Err(BOMB);
    }
    let mut left = MAX_UNPACKED;
    let mut buffer = vec![0u8; 64 << 10];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| RosterError::Damaged)?;
        if entry.size() > left {
            return Err(BOMB);
        }
        loop {
            let read = entry.read(&mut buffer).map_err(|_| RosterError::Damaged)?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read as u64).ok_or(BOMB)?;
        }
    }
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| RosterError::Damaged)?;
        let table = entry.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with("sharedstrings.xml"));
        if table && claimed_texts(entry)? > MAX_CELLS as u64 {
            return Err(RosterError::TooLarge { what: "格子数", limit: "600 万格" });
        }
    }
    Ok(Kind::Xlsx)
}

/// How many shared texts a table of them claims to have: calamine makes room for as many before it reads
/// one. Read with calamine's own parser, set as it sets it, so that both see the same tag.
fn claimed_texts(table: impl Read) -> Result<u64, RosterError> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(table));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.check_comments = false;
    config.expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) if tag.local_name().as_ref() == "sst" => {
                let mut most = 0;
                for attribute in tag.attributes().with_checks(false) {
                    let attribute = attribute.map_err(|_| RosterError::Damaged)?;
                    if attribute.key.as_ref() == "uniqueCount" {
                        let digits = attribute.value.bytes().skip_while(|byte| !byte.is_ascii_digit()).take_while(u8::is_ascii_digit);
                        most = most.max(digits.fold(0u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0'))));
                    }
                }
                return Ok(most);
            }
            Ok(Event::Eof) | Err(_) => return Ok(0),
            Ok(_) => {}
        }
    }
}

/// An OLE compound file: an old .xls, a locked .xlsx, an .et, or a .doc.
fn compound(bytes: &[u8], file_name: &str) -> Result<Kind, RosterError> {
    if has_stream(bytes, "EncryptedPackage") || has_stream(bytes, "EncryptionInfo") {
        return Err(RosterError::PasswordProtected);
    }
    if file_name.to_ascii_lowercase().ends_with(".et") {
        return Err(RosterError::EtFormat);
    }
    if has_stream(bytes, "Workbook") || has_stream(bytes, "Book") {
        return Ok(Kind::Xls);
    }
    if has_stream(bytes, "WordDocument") || has_stream(bytes, "PowerPoint Document") {
        return Err(RosterError::NotASpreadsheet);
    }
    Err(RosterError::Damaged)
}

/// Looks for a stream's name. Directory entries are 128 bytes long and begin
/// at multiples of 128 from the start of the file (MS-CFB 2.6.1).
fn has_stream(bytes: &[u8], name: &str) -> bool {
    let wanted: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    bytes.chunks(128).skip(4).any(|entry| entry.starts_with(&wanted))
}

/// UTF-8, UTF-16 with its mark, or GB18030; `None` for what is no text.
fn decode(bytes: &[u8]) -> Option<String> {
    let text = if let Some(rest) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        String::from_utf8_lossy(rest).into_owned()
    } else if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        UTF_16LE.decode_without_bom_handling(rest).0.into_owned()
    } else if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        UTF_16BE.decode_without_bom_handling(rest).0.into_owned()
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        text.to_string()
    } else {
        GB18030.decode_without_bom_handling(bytes).0.into_owned()
    };
    let (mut all, mut broken, mut controls) = (0usize, 0usize, 0usize);
    for c in text.chars() {
        all += 1;
        broken += usize::from(c == '\u{FFFD}');
        controls += usize::from(c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    }
    (broken <= 1 + all / 100 && controls <= 2 + all / 20).then_some(text)
}
