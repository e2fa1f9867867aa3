//! A first look into an .xls, for what calamine would take on trust.
//!
//! calamine lays each sheet out as a full rectangle; a tiny file with a cell in
//! each corner of many sheets would fill the memory. The streams of an .xls are
//! made of records of known length (MS-XLS 2.1.4), so the corners can be found
//! without reading the sheets.

use std::io::{Cursor, Read};

use crate::RosterError;

/// The largest total area of all sheets, in cells (about 400 MB laid out).
const MAX_AREA: u64 = 16_000_000;

/// Refuses a locked file, and one whose sheets would be too large laid out.
pub(super) fn check(bytes: &[u8]) -> Result<(), RosterError> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| RosterError::Damaged)?;
    let name = if file.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = Vec::new();
    let opened = file.open_stream(name).map_err(|_| RosterError::Damaged)?;
    opened.take(bytes.len() as u64).read_to_end(&mut stream).map_err(|_| RosterError::Damaged)?;
    let mut total = 0u64;
    let mut sheet = Corners::default();
    let mut rest = stream.as_slice();
    while let [k0, k1, l0, l1, tail @ ..] = rest {
        let Some((data, next)) = tail.split_at_checked(usize::from(u16::from_le_bytes([*l0, *l1]))) else {
            break;
        };
        match u16::from_le_bytes([*k0, *k1]) {
            // FILEPASS
            0x002F => return Err(RosterError::PasswordProtected),
            // EOF of one sheet
            0x000A => total += std::mem::take(&mut sheet).area(),
            // FORMULA, LABELSST, NUMBER, RK, LABEL, BOOLERR, BLANK, RSTRING
            0x0006 | 0x00FD | 0x0203 | 0x027E | 0x0204 | 0x0205 | 0x0201 | 0x00D6 => sheet.add(data, None),
            // MULRK, MULBLANK: the last column stands at the end
            0x00BD | 0x00BE => sheet.add(data, data.last_chunk::<2>()),
            _ => {}
        }
        rest = next;
    }
    if total + sheet.area() > MAX_AREA {
        return Err(RosterError::TooLarge { what: "格子数", limit: "1600 万格" });
    }
    Ok(())
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
