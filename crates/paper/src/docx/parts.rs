//! The parts of a .docx package around its body: styles, settings, feet, heads, relations.

use super::markup::escape;
use chrono::NaiveDate;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const STYLES: &str = include_str!("styles.xml");
const FONTS: &str = include_str!("fonts.xml");

/// A paper's body and what stands around it.
pub(super) struct Package {
    pub title: String,
    pub author: String,
    pub created: Option<NaiveDate>,
    /// The body without its section properties.
    pub body: String,
    /// Page size, margins and grid, from `pgSz` on.
    pub section: String,
    /// Feet of odd and even pages.
    pub feet: [String; 2],
    pub draft: bool,
}

impl Package {
    /// Every file of the package with its path.
    pub(super) fn files(&self) -> Vec<(&'static str, String)> {
        let part = |root: &str, inner: &str| format!("{HEAD}<w:{root} {WORD}>{inner}</w:{root}>");
        let draft = if self.draft { "<w:r><w:t>草　稿</w:t></w:r>" } else { "" };
        let header = format!("<w:p><w:pPr><w:pStyle w:val=\"Draft\"/></w:pPr>{draft}</w:p>");
        vec![
            ("[Content_Types].xml", format!("{HEAD}{CONTENT_TYPES}")),
            ("_rels/.rels", format!("{HEAD}{ROOT_RELATIONS}")),
            ("docProps/core.xml", self.core()),
            ("docProps/app.xml", format!("{HEAD}{APP}")),
            ("word/document.xml", self.document()),
            ("word/_rels/document.xml.rels", format!("{HEAD}{RELATIONS}")),
            ("word/styles.xml", part("styles", STYLES)),
            ("word/settings.xml", part("settings", SETTINGS)),
            ("word/fontTable.xml", part("fonts", FONTS)),
            ("word/header1.xml", part("hdr", &header)),
            ("word/header2.xml", part("hdr", &header)),
            ("word/footer1.xml", part("ftr", &self.feet[0])),
            ("word/footer2.xml", part("ftr", &self.feet[1])),
        ]
    }

    fn document(&self) -> String {
        format!(
            "{HEAD}<w:document {WORD}><w:body>{}<w:sectPr>\
             <w:headerReference w:type=\"default\" r:id=\"rId4\"/><w:headerReference w:type=\"even\" r:id=\"rId5\"/>\
             <w:footerReference w:type=\"default\" r:id=\"rId6\"/><w:footerReference w:type=\"even\" r:id=\"rId7\"/>\
             {}</w:sectPr></w:body></w:document>",
            self.body, self.section
        )
    }

    fn core(&self) -> String {
        let created = self.created.map_or_else(String::new, |day| {
            format!("<dcterms:created xsi:type=\"dcterms:W3CDTF\">{}T00:00:00Z</dcterms:created>", day.format("%Y-%m-%d"))
        });
        format!(
            "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>{created}\
             </cp:coreProperties>",
            escape(&self.title),
            escape(&self.author)
        )
    }
}

const CONTENT_TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
<Default Extension=\"xml\" ContentType=\"application/xml\"/>\
<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
<Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
<Override PartName=\"/word/settings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/>\
<Override PartName=\"/word/fontTable.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml\"/>\
<Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>\
<Override PartName=\"/word/header2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>\
<Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>\
<Override PartName=\"/word/footer2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>\
<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
<Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/>\
</Types>";

const ROOT_RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" Target=\"docProps/app.xml\"/>\
</Relationships>";

const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>\
<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings\" Target=\"settings.xml\"/>\
<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable\" Target=\"fontTable.xml\"/>\
<Relationship Id=\"rId4\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/header\" Target=\"header1.xml\"/>\
<Relationship Id=\"rId5\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/header\" Target=\"header2.xml\"/>\
<Relationship Id=\"rId6\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer1.xml\"/>\
<Relationship Id=\"rId7\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer2.xml\"/>\
</Relationships>";

const APP: &str = "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
<Application>星火家园工作台</Application></Properties>";

// Mirrored margins keep the binding edge (订口) inside on both sides of a sheet.
const SETTINGS: &str = "<w:zoom w:percent=\"100\"/><w:mirrorMargins/><w:defaultTabStop w:val=\"420\"/>\
<w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>\
<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>\
<w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>\
<w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
<w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/>";
