//! The press: lays a paper out with typst and gives PDF or page pictures.
//!
//! What a user wrote reaches typst only as the JSON file `/data.json`; no template is ever put together
//! from text.

use crate::Paper;
use crate::compose::{COLUMNS, LetterSheet, MinutesSheet, NOTE_HINT, SLIP_ROWS, SignInSheet, SlipSheet};
use crate::cover::{fields, needs_glyph};
use crate::error::{Error, Result};
use crate::face::{Face, Found, Role, cast, chain, find};
use crate::sfnt::FontFile;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use typst_render::RenderOptions;

/// Every template, with what the papers share first.
const TEMPLATES: [(&str, &str); 5] = [
    ("/gongwen.typ", include_str!("typst/gongwen.typ")),
    ("/letter.typ", include_str!("typst/letter.typ")),
    ("/minutes.typ", include_str!("typst/minutes.typ")),
    ("/sign_in.typ", include_str!("typst/sign_in.typ")),
    ("/slip.typ", include_str!("typst/slip.typ")),
];
const DATA: &str = "/data.json";

/// A page of a paper as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The picture as PNG.
    pub png: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// The press, held for the life of the program. Font files are indexed when it is opened and read when
/// a paper first needs them.
pub struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    types: Vec<Type>,
    faces: Vec<Face>,
    fonts: FontLists,
    templates: Vec<Source>,
    data: FileId,
}

/// A face on disk, read at most once.
struct Type {
    found: Found,
    font: OnceLock<Option<Font>>,
}

/// The family lists the templates set their text in.
#[derive(Serialize)]
struct FontLists {
    mark: Vec<String>,
    body: Vec<String>,
    kai: Vec<String>,
    hei: Vec<String>,
    song: Vec<String>,
}

#[derive(Serialize)]
struct Data<'a, S> {
    fonts: &'a FontLists,
    sheet: S,
}

#[derive(Serialize)]
struct SignInData {
    #[serde(flatten)]
    sheet: SignInSheet,
    columns: Vec<(&'static str, u32)>,
    hint: &'static str,
}

#[derive(Serialize)]
struct SlipData {
    #[serde(flatten)]
    sheet: SlipSheet,
    /// So many lines stand in one column.
    rows: usize,
}

impl Press {
    /// Opens the press with the fonts found below `font_dirs` (see [`crate::font_dirs`]).
    ///
    /// # Errors
    /// [`Error::FontMissing`] when a role can be played by no font there.
    pub fn open(font_dirs: &[PathBuf]) -> Result<Self> {
        let found = find(font_dirs);
        let faces = cast(&found)?;
        let list = |role| chain(role, &faces, &found);
        let fonts = FontLists {
            mark: list(Role::Mark),
            body: list(Role::Body),
            kai: list(Role::Kai),
            hei: list(Role::Hei),
            song: list(Role::Song),
        };
        let book = FontBook::from_infos(found.iter().map(|f| f.info.clone()));
        let types = found.into_iter().map(|found| Type { found, font: OnceLock::new() }).collect();
        let source = |(path, text): (&'static str, &str)| -> Result<Source> { Ok(Source::new(file_id(path)?, text.to_owned())) };
        let templates = TEMPLATES.into_iter().map(source).collect::<Result<_>>()?;
        Ok(Press {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(book),
            types,
            faces,
            fonts,
            templates,
            data: file_id(DATA)?,
        })
    }

    /// Which real family plays which role, for the preview's notes.
    pub fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// The paper as PDF: text selectable, fonts embedded as subsets, tagged. The same paper gives the
    /// same bytes.
    ///
    /// # Errors
    /// [`Error::FontUnreadable`] when a font has gone since the press was opened; [`Error::Layout`] and
    /// [`Error::Pdf`] for faults of our own.
    pub fn pdf(&self, paper: &Paper) -> Result<Vec<u8>> {
        self.set(paper, |document| {
            let options = PdfOptions { creator: Smart::Custom(Some("星火家园工作台".into())), ..PdfOptions::default() };
            typst_pdf::pdf(document, &options).map_err(|_| Error::Pdf)
        })
    }

    /// The paper's pages as pictures at `ppi` pixels an inch (24–600).
    ///
    /// # Errors
    /// As [`Press::pdf`], and [`Error::Resolution`] for a resolution out of range.
    pub fn pages(&self, paper: &Paper, ppi: f32) -> Result<Vec<Page>> {
        if !(24.0..=600.0).contains(&ppi) {
            return Err(Error::Resolution);
        }
        let options = RenderOptions { pixel_per_pt: f64::from(ppi / 72.0).into(), ..RenderOptions::default() };
        self.set(paper, |document| {
            let draw = |page| {
                let picture = typst_render::render(page, &options);
                let png = picture.encode_png().map_err(|_| Error::Picture)?;
                Ok(Page { png, width: picture.width(), height: picture.height() })
            };
            document.pages().iter().map(draw).collect()
        })
    }

    /// Characters of the paper that no font here has, each with the field it stands in (never with the
    /// field's content): they would print as boxes. Each pair is given once, in order of the character.
    pub fn uncovered(&self, paper: &Paper) -> Vec<(char, String)> {
        let mut missing = BTreeSet::new();
        fields(paper, &mut |label, text| {
            for c in text.chars().filter(|&c| needs_glyph(c)) {
                if !self.types.iter().any(|t| t.found.info.coverage.contains(c as u32)) {
                    missing.insert((c, label.to_owned()));
                }
            }
        });
        missing.into_iter().collect()
    }

    /// Lays the paper out, hands the document on, and forgets what typst remembered of it.
    fn set<T>(&self, paper: &Paper, then: impl FnOnce(&PagedDocument) -> Result<T>) -> Result<T> {
        let (main, json) = match paper {
            Paper::Minutes(m) => ("/minutes.typ", self.json(MinutesSheet::new(m))?),
            Paper::SignIn(s) => {
                let data = SignInData { sheet: SignInSheet::new(s), columns: COLUMNS.to_vec(), hint: NOTE_HINT };
                ("/sign_in.typ", self.json(data)?)
            }
            Paper::Slip(s) => ("/slip.typ", self.json(SlipData { sheet: SlipSheet::new(s), rows: SLIP_ROWS })?),
            Paper::Letter(l) => ("/letter.typ", self.json(LetterSheet::new(l))?),
        };
        let setting = Setting { press: self, main: file_id(main)?, data: Bytes::new(json) };
        let document = typst::compile::<PagedDocument>(&setting).output;
        let result = match document {
            Ok(document) => self.all_fonts_read().and_then(|()| then(&document)),
            Err(faults) => Err(self.all_fonts_read().err().unwrap_or_else(|| layout_error(&faults, &setting))),
        };
        typst::comemo::evict(0);
        result
    }

    fn json(&self, sheet: impl Serialize) -> Result<Vec<u8>> {
        serde_json::to_vec(&Data { fonts: &self.fonts, sheet }).map_err(Error::Data)
    }

    /// Whether every font the layout asked for could be read.
    fn all_fonts_read(&self) -> Result<()> {
        match self.types.iter().find(|t| matches!(t.font.get(), Some(None))) {
            None => Ok(()),
            Some(gone) => {
                let name = gone.found.path.file_name().map(|n| n.to_string_lossy().into_owned());
                Err(Error::FontUnreadable { file: name.unwrap_or_default() })
            }
        }
    }
}

impl Type {
    fn load(&self) -> Option<Font> {
        let read = || {
            let bytes = FontFile::open(&self.found.path).and_then(|mut f| f.face(self.found.start, None)).ok()?;
            Font::new(Bytes::new(bytes), 0)
        };
        self.font.get_or_init(read).clone()
    }
}

fn file_id(path: &'static str) -> Result<FileId> {
    let path = VirtualPath::new(path).map_err(|_| Error::Layout { template: path, line: 0 })?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

/// Where the template failed. Typst's own message is left out: it may quote a value.
fn layout_error(faults: &[SourceDiagnostic], setting: &Setting<'_>) -> Error {
    for fault in faults {
        let Some(id) = fault.span.id() else { continue };
        let place = id.get().vpath().get_with_slash();
        let template = TEMPLATES.into_iter().map(|(name, _)| name).find(|name| *name == place);
        if let (Some(template), Ok(source)) = (template, setting.source(id)) {
            let at = setting.range(fault.span).map(|range| range.start);
            let line = at.and_then(|at| source.lines().byte_to_line(at)).map_or(0, |line| line + 1);
            return Error::Layout { template, line };
        }
    }
    Error::Layout { template: "typst", line: 0 }
}

/// One paper being set: what typst may see of the world.
struct Setting<'a> {
    press: &'a Press,
    main: FileId,
    data: Bytes,
}

impl World for Setting<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.press.templates.iter().find(|s| s.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.types.get(index)?.load()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
