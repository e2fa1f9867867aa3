//! What a whole file comes to: headers, rows, rooms taken from sheets and
//! merged cells, the file back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Workbook as Book, Worksheet};
use xinghuo_roster::{Field, Issue, Line, Occupancy, Reading, RosterError, SkipReason, Workbook, read_on};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
}

fn read(bytes: &[u8], name: &str) -> Result<Workbook, RosterError> {
    read_on(today(), bytes, name, &[], &mut |_, _| true)
}

fn csv(text: &str) -> Workbook {
    read(text.as_bytes(), "名册.csv").unwrap()
}

fn xlsx(build: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Book::new();
    build(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn people(book: &Workbook) -> Vec<&Line> {
    book.rows()
        .iter()
        .filter_map(|row| match &row.verdict {
            Reading::Person(line) => Some(&**line),
            _ => None,
        })
        .collect()
}

fn verdict(book: &Workbook, row: u32) -> &Reading {
    &book.rows().iter().find(|r| r.at.row == row).unwrap().verdict
}

#[test]
fn a_plain_csv_gives_a_person_with_everything_in_normal_form() {
    let book = csv("房号,姓名,与户主关系,性别,出生日期,联系电话,身份证号,居住性质,政治面貌,特长,工作单位,面积,入住日期,备注,车位号\n\
        3幢2单元501室,王 小 明,本人,男,1949.12.31,138 1234 5678、0576-84112233,,自住,中共党员,书法、理发,退休,89.5㎡,2010.6,无,B-12\n");
    let [line] = people(&book)[..] else { panic!("one person") };
    assert_eq!((line.name.as_str(), line.room.to_string().as_str()), ("王小明", "3-2-501"));
    assert_eq!(line.birth.unwrap().to_string(), "1949-12-31");
    assert_eq!(line.phones, ["13812345678", "0576-84112233"]);
    assert_eq!((line.occupancy, line.party_member, line.area), (Some(Occupancy::Own), Some(true), Some(8950)));
    assert_eq!(line.skills, ["书法", "理发"]);
    assert_eq!((line.relation.as_deref(), line.note.as_deref()), (Some("户主"), None));
    assert!(!line.is_suspect());
    assert_eq!(book.sheets()[0].unknown, ["车位号"]);
}

#[test]
fn a_csv_is_read_in_every_encoding_and_counts_rows_as_excel_does() {
    let text = "姓名,房号\r\n\r\n王小明,3-2-501\r\n\"李\n芳\",3-2-502\r\n\r\n\r\n张伟,3-2-503\r\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let bom = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [text.as_bytes().to_vec(), gb, bom, utf16] {
        let book = read(&bytes, "a.csv").unwrap();
        let found: Vec<_> = book.rows().iter().map(|r| (r.at.row, matches!(r.verdict, Reading::Person(_)))).collect();
        assert_eq!(found, [(1, false), (2, false), (3, true), (4, true), (5, false), (6, false), (7, true)]);
        assert_eq!(people(&book)[1].name, "李芳");
    }
    for text in ["姓名\t房号\n王小明\t3-2-501\n", "姓名;房号\n王小明;3-2-501\n"] {
        assert_eq!(people(&csv(text)).len(), 1);
    }
}

#[test]
fn a_header_is_found_under_titles_on_two_rows_and_with_merged_cells() {
    let plain = Format::new();
    let bytes = xlsx(|page| {
        page.merge_range(0, 0, 0, 5, "星火花园住户名册", &plain).unwrap();
        page.write_string(1, 0, "填表日期：2026年").unwrap();
        page.merge_range(3, 0, 4, 0, "序号", &plain).unwrap();
        page.merge_range(3, 1, 4, 1, "姓名", &plain).unwrap();
        page.merge_range(3, 2, 3, 3, "住房", &plain).unwrap();
        page.write_string(4, 2, "楼栋").unwrap();
        page.write_string(4, 3, "室号").unwrap();
        page.merge_range(3, 4, 3, 5, "联系电话", &plain).unwrap();
        page.write_string(4, 4, "1").unwrap();
        page.write_string(4, 5, "手机").unwrap();
        for (column, text) in ["1", "王小明", "3", "501", "84112233", "13812345678"].into_iter().enumerate() {
            page.write_string(5, column as u16, text).unwrap();
        }
    });
    let book = read(&bytes, "a.xlsx").unwrap();
    assert_eq!(book.sheets()[0].header_row, Some(5));
    let [line] = people(&book)[..] else { panic!("one person") };
    assert_eq!((line.room.to_string().as_str(), &line.phones[..]), ("3-501", &["84112233".to_string(), "13812345678".to_string()][..]));
    assert_eq!(verdict(&book, 4), &Reading::Skipped(SkipReason::Header));
    assert_eq!(verdict(&book, 1), &Reading::Skipped(SkipReason::Title));
    assert_eq!(verdict(&book, 3), &Reading::Skipped(SkipReason::Blank));
}

#[test]
fn the_name_column_is_the_one_that_names_the_person_most_directly() {
    let book = csv("户主姓名,姓名,房号\n王小明,李芳,3-501\n");
    assert_eq!(people(&book)[0].name, "李芳");
    assert_eq!(book.sheets()[0].unknown, ["户主姓名"]);
    assert_eq!(book.sheets()[0].columns, [Field::Name, Field::Room]);
}

#[test]
fn rooms_come_from_merged_cells_sheet_names_titles_and_ditto_marks() {
    let mut book = Book::new();
    let page = book.add_worksheet();
    page.set_name("3幢").unwrap();
    for (column, text) in ["单元", "房号", "姓名"].into_iter().enumerate() {
        page.write_string(0, column as u16, text).unwrap();
    }
    page.merge_range(1, 0, 3, 0, "2单元", &Format::new()).unwrap();
    page.merge_range(1, 1, 2, 1, "501", &Format::new()).unwrap();
    page.write_string(3, 1, "同上").unwrap();
    for (row, name) in [(1, "王小明"), (2, "李芳"), (3, "张伟")] {
        page.write_string(row, 2, name).unwrap();
    }
    let page = book.add_worksheet();
    page.write_string(0, 0, "星火花园4号楼名册").unwrap();
    for (row, (room, name)) in [("房号", "姓名"), ("1-501", "赵敏"), ("2-501", "钱勇"), ("4-501", "孙丽")].into_iter().enumerate()
    {
        page.write_string(row as u32 + 1, 0, room).unwrap();
        page.write_string(row as u32 + 1, 1, name).unwrap();
    }
    let book = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    let rooms: Vec<_> = people(&book).iter().map(|line| (line.name.as_str(), line.room.to_string())).collect();
    let expected =
        [("王小明", "3-2-501"), ("李芳", "3-2-501"), ("张伟", "3-2-501"), ("赵敏", "4-1-501"), ("钱勇", "4-2-501"), ("孙丽", "4-4-501")];
    assert_eq!(rooms, expected.map(|(name, room)| (name, room.to_string())));
}

#[test]
fn a_pair_whose_first_number_is_always_the_buildings_own_names_the_building() {
    let book = csv("楼栋,房号,姓名\n3,3-501,王小明\n4,4-501,李芳\n");
    assert!(people(&book).iter().all(|line| line.room.unit.is_none() && !line.is_suspect()));
}

#[test]
fn rows_that_are_no_people_are_skipped_with_their_reason() {
    let book = csv(
        "序号,房号,姓名,居住性质\n1,3-501,王小明,自住\n2,,,\n,3-502,,空置\n序号,房号,姓名,居住性质\n3,3-503,空置,\n小 计,2,,\n4幢,,,\n1,501,李芳,\n5,3-501,王小明,租户\n合计：3户,,,\n填表人：某某,,审核人：某某,\n",
    );
    use SkipReason::*;
    for (row, expected) in [(3, Blank), (4, Vacant), (5, RepeatedHeader), (6, Vacant), (7, Total), (8, Note), (11, Total), (12, Note)] {
        assert_eq!(verdict(&book, row), &Reading::Skipped(expected), "row {row}");
    }
    assert_eq!(people(&book)[1].room.to_string(), "4-501");
    let Reading::Skipped(Duplicate(first)) = verdict(&book, 10) else { panic!("a duplicate") };
    assert_eq!(first.row, 2);
}

#[test]
fn people_of_one_name_in_one_room_are_told_apart_by_birth() {
    let book = csv("房号,姓名,出生日期\n3-501,王小明,1980.1\n3-501,王小明,2010.1\n3-501,王小明,1980-1-5\n3-502,王小明,1980.1\n");
    assert_eq!(people(&book).len(), 3);
    assert!(matches!(verdict(&book, 4), Reading::Skipped(SkipReason::Duplicate(first)) if first.row == 2));
}

#[test]
fn rows_that_cannot_be_taken_say_why() {
    let book = csv("房号,姓名\n3-501,\n,王小明\n3-501,王小明、李芳\n501,王小明\n3月2日,王小明\n");
    for (row, expected) in
        [(2, Issue::NameMissing), (3, Issue::RoomMissing), (4, Issue::NameSeveral), (5, Issue::BuildingMissing), (6, Issue::RoomBecameDate)]
    {
        assert_eq!(verdict(&book, row), &Reading::Refused(vec![expected]), "row {row}");
    }
}

#[test]
fn a_room_that_excel_turned_into_a_date_is_refused() {
    let bytes = xlsx(|page| {
        page.write_string(0, 0, "房号").unwrap();
        page.write_string(0, 1, "姓名").unwrap();
        page.write_number_with_format(1, 0, 46_083, &Format::new().set_num_format("m\"月\"d\"日\"")).unwrap();
        page.write_string(1, 1, "王小明").unwrap();
    });
    let book = read(&bytes, "3幢.xlsx").unwrap();
    assert_eq!(verdict(&book, 2), &Reading::Refused(vec![Issue::RoomBecameDate]));
}

#[test]
fn doubtful_cells_make_the_line_suspect_and_stay_out() {
    let book = csv("房号,姓名,身份证号,出生日期,性别,联系电话\n\
        3-501,王小明,11010519491231002X,1950.1.1,男,12345\n\
        3-502,李芳,110105194912310000,80.1.5,?,1.38E+10\n\
        3-503,张\u{202E}伟（租）,11010519491231002X,,,\n");
    use Issue::*;
    let lines = people(&book);
    assert_eq!(lines[0].issues, [BirthDiffersFromId, SexDiffersFromId, PhoneInvalid]);
    assert_eq!(lines[1].issues, [IdTruncated, BirthTwoDigitYear, SexUnclear, PhoneTruncated]);
    assert_eq!((lines[1].id_number.as_ref(), lines[1].birth, lines[1].phones.len()), (None, None, 0));
    assert_eq!(lines[2].issues, [NameUnseen, NameRemark]);
    assert_eq!((lines[2].name.as_str(), lines[2].note.as_deref()), ("张伟", Some("租")));
    assert_eq!(lines[2].birth.unwrap().to_string(), "1949-12-31");
}

#[test]
fn hidden_sheets_and_sheets_without_a_header_are_passed_over_and_accounted_for() {
    let mut book = Book::new();
    for (name, texts) in [("1幢", ["姓名", "房号"]), ("说明", ["请如实", "填写"]), ("旧", ["姓名", "房号"])] {
        let page = book.add_worksheet();
        page.set_name(name).unwrap();
        page.write_row(0, 0, texts).unwrap();
        page.write_row(1, 0, ["王小明", "501"]).unwrap();
        page.set_hidden(name == "旧");
    }
    let book = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    assert_eq!(people(&book).len(), 1);
    let reasons: Vec<_> = book
        .rows()
        .iter()
        .filter(|r| r.at.row == 2)
        .map(|r| match &r.verdict {
            Reading::Skipped(reason) => reason.code(),
            _ => "",
        })
        .collect();
    assert_eq!(reasons, ["", "no_header", "hidden_sheet"]);
}

#[test]
fn an_old_xls_is_read_with_its_merged_cells_and_dates() {
    // Made by another program (xlwt 1.3): title and 幢号 merged, a date cell, a
    // telephone and an ID number kept as numbers, a second sheet.
    let book = read(include_bytes!("data/old.xls"), "old.xls").unwrap();
    assert_eq!(book.sheets().iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["3幢", "4幢"]);
    let lines = people(&book);
    let shown: Vec<_> =
        lines.iter().map(|l| (l.name.as_str(), l.room.to_string(), l.birth.map(|b| b.to_string()).unwrap_or_default())).collect();
    let expected =
        [("王小明", "3-2-501", "1980-01-05"), ("欧阳娜", "3-2-501", "1981-03-02"), ("尉迟恭", "3-1-1802", "1975"), ("单雪", "4-1-101", "")];
    assert_eq!(shown, expected.map(|(name, room, birth)| (name, room.to_string(), birth.to_string())));
    assert_eq!(lines[0].phones, ["13812345678"]);
    assert_eq!((lines[0].id_number.as_ref(), &lines[0].issues[..]), (None, &[Issue::IdTruncated][..]));
    assert_eq!(lines[1].id_number.as_deref(), Some("99999919810302000X"));
    let again = read(&book.returned(&[]).unwrap(), "b.xlsx").unwrap();
    assert_eq!(people(&again).len(), 4);
}
