//! The find box among 100,000 people: every kind of thing that people type.

use pinyin::ToPinyin;
use xinghuo_bundle::Keys;
use xinghuo_ledger::{Books, Ledger};
use xinghuo_model::records::Person;

use crate::gauge::{Outcome, Report, cpu, ms, share};
use crate::ours::{entropy, store};
use crate::residents::{COMPOUND, Dice, residents};

const PEOPLE: usize = 100_000;
const ASKED: usize = 250;
/// As many as the desk asks for.
const LIMIT: usize = 40;

/// What is typed for a person.
type Typed = fn(&Person) -> String;

const KINDS: [(&str, Typed); 13] = [
    ("one character", |p| p.name.chars().last().map(String::from).unwrap_or_default()),
    ("surname", |p| p.name.chars().take(1).collect()),
    ("two characters", |p| p.name.chars().take(2).collect()),
    ("whole name", |p| p.name.clone()),
    ("full pinyin", |p| pinyin(p).concat()),
    ("prefix of pinyin", |p| pinyin(p).concat().chars().take(4).collect()),
    ("two letters of pinyin", |p| pinyin(p).concat().chars().take(2).collect()),
    ("initials", |p| pinyin(p).iter().filter_map(|s| s.chars().next()).collect()),
    ("one letter", |p| pinyin(p).concat().chars().take(1).collect()),
    ("room 3-2-501", |p| format!("{}-{}-{}", p.building, unit(p), p.room)),
    ("room 3幢2单元501室", |p| format!("{}幢{}单元{}室", p.building, unit(p), p.room)),
    ("room 3-501", |p| format!("{}-{}", p.building, p.room)),
    ("phone tail", |p| p.phones.first().map(|t| t[7..].to_owned()).unwrap_or_default()),
];

fn unit(person: &Person) -> &str {
    person.unit.as_deref().unwrap_or_default()
}

fn pinyin(person: &Person) -> Vec<&'static str> {
    person.name.as_str().to_pinyin().flatten().map(|p| p.plain()).collect()
}

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let folder = tempfile::tempdir()?;
    let people = residents(PEOPLE);
    let keys = Keys::generate()?;
    let mut ledger = Ledger::open(&folder.path().join("store.db"), Some(keys.file_key()), keys.identity().signs, entropy(5))?;
    for part in people.chunks(20_000) {
        store(&mut ledger, COMPOUND, part)?;
    }
    ledger.settle()?;
    let reader = ledger.reader()?;
    let books = reader.books();
    let mut dice = Dice(23);
    let mut all = Vec::new();
    let mut worst = ("", 0.0);
    for (kind, typed) in KINDS {
        let mut times = Vec::with_capacity(ASKED);
        let mut found = 0;
        for _ in 0..ASKED {
            let text = typed(&people[dice.below(PEOPLE)]);
            let (time, hits) = cpu(|| Ok(books.find(&text, LIMIT)?))?;
            times.push(ms(time));
            found += usize::from(!hits.is_empty());
        }
        let p95 = share(&mut times, 0.95);
        println!("{kind}: half under {:.3} ms, 95 % under {p95:.3} ms; {found} of {ASKED} found somebody", share(&mut times, 0.5));
        if found * 10 < ASKED * 9 {
            return Err(format!("{kind} found too little").into());
        }
        if p95 > worst.1 {
            worst = (kind, p95);
        }
        all.extend(times);
    }
    println!("slowest kind: {}", worst.0);
    report.figure("find_95_percent", share(&mut all, 0.95), "ms CPU", 2.0);
    report.figure("find_95_percent_slowest_kind", worst.1, "ms CPU", 2.0);
    report.note("like_scan_95_percent", scan(&books, &people, &mut dice)?, "ms CPU");
    Ok(())
}

/// The same without an index: every name is looked at, then the best are put first.
fn scan(books: &Books<'_>, people: &[Person], dice: &mut Dice) -> Outcome<f64> {
    let sql = "SELECT id FROM person WHERE name LIKE '%' || ?1 || '%' AND life = 0 ORDER BY instr(name, ?1), rid LIMIT 40";
    let mut times = Vec::new();
    for _ in 0..50 {
        let text: String = people[dice.below(people.len())].name.chars().take(2).collect();
        let (time, _) = cpu(|| Ok(books.rows(sql, [&text], |r| r.get::<_, Vec<u8>>(0))?))?;
        times.push(ms(time));
    }
    Ok(share(&mut times, 0.95))
}
