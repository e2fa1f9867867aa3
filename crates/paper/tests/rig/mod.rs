//! What the print tests stand on: one press, and the outside programs that read what it printed.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;
use xinghuo_paper::{Paper, Press, docx, font_dirs};

/// The press of this test run.
pub static PRESS: LazyLock<Press> = LazyLock::new(|| match Press::open(&font_dirs()) {
    Ok(press) => press,
    Err(error) => panic!("the press does not open: {error}"),
});

/// What somebody may type to break a template, a .docx or a font.
pub const HOSTILE: [&str; 12] = [
    "#let x = 1",
    "#import \"/etc/passwd\"",
    "$a_1^2$",
    "*粗* _斜_ @引用 <标签>",
    "`代码` ```块```",
    "// 注释 /* 注释 */",
    "\"双\" '单' \\反斜\\",
    "= 标题 - 列表 + 编号",
    "]]></w:t></w:r><w:p/>",
    "&amp; &#x41; <w:br/>",
    "~ -- --- ... https://example.org/a?b=c&d=e",
    "㛃𬭎堃玥翀祎旻垚犇龑",
];

fn run(program: &str, from: &str, command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{program} cannot be run ({error}): install {from}, as the project's set-up does, and test again"),
    }
}

/// The text of a PDF as pdftotext gives it with `options`.
pub fn pdf_text(pdf: &[u8], options: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("paper.pdf");
    std::fs::write(&path, pdf).unwrap();
    let output = run("pdftotext", "poppler-utils", Command::new("pdftotext").args(options).arg(&path).arg("-"));
    assert!(output.status.success(), "pdftotext refused the file");
    String::from_utf8(output.stdout).unwrap()
}

/// The text of a paper's PDF without any white space, so that line breaks do not matter.
pub fn printed(paper: &Paper) -> String {
    squeezed(&pdf_text(&PRESS.pdf(paper).unwrap(), &["-raw"]))
}

/// Text without white space and break points.
pub fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect()
}

/// The paper's .docx as LibreOffice prints it.
pub fn through_office(paper: &Paper) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("paper.docx");
    std::fs::write(&file, docx(paper).unwrap()).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", dir.path().join("profile").display());
    let convert = ["--headless", "--convert-to", "pdf", "--outdir"];
    let output = run("soffice", "libreoffice-writer", Command::new("soffice").arg(profile).args(convert).arg(dir.path()).arg(&file));
    assert!(output.status.success(), "LibreOffice refused the .docx");
    std::fs::read(dir.path().join("paper.pdf")).unwrap_or_else(|_| panic!("LibreOffice printed nothing: is libreoffice-writer installed?"))
}

/// The parts of a .docx, by path.
pub fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("paper.docx");
    std::fs::write(&file, bytes).unwrap();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut part = zip.by_index(i).unwrap();
            let mut text = String::new();
            std::io::Read::read_to_string(&mut part, &mut text).unwrap();
            (part.name().unwrap().into_owned(), text)
        })
        .collect()
}

/// The text of a .docx body without white space.
pub fn docx_text(paper: &Paper) -> String {
    let parts = parts(&docx(paper).unwrap());
    let body = &parts.iter().find(|(name, _)| name == "word/document.xml").unwrap().1;
    let tree = roxmltree::Document::parse(body).unwrap();
    let texts: String = tree.descendants().filter(|n| n.tag_name().name() == "t").filter_map(|n| n.text()).collect();
    squeezed(&texts)
}

/// Where some words stand, in mm from the top left corner of their page.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub page: usize,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// Every place where the words stand on one line, whatever pieces the PDF holds them in.
pub fn places(pdf: &[u8], words: &str) -> Vec<Place> {
    let boxes = pdf_text(pdf, &["-bbox"]);
    let mut pieces: Vec<(String, Place)> = Vec::new();
    let mut page = 0;
    for line in boxes.lines().map(str::trim) {
        page += usize::from(line.starts_with("<page"));
        let Some(rest) = line.strip_prefix("<word ") else { continue };
        let at = |key: &str| -> f64 {
            let from = rest.find(key).unwrap() + key.len() + 2;
            rest[from..].split('"').next().unwrap().parse::<f64>().unwrap() / 72.0 * 25.4
        };
        let place = Place { page, left: at("xMin"), top: at("yMin"), right: at("xMax"), bottom: at("yMax") };
        let text = rest.split_once('>').unwrap().1.trim_end_matches("</word>");
        pieces.push((squeezed(text), place));
    }
    let mut found = Vec::new();
    for (i, (_, first)) in pieces.iter().enumerate() {
        let mut text = String::new();
        for (piece, last) in &pieces[i..] {
            text.push_str(piece);
            if text == words {
                found.push(Place { right: last.right, bottom: first.bottom.max(last.bottom), ..*first });
            }
            if !words.starts_with(&text) {
                break;
            }
        }
    }
    found
}

/// A page of a PDF as grey dots, to measure ink.
pub struct Ink {
    width: usize,
    height: usize,
    dots: Vec<u8>,
    per_mm: f64,
}

impl Ink {
    /// Draws page `number` (from 1) with pdftoppm.
    pub fn of(pdf: &[u8], number: usize) -> Ink {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("paper.pdf");
        std::fs::write(&path, pdf).unwrap();
        let page = number.to_string();
        let out = dir.path().join("page");
        let output = run(
            "pdftoppm",
            "poppler-utils",
            Command::new("pdftoppm").args(["-r", "254", "-gray", "-singlefile", "-f", &page, "-l", &page]).arg(&path).arg(&out),
        );
        assert!(output.status.success(), "pdftoppm refused the file");
        Ink::read(&out.with_extension("pgm"))
    }

    fn read(path: &Path) -> Ink {
        let bytes = std::fs::read(path).unwrap();
        let mut at = 0;
        let mut words = Vec::new();
        while words.len() < 4 {
            let end = at + bytes[at..].iter().position(u8::is_ascii_whitespace).unwrap();
            words.push(String::from_utf8(bytes[at..end].to_vec()).unwrap());
            at = end + 1;
        }
        Ink { width: words[1].parse().unwrap(), height: words[2].parse().unwrap(), dots: bytes[at..].to_vec(), per_mm: 10.0 }
    }

    fn dark(&self, x: usize, y: usize) -> bool {
        self.dots[y * self.width + x] < 150
    }

    /// The first inked row between two heights, in mm from the top of the page.
    pub fn top(&self, from: f64, to: f64) -> Option<f64> {
        self.rows(from, to).find(|&y| (0..self.width).any(|x| self.dark(x, y))).map(|y| y as f64 / self.per_mm)
    }

    /// The last inked row between two heights, in mm.
    pub fn bottom(&self, from: f64, to: f64) -> Option<f64> {
        self.rows(from, to).rfind(|&y| (0..self.width).any(|x| self.dark(x, y))).map(|y| (y + 1) as f64 / self.per_mm)
    }

    /// The first and last inked column between two heights, in mm from the left of the page.
    pub fn sides(&self, from: f64, to: f64) -> Option<(f64, f64)> {
        let inked = |x: &usize| self.rows(from, to).any(|y| self.dark(*x, y));
        let first = (0..self.width).find(inked)?;
        let last = (0..self.width).rev().find(inked)?;
        Some((first as f64 / self.per_mm, (last + 1) as f64 / self.per_mm))
    }

    /// Heights of the rules at least `length` mm long, in mm.
    pub fn rules(&self, length: f64) -> Vec<f64> {
        let mut found: Vec<f64> = Vec::new();
        for y in 0..self.height {
            let (mut run, mut longest) = (0, 0);
            for x in 0..self.width {
                run = if self.dark(x, y) { run + 1 } else { 0 };
                longest = longest.max(run);
            }
            let here = y as f64 / self.per_mm;
            if longest as f64 / self.per_mm >= length && found.last().is_none_or(|last| here - last > 1.0) {
                found.push(here);
            }
        }
        found
    }

    fn rows(&self, from: f64, to: f64) -> std::ops::Range<usize> {
        (from * self.per_mm) as usize..((to * self.per_mm) as usize).min(self.height)
    }
}
