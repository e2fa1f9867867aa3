//! People and their rooms, as forms ask for them.

use serde_json::{Value, json};

use crate::place::{Place, ask};

#[test]
fn the_rooms_offered_are_those_of_the_roster_that_what_is_typed_may_mean() {
    let place = Place::new();
    let desk = place.branch("甲");
    let lives = |building: &str, unit: Option<&str>, room: &str, name: &str| {
        ask(
            &desk,
            json!({ "ask": "save_person", "id": null, "name": name, "building": building, "unit": unit, "room": room, "relation": null,
                "sex": null, "birth": null, "phones": null, "occupancy": null, "party_member": null, "checked_in_on": null,
                "skills": null, "employer": null, "id_number": null, "note": null }),
        );
    };
    lives("3", Some("2"), "501", "林一");
    lives("3", Some("2"), "501", "林二");
    lives("3", Some("2"), "1501", "林三");
    lives("3", None, "201", "林四");
    lives("32", Some("1"), "101", "林五");
    lives("12", Some("A"), "301", "林六");
    let offered = |typed: &str| -> Vec<String> {
        let rooms = ask(&desk, json!({ "ask": "rooms", "text": typed }));
        rooms.as_array().expect("rooms").iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    assert_eq!(offered("3-2-501"), ["3-2-501"], "one room, however many live there");
    assert_eq!(offered("32501"), ["3-2-501"]);
    assert_eq!(offered("3幢2单元5"), ["3-2-501"]);
    assert_eq!(offered("3-2"), ["3-201", "3-2-501", "3-2-1501"], "the beginning of a room, or of a staircase");
    assert_eq!(offered("32"), ["3-201", "3-2-501", "3-2-1501", "32-1-101"]);
    assert_eq!(offered(" 12-a "), ["12-A-301"]);
    for elsewhere in ["西门口3号路灯下", "4-1", "3-2-501-7", "", "-", "1' OR 1"] {
        assert_eq!(offered(elsewhere), Vec::<String>::new(), "{elsewhere}");
    }
}
