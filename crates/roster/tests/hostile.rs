//! Files that are not what they say, broken, or made to harm.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{Cursor, Read, Write};

use chrono::NaiveDate;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook as Book;
use xinghuo_roster::{Issue, Reading, RosterError, Workbook, read_on, sample};
use zip::write::SimpleFileOptions;

fn read(bytes: &[u8], name: &str) -> Result<Workbook, RosterError> {
    read_on(NaiveDate::from_ymd_opt(2026, 6, 1).unwrap(), bytes, name, &[], &mut |_, _| true)
}

#[track_caller]
fn check(bytes: &[u8], name: &str, code: &str) {
    let error = read(bytes, name).err();
    assert_eq!(error.as_ref().map(RosterError::code), Some(code), "{name}");
    let sentence = error.unwrap().to_string();
    assert!(sentence.ends_with('。') && sentence.contains('，') || sentence.contains("请"), "{sentence}");
}

/// The head of a compound file with one directory entry of this name.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0u8; 1536];
    bytes[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes[1024..1024 + name.len()].copy_from_slice(&name);
    bytes
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_roster_is_refused_with_its_own_reason() {
    check(b"\xFF\xD8\xFF\xE0\0\x10JFIF", "照片.jpg", "roster.not_a_spreadsheet");
    check(b"\xFF\xD8\xFF\xE0\0\x10JFIF", "名册.xlsx", "roster.not_a_spreadsheet");
    check(b"%PDF-1.7 ...", "a.pdf", "roster.not_a_spreadsheet");
    check("各位居民：明天停水。".as_bytes(), "通知.txt", "roster.not_a_spreadsheet");
    check(&zipped(&[("word/document.xml", b"<w/>")]), "a.docx", "roster.not_a_spreadsheet");
    check(&compound("WordDocument"), "a.doc", "roster.not_a_spreadsheet");
    check(&compound("EncryptedPackage"), "a.xlsx", "roster.password_protected");
    check(&compound("Workbook"), "a.et", "roster.et_format");
    check(&compound("Workbook"), "a.xls", "roster.damaged");
    check(b"<html><table><tr><td>x</td></tr></table></html>", "a.xls", "roster.web_page");
    check(b"", "a.xlsx", "roster.empty");
    check(b" \n\n", "a.csv", "roster.empty");
    check(b",,,\n,,\n", "a.csv", "roster.empty");
    check(&Book::new().save_to_buffer().unwrap_or_default(), "a.xlsx", "roster.empty");
    check("一,二\n三,四\n".as_bytes(), "a.csv", "roster.no_header");
    check(&vec![b'a'; (64 << 20) + 1], "a.csv", "roster.too_large");
    let near = read("序号,姓名,电话\n1,王小明,2\n".as_bytes(), "a.csv").err();
    assert_eq!(near, Some(RosterError::NoHeader { near_row: Some(1), missing: Some("房号") }));
}

#[test]
fn a_locked_xls_asks_for_the_password_to_be_taken_off() {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    // BOF, then FILEPASS.
    file.create_stream("/Workbook").unwrap().write_all(&[9, 8, 4, 0, 0, 6, 5, 0, 0x2F, 0, 2, 0, 1, 0]).unwrap();
    check(&file.into_inner().into_inner(), "a.xls", "roster.password_protected");
}

/// A record of an .xls.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// An .xls with these shared texts, whose sheets begin at these places behind the first part.
fn xls(texts: &[Vec<u8>], sheets: &[(usize, &str)], content: &[u8]) -> Vec<u8> {
    let bof = |kind: u16| record(0x0809, &[&[0, 6][..], &kind.to_le_bytes(), &[0; 12]].concat());
    let table = texts.concat();
    let first = |from: u32| {
        let mut out = bof(5);
        for (at, name) in sheets {
            let place = from + *at as u32;
            out.extend(record(0x0085, &[&place.to_le_bytes()[..], &[0, 0, name.len() as u8, 0], name.as_bytes()].concat()));
        }
        for (n, part) in [&[0; 8][..], &table].concat().chunks(8224).enumerate() {
            out.extend(record(if n == 0 { 0x00FC } else { 0x003C }, part));
        }
        out.extend(record(0x000A, &[]));
        out
    };
    let from = first(0).len() as u32;
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let stream = [&first(from)[..], &bof(0x10), content].concat();
    file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    file.into_inner().into_inner()
}

/// A short text of the table.
fn shared(text: &str) -> Vec<u8> {
    let letters: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [&((letters.len() / 2) as u16).to_le_bytes()[..], &[1], &letters].concat()
}

/// A cell that names a text of the table.
fn label(row: u16, column: u16, text: u32) -> Vec<u8> {
    record(0x00FD, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &text.to_le_bytes()].concat())
}

/// 姓名 and 房号 with one row under them.
fn small_roster() -> (Vec<Vec<u8>>, Vec<u8>) {
    let texts = ["姓名", "房号", "王小明", "3-501"].map(shared).to_vec();
    let cells = [label(0, 0, 0), label(0, 1, 1), label(1, 0, 2), label(1, 1, 3)].concat();
    (texts, cells)
}

#[test]
fn an_xls_that_claims_the_largest_sheet_is_read_for_what_it_holds() {
    let (texts, cells) = small_roster();
    for claim in [
        [&0u32.to_le_bytes()[..], &65_536u32.to_le_bytes(), &0u16.to_le_bytes(), &256u16.to_le_bytes(), &[0, 0]].concat(),
        [&0u32.to_le_bytes()[..], &u32::MAX.to_le_bytes(), &0u16.to_le_bytes(), &u16::MAX.to_le_bytes(), &[0, 0]].concat(),
        [&9u32.to_le_bytes()[..], &3u32.to_le_bytes(), &0u16.to_le_bytes(), &256u16.to_le_bytes(), &[0, 0]].concat(),
    ] {
        let content = [record(0x0200, &claim), cells.clone(), record(0x000A, &[])].concat();
        let book = read(&xls(&texts, &[(0, "a")], &content), "a.xls").unwrap();
        assert_eq!(book.rows().len(), 2);
    }
}

#[test]
fn an_xlsx_that_claims_more_shared_texts_than_it_can_hold_is_refused_before_they_are_made_room_for() {
    let (whole, name) = (sample::clean_workbook(1, 3, 0), "xl/sharedStrings.xml");
    let with = |change: &dyn Fn(String) -> Vec<u8>| {
        let mut archive = zip::ZipArchive::new(Cursor::new(&whole)).unwrap();
        let mut parts = Vec::new();
        for at in 0..archive.len() {
            let mut part = archive.by_index(at).unwrap();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            let named = part.name().unwrap().into_owned();
            let bytes = if named == name { change(String::from_utf8(bytes).unwrap()) } else { bytes };
            parts.push((named, bytes));
        }
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        zipped(&parts)
    };
    let claim = |text: String, claim: &str| {
        let (before, after) = text.split_once("uniqueCount=\"").unwrap();
        let (_, after) = after.split_once('"').unwrap();
        format!("{before}uniqueCount{claim}{after}")
    };
    assert!(read(&with(&|text| claim(text, "=\"6000000\"").into_bytes()), "a.xlsx").is_ok());
    for large in ["=\"6000001\"", "=\"00000000099999999999\"", " = '99999999999999999999999'", "=\"+99999999999\""] {
        check(&with(&|text| claim(text, large).into_bytes()), "a.xlsx", "roster.too_large");
    }
    // Said in a cell it is no claim.
    let said = |text: String| text.replacen("<t>", "<t>uniqueCount=\"99999999999\" ", 1).into_bytes();
    assert!(read(&with(&said), "a.xlsx").is_ok());
    let wide = |text: String| claim(text, "=\"99999999999\"").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&with(&wide), "a.xlsx", "roster.damaged");
}

#[test]
fn an_xls_whose_sheets_lie_in_one_another_is_damaged() {
    let (texts, cells) = small_roster();
    let content = [cells, record(0x000A, &[])].concat();
    assert!(read(&xls(&texts, &[(0, "a")], &content), "a.xls").is_ok());
    check(&xls(&texts, &[(0, "a"), (0, "b")], &content), "a.xls", "roster.damaged");
    check(&xls(&texts, &[(0, "a"), (34, "b")], &content), "a.xls", "roster.damaged");
    let names: Vec<String> = (0..501).map(|n| format!("s{n}")).collect();
    let many: Vec<(usize, &str)> = names.iter().enumerate().map(|(n, name)| (n * 10, name.as_str())).collect();
    check(&xls(&texts, &many, &content), "a.xls", "roster.too_large");
}

#[test]
fn an_xls_that_names_one_long_text_in_many_cells_is_refused_before_it_fills_the_memory() {
    let (mut texts, mut content) = small_roster();
    texts.push([&8000u16.to_le_bytes()[..], &[0], &[b'a'; 8000]].concat());
    content.extend((0..12_000).flat_map(|n| label(2 + n, 2, 4)));
    content.extend(record(0x000A, &[]));
    let file = xls(&texts, &[(0, "a")], &content);
    assert!(file.len() < 300_000);
    check(&file, "a.xls", "roster.too_large");
}

#[test]
fn an_xls_with_a_text_that_never_ends_is_damaged() {
    let (texts, cells) = small_roster();
    let content = [cells, record(0x000A, &[])].concat();
    let unfinished = [texts, vec![vec![9, 0, 0, b'a']]].concat();
    check(&xls(&unfinished, &[(0, "a")], &content), "a.xls", "roster.damaged");
}

#[test]
fn an_xls_with_far_corners_is_refused_before_it_fills_the_memory() {
    let corner = |row: u16, column: u16| record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat());
    for far in [(65_535, 255), (65_535, 80)] {
        check(&xls(&[], &[(0, "a")], &[corner(0, 0), corner(far.0, far.1)].concat()), "a.xls", "roster.too_large");
    }
    // A cell that is only formatted holds nothing and costs nothing.
    let (texts, cells) = small_roster();
    let blank = record(0x0201, &[&65_535u16.to_le_bytes()[..], &255u16.to_le_bytes(), &[0, 0]].concat());
    assert!(read(&xls(&texts, &[(0, "a")], &[cells, blank, record(0x000A, &[])].concat()), "a.xls").is_ok());
}

#[test]
fn a_file_cut_anywhere_is_damaged_and_nothing_worse() {
    let whole = sample::messy_workbook(1, 200);
    for cut in (4..whole.len()).step_by(whole.len() / 150) {
        check(&whole[..cut], "a.xlsx", "roster.damaged");
    }
    let old = include_bytes!("data/old.xls");
    for cut in (8..old.len()).step_by(old.len() / 150) {
        // A cut behind the last stream may leave a whole roster.
        if let Err(error) = read(&old[..cut], "a.xls") {
            assert!(matches!(error, RosterError::Damaged | RosterError::Empty | RosterError::NoHeader { .. }), "{error:?}");
        }
    }
}

#[test]
fn a_changed_byte_anywhere_never_brings_the_reader_down() {
    for (name, whole) in [("a.xlsx", sample::messy_workbook(2, 60)), ("a.xls", include_bytes!("data/old.xls").to_vec())] {
        for at in (0..whole.len()).step_by(whole.len() / 300) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x5A;
            let _ = read(&bytes, name);
        }
    }
}

#[test]
fn a_zip_bomb_is_refused_while_it_unpacks() {
    let zeros = vec![b' '; 300 << 20];
    let bomb = zipped(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    check(&bomb, "a.xlsx", "roster.too_large");
}

#[test]
fn cells_at_far_corners_cost_no_memory() {
    let mut book = Book::new();
    let page = book.add_worksheet();
    page.write_row(0, 0, ["姓名", "房号"]).unwrap();
    page.write_row(1, 0, ["王小明", "3-501"]).unwrap();
    page.write_string(1_048_575, 0, "x").unwrap();
    page.write_string(1_048_575, 15_000, "x").unwrap();
    let book = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    assert_eq!(book.rows().len(), 3);
    assert!(book.returned(&[]).is_ok());
}

#[test]
fn too_many_rows_or_columns_are_refused() {
    let rows = "姓名,房号\n".to_string() + &"王小明,3-501\n".repeat(200_001);
    check(rows.as_bytes(), "a.csv", "roster.too_large");
    let columns = "a,".repeat(16_001) + "b\n";
    check(columns.as_bytes(), "a.csv", "roster.too_large");
}

#[test]
fn a_thousand_columns_and_a_full_cell_are_read_and_come_back() {
    let mut text = "姓名,房号,备注".to_string();
    for column in 0..997 {
        text.push_str(&format!(",列{column}甲"));
    }
    text.push_str(&format!("\n王小明,3-501,{}\n", "长".repeat(40_000)));
    let book = read(text.as_bytes(), "a.csv").unwrap();
    assert_eq!(book.sheets()[0].unknown.len(), 997);
    let Reading::Person(line) = &book.rows()[1].verdict else { panic!("a person") };
    assert_eq!(line.issues, [Issue::CellTooLong]);
    assert_eq!(line.note.as_ref().map(|note| note.chars().count()), Some(32_767));
    assert!(read(&book.returned(&[]).unwrap(), "b.xlsx").is_ok());
}

#[test]
fn what_looks_like_a_formula_comes_back_as_text() {
    let evil = ["=HYPERLINK(\"http://x\",\"y\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "=1+1"];
    let mut book = Book::new();
    let page = book.add_worksheet();
    page.write_row(0, 0, ["姓名", "房号", "备注"]).unwrap();
    for (row, text) in (1u32..).zip(evil) {
        page.write_string(row, 0, text).unwrap();
        page.write_string(row, 1, format!("3-50{row}")).unwrap();
        page.write_string(row, 2, text).unwrap();
    }
    page.write_formula(6, 2, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
    page.write_row(6, 0, ["王小明", "3-601"]).unwrap();
    let book = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    let reasons: Vec<_> = book.rows().iter().map(|row| (row.at.clone(), xinghuo_roster::Verdict::Suspect, "=1+1".to_string())).collect();
    let back = book.returned(&reasons).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(&back)).unwrap();
    for index in 0..zip.len() {
        let mut text = String::new();
        let mut entry = zip.by_index(index).unwrap();
        let _ = entry.read_to_string(&mut text);
        assert!(!text.contains("<f>") && !text.contains("<f ") && !text.contains("<hyperlink"), "entry {index}");
    }
    let again = read(&back, "b.xlsx").unwrap();
    let Reading::Person(line) = &again.rows()[1].verdict else { panic!("a person") };
    assert_eq!(line.note.as_deref(), Some(&*format!("\"http://x\",\"y\"；{}", evil[0])));
    assert!(line.issues.contains(&Issue::NameUnusual));
}

#[test]
fn no_error_or_issue_holds_what_a_cell_says() {
    let book = read("房号,姓名,身份证号,联系电话\n3-501,秘密甲、秘密乙,x,y\n,秘密甲,1,2\n".as_bytes(), "a.csv").unwrap();
    for row in book.rows() {
        if let Reading::Refused(issues) = &row.verdict {
            assert!(issues.iter().all(|issue| !issue.to_string().contains("秘密")));
        }
    }
}

#[test]
fn codes_are_all_different() {
    let mut codes: Vec<_> = Issue::ALL.iter().map(|issue| issue.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Issue::ALL.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_never_bring_the_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..2000), head in 0usize..4) {
        let mut whole = [&b""[..], b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "姓名,房号\n".as_bytes()][head].to_vec();
        whole.extend(bytes);
        if let Ok(book) = read(&whole, "a.csv") {
            prop_assert!(book.returned(&[]).is_ok());
        }
    }

    #[test]
    fn any_text_under_a_header_is_accounted_for(cells in proptest::collection::vec("[^\"]{0,12}", 0..60)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["房号", "姓名", "电话", "出生日期", "身份证号", "面积"]).unwrap();
        for row in cells.chunks_exact(6) {
            writer.write_record(row).unwrap();
        }
        let book = read(&writer.into_inner().unwrap(), "a.csv");
        if let Ok(book) = book {
            let numbers: Vec<u32> = book.rows().iter().map(|row| row.at.row).collect();
            let all: Vec<u32> = (1..=numbers.last().copied().unwrap_or(0)).collect();
            prop_assert_eq!(numbers, all);
            prop_assert!(book.returned(&[]).is_ok());
        }
    }
}
