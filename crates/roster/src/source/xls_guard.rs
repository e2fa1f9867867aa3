//! A first look into an .xls, for what calamine would take on trust.
//!
//! calamine makes room for as many cells as a sheet claims to have, lays each sheet out as a full
//! rectangle, copies a shared text for every cell that names it, and goes wherever the list of sheets
//! points. So a file of a few thousand bytes could fill the memory. The stream of an .xls is made of
//! records of known length (MS-XLS 2.1.4): all of this is found out, the way calamine will walk, without
//! reading a cell. calamine then gets a file with nothing but this one stream.

use std::io::{Cursor, Read, Write};

use super::{MAX_SHEETS, MAX_TEXT};
use crate::RosterError;

/// The largest total area of all sheets, in cells: laid out for values, for formulas, and once more when a
/// sheet is handed over, about 440 MB.
const MAX_AREA: u64 = 5_000_000;
/// The most continuations of one record; 64 MiB of shared texts need some 8,000.
const MAX_CONTINUED: usize = 20_000;

// Kinds of records (MS-XLS 2.3).
const BOF: u16 = 0x0809;
const BOOLERR: u16 = 0x0205;
const BOUNDSHEET: u16 = 0x0085;
const CONTINUE: u16 = 0x003C;
const DIMENSIONS: u16 = 0x0200;
const EOF: u16 = 0x000A;
const FILEPASS: u16 = 0x002F;
const FORMULA: u16 = 0x0006;
const LABEL: u16 = 0x0204;
const LABELSST: u16 = 0x00FD;
const MULRK: u16 = 0x00BD;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const RSTRING: u16 = 0x00D6;
const SST: u16 = 0x00FC;

/// The file as calamine may have it: its workbook alone, in which no sheet claims a size.
///
/// Refuses a locked file, one whose sheets would be too large laid out or lie in one another, and one whose
/// texts would be too many written out.
pub(super) fn tamed(bytes: &[u8]) -> Result<Vec<u8>, RosterError> {
    let mut stream = workbook(bytes)?;
    let mut sheets = Vec::new();
    let mut texts = Vec::new();
    for record in Records::new(&stream, 0) {
        match record.kind {
            FILEPASS => return Err(RosterError::PasswordProtected),
            BOUNDSHEET => sheets.push(record.number(0).ok_or(RosterError::Damaged)? as usize),
            SST => texts = shared_texts(&record, &stream)?,
            EOF => break,
            _ => {}
        }
    }
    if sheets.len() > MAX_SHEETS {
        return Err(RosterError::TooLarge { what: "工作表数", limit: "500 张" });
    }
    sheets.sort_unstable();
    let (mut area, mut text, mut claims) = (0, 0, Vec::new());
    for (n, from) in sheets.iter().enumerate() {
        let end = sheets.get(n + 1).copied().unwrap_or(stream.len());
        let mut corners = Corners::default();
        for record in Sheet::new(&stream, *from) {
            if record.end > end {
                return Err(RosterError::Damaged);
            }
            match record.kind {
                DIMENSIONS => claims.push(record.start..record.start + record.data.len()),
                LABELSST => {
                    corners.add(record.data, None);
                    text += record.number(6).and_then(|n| texts.get(n as usize)).copied().unwrap_or(0);
                }
                FORMULA | NUMBER | RK | LABEL | BOOLERR | RSTRING => corners.add(record.data, None),
                // The last column stands at the end.
                MULRK => corners.add(record.data, record.data.last_chunk::<2>()),
                _ => {}
            }
        }
        area += corners.area();
    }
    if area > MAX_AREA {
        return Err(RosterError::TooLarge { what: "格子数", limit: "500 万格" });
    }
    if text > MAX_TEXT as u64 {
        return Err(RosterError::TooLarge { what: "文字量", limit: "256 MB" });
    }
    for claim in claims {
        stream.get_mut(claim).unwrap_or_default().fill(0);
    }
    alone(&stream).map_err(|_| RosterError::Damaged)
}

/// The stream with everything in it.
fn workbook(bytes: &[u8]) -> Result<Vec<u8>, RosterError> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| RosterError::Damaged)?;
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let opened = file.open_stream(name).map_err(|_| RosterError::Damaged)?;
    let mut stream = Vec::new();
    opened.take(bytes.len() as u64).read_to_end(&mut stream).map_err(|_| RosterError::Damaged)?;
    Ok(stream)
}

/// A file with one stream.
fn alone(stream: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::with_capacity(stream.len() + 4096)))?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    Ok(file.into_inner().into_inner())
}

/// One record.
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    /// Where its data starts and where the next record does, from the stream's beginning.
    start: usize,
    end: usize,
}

impl Record<'_> {
    fn number(&self, at: usize) -> Option<u32> {
        self.data.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
    }
}

/// The records from a place on; a last one that is cut off is none.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let [k0, k1, l0, l1, tail @ ..] = self.stream.get(self.at..)? else { return None };
        let data = tail.get(..usize::from(u16::from_le_bytes([*l0, *l1])))?;
        let start = self.at + 4;
        self.at = start + data.len();
        Some(Record { kind: u16::from_le_bytes([*k0, *k1]), data, start, end: self.at })
    }
}

/// The records of one sheet up to its end, without those of the charts inside it.
struct Sheet<'a> {
    records: Records<'a>,
    begun: bool,
    inside: usize,
}

impl<'a> Sheet<'a> {
    fn new(stream: &'a [u8], at: usize) -> Self {
        Self { records: Records::new(stream, at), begun: false, inside: 0 }
    }
}

impl<'a> Iterator for Sheet<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        loop {
            let record = self.records.next()?;
            match record.kind {
                BOF if self.begun => self.inside += 1,
                BOF => self.begun = true,
                EOF if self.inside == 0 => return None,
                EOF => self.inside -= 1,
                _ if self.inside == 0 => return Some(record),
                _ => {}
            }
        }
    }
}

/// How long each shared text (SST, MS-XLS 2.4.265) can become, in bytes.
fn shared_texts(table: &Record<'_>, stream: &[u8]) -> Result<Vec<u64>, RosterError> {
    let mut parts = vec![table.data];
    for more in Records::new(stream, table.end).take_while(|record| record.kind == CONTINUE) {
        if parts.len() > MAX_CONTINUED {
            return Err(RosterError::Damaged);
        }
        parts.push(more.data);
    }
    texts_of(&parts).ok_or(RosterError::Damaged)
}

fn texts_of(parts: &[&[u8]]) -> Option<Vec<u64>> {
    let mut rest = parts.iter().copied();
    // After the two counts.
    let mut here = rest.next()?.get(8..)?;
    let mut out = Vec::new();
    loop {
        if here.is_empty() {
            match rest.next() {
                Some(next) => here = next,
                None => return Some(out),
            }
            if here.is_empty() {
                // No text, which calamine counts as one.
                out.push(0);
                continue;
            }
        }
        let [c0, c1, flags, tail @ ..] = here else { return None };
        here = tail;
        let mut letters = usize::from(u16::from_le_bytes([*c0, *c1]));
        out.push(letters as u64 * 3);
        // What stands behind the text: formatted runs, and the sounds of its characters.
        let mut behind = 0;
        if flags & 8 != 0 {
            let (runs, tail) = here.split_first_chunk()?;
            behind += usize::from(u16::from_le_bytes(*runs)) * 4;
            here = tail;
        }
        if flags & 4 != 0 {
            let (sounds, tail) = here.split_first_chunk()?;
            behind += u32::from_le_bytes(*sounds) as usize;
            here = tail;
        }
        let mut wide = flags & 1;
        while letters > 0 {
            let size = usize::from(wide) + 1;
            let read = letters.min(here.len() / size);
            here = &here[read * size..];
            letters -= read;
            if letters > 0 {
                let (flags, tail) = rest.next()?.split_first()?;
                (wide, here) = (flags & 1, tail);
            }
        }
        while behind > 0 {
            if here.is_empty() {
                here = rest.next()?;
            }
            let skipped = behind.min(here.len());
            here = &here[skipped..];
            behind -= skipped;
        }
    }
}

/// The rectangle that holds all cells seen.
#[derive(Default)]
struct Corners(Option<[u64; 4]>);

impl Corners {
    fn add(&mut self, data: &[u8], last_column: Option<&[u8; 2]>) {
        let [r0, r1, c0, c1, ..] = data else { return };
        let row = u64::from(u16::from_le_bytes([*r0, *r1]));
        let column = u64::from(u16::from_le_bytes([*c0, *c1]));
        let last = last_column.map_or(column, |c| u64::from(u16::from_le_bytes(*c)));
        let [top, bottom, left, right] = self.0.unwrap_or([row, row, column, last]);
        self.0 = Some([top.min(row), bottom.max(row), left.min(column), right.max(last)]);
    }

    fn area(&self) -> u64 {
        self.0.map_or(0, |[top, bottom, left, right]| (bottom - top + 1) * (right.saturating_sub(left) + 1))
    }
}
