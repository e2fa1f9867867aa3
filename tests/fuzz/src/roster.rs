//! Rosters (花名册) people hand over: .xlsx, .xls and comma separated values.
//!
//! Whatever the bytes are: read or refused with a code, the same the second time, stopped when told to;
//! what was read comes back as a file that reads again. Input: a byte that chooses the file's name,
//! then the file.

use std::io::{Cursor, Read, Write};

use chrono::NaiveDate;
use xinghuo_roster::{RosterError, Workbook, read_on, sample};
use zip::write::SimpleFileOptions;

use crate::chance::Chance;
use crate::{Depth, Plain, Target, catching};

/// The target.
pub const TARGET: Target = Target { name: "roster", longest: 8 << 10, check: |bytes, depth| check(bytes, depth), mutate, seeds };

const NAMES: [&str; 5] = ["花名册.xlsx", "花名册.xls", "3幢.csv", "名单.txt", "名单.et"];

fn read(bytes: &[u8], name: &str) -> Result<Workbook, RosterError> {
    let today = NaiveDate::from_ymd_opt(2031, 6, 1).unwrap_or_default();
    let (mut last, mut backwards) = (0, false);
    let book = catching(|| {
        read_on(today, bytes, name, &["备注"], &mut |done, total| {
            backwards |= done < last || done > total;
            last = done;
            true
        })
    });
    assert!(!backwards, "progress goes backwards");
    book
}

/// Runs one input.
pub fn check(bytes: &[u8], depth: Depth) -> bool {
    let Some((first, file)) = bytes.split_first() else { return false };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let book = match read(file, name) {
        Ok(book) => book,
        Err(error) => {
            assert!(!error.code().is_empty() && !error.to_string().is_empty(), "a refusal without words");
            return !matches!(error, RosterError::NotASpreadsheet | RosterError::Empty);
        }
    };
    for row in book.rows() {
        assert!(row.at.sheet_index < book.sheets().len() && row.at.row >= 1, "a row of no sheet");
    }
    if depth.one_of(16, bytes) {
        let again = read(file, name).expect("what was read can be read again");
        assert_eq!(again.rows(), book.rows(), "the second time it reads otherwise");
        let stopped = catching(|| xinghuo_roster::read(file, name, &mut |_, _| false));
        assert_eq!(stopped.err(), Some(RosterError::Cancelled), "told to stop, it went on");
        if let Ok(back) = catching(|| book.returned(&[])) {
            let error = read(&back, "花名册.xlsx").err().map(|error| error.code());
            assert_eq!(error, None, "the file handed back cannot be read");
        }
    }
    true
}

/// Changes the file; of a zip a part inside, which is packed again, so that its checksum holds.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    let Some((first, file)) = bytes.split_first() else { return };
    let (mut first, mut file) = (*first, file.to_vec());
    if chance.one_of(20) {
        first = chance.below(NAMES.len()) as u8;
    } else if let Some(mut parts) = unpacked(&file).filter(|parts| !parts.is_empty()) {
        let at = chance.below(parts.len());
        match chance.below(12) {
            0 => drop(parts.remove(at)),
            1 => parts[at].0 = parts[chance.below(parts.len())].0.clone(),
            _ => text(&mut parts[at].1, chance, plain),
        }
        file = packed(&parts).unwrap_or(file);
    } else if let Some((name, mut stream)) = stream(&file) {
        plain(&mut stream);
        file = compound(name, &stream).unwrap_or(file);
    } else {
        text(&mut file, chance, plain);
    }
    *bytes = [&[first], &file[..]].concat();
}

/// Changes a cell, a tag, or some bytes.
fn text(part: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    const CELLS: [&str; 24] = [
        "姓名",
        "房号",
        "楼栋",
        "单元",
        "室",
        "联系电话",
        "身份证号",
        "出生日期",
        "合计",
        "3-501",
        "3幢2单元501室",
        "13900000001",
        "110101199003070038",
        "1990.3.7",
        "45000",
        "-1",
        "1e308",
        "NaN",
        "是",
        "户主",
        "备注",
        "　",
        "\u{202e}甲",
        "=1+1",
    ];
    let marks: Vec<usize> =
        part.iter().enumerate().filter(|(_, b)| matches!(b, b'>' | b',' | b'"' | b'\n' | b'<')).map(|(at, _)| at).collect();
    match (chance.below(4), chance.place(&marks)) {
        (0, Some(at)) => {
            let (from, to) = (marks[at] + 1, marks.get(at + 1).copied().unwrap_or(part.len()).max(marks[at] + 1));
            part.splice(from..to, chance.pick(&CELLS).bytes());
        }
        (1, Some(at)) => {
            let to = marks.get(at + 1 + chance.below(4)).copied().unwrap_or(part.len());
            let piece = part[marks[at]..to].to_vec();
            let place = marks[chance.below(marks.len())];
            part.splice(place..place, piece);
        }
        (2, Some(at)) => {
            let to = marks.get(at + 1 + chance.below(3)).copied().unwrap_or(part.len());
            part.drain(marks[at]..to);
        }
        _ => plain(part),
    }
}

fn unpacked(file: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).ok()?;
    let mut out = Vec::new();
    for at in 0..archive.len().min(64) {
        let part = archive.by_index(at).ok()?;
        let name = part.name().ok()?.into_owned();
        let mut bytes = Vec::new();
        part.take(1 << 20).read_to_end(&mut bytes).ok()?;
        out.push((name, bytes));
    }
    Some(out)
}

fn packed(parts: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored)).ok()?;
        zip.write_all(bytes).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

fn stream(file: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let mut compound = cfb::CompoundFile::open(Cursor::new(file)).ok()?;
    let name = if compound.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut out = Vec::new();
    compound.open_stream(name).ok()?.take(1 << 20).read_to_end(&mut out).ok()?;
    Some((name, out))
}

fn compound(name: &str, stream: &[u8]) -> Option<Vec<u8>> {
    let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    compound.create_stream(name).ok()?.write_all(stream).ok()?;
    Some(compound.into_inner().into_inner())
}

/// The parts without which there is no roster: looks, themes and properties only make an input long.
fn essential(mut parts: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    parts.retain(|(name, _)| !["docProps", "theme", "styles", "metadata"].iter().any(|part| name.contains(part)));
    parts
}

/// Small rosters of each kind, with parts that are not packed.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for file in [sample::clean_workbook(1, 3, 0), sample::messy_workbook(1, 6), sample::messy_workbook(2, 12)] {
        if let Some(file) = unpacked(&file).map(essential).and_then(|parts| packed(&parts)) {
            out.push([&[0u8], &file[..]].concat());
        }
    }
    let old = include_bytes!("../../../crates/roster/tests/data/old.xls");
    out.push([&[1u8], &old[..]].concat());
    for text in [
        "姓名,房号,联系电话\n王小明,3-501,13900000001\n合计,1,\n",
        "序号,楼栋,单元,室,姓名,与户主关系,性别,出生日期,身份证号,居住性质,是否党员,备注\n1,3,2,501,王小明,户主,男,1990.3.7,110101199003070038,自住,是,甲\n,,,502,李乙,,女,1991年,,租住,,\n",
        "姓名\t房号\n\"王\"\"小明\"\t\"3幢\n2单元501\"\n",
    ] {
        out.push([&[2u8], text.as_bytes()].concat());
    }
    out
}
