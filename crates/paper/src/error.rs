//! What can go wrong while printing. No text here ever holds a name or a line of the paper.

/// The result of every fallible call in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a paper could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// None of the families that may play a role is on this machine.
    #[error(
        "no font for {role}: looked for {families}; run `cargo xtask demo` once to set the fonts up, \
         or name a folder that holds one of them in XINGHUO_FONTS"
    )]
    FontMissing {
        /// The face the paper needs, by its Chinese name (e.g. 仿宋).
        role: &'static str,
        /// The families that would do, in order of preference.
        families: String,
    },
    /// A font file was there when the index was made and cannot be read now.
    #[error("the font file {file} can no longer be read; run `cargo xtask demo` to set the fonts up again")]
    FontUnreadable {
        /// The file's own name, without its folder.
        file: String,
    },
    /// The picture resolution asked for is outside 24–600 pixels an inch.
    #[error("pages can be drawn at 24 to 600 pixels an inch; ask for a value in that range")]
    Resolution,
    /// The paper could not be laid out: a fault in a template, to be reported.
    #[error("the page layout {template} failed near line {line}; please report this with the program version")]
    Layout {
        /// The template's name.
        template: &'static str,
        /// The line in it, or 0 when unknown.
        line: usize,
    },
    /// The laid-out pages could not be written as PDF.
    #[error("the PDF could not be written; please report this with the program version")]
    Pdf,
    /// A page could not be drawn as a picture.
    #[error("the page picture could not be drawn; try a lower resolution")]
    Picture,
    /// The .docx container could not be written.
    #[error("the .docx file could not be put together; please report this with the program version")]
    Docx(#[source] zip::result::ZipError),
    /// The paper could not be handed to the layout engine.
    #[error("the paper could not be handed to the layout engine; please report this with the program version")]
    Data(#[source] serde_json::Error),
}

impl Error {
    /// A stable code: faces look their Chinese sentence up by it and never match on the text.
    pub fn code(&self) -> &'static str {
        match self {
            Error::FontMissing { .. } => "paper.font_missing",
            Error::FontUnreadable { .. } => "paper.font_unreadable",
            Error::Resolution => "paper.resolution",
            Error::Layout { .. } => "paper.layout",
            Error::Pdf => "paper.pdf",
            Error::Picture => "paper.picture",
            Error::Docx(_) => "paper.docx",
            Error::Data(_) => "paper.data",
        }
    }
}
