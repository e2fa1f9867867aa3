//! The find box: what people type, and whom it finds.

use uuid::Uuid;
use xinghuo_ledger::LedgerError;
use xinghuo_model::Act;
use xinghuo_model::records::{Person, Request};

use crate::fixture::*;

/// n, name, building, unit, room, phone
type Row = (u128, &'static str, &'static str, Option<&'static str>, &'static str, &'static str);

const PEOPLE: [Row; 9] = [
    (1, "单小雨", "3", Some("2"), "501", "13812345678"),
    (2, "王小明", "3", Some("2"), "502", "13900001111"),
    (3, "王大明", "13", None, "501", "13700002222"),
    (4, "曾国立", "5", Some("1"), "101", "0576-84001234"),
    (5, "尉迟恭", "5", Some("1"), "102", ""),
    (6, "仇笑", "6", None, "1203", "13812340000"),
    (7, "欧阳雨", "7", None, "301", ""),
    (8, "周乐", "8", None, "302", ""),
    (9, "𬭎明", "9", None, "303", ""),
];

fn filled() -> Copy {
    let mut copy = Copy::new(1);
    for (n, name, building, unit, room, phone) in PEOPLE {
        let mut p = person(n, name);
        p.building = building.into();
        p.unit = unit.map(str::to_owned);
        p.room = room.into();
        p.phones = if phone.is_empty() { Vec::new() } else { vec![phone.into()] };
        copy.put(&p);
    }
    let mut r = request();
    r.id = Uuid::from_u128(20).into();
    r.number = "YJF-2024-0012".into();
    r.text = "三楼下水管漏水".into();
    copy.put(&r);
    copy
}

fn found(copy: &Copy, typed: &str) -> Vec<u128> {
    copy.ledger.books().find(typed, 20).expect("a search").into_iter().map(|f| f.id.as_u128()).collect()
}

#[test]
fn people_and_requests_are_found_by_whatever_is_known_of_them() {
    let copy = filled();
    // What is typed, who must be there, who must not.
    let rows: [(&str, &[u128], &[u128]); 33] = [
        // Characters, from anywhere in the name.
        ("单小雨", &[1], &[2, 7]),
        ("小", &[1, 2], &[3]),
        ("雨", &[1, 7], &[2]),
        ("王", &[2, 3], &[1]),
        ("王明", &[], &[1]),
        ("𬭎", &[9], &[1]),
        // Full pinyin, initials, the given name's.
        ("wangxiaoming", &[2], &[3]),
        ("wxm", &[2], &[3]),
        ("WXM", &[2], &[3]),
        ("ｗｘｍ", &[2], &[3]),
        ("xiaoming", &[2], &[1]),
        ("wang", &[2, 3], &[1]),
        ("w", &[2, 3], &[1]),
        // Surnames with a reading of their own, and the ordinary reading for who does not know.
        ("shanxiaoyu", &[1], &[]),
        ("danxiaoyu", &[1], &[]),
        ("sxy", &[1], &[]),
        ("zengguoli", &[4], &[]),
        ("yuchigong", &[5], &[]),
        ("qiuxiao", &[6], &[]),
        ("ouyangyu", &[7], &[]),
        ("zhouyue", &[8], &[]),
        ("zhoule", &[8], &[]),
        // Rooms in any shorthand.
        ("3-2-501", &[1], &[2, 3]),
        ("3幢2单元501室", &[1], &[2, 3]),
        ("3-501", &[1], &[2]),
        ("32501", &[1], &[2]),
        ("501", &[1, 3], &[2]),
        ("6-1203", &[6], &[1]),
        // Phones: the last four, the beginning, the whole.
        ("5678", &[1], &[2]),
        ("13900001111", &[2], &[1]),
        ("138", &[1, 6], &[2]),
        // Numbers of papers, and running text.
        ("yjf-2024-0012", &[20], &[]),
        ("漏水", &[20], &[]),
    ];
    for (typed, there, not) in rows {
        let found = found(&copy, typed);
        assert!(there.iter().all(|n| found.contains(n)), "{typed} found {found:?}");
        assert!(not.iter().all(|n| !found.contains(n)), "{typed} found {found:?}");
    }
}

#[test]
fn two_words_narrow_the_search() {
    let copy = filled();
    for (typed, expected) in [("王 3-2-502", &[2][..]), ("明 501", &[3]), ("wang 1111", &[2]), ("单 漏水", &[])] {
        assert_eq!(found(&copy, typed), expected, "{typed}");
    }
}

#[test]
fn nothing_that_can_be_typed_breaks_the_search() {
    let copy = filled();
    for typed in [
        "",
        " ",
        "\"",
        "'",
        "*",
        "^",
        "(",
        "NOT",
        "AND",
        "a OR",
        "name:",
        "{",
        "\\",
        "\u{0}",
        "-",
        "--",
        "3-",
        "😀",
        "٣",
        "'; DROP TABLE find; --",
        "NEAR(a b)",
        &"长".repeat(5000),
        &"9".repeat(5000),
    ] {
        let _ = found(&copy, typed);
    }
}

#[test]
fn the_search_follows_edits_deletions_and_merges() {
    let mut x = filled();
    let id = xinghuo_model::PersonId(Uuid::from_u128(1));
    x.edit::<Person>(id, |p| (p.name, p.phones) = ("单大雨".into(), vec!["13312349999".into()]));
    for (typed, there) in
        [("单小雨", false), ("sxy", false), ("5678", false), ("单大雨", true), ("sdy", true), ("9999", true), ("3-2-501", true)]
    {
        assert_eq!(found(&x, typed).contains(&1), there, "{typed}");
    }
    let mut y = Copy::new(2);
    give(&mut x, &mut y);
    x.delete::<Person>(id);
    assert_eq!(found(&x, "单大雨"), []);
    y.edit::<Person>(id, |p| p.room = "601".into());
    meet(&mut [&mut x, &mut y]);
    for copy in [&x, &y] {
        assert_eq!(found(copy, "单大雨"), [1], "an edit made meanwhile keeps it");
        assert_eq!(found(copy, "3-2-601"), [1]);
    }
    let author = x.author();
    x.ledger.decide_life(id.0, <Person as xinghuo_model::Record>::KIND, true, &author).expect("a decision");
    meet(&mut [&mut x, &mut y]);
    assert_eq!((found(&x, "单大雨"), found(&y, "sdy")), (Vec::new(), Vec::new()));
}

#[test]
fn of_two_concurrent_names_the_shown_one_is_found() {
    let mut x = filled();
    let mut y = Copy::new(2);
    give(&mut x, &mut y);
    let id = xinghuo_model::RequestId(Uuid::from_u128(20));
    x.edit::<Request>(id, |r| r.place = "车棚".into());
    y.edit::<Request>(id, |r| r.place = "电梯".into());
    meet(&mut [&mut x, &mut y]);
    let shown = x.get::<Request>(id).expect("it").place;
    let hidden = if shown == "车棚" { "电梯" } else { "车棚" };
    assert_eq!((found(&x, &shown), found(&y, &shown), found(&x, hidden)), (vec![20], vec![20], vec![]));
}

#[test]
fn what_a_small_intake_brings_is_found_at_once_and_a_large_one_waits_unless_it_erased_something() {
    let brought = |n: u128, erased: bool| {
        let (mut x, mut y) = (Copy::new(1), Copy::new(2));
        let author = x.author();
        x.ledger
            .transact::<_, LedgerError>(Act::ImportRoster, &author, |save| {
                (1..=n).for_each(|n| save.put(SPACE, &person(n, "李甲")));
                Ok(())
            })
            .expect("a save");
        if erased {
            x.ledger
                .transact::<_, LedgerError>(Act::Erase, &author, |save| {
                    save.erase(<Person as xinghuo_model::Record>::KIND, SPACE, Uuid::from_u128(500), &[xinghuo_model::Class::Community]);
                    Ok(())
                })
                .expect("an erasure");
        }
        assert_eq!(found(&x, "李甲").len(), 20, "a save is found at once, however large");
        give(&mut x, &mut y);
        y
    };
    for (n, erased, at_once) in [(64, false, true), (65, false, false), (65, true, true)] {
        let mut y = brought(n, erased);
        assert_eq!(found(&y, "李甲").len(), if at_once { 20 } else { 0 }, "{n} {erased}");
        y.ledger.catch_up().expect("catching up");
        assert_eq!(found(&y, "李甲").len(), 20);
    }
}

#[test]
fn of_more_records_than_are_remembered_at_once_each_is_found() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    let author = x.author();
    let everybody: Vec<Person> =
        (0..10_500).map(|n| person(n + 1, &format!("李{}", char::from_u32(0x4E00 + n as u32 % 0x2000).unwrap_or('甲')))).collect();
    x.ledger
        .transact::<_, LedgerError>(Act::ImportRoster, &author, |save| {
            everybody.iter().for_each(|p| save.put(SPACE, p));
            Ok(())
        })
        .expect("a save");
    let sample = [0, 4_000, 9_999, 10_000, 10_499];
    let all_found = |copy: &Copy, when: &str| {
        for n in sample {
            let found = copy.ledger.books().find(&everybody[n].name, 20).expect("a search");
            assert!(found.iter().any(|f| f.id == everybody[n].id.0), "{when}: {n}");
        }
    };
    all_found(&x, "saved");
    y.absorb(x.segments());
    y.ledger.catch_up().expect("catching up");
    all_found(&y, "taken in");
    y.ledger.rebuild(&mut |_, _| true).expect("a rebuild");
    all_found(&y, "told again");
}
