use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(input: &str, expected: (&str, &str, &str)) {
    let found = parse(input, Role::Room);
    let parts = found.clone().unwrap_or_default();
    let shown = (parts.building.as_deref().unwrap_or(""), parts.unit.as_deref().unwrap_or(""), parts.room.as_deref().unwrap_or(""));
    assert!(found.is_ok(), "{input}");
    assert_eq!(shown, expected, "{input}");
}

#[test]
fn rooms_are_read_however_they_are_written() {
    for (input, expected) in [
        ("3-2-501", ("3", "2", "501")),
        ("3幢2单元501室", ("3", "2", "501")),
        ("3栋501", ("3", "", "501")),
        ("3#501", ("3", "", "501")),
        ("03-02-0501", ("3", "2", "501")),
        ("1-502", ("1", "", "502")),
        ("501", ("", "", "501")),
        ("０５０１室", ("", "", "501")),
        ("三幢二单元501", ("3", "2", "501")),
        ("三幢二单元五〇一室", ("3", "2", "501")),
        ("十二幢１单元１８０２", ("12", "1", "1802")),
        ("3号楼2单元501", ("3", "2", "501")),
        ("3#楼501", ("3", "", "501")),
        ("3#2-501", ("3", "2", "501")),
        ("A座1203", ("A", "", "1203")),
        ("a-1203", ("A", "", "1203")),
        ("3 2 501", ("3", "2", "501")),
        (" 3 - 2 - 501 ", ("3", "2", "501")),
        ("3－2－501", ("3", "2", "501")),
        ("3—2—501", ("3", "2", "501")),
        ("3.2.501", ("3", "2", "501")),
        ("3/2/501", ("3", "2", "501")),
        ("3幢2-501", ("3", "2", "501")),
        ("2单元501", ("", "2", "501")),
        ("3-2单元501", ("3", "2", "501")),
        ("12号502室", ("12", "", "502")),
        ("3幢", ("3", "", "")),
        ("府前路12号3幢501室", ("3", "", "501")),
        ("星火花园3幢2单元501室", ("3", "2", "501")),
        ("星火花园二期3幢501", ("2期3", "", "501")),
        ("东区3幢2单元501", ("东区3", "2", "501")),
        ("黄岩区3幢501", ("3", "", "501")),
        ("3-2-501A", ("3", "2", "501A")),
        ("3楼2单元501", ("3", "2", "501")),
        ("3幢商铺12", ("3", "", "商铺12")),
        ("", ("", "", "")),
        ("无", ("", "", "")),
        ("/", ("", "", "")),
    ] {
        check(input, expected);
    }
}

#[test]
fn several_rooms_give_the_first_and_say_so() {
    for (input, expected) in [
        ("3-2-501/502", ("3", "2", "501")),
        ("3-2-501、3-2-502", ("3", "2", "501")),
        ("3幢501室/502室", ("3", "", "501")),
        ("501/502", ("", "", "501")),
        ("501-502", ("", "", "501")),
    ] {
        check(input, expected);
        assert!(parse(input, Role::Room).is_ok_and(|parts| parts.several), "{input}");
    }
}

#[test]
fn what_is_no_room_is_refused_with_its_reason() {
    for (input, doubt) in [
        ("3月2日", RoomDoubt::BecameDate),
        ("2001-3-1", RoomDoubt::BecameDate),
        ("2001/3/1", RoomDoubt::BecameDate),
        ("2-Mar", RoomDoubt::BecameDate),
        ("Mar-01", RoomDoubt::BecameDate),
        ("030205", RoomDoubt::Unclear),
        ("1-2-3-4-5", RoomDoubt::Unclear),
        ("幢", RoomDoubt::Unclear),
        ("3幢4幢501", RoomDoubt::Unclear),
        ("()", RoomDoubt::Unclear),
        ("0-0-0", RoomDoubt::Unclear),
    ] {
        assert_eq!(parse(input, Role::Room), Err(doubt), "{input}");
    }
}

#[test]
fn a_column_of_its_own_needs_no_mark() {
    let building = |text| parse(text, Role::Building).ok().map(|p| (p.building, p.unit));
    assert_eq!(building("03"), Some((Some("3".into()), None)));
    assert_eq!(building("三幢"), Some((Some("3".into()), None)));
    assert_eq!(building("3幢2单元"), Some((Some("3".into()), Some("2".into()))));
    assert_eq!(parse("2单元", Role::Unit).ok().and_then(|p| p.unit).as_deref(), Some("2"));
    assert_eq!(parse("二", Role::Unit).ok().and_then(|p| p.unit).as_deref(), Some("2"));
}

#[test]
fn titles_name_one_building_or_none() {
    for (title, expected) in [
        ("3幢", Some("3")),
        ("星火花园3号楼住户名册", Some("3")),
        ("三幢", Some("3")),
        ("Sheet1", None),
        ("3幢、4幢", None),
        ("住户", None),
        ("A座", Some("A")),
        ("3#", Some("3")),
        ("2026年花名册", None),
    ] {
        assert_eq!(building_in_title(title).as_deref(), expected, "{title}");
    }
}

fn normal_form(parts: &Parts) -> Option<String> {
    let (building, room) = (parts.building.as_ref()?, parts.room.as_ref()?);
    Some(match &parts.unit {
        Some(unit) => format!("{building}-{unit}-{room}"),
        None => format!("{building}-{room}"),
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_fall_over(text in "\\PC{0,40}") {
        for role in [Role::Building, Role::Unit, Role::Room] {
            let _ = parse(&text, role);
        }
        let _ = building_in_title(&text);
    }

    #[test]
    fn the_normal_form_reads_as_itself(
        building in "(0?[1-9]|[1-9][0-9]|[一二三四五六七八九]|十[一二三]|[A-F]|[东西]区[1-9]|[一二]期[1-9])",
        mark in "(-|幢|栋|#|号楼|座)",
        unit in "([1-9]单元|0[1-9]-|[1-4]-|)",
        room in "(0?[1-9][0-9]{2}|[1-3][0-9]{3}|[1-9][0-9]{2}[A-C])室?",
    ) {
        let text = format!("{building}{mark}{unit}{room}");
        let parts = parse(&text, Role::Room);
        prop_assert!(parts.is_ok(), "{}", text);
        if let Some(form) = parts.ok().and_then(|p| normal_form(&p)) {
            let again = parse(&form, Role::Room).ok().and_then(|p| normal_form(&p));
            prop_assert_eq!(again, Some(form));
        }
    }
}
