//! The audit: what is sound passes, and every kind of damage somebody planted is found by its name.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use xinghuo_ledger::{Checked, ENDED, Endings, Fault, Hash, Judges, Ledger, LogId, PublicKey, STRETCH_BYTES, Stretch, Verdict};
use xinghuo_model::records::{Person, Request};
use xinghuo_model::{Class, Record};

use crate::fixture::*;

/// Stands for a signature: what only who knows the key, log, number and hash can say.
fn signature(key: &PublicKey, log: &LogId, seq: u64, hash: &Hash) -> Vec<u8> {
    blake3::Hasher::new().update(key).update(&log.0).update(&seq.to_be_bytes()).update(&hash.0).finalize().as_bytes().to_vec()
}

fn seal(copy: &mut Copy) {
    let key = copy.ledger.own_key();
    copy.ledger.seal_own(&|log, seq, hash| signature(&key, log, seq, hash)).expect("seals");
}

fn hand_over(from: &mut Copy, to: &mut Copy) {
    seal(from);
    let peer = to.ledger.own_key();
    let segments = from.ledger.segments_for(&peer, &|_| true, STRETCH_BYTES).expect("segments").all().expect("segments");
    to.absorb(segments);
}

fn audit_as(ledger: &mut Ledger, verdict: impl Fn(&PublicKey, u64) -> Verdict) -> Checked {
    let judges = Judges {
        sealed: &|key, log, seq, hash, said| signature(key, log, seq, hash) == said,
        may: &mut |_, key, _, seq, _| verdict(key, seq),
    };
    ledger.audit(judges, &mut |done, total| done <= total).expect("an audit")
}

fn audit(ledger: &mut Ledger) -> Checked {
    audit_as(ledger, |_, _| Verdict::Welcome)
}

fn faults(checked: &Checked) -> Vec<Fault> {
    let mut faults: Vec<Fault> = checked.problems.iter().map(|p| p.fault).collect();
    faults.sort_unstable();
    faults.dedup();
    faults
}

/// Two laptops that wrote apart, met, and left something in dispute, undecided and waiting; each sealed.
fn used() -> (Copy, Copy) {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    x.put(&request());
    x.put(&person(2, "单小雨"));
    hand_over(&mut x, &mut y);
    x.edit::<Request>(request().id, |r| r.place = "西门".into());
    y.edit::<Request>(request().id, |r| (r.place, r.text) = ("南门".into(), "灯".into()));
    y.edit::<Person>(uuid::Uuid::from_u128(2).into(), |p| p.note = Some("怕吵".into()));
    hand_over(&mut y, &mut x);
    // A third laptop's second and third entries, the first of which got lost.
    let mut z = Copy::new(3);
    z.put(&Request { id: uuid::Uuid::from_u128(9).into(), ..request() });
    let lost = z.ledger.heads().expect("heads");
    z.edit::<Request>(uuid::Uuid::from_u128(9).into(), |r| r.place = "东门".into());
    z.edit::<Request>(uuid::Uuid::from_u128(9).into(), |r| r.place = "北门".into());
    seal(&mut z);
    let mut segments = z.ledger.segments_for(&[1; 32], &|_| true, STRETCH_BYTES).expect("segments").all().expect("segments");
    for segment in &mut segments {
        let first = lost.iter().any(|h| h.key == segment.key && h.channel == segment.channel);
        segment.entries.drain(..usize::from(first && segment.entries.len() > 1));
    }
    x.absorb(segments);
    let have: Vec<_> = x.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    x.ledger.acknowledge(&[2; 32], 1, &have).expect("a receipt");
    x.ledger.settle().expect("settling");
    (x, y)
}

#[test]
fn what_is_sound_passes_an_audit_which_changes_nothing_and_can_be_stopped() {
    let (mut x, _) = used();
    let (state, conflicts) = (x.state(), x.conflicts());
    let found = audit(&mut x.ledger);
    assert_eq!(found.problems, []);
    assert!(found.entries >= 6 && found.seals >= 5 && found.held >= 1 && found.receipts >= 3 && found.authors == 3, "{found:?}");
    assert!(found.rows >= Some(3), "{found:?}");
    assert_eq!((x.state(), x.conflicts()), (state, conflicts));
    let judges = Judges { sealed: &|_, _, _, _, _| true, may: &mut |_, _, _, _, _| Verdict::Welcome };
    let total = found.entries * 2;
    for stop in [1, found.entries + 1, total] {
        let judges = Judges { sealed: judges.sealed, may: &mut |_, _, _, _, _| Verdict::Welcome };
        let error = x.ledger.audit(judges, &mut |done, _| done < stop).expect_err("stopped");
        assert_eq!((error.code(), x.state()), ("cancelled", state));
    }
    x.edit::<Request>(request().id, |r| r.due_on = day(28));
    assert_eq!(audit(&mut x.ledger).problems, [], "it goes on from there, and an own entry need not be sealed yet");
}

#[test]
fn every_kind_of_damage_is_found_by_its_name() {
    let (x, _) = used();
    // Bits are flipped with what SQL has: the last byte of a blob becomes another.
    let flip = |column: &str| {
        format!(
            "{column} = CAST(substr({column}, 1, length({column}) - 1) || CASE substr({column}, -1) WHEN x'7d' THEN x'7c' ELSE x'7d' END AS BLOB)"
        )
    };
    let entry = "(log, seq) = (SELECT e.log, e.seq FROM entry e JOIN log l ON l.n = e.log WHERE l.mine = 0 ORDER BY e.log, e.seq LIMIT 1)";
    let cases: Vec<(&str, String, &[Fault])> = vec![
        ("a header", format!("UPDATE entry SET {} WHERE {entry}", flip("header")), &[Fault::Hash]),
        ("an own header", format!("UPDATE entry SET {} WHERE log = 1 AND seq = 1", flip("header")), &[Fault::Hash]),
        ("a hash", format!("UPDATE entry SET {} WHERE log = 1 AND seq = 1", flip("hash")), &[Fault::Hash]),
        ("a block", "UPDATE body SET lines = changed(lines) WHERE lines <> changed(lines)".into(), &[Fault::Content]),
        ("a block's record", format!("UPDATE touch SET {} WHERE log = 1 AND seq = 1", flip("rec")), &[Fault::Place]),
        ("a block taken out", "UPDATE body SET lines = x'00' WHERE ord = (SELECT ord FROM entry WHERE log = 1 AND seq = 1)".into(), &[Fault::Content]),
        ("a torn body", "UPDATE body SET lines = substr(lines, 1, length(lines) / 2) WHERE ord = (SELECT ord FROM entry WHERE log = 1 AND seq = 1)".into(), &[Fault::Content]),
        ("a body taken out", "DELETE FROM body WHERE ord = (SELECT ord FROM entry WHERE log = 1 AND seq = 1)".into(), &[Fault::Content]),
        ("a body of nothing", "INSERT INTO body(ord, lines) VALUES(9999, x'00')".into(), &[Fault::Stray]),
        ("an entry taken out", "DELETE FROM entry WHERE log = 1 AND seq = 1".into(), &[Fault::Missing]),
        ("the last entry taken out", "DELETE FROM entry WHERE (log, seq) IN (SELECT n, head_seq FROM log WHERE n = 1)".into(), &[Fault::Missing]),
        ("two entries changed places", "UPDATE entry SET seq = CASE seq WHEN 1 THEN -2 ELSE -1 END WHERE log = 1 AND seq IN (1, 2); UPDATE entry SET seq = -seq WHERE seq < 0".into(), &[Fault::Header]),
        ("a clock", "UPDATE entry SET lamport = lamport + 1 WHERE log = 1 AND seq = 1".into(), &[Fault::Place]),
        ("the order of arrival", "UPDATE entry SET ord = ord + 1000 WHERE ord = 1".into(), &[Fault::Content]),
        ("a log's key", format!("UPDATE log SET {} WHERE n = 1", flip("key")), &[Fault::Log]),
        ("a log's end", "UPDATE log SET head_seq = head_seq + 1 WHERE n = 1".into(), &[Fault::Missing]),
        ("a log's last hash", format!("UPDATE log SET {} WHERE n = 1", flip("head_hash")), &[Fault::Head]),
        ("a seal", format!("UPDATE seal SET {}", flip("signature")), &[Fault::Seal]),
        ("a seal's hash", format!("UPDATE seal SET {} WHERE log = (SELECT id FROM log WHERE n = 1)", flip("hash")), &[Fault::Seal]),
        ("others' seals taken out", "DELETE FROM seal WHERE log IN (SELECT id FROM log WHERE mine = 0 AND head_seq > 0)".into(), &[Fault::Unsealed]),
        ("what waits", "UPDATE held SET body = CAST(replace(CAST(body AS TEXT), '北门', '南门') AS BLOB)".into(), &[Fault::Held]),
        ("a waiting entry's header", format!("UPDATE held SET {}", flip("header")), &[Fault::Held]),
        ("a receipt", format!("UPDATE peer_have SET {} WHERE log = (SELECT id FROM log WHERE n = 1)", flip("hash")), &[Fault::Receipt]),
        ("a value in a table", "UPDATE request SET due_on = '2024-04-01'".into(), &[Fault::Table]),
        ("a row taken out of a table", "DELETE FROM person".into(), &[Fault::Table]),
        ("a row brought into a table", "INSERT INTO request(id, space, life, flags, dots) SELECT zeroblob(16), space, life, flags, dots FROM request LIMIT 1".into(), &[Fault::Table]),
        ("a dispute taken out", "DELETE FROM sibling".into(), &[Fault::Table]),
        ("what a log has seen", "UPDATE seen SET seq = seq + 1".into(), &[Fault::Table]),
        ("the search table", "DELETE FROM find WHERE rowid = (SELECT min(doc) FROM words)".into(), &[Fault::Find]),
    ];
    for (what, sql, expected) in cases {
        let place = folder();
        let copied = place.path().join("copied.db");
        std::fs::copy(&x.path, &copied).expect("a copy");
        let conn = Connection::open(&copied).expect("the file");
        conn.execute_batch("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, find, instance)").expect("a list of words");
        // Another word of the same length in what was said.
        conn.create_scalar_function("changed", 1, FunctionFlags::SQLITE_DETERMINISTIC, |context| {
            let mut lines: Vec<u8> = context.get(0)?;
            if let Some(at) = lines.windows(6).position(|w| w == "南门".as_bytes()) {
                lines[at..at + 6].copy_from_slice("东门".as_bytes());
            }
            Ok(lines)
        })
        .expect("a function");
        conn.execute_batch(&sql).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert!(conn.total_changes() > 0, "{what}: nothing was damaged");
        drop(conn);
        let mut damaged = Ledger::open(&copied, None, [1; 32], entropy(1)).expect("it opens");
        let found = audit(&mut damaged);
        for fault in expected {
            assert!(faults(&found).contains(fault), "{what}: {:?}", found.problems);
        }
        assert!(found.problems.iter().all(|p| p.to_string().is_ascii()), "{what}: no content in {:?}", found.problems);
        let broken = expected
            .iter()
            .any(|f| !matches!(f, Fault::Seal | Fault::Unsealed | Fault::Held | Fault::Receipt | Fault::Table | Fault::Find));
        let quick = damaged.check(&mut |_, _| true).expect("a check");
        assert_eq!(
            !quick.problems.is_empty(),
            broken,
            "{what}: a quick check finds what is wrong with the logs, and that alone: {:?}",
            quick.problems
        );
    }
}

/// The office knew nothing of it when it ended the author.
fn ended_before_it_began() -> Verdict {
    Verdict::Partly(ENDED, Endings(vec![Vec::new()]).into())
}

#[test]
fn who_had_no_certificate_or_wrote_after_the_end_is_named_but_not_what_a_trusted_copy_knew() {
    let (mut x, _) = used();
    let nobody = audit_as(&mut x.ledger, |key, _| if *key == [2; 32] { Verdict::Quarantine("author") } else { Verdict::Welcome });
    assert_eq!(faults(&nobody), [Fault::Author]);
    assert!(nobody.problems.iter().all(|p| p.key == Some([2; 32]) && p.seq == 1));
    // Ended before it wrote anything. Nobody trusted says to have seen what it wrote.
    let ended = |key: &PublicKey, _: u64| if *key == [2; 32] { ended_before_it_began() } else { Verdict::Welcome };
    assert_eq!(faults(&audit_as(&mut x.ledger, ended)), [Fault::Ended]);
    // An own entry that has seen all of it makes it count.
    x.edit::<Request>(request().id, |r| r.due_on = day(28));
    x.edit::<Person>(uuid::Uuid::from_u128(2).into(), |p| {
        (p.employer, p.skills, p.note) = (Some("厂".into()), Some("电".into()), Some("静".into()))
    });
    assert_eq!(audit_as(&mut x.ledger, ended).problems, []);
    // Unless who said so is not trusted either.
    let both = |key: &PublicKey, _: u64| if *key == [1; 32] { Verdict::Welcome } else { ended_before_it_began() };
    let mut w = Copy::new(4);
    hand_over(&mut x, &mut w);
    assert_eq!(audit_as(&mut w.ledger, both).problems, []);
    assert_eq!(faults(&audit_as(&mut w.ledger, |_, _| ended_before_it_began())), [Fault::Ended]);
}

#[test]
fn what_is_missing_is_named_by_log_and_number_and_given_out_again_alone() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    x.put(&request());
    for due in 2..10 {
        x.edit::<Request>(request().id, |r| r.due_on = day(due));
        if due == 3 || due == 7 {
            seal(&mut x);
        }
    }
    seal(&mut x);
    let all = x.ledger.segments_for(&[9; 32], &|c| c.class == Class::District, STRETCH_BYTES).expect("segments").all().expect("segments");
    let (log, entries) = (all[0].entries[0].open().expect("a header").log, all[0].entries.clone());
    assert_eq!((all.len(), entries.len()), (1, 9));
    // The receiver has the first two and the last three.
    let stretch = |from: usize, to: usize| xinghuo_ledger::Segment { entries: entries[from..to].to_vec(), ..all[0].clone() };
    y.absorb(vec![stretch(0, 2), stretch(6, 9)]);
    let missing = y.ledger.missing().expect("a list");
    assert_eq!(missing.iter().map(|m| m.stretch).collect::<Vec<_>>(), [Stretch { log, from: 3, to: 6 }]);
    assert_eq!(missing[0].of.map(|of| of.0), Some([1; 32]));
    // The sender believes that it has everything.
    let have: Vec<_> = x.ledger.heads().expect("heads").into_iter().map(|h| (h.log, h.seq, h.hash)).collect();
    x.ledger.acknowledge(&[2; 32], 1, &have).expect("a receipt");
    assert_eq!(x.ledger.segments_for(&[2; 32], &|_| true, STRETCH_BYTES).expect("segments").entries, 0);
    let again = x.ledger.segments_again(&[2; 32], &[missing[0].stretch], &|_| true, STRETCH_BYTES).expect("segments");
    let given: Vec<_> = again.all().expect("segments").into_iter().flat_map(|s| s.entries).collect();
    assert!(given == entries[2..7], "{} entries, not the five up to the seal that covers them", given.len());
    assert_eq!(
        x.ledger.segments_again(&[2; 32], &[missing[0].stretch], &|_| false, STRETCH_BYTES).expect("segments").entries,
        0,
        "who may not read it gets nothing"
    );
    y.absorb(again.all().expect("segments"));
    assert_eq!(y.ledger.missing().expect("a list"), []);
    assert_eq!(y.get::<Request>(request().id).map(|r| r.due_on), Some(day(9)), "what waited follows");
    assert_eq!(y.ledger.held().expect("held"), []);
}

#[test]
fn a_log_that_was_only_heard_of_is_missing_from_its_first_entry() {
    let [mut x, mut y, mut z] = knowing::<Request, 3>(&request());
    y.edit::<Request>(request().id, |r| r.due_on = day(20));
    y.edit::<Request>(request().id, |r| r.due_on = day(21));
    give(&mut y, &mut x);
    x.edit::<Request>(request().id, |r| r.due_on = day(22));
    let segment = x.segment(1, Class::District);
    z.absorb(vec![segment]);
    let missing = z.ledger.missing().expect("a list");
    assert_eq!(missing.iter().map(|m| (m.stretch.from, m.stretch.to, m.of)).collect::<Vec<_>>(), [(1, 2, None)]);
    give(&mut y, &mut z);
    assert_eq!(z.ledger.missing().expect("a list"), []);
}

#[test]
fn a_store_in_which_something_was_erased_passes_and_a_block_emptied_in_silence_does_not() {
    let (mut x, mut y) = (Copy::new(1), Copy::new(2));
    x.put(&person(4, "欧阳䶮"));
    x.put(&person(5, "王小明"));
    hand_over(&mut x, &mut y);
    let author = y.author();
    y.ledger
        .transact(xinghuo_model::Act::Erase, &author, |tx| {
            tx.erase(Person::KIND, SPACE, uuid::Uuid::from_u128(4), &[Class::Branch, Class::Community]);
            Ok::<_, xinghuo_ledger::LedgerError>(())
        })
        .expect("an erasure");
    y.put(&person(6, "李四"));
    hand_over(&mut y, &mut x);
    for copy in [&mut x, &mut y] {
        let found = audit(&mut copy.ledger);
        assert_eq!((found.problems.as_slice(), found.erased > 0), (&[][..], true));
        copy.ledger.settle().expect("settling");
    }
    // As whoever silences somebody in the store would: what the erased block left, in the place of one that nobody erased.
    let conn = Connection::open(&x.path).expect("the file");
    conn.create_scalar_function("emptied", 1, FunctionFlags::SQLITE_DETERMINISTIC, |context| {
        let lines: Vec<u8> = context.get(0)?;
        let text = String::from_utf8_lossy(&lines[1..]).into_owned();
        let emptied: Vec<String> = text
            .lines()
            .map(|line| match line.contains("王小明") {
                true => format!("[\"{}\",\"{}\"]", xinghuo_ledger::entry::subject(line.as_bytes()), Hash::of(line.as_bytes()).hex()),
                false => line.to_owned(),
            })
            .collect();
        Ok([&[0][..], emptied.join("\n").as_bytes(), b"\n"].concat())
    })
    .expect("a function");
    let changed = conn.execute("UPDATE body SET lines = emptied(lines) WHERE substr(lines, 1, 1) = x'00' AND lines <> emptied(lines)", []);
    assert_eq!(changed.expect("damage"), 1);
    drop(conn);
    assert!(faults(&audit(&mut x.ledger)).contains(&Fault::Table));
}
