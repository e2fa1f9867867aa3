//! Forwarding upward: compound → community → street → district, and what somebody on the way can
//! and cannot do. Real files, real keys, real bundles.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xinghuo_bundle::Keys;
use xinghuo_desk::Desk;
use xinghuo_ledger::{Author, Ledger, STRETCH_BYTES, Save};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::place::*;

impl Place {
    fn compound(&self, home: &str, community: &str, compound: &str) -> Desk {
        let desk = self.desk(home);
        ask(
            &desk,
            json!({ "ask": "create_branch", "district": "示范区", "street": "东城街道", "community": community, "compound": compound,
            "prefix": null, "person": home, "copy": format!("{home}的笔记本"), "passphrase": PASS }),
        );
        desk
    }

    /// An office of a level, called like its folder.
    fn seat(&self, level: &str, name: &str) -> Desk {
        let desk = self.desk(name);
        let street = if level == "street" { name } else { "东城街道" };
        let district = if level == "district" { name } else { "示范区" };
        ask(
            &desk,
            json!({ "ask": "create_office", "level": level, "district": district, "street": street, "community": name,
            "person": format!("{name}管理员"), "copy": format!("{name}的电脑"), "passphrase": PASS }),
        );
        desk
    }

    /// One bundle from a copy to a partner, taken in; gives the report.
    fn send(&self, from: &Desk, to: &Desk, name: &str) -> Value {
        let path = self.bundle(from, name);
        import(to, &[&path])[0].clone()
    }

    fn bundle(&self, from: &Desk, to: &str) -> PathBuf {
        let path = self.path(&format!("{}.xinghuo", uuid::Uuid::now_v7()));
        export(from, to, &path);
        path
    }

    fn keys(&self, home: &str) -> Keys {
        let text = std::fs::read_to_string(self.path(home).join("keys.json")).expect("a key file");
        Keys::unlock(&text, PASS).expect("the passphrase")
    }

    /// The store of a copy that nobody has open, without the desk's rules.
    fn store(&self, home: &str) -> Ledger {
        let keys = self.keys(home);
        let mut next = 0u8;
        let entropy = move |bytes: &mut [u8]| {
            next += 1;
            bytes.fill_with(|| {
                next = next.wrapping_mul(31).wrapping_add(7);
                next
            });
        };
        let file = self.path(home).join("xinghuo.db");
        Ledger::open(&file, Some(keys.file_key()), keys.identity().signs, Box::new(entropy)).expect("the store")
    }

    /// Writes what the desk would never write.
    fn forge(&self, home: &str, work: impl FnOnce(&mut Save<'_>)) {
        let at = chrono::DateTime::from_timestamp(1_732_500_000, 0).expect("a time").fixed_offset();
        let mut store = self.store(home);
        store
            .transact::<(), xinghuo_ledger::LedgerError>(Act::Admit, &Author { person: "无名".to_owned(), at }, |save| {
                work(save);
                Ok(())
            })
            .expect("a save");
    }

    fn reopen(&self, home: &str) -> Desk {
        let desk = self.desk(home);
        ask(&desk, json!({ "ask": "unlock", "passphrase": PASS }));
        desk
    }

    /// Every value of every table of a copy's store, as text.
    fn everything(&self, home: &str) -> String {
        let store = self.store(home);
        let books = store.books();
        let tables = books.rows("SELECT name FROM sqlite_master WHERE type = 'table'", [], |r| r.get::<_, String>(0)).expect("tables");
        let mut out = String::new();
        for table in tables {
            let rows = books.rows(&format!("SELECT * FROM \"{table}\""), [], |r| {
                let mut row = String::new();
                let mut at = 0;
                while let Ok(value) = r.get_ref(at) {
                    if let Ok(bytes) = value.as_bytes() {
                        row.push_str(&String::from_utf8_lossy(bytes));
                    }
                    row.push('\n');
                    at += 1;
                }
                Ok(row)
            });
            out.extend(rows.unwrap_or_default());
        }
        // The log keeps its blocks packed.
        for head in store.heads().expect("heads") {
            for seq in 1..=head.seq {
                for block in store.blocks(head.strand, seq).expect("blocks") {
                    if let xinghuo_ledger::RawBlock::Body(line) = block {
                        out.push_str(&String::from_utf8_lossy(&line));
                        out.push('\n');
                    }
                }
            }
        }
        out
    }

    /// Everything a bundle says once its audience has opened it.
    fn opened(&self, bundle: &Path, audience: &str) -> String {
        let bytes = std::fs::read(bundle).expect("a bundle");
        let opened = xinghuo_bundle::read(&bytes, &self.keys(audience)).expect("a sound bundle for this audience");
        let mut out = format!("{:?}", opened.manifest);
        for entry in opened.segments.iter().flat_map(|s| &s.entries) {
            out.push_str(&String::from_utf8_lossy(&entry.header));
            for block in &entry.blocks {
                if let xinghuo_ledger::RawBlock::Body(body) = block {
                    out.push_str(&String::from_utf8_lossy(body));
                }
            }
        }
        out
    }
}

fn cards(desk: &Desk) -> Vec<Value> {
    ask(desk, json!({ "ask": "overview" })).as_array().expect("cards").clone()
}

/// (street, community, compound, open requests), in order.
fn figures(desk: &Desk) -> Vec<(String, String, String, u64)> {
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    let mut out: Vec<_> = cards(desk)
        .iter()
        .map(|c| (text(&c["street"]), text(&c["community"]), text(&c["compound"]["name"]), c["open_requests"].as_u64().expect("a number")))
        .collect();
    out.sort();
    out
}

fn figure(street: &str, community: &str, compound: &str, open: u64) -> (String, String, String, u64) {
    (street.to_owned(), community.to_owned(), compound.to_owned(), open)
}

fn space(desk: &Desk, community: &str) -> String {
    let cards = cards(desk);
    let card = cards.iter().find(|c| c["community"] == community).expect("a card");
    card["compound"]["id"].as_str().expect("an id").to_owned()
}

/// Two communities, each with a compound of the same name, under one street.
struct Street {
    place: Place,
    street: Desk,
    first: Desk,
    second: Desk,
    ours: Desk,
    theirs: Desk,
}

const FIRST: &str = "星岩社区";
const SECOND: &str = "翠屏社区";
const STREET: &str = "东城街道";
const DISTRICT: &str = "示范区";

impl Street {
    fn new() -> Self {
        let place = Place::new();
        let street = place.seat("street", STREET);
        let (first, second) = (place.seat("community", FIRST), place.seat("community", SECOND));
        let (ours, theirs) = (place.compound("甲", FIRST, "橘香里"), place.compound("乙", SECOND, "橘香里"));
        join(&place, &ours, &first);
        join(&place, &theirs, &second);
        join(&place, &first, &street);
        join(&place, &second, &street);
        Self { place, street, first, second, ours, theirs }
    }

    /// Everything a step further up.
    fn climb(&self) {
        self.place.send(&self.ours, &self.first, FIRST);
        self.place.send(&self.theirs, &self.second, SECOND);
        self.place.send(&self.first, &self.street, STREET);
        self.place.send(&self.second, &self.street, STREET);
    }
}

#[test]
fn figures_climb_from_the_compound_to_the_district_under_their_authors_own_seals() {
    let s = Street::new();
    let district = s.place.seat("district", DISTRICT);
    join(&s.place, &s.street, &district);
    request(&s.ours, "路灯不亮");
    request(&s.theirs, "下水道堵了");
    request(&s.theirs, "电梯停运");
    s.climb();
    let both = |n, m| {
        vec![figure(STREET, FIRST, "橘香里", n), figure(STREET, SECOND, "橘香里", m)].into_iter().collect::<std::collections::BTreeSet<_>>()
    };
    let seen = |desk: &Desk| figures(desk).into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(seen(&s.street), both(1, 2), "two compounds of one name stay two");
    let up = s.place.bundle(&s.street, DISTRICT);
    let report = import(&district, &[&up])[0].clone();
    assert_eq!((&report["held"], &report["refused"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(seen(&district), both(1, 2));

    // The carriers added nothing: every stretch of a compound is its branch's own.
    let authors = [s.place.keys("甲").identity().signs, s.place.keys("乙").identity().signs];
    let opened = xinghuo_bundle::read(&std::fs::read(&up).expect("a bundle"), &s.place.keys(DISTRICT)).expect("sound");
    let compounds = opened.segments.iter().filter(|x| x.channel.class == Class::District).collect::<Vec<_>>();
    assert!(!compounds.is_empty() && compounds.iter().all(|x| authors.contains(&x.key)));
    hash(&district);

    // What was acknowledged does not travel again, at either step.
    for (above, below, name, to) in [(&district, &s.street, STREET, DISTRICT), (&s.street, &s.first, FIRST, STREET)] {
        let report = s.place.send(above, below, name);
        assert_eq!((&report["held"], &report["refused"]), (&json!(0), &json!(0)), "{report}");
        assert_eq!(export(below, to, &s.place.path("again.xinghuo"))["entries"], 0);
    }
}

#[test]
fn a_street_counts_the_three_ills_as_the_compounds_do_and_sees_no_row_behind_them() {
    let s = Street::new();
    let answered = request(&s.theirs, "井盖松了");
    for (to, result) in [("accepted", Value::Null), ("closed", json!("换好了"))] {
        ask(
            &s.theirs,
            json!({ "ask": "step_request", "id": answered, "to": to, "on": "2024-11-02", "result": result, "satisfaction": null }),
        );
    }
    s.climb();
    let in_time = |desk: &Desk| ask(desk, json!({ "ask": "ills", "year": 2024 }))["figures"][1].clone();
    assert_eq!((&in_time(&s.street)["kept"], &in_time(&s.street)["of"]), (&json!(1), &json!(1)));
    assert_eq!(in_time(&s.street), in_time(&s.theirs));
    assert_eq!(ask(&s.street, json!({ "ask": "ills", "year": 2024 }))["compounds"].as_array().map(Vec::len), Some(2));
    assert_eq!(code(&s.street, json!({ "ask": "ill_lines", "ill": "answered", "year": 2024 })), "desk.figures_only");
}

#[test]
fn what_the_community_decided_before_the_street_ever_heard_of_the_compound_counts_there() {
    let s = Street::new();
    let id = request(&s.ours, "路灯不亮");
    s.place.send(&s.ours, &s.first, FIRST);
    let second = s.place.compound("丁", FIRST, "橘香里");
    join(&s.place, &second, &s.first);
    for (desk, due) in [(&s.ours, "2024-11-25"), (&second, "2024-11-28")] {
        ask(
            desk,
            json!({ "ask": "edit_request", "id": id, "category": "repairs", "urgency": "normal", "requester": null, "place": "3幢",
            "text": "路灯不亮", "handler": null, "due_on": due }),
        );
        s.place.send(desk, &s.first, FIRST);
    }
    let conflict = ask(&s.first, json!({ "ask": "conflicts" }))[0].clone();
    assert_eq!(conflict["group"], "due_on", "{conflict}");
    ask(&s.first, json!({ "ask": "decide", "record": id, "group": "due_on", "side": 1, "third": null }));
    let report = s.place.send(&s.first, &s.street, STREET);
    assert_eq!((&report["held"], &report["refused"]), (&json!(0), &json!(0)), "{report}");
    let compound = SpaceId(space(&s.street, FIRST).parse().expect("an id"));
    drop((s.street, s.first));
    let of = |home: &str| s.place.store(home).space_hash(compound, &[Class::District]).expect("a hash").hex();
    assert_eq!(of(STREET), of(FIRST), "the street's figures are the community's");
}

#[test]
fn lost_doubled_and_reordered_bundles_lead_to_the_same_figures() {
    let s = Street::new();
    let mut sent = Vec::new();
    for n in 0..3 {
        request(&s.ours, &format!("第 {n} 件"));
        s.place.send(&s.ours, &s.first, FIRST);
        sent.push(s.place.bundle(&s.first, STREET));
    }
    request(&s.theirs, "另一个小区的");
    s.place.send(&s.theirs, &s.second, SECOND);
    sent.push(s.place.bundle(&s.second, STREET));
    drop(s.street);
    let expected = vec![figure(STREET, FIRST, "橘香里", 3), figure(STREET, SECOND, "橘香里", 1)];
    let mut hashes = Vec::new();
    for order in [vec![0, 1, 2, 3], vec![3, 2, 1, 0], vec![2, 3, 2], vec![1, 3, 0, 0, 2, 1]] {
        let home = format!("街道{}", hashes.len());
        copy_dir(&s.place.path(STREET), &s.place.path(&home));
        copy_dir(&s.place.path(&format!("state-{STREET}")), &s.place.path(&format!("state-{home}")));
        let street = s.place.reopen(&home);
        for n in order {
            import(&street, &[&sent[n]]);
        }
        let mut seen = figures(&street);
        seen.sort_by_key(|f| std::cmp::Reverse(f.3));
        assert_eq!(seen, expected);
        let spaces = [FIRST, SECOND].map(|name| space(&street, name));
        drop(street);
        let store = s.place.store(&home);
        let of = |id: &String| store.space_hash(SpaceId(id.parse().expect("an id")), &Class::ALL).expect("a hash").hex();
        hashes.push(spaces.iter().map(of).collect::<Vec<_>>());
    }
    assert!(hashes.iter().all(|h| *h == hashes[0]), "{hashes:?}");
}

#[test]
fn a_bundle_for_another_street_and_one_of_an_office_nobody_admitted_are_refused() {
    let s = Street::new();
    request(&s.ours, "路灯不亮");
    s.place.send(&s.ours, &s.first, FIRST);
    let bundle = s.place.bundle(&s.first, STREET);
    let other = s.place.seat("street", "西城街道");
    assert_eq!(import(&other, &[&bundle])[0]["code"], "bundle.not_for_us");

    // An office that gives itself the same name, and makes its own street believe in it.
    let elsewhere = Place::new();
    let forged = elsewhere.seat("community", FIRST);
    let false_street = elsewhere.seat("street", STREET);
    join(&elsewhere, &forged, &false_street);
    drop(false_street);
    // It writes for the real street, whose keys it learned.
    let real = s.place.keys(STREET).identity();
    drop(forged);
    let pinned = elsewhere.store(FIRST).books().here("above").expect("readable").expect("pinned");
    let mut pinned: Value = serde_json::from_str(&pinned).expect("JSON");
    pinned["signs"] = json!(real.signs.iter().map(|b| format!("{b:02x}")).collect::<String>());
    pinned["receives"] = json!(real.receives);
    elsewhere.store(FIRST).set_here("above", &pinned.to_string()).expect("written");
    let forged = elsewhere.reopen(FIRST);
    let bundle = elsewhere.bundle(&forged, STREET);
    assert_eq!(import(&s.street, &[&bundle])[0]["code"], "bundle.unknown_sender");
    assert_eq!(figures(&s.street), vec![]);
}

#[test]
fn an_office_hands_on_only_its_own_compounds_whoever_is_heard_first() {
    for district_knew in [true, false] {
        let s = Street::new();
        let district = s.place.seat("district", DISTRICT);
        join(&s.place, &s.street, &district);
        request(&s.ours, "路灯不亮");
        s.place.send(&s.ours, &s.first, FIRST);
        s.place.send(&s.first, &s.street, STREET);
        if district_knew {
            s.place.send(&s.street, &district, DISTRICT);
        }
        let stolen: SpaceId = SpaceId(space(&s.first, FIRST).parse().expect("an id"));

        // The second office certifies one of its own for the first one's compound, and declares the
        // first one's branch ended.
        let key = s.place.keys("乙").identity();
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        drop((s.second, s.theirs));
        let registry = registry_of(&s.place, SECOND);
        let victim = s.place.keys("甲").identity().signs;
        s.place.forge(SECOND, |save| {
            let cert = Certificate {
                id: save.id(),
                signs: hex(&key.signs),
                receives: key.receives.clone(),
                person: "乙".to_owned(),
                role: Role::Secretary,
                copy: "乙的笔记本".to_owned(),
                grants: vec![Grant { space: stolen, classes: vec!["district".to_owned()] }],
                since: "2024-11-01".parse().expect("a day"),
                compound: None,
            };
            save.put(registry, &cert);
            let log = xinghuo_ledger::log_id(&victim, xinghuo_ledger::Channel { space: stolen, class: Class::District });
            let end = Revocation { id: save.id(), log: log.hex(), last_seq: 0, last_hash: String::new(), reason: "冒充".to_owned() };
            save.put(registry, &end);
        });
        s.place.forge("乙", |save| {
            let id = save.id();
            save.put(stolen, &Cycle { id, month: "2024-11".parse().expect("a month"), no_topic: Some("冒充写入".to_owned()) });
        });
        let (second, theirs) = (s.place.reopen(SECOND), s.place.reopen("乙"));
        // Its branch's desk sends its own compound alone; the forged entry is carried by hand.
        smuggle(&s.place, "乙", SECOND, stolen, &second);
        drop(theirs);
        let report = s.place.send(&second, &s.street, STREET);
        assert!(report["held"].as_u64() > Some(0), "{report}");
        assert!(report["sentences"].to_string().contains("不归准许它的那一级管"), "{report}");

        // The first one's branch is still believed, and the district thinks the same.
        request(&s.ours, "又一件");
        s.place.send(&s.ours, &s.first, FIRST);
        let report = s.place.send(&s.first, &s.street, STREET);
        assert_eq!(report["refused"], 0, "{report}");
        s.place.send(&s.street, &district, DISTRICT);
        for desk in [&s.street, &district] {
            assert_eq!(figures(desk), vec![figure(STREET, FIRST, "橘香里", 2)]);
            hash(desk);
        }
        drop((s.street, district));
        for home in [STREET, DISTRICT] {
            let store = s.place.store(home);
            assert_eq!(store.books().select::<Cycle>("", []).expect("readable").len(), 0, "{home}");
        }
    }
}

fn registry_of(place: &Place, home: &str) -> SpaceId {
    let store = place.store(home);
    let own = store.books().select::<Office>("AND level = 'community'", []).expect("readable");
    SpaceId(own.iter().map(|office| office.record.id.0).next().expect("its own record"))
}

/// Takes one log of a closed copy's store to an office that never got it.
fn smuggle(place: &Place, from: &str, to: &str, space: SpaceId, office: &Desk) {
    let keys = place.keys(from);
    let audience = place.keys(to).identity();
    let path = place.path("smuggled.xinghuo");
    {
        let mut store = place.store(from);
        store.seal_own(&|log: &xinghuo_ledger::LogId, seq, head: &xinghuo_ledger::Hash| keys.seal(log, seq, head)).expect("sealed");
        let segments = store.segments_for(&audience.signs, &|c| c.space == space, STRETCH_BYTES).expect("segments");
        let outgoing = xinghuo_bundle::Outgoing {
            purpose: xinghuo_bundle::Purpose::Exchange,
            audience: &audience,
            number: 90,
            made_at: "2024-11-25T10:00:00+08:00".to_owned(),
            have: Vec::new(),
            want: Vec::new(),
        };
        std::fs::write(&path, xinghuo_bundle::write(&keys, &outgoing, &segments.all().expect("segments")).expect("a bundle"))
            .expect("written");
    }
    let report = import(office, &[&path]);
    assert!(report[0]["new"].as_u64() > Some(0), "the office that certified it takes it in: {report}");
}

#[test]
fn what_an_ended_office_and_its_branches_wrote_stays_and_what_it_certifies_later_counts_for_nothing() {
    let s = Street::new();
    request(&s.ours, "停用之前");
    s.climb();
    let key = partner(&s.street, FIRST);
    ask(&s.street, json!({ "ask": "end_copy", "key": key, "reason": "电脑丢失" }));
    let names = ask(&s.street, json!({ "ask": "exchange" }))["partners"].to_string();
    assert!(!names.contains(FIRST) && names.contains(SECOND), "{names}");

    // A branch it certified before goes on being believed; one it admits afterwards is not.
    request(&s.ours, "停用之后，早已入网的小区");
    s.place.send(&s.ours, &s.first, FIRST);
    let late = s.place.compound("丙", FIRST, "枇杷苑");
    join(&s.place, &late, &s.first);
    request(&late, "停用之后才入网的小区");
    s.place.send(&late, &s.first, FIRST);
    let report = s.place.send(&s.first, &s.street, STREET);
    assert!(report["held"].as_u64() > Some(0), "{report}");
    assert!(report["sentences"].to_string().contains("已停用"), "{report}");
    assert_eq!(figures(&s.street), vec![figure(STREET, FIRST, "橘香里", 2), figure(STREET, SECOND, "橘香里", 0)]);

    // The compound goes on under an office of the same name on a new computer.
    let again = s.place.desk("新电脑");
    ask(
        &again,
        json!({ "ask": "create_office", "level": "community", "district": "示范区", "street": STREET, "community": "星岩新社区",
        "person": "吴管理", "copy": "新电脑", "passphrase": PASS }),
    );
    join(&s.place, &again, &s.street);
    join(&s.place, &late, &again);
    s.place.send(&late, &again, "星岩新社区");
    let report = s.place.send(&again, &s.street, STREET);
    assert_eq!(report["refused"], 0, "{report}");
    assert!(figures(&s.street).contains(&figure(STREET, "星岩新社区", "枇杷苑", 1)), "{:?}", figures(&s.street));
}

#[test]
fn nothing_of_the_classes_that_stay_below_ever_reaches_a_street_or_a_district() {
    let s = Street::new();
    let district = s.place.seat("district", DISTRICT);
    join(&s.place, &s.street, &district);
    let person = ask(
        &s.ours,
        json!({ "ask": "save_person", "id": null, "name": "甲姓canaryname", "building": "3", "unit": "2", "room": "canaryroom",
        "relation": null, "sex": null, "birth": null, "phones": ["13800001234"], "occupancy": null, "party_member": null,
        "checked_in_on": null, "skills": "canaryskill", "employer": "canaryemployer", "id_number": null, "note": "canarynote" }),
    );
    ask(
        &s.ours,
        json!({ "ask": "add_request", "accepted_on": "2024-11-01", "category": "repairs", "source": "visit", "urgency": "normal",
        "requester": person["id"], "place": "canaryplace", "text": "canarytext", "handler": "canaryhandler", "due_on": "2024-11-20" }),
    );
    ask(
        &s.ours,
        json!({ "ask": "add_opinion", "on": "2024-11-02", "source": "visit", "category": "repairs", "text": "canaryopinion", "person": null }),
    );
    let mediation = ask(
        &s.ours,
        json!({ "ask": "add_mediation", "request": null, "accepted_on": "2024-11-03", "parties": ["canaryparty", "乙方"], "category": "neighbours",
        "facts": "canaryfacts", "mediator": "canarymediator" }),
    );
    ask(&s.ours, json!({ "ask": "add_visit", "mediation": mediation["id"], "on": "2024-11-04", "by": "canaryby", "text": "canaryvisit" }));
    s.climb();
    let (up, further) = (s.place.bundle(&s.first, STREET), s.place.bundle(&s.street, DISTRICT));
    import(&district, &[&further]);
    assert!(figures(&district).contains(&figure(STREET, FIRST, "橘香里", 1)));
    for desk in [&s.street, &district] {
        let found = ask(desk, json!({ "ask": "find", "text": "canary" }));
        assert_eq!(found, json!([]));
    }
    assert!(!s.place.opened(&up, STREET).contains("canary") && !s.place.opened(&further, DISTRICT).contains("canary"));
    drop((s.first, s.street, district));
    assert!(
        s.place.everything(FIRST).contains("\"facts\":\"canaryfacts\""),
        "the search finds what the community may read, in its log too"
    );
    assert!(!s.place.everything(FIRST).contains("canaryvisit"), "and the branch's own class stays below it");
    for home in [STREET, DISTRICT] {
        let all = s.place.everything(home);
        assert!(all.contains("橘香里"), "{home} holds the figures");
        assert!(!all.contains("canary"), "{home}");
    }
}

#[test]
fn a_class_that_has_no_business_in_a_street_is_not_even_set_aside() {
    let s = Street::new();
    request(&s.ours, "canarytext");
    s.place.send(&s.ours, &s.first, FIRST);
    drop((s.first, s.ours));
    // An office with another program sends all it has.
    let (keys, audience) = (s.place.keys(FIRST), s.place.keys(STREET).identity());
    let path = s.place.path("too much.xinghuo");
    {
        let mut store = s.place.store(FIRST);
        store.seal_own(&|log: &xinghuo_ledger::LogId, seq, head: &xinghuo_ledger::Hash| keys.seal(log, seq, head)).expect("sealed");
        let segments = store.segments_for(&audience.signs, &|_| true, STRETCH_BYTES).expect("segments");
        let outgoing = xinghuo_bundle::Outgoing {
            purpose: xinghuo_bundle::Purpose::Exchange,
            audience: &audience,
            number: 90,
            made_at: "2024-11-25T10:00:00+08:00".to_owned(),
            have: Vec::new(),
            want: Vec::new(),
        };
        std::fs::write(&path, xinghuo_bundle::write(&keys, &outgoing, &segments.all().expect("segments")).expect("a bundle"))
            .expect("written");
    }
    assert!(s.place.opened(&path, STREET).contains("canarytext"));
    let report = import(&s.street, &[&path])[0].clone();
    assert!(report["sentences"].to_string().contains("不该送到这一级"), "{report}");
    assert_eq!(figures(&s.street), vec![figure(STREET, FIRST, "橘香里", 1)], "the figures are taken in");
    drop(s.street);
    assert!(!s.place.everything(STREET).contains("canarytext"));
}

#[test]
fn each_level_admits_the_one_right_below_it_and_reads_figures_only() {
    let s = Street::new();
    let district = s.place.seat("district", DISTRICT);
    let asked = |desk: &Desk| {
        let path = s.place.path(&format!("{}.xinghuo-join", uuid::Uuid::now_v7()));
        ask(desk, json!({ "ask": "join_request", "path": path }));
        path
    };
    for (desk, admits, by) in [(&s.ours, &s.street, "street"), (&s.first, &district, "district"), (&s.street, &s.first, "community")] {
        let path = asked(desk);
        assert_eq!(code(admits, json!({ "ask": "inspect_join", "path": path })), "join.wrong_level", "{by}");
        let question = json!({ "ask": "admit", "path": path, "fingerprint": fingerprint(desk), "out": s.place.path("no.xinghuo") });
        assert_eq!(code(admits, question), "join.wrong_level", "{by}");
    }
    assert_eq!(ask(&s.street, json!({ "ask": "inspect_join", "path": asked(&s.first) }))["level"], "community");
    assert_eq!(code(&district, json!({ "ask": "join_request", "path": s.place.path("top.xinghuo-join") })), "join.top");

    s.climb();
    let compound = space(&s.street, FIRST);
    assert_eq!(code(&s.street, json!({ "ask": "look_at", "compound": compound })), "desk.figures_only");
    for question in [json!({ "ask": "today" }), json!({ "ask": "buildings" }), json!({ "ask": "council", "month": null })] {
        assert_eq!(code(&s.street, question), "desk.figures_only");
    }
    // Not even by undo is a compound taken from its community again.
    assert_eq!(ask(&s.street, json!({ "ask": "undo_offer" })), Value::Null);
}

#[test]
fn nobody_joins_for_a_registry_that_is_another_computers() {
    let s = Street::new();
    s.climb();
    // Another computer that calls the first office's registry its own.
    let thief = s.place.seat("community", "假社区");
    drop((thief, s.first));
    let space = registry_of(&s.place, FIRST);
    {
        let store = s.place.store("假社区");
        let profile = store.books().here("profile").expect("readable").expect("a profile");
        let mut profile: Value = serde_json::from_str(&profile).expect("JSON");
        profile["space"] = json!(space.0);
        store.set_here("profile", &profile.to_string()).expect("written");
    }
    s.place.forge("假社区", |save| {
        let (name, street, district) = ("假社区".to_owned(), STREET.to_owned(), "示范区".to_owned());
        save.put(space, &Office { id: OfficeId(space.0), name, street, district, level: Level::Community });
    });
    let thief = s.place.reopen("假社区");
    let path = s.place.path("thief.xinghuo-join");
    ask(&thief, json!({ "ask": "join_request", "path": path }));
    let question = json!({ "ask": "admit", "path": path, "fingerprint": fingerprint(&thief), "out": s.place.path("no.xinghuo") });
    assert_eq!(code(&s.street, question), "join.space_taken");
}
