//! The editable copy: our own WordprocessingML, every element in schema order, in named styles so that
//! a clerk can go on editing in WPS or Word. Fonts are named here, never needed.
//!
//! The 22 x 28 grid is held by an exact line of 579 twips and letters pulled in by a quarter of a point
//! over a `lines` grid; the usual `linesAndChars` grid puts 14 letters on a line outside Word.

mod gongwen;
mod letter;
mod markup;
mod minutes;
mod parts;
mod sign_in;
mod slip;

use crate::Paper;
use crate::compose::{LetterSheet, MinutesSheet, SignInSheet, SlipSheet};
use crate::error::{Error, Result};
use parts::Package;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The paper as a .docx file. The same paper gives the same bytes.
///
/// # Errors
/// [`Error::Docx`] when the container cannot be put together.
pub fn docx(paper: &Paper) -> Result<Vec<u8>> {
    let package = match paper {
        Paper::Minutes(m) => minutes::package(&MinutesSheet::new(m), m.issued),
        Paper::SignIn(s) => sign_in::package(&SignInSheet::new(s)),
        Paper::Slip(s) => slip::package(&SlipSheet::new(s), s.issued),
        Paper::Letter(l) => letter::package(&LetterSheet::new(l), l.issued),
    };
    pack(&package).map_err(Error::Docx)
}

fn pack(package: &Package) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // A fixed time: the bytes may not depend on when they were made.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
    for (name, xml) in package.files() {
        zip.start_file(name, options)?;
        zip.write_all(xml.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}
