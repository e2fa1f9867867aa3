//! Reading one face out of a font file without reading the file: a .ttc collection of 27 MB holds ten
//! faces, of which a paper needs one, and an index needs only a few small tables of that one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Tables that name a face.
pub(crate) const NAMING: &[&[u8; 4]] = &[b"head", b"hhea", b"maxp", b"name", b"OS/2", b"post", b"fvar"];
/// Tables that name a face and say which characters it covers.
pub(crate) const COVERING: &[&[u8; 4]] = &[b"head", b"hhea", b"maxp", b"name", b"OS/2", b"post", b"fvar", b"cmap"];

/// No font this crate looks for has a larger table.
const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// A font file, opened for reading single tables.
pub(crate) struct FontFile {
    file: File,
    size: u64,
    /// Where each face's table directory begins.
    pub(crate) faces: Vec<u32>,
}

struct Table {
    tag: [u8; 4],
    checksum: [u8; 4],
    offset: u32,
    length: u32,
}

fn damaged() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}

fn number(bytes: &[u8], at: usize) -> io::Result<u32> {
    let four: [u8; 4] = bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).ok_or_else(damaged)?;
    Ok(u32::from_be_bytes(four))
}

impl FontFile {
    /// Opens a .ttf, .otf or .ttc and finds its faces.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut font = FontFile { file, size, faces: vec![0] };
        let head = font.read(0, 12)?;
        if head.starts_with(b"ttcf") {
            let count = number(&head, 8)?.min(64);
            let list = font.read(12, u64::from(count) * 4)?;
            font.faces = (0..count as usize).map(|i| number(&list, i * 4)).collect::<io::Result<_>>()?;
        }
        Ok(font)
    }

    fn read(&mut self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        if length > MOST_BYTES || offset.checked_add(length).is_none_or(|end| end > self.size) {
            return Err(damaged());
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| damaged())?];
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A font of its own made of one face: the tables in `keep`, or all of them.
    pub(crate) fn face(&mut self, start: u32, keep: Option<&[&[u8; 4]]>) -> io::Result<Vec<u8>> {
        let head = self.read(u64::from(start), 12)?;
        let count = u16::from_be_bytes([head[4], head[5]]).min(128);
        let directory = self.read(u64::from(start) + 12, u64::from(count) * 16)?;
        let mut tables = Vec::new();
        for record in directory.chunks_exact(16) {
            let mut tag = [0; 4];
            let mut checksum = [0; 4];
            tag.copy_from_slice(&record[..4]);
            checksum.copy_from_slice(&record[4..8]);
            if keep.is_none_or(|keep| keep.contains(&&tag)) {
                tables.push(Table { tag, checksum, offset: number(record, 8)?, length: number(record, 12)? });
            }
        }
        let mut out = Vec::new();
        out.extend_from_slice(&head[..4]);
        out.extend_from_slice(&(tables.len() as u16).to_be_bytes());
        out.extend_from_slice(&search_fields(tables.len() as u16));
        let mut place = 12 + tables.len() * 16;
        for table in &tables {
            out.extend_from_slice(&table.tag);
            out.extend_from_slice(&table.checksum);
            out.extend_from_slice(&u32::try_from(place).map_err(|_| damaged())?.to_be_bytes());
            out.extend_from_slice(&table.length.to_be_bytes());
            place += (table.length as usize).next_multiple_of(4);
        }
        for table in &tables {
            let bytes = self.read(u64::from(table.offset), u64::from(table.length))?;
            out.extend_from_slice(&bytes);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        Ok(out)
    }
}

/// searchRange, entrySelector and rangeShift of a table directory.
fn search_fields(count: u16) -> [u8; 6] {
    let selector = count.max(1).ilog2() as u16;
    let range = (1_u16 << selector) * 16;
    let shift = (count * 16).saturating_sub(range);
    let mut out = [0; 6];
    out[..2].copy_from_slice(&range.to_be_bytes());
    out[2..4].copy_from_slice(&selector.to_be_bytes());
    out[4..].copy_from_slice(&shift.to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_font_is_refused_and_never_read_past_its_end() {
        let dir = tempfile::tempdir().expect("a folder");
        for bytes in [&b""[..], b"ttcf\0\0\0\0\xff\xff\xff\xff", b"OTTO\0\x7f\0\0\0\0\0\0short"] {
            let path = dir.path().join("broken.otf");
            std::fs::write(&path, bytes).expect("written");
            let read = FontFile::open(&path).and_then(|mut f| f.face(0, None));
            assert!(read.is_err(), "{bytes:?}");
        }
    }
}
