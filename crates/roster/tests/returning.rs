//! Whole files there and back: invented rosters, the file with its results,
//! progress and time.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook as Book, Worksheet};
use xinghuo_roster::{Issue, Line, Reading, RosterError, Row, RowRef, SkipReason, Verdict, Workbook, read_on, sample};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
}

fn read(bytes: &[u8], name: &str) -> Result<Workbook, RosterError> {
    read_on(today(), bytes, name, &[], &mut |_, _| true)
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

#[test]
fn every_row_of_a_messy_file_is_accounted_for_once_and_in_order() {
    for seed in 0..8 {
        let bytes = sample::messy_workbook(seed, 1500);
        assert!(bytes == sample::messy_workbook(seed, 1500), "the same seed gives the same file");
        let book = read(&bytes, "a.xlsx").unwrap();
        let mut next = vec![1; book.sheets().len()];
        for row in book.rows() {
            assert_eq!(row.at.row, next[row.at.sheet_index]);
            next[row.at.sheet_index] += 1;
        }
        let refused: Vec<&Row> = book.rows().iter().filter(|r| matches!(r.verdict, Reading::Refused(_))).collect();
        assert!(refused.is_empty(), "seed {seed}: {:?}", refused.first());
        let (all, suspect) = (people(&book).len(), people(&book).iter().filter(|line| line.is_suspect()).count());
        assert!(all > 1450 && suspect > 100 && suspect < all, "seed {seed}: {suspect} of {all}");
        let duplicates = book.rows().iter().filter(|r| matches!(r.verdict, Reading::Skipped(SkipReason::Duplicate(_)))).count();
        assert!((1..60).contains(&duplicates), "seed {seed}: {duplicates}");
    }
}

#[test]
fn a_tidy_file_has_no_doubts_and_a_changed_one_differs_in_so_many_people() {
    let (before, after) =
        (read(&sample::clean_workbook(3, 800, 0), "a.xlsx").unwrap(), read(&sample::clean_workbook(3, 800, 25), "a.xlsx").unwrap());
    let (before, after) = (people(&before), people(&after));
    assert_eq!(
        before.iter().filter(|line| line.is_suspect()).count(),
        0,
        "{:?}",
        before.iter().find(|line| line.is_suspect()).map(|l| &l.issues)
    );
    assert_eq!((before.len(), after.len()), (800, 800));
    assert_eq!(before.iter().zip(&after).filter(|(a, b)| a != b).count(), 25);
    assert!(before.iter().zip(&after).all(|(a, b)| (&a.name, &a.room, a.birth) == (&b.name, &b.room, b.birth)));
}

#[test]
fn the_file_comes_back_with_a_result_beside_every_row_and_reads_the_same_again() {
    let book = read(&sample::messy_workbook(7, 400), "a.xlsx").unwrap();
    let verdicts: Vec<(RowRef, Verdict, String)> = book
        .rows()
        .iter()
        .filter_map(|row| match &row.verdict {
            Reading::Person(line) if line.is_suspect() => {
                Some((row.at.clone(), Verdict::Suspect, line.issues.iter().map(|i| i.sentence()).collect()))
            }
            Reading::Person(_) => Some((row.at.clone(), Verdict::New, String::new())),
            _ => None,
        })
        .collect();
    let bytes = book.returned(&verdicts).unwrap();
    let again = read(&bytes, "b.xlsx").unwrap();
    let gist = |book: &Workbook| {
        people(book)
            .iter()
            .map(|l| (l.name.clone(), l.room.clone(), l.birth, l.id_number.clone(), l.phones.clone(), l.is_suspect()))
            .collect::<Vec<_>>()
    };
    for (a, b) in gist(&again).into_iter().zip(gist(&book)) {
        assert_eq!(a, b);
    }
    assert_eq!(people(&again).len(), people(&book).len());
    assert!(again.sheets()[0].unknown.ends_with(&["结果".to_string(), "原因".to_string()]));
    let mut raw: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(bytes)).unwrap();
    let first = calamine::Reader::worksheet_range_at(&mut raw, 0).unwrap().unwrap();
    let width = first.width();
    let header = book.sheets()[0].header_row.unwrap();
    assert_eq!(first.get_value((header - 1, width as u32 - 2)), Some(&calamine::Data::String("结果".into())));
    for row in book.rows().iter().filter(|row| row.at.sheet_index == 0 && row.at.row > header) {
        let word = first.get_value((row.at.row - 1, width as u32 - 2)).map(ToString::to_string).unwrap_or_default();
        let expected = match &row.verdict {
            Reading::Person(line) if line.is_suspect() => "存疑",
            Reading::Person(_) => "新增",
            Reading::Skipped(_) => "跳过",
            _ => "未导入",
        };
        assert_eq!(word, expected, "row {}", row.at.row);
    }
}

#[test]
fn progress_only_grows_and_stopping_stops() {
    let bytes = sample::messy_workbook(1, 3000);
    let mut seen = Vec::new();
    read_on(today(), &bytes, "a.xlsx", &[], &mut |done, total| {
        seen.push((done, total));
        true
    })
    .unwrap();
    assert!(seen.is_sorted() && seen.len() > 5 && seen.last() == Some(&(1000, 1000)));
    for stop_at in 1..seen.len() {
        let mut calls = 0;
        let result = read_on(today(), &bytes, "a.xlsx", &[], &mut |_, _| {
            calls += 1;
            calls < stop_at
        });
        assert_eq!(result.err(), Some(RosterError::Cancelled));
    }
}

#[test]
fn an_id_number_cut_by_the_spreadsheet_is_no_more_trusted_on_its_second_trip() {
    // As a floating number this one ends in digits whose checksum is right.
    let damaged = 999_999_194_311_228_800.0;
    let bytes = xlsx(|page| {
        page.write_row(0, 0, ["房号", "姓名", "身份证号"]).unwrap();
        page.write_row(1, 0, ["3-501", "王小明"]).unwrap();
        page.write_number(1, 2, damaged).unwrap();
    });
    let book = read(&bytes, "a.xlsx").unwrap();
    let again = read(&book.returned(&[]).unwrap(), "b.xlsx").unwrap();
    for book in [&book, &again] {
        assert_eq!((people(book)[0].id_number.as_ref(), &people(book)[0].issues[..]), (None, &[Issue::IdTruncated][..]));
    }
}

/// A guard against something silly, not a benchmark: the figure is printed.
#[test]
fn twenty_thousand_rows_are_read_at_once() {
    let bytes = sample::messy_workbook(42, 20_000);
    let start = Instant::now();
    let book = read(&bytes, "a.xlsx").unwrap();
    let took = start.elapsed();
    println!("{} rows in {took:?}", book.rows().len());
    let start = Instant::now();
    let back = book.returned(&[]).unwrap();
    println!("returned, {} bytes, in {:?}", back.len(), start.elapsed());
    assert!(took.as_secs() < 10);
    let bytes = sample::clean_workbook(42, 20_000, 0);
    let start = Instant::now();
    let book = read(&bytes, "a.xlsx").unwrap();
    println!("{} tidy rows in {:?}", book.rows().len(), start.elapsed());
}

#[test]
fn a_file_whose_header_stands_on_two_rows_can_be_read_again_when_it_comes_back() {
    let book = read("姓名\n,房号\n,\"\t\"\n王小明,3-501\n".as_bytes(), "3幢.csv").unwrap();
    let back = read(&book.returned(&[]).unwrap(), "3幢.xlsx").unwrap();
    assert_eq!(back.sheets()[0].header_row, Some(2));
    assert_eq!(people(&back).len(), people(&book).len());
}
