//! Changing a JSON line where it means something: values, members, names. Knows no format of ours
//! beyond the words it puts in.

use std::ops::Range;
use std::sync::LazyLock;

use xinghuo_forge::{ALL, COMMUNITY, ELSEWHERE, HOME, Who, World};
use xinghuo_model::{Class, KINDS, KindDef, Store};

use crate::Plain;
use crate::chance::Chance;

/// One value of a line, and the member or element it is.
struct Part {
    value: Range<usize>,
    /// With its name, where it is an object's.
    whole: Range<usize>,
    name: Option<Range<usize>>,
}

/// Values that readers get wrong.
const ODD: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "-0",
    "0.5",
    "1e400",
    "127",
    "256",
    "65536",
    "4294967296",
    "9007199254740993",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    r#""""#,
    r#""\u0000""#,
    r#""\ud800""#,
    r#""\u202e甲""#,
    r#""a\nb""#,
    r#""' OR 1=1 --""#,
    r#""../../x""#,
    r#""0""#,
    r#""1""#,
    r#""branch""#,
    r#""2031-03-01""#,
    r#""2031-03-01T08:00:00+08:00""#,
    r#""9999-12-31T23:59:60Z""#,
    r#""2031-13""#,
    r#""王甲""#,
    r#""3""#,
    r#""501""#,
    r#""0000000000000000000000000000000000000000000000000000000000000000""#,
    r#""00000000-0000-0000-0000-000000000000""#,
];

/// Words of the registry and of the parties, as JSON.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let mut out: Vec<String> = ODD.iter().map(|odd| (*odd).to_owned()).collect();
    out.extend(Class::ALL.iter().map(|class| text(class.code())));
    out.extend([HOME, ELSEWHERE, COMMUNITY].iter().map(|space| text(&space.0.to_string())));
    out.extend((0..12u128).map(|n| text(&uuid::Uuid::from_u128(n).to_string())));
    out.extend(KINDS.iter().map(|kind| text(kind.name)));
    out.extend(world(|world| {
        ALL.iter().flat_map(|who| [text(&world.party(*who).signs()), text(&world.party(*who).receives())]).collect::<Vec<_>>()
    }));
    out.push(text(&"长".repeat(100)));
    out
});

/// Names of members.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let own = [
        "v", "suite", "log", "seq", "prev", "lamport", "seen", "person", "at", "schema", "act", "save", "root", "len", "salt", "rec",
        "kind", "set", "deleted", "accepts", "erases", "reader", "purpose", "from", "to", "number", "have", "want", "segments", "former",
        "signs", "receives",
    ];
    KINDS.iter().flat_map(|kind| kind.fields.iter().map(|field| field.name)).chain(own).collect()
});

thread_local! {
    static WORLD: World = World::open(false);
}

/// With everybody who appears in the published vectors.
pub fn world<T>(with: impl FnOnce(&World) -> T) -> T {
    WORLD.with(with)
}

/// A party that may write.
pub fn anybody(chance: &mut Chance) -> Who {
    *chance.pick(&ALL)
}

/// Changes a line in one place.
pub fn mutate(line: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    let mut parts = Vec::new();
    if scan(line, 0, &mut parts, 0).is_none() || parts.is_empty() || chance.one_of(10) {
        plain(line);
        return;
    }
    let part = &parts[chance.below(parts.len())];
    let (value, whole) = (part.value.clone(), part.whole.clone());
    match chance.below(10) {
        0..=2 => put(line, value, chance.pick(&WORDS).as_bytes()),
        3 => {
            let other = line[chance.pick(&parts).value.clone()].to_vec();
            put(line, value, &other);
        }
        4 => remove(line, whole),
        5 => {
            let twice = [&line[whole.clone()], b",", &line[whole.clone()]].concat();
            put(line, whole, &twice);
        }
        6 => {
            if let Some(name) = part.name.clone() {
                let new = serde_json::Value::from(*chance.pick(&NAMES)).to_string();
                put(line, name, new.as_bytes());
            } else {
                let wrapped = [b"[", &line[value.clone()], b"]"].concat();
                put(line, value, &wrapped);
            }
        }
        7 => {
            let new = format!("{}:{},", serde_json::Value::from(*chance.pick(&NAMES)), chance.pick(&WORDS));
            if part.name.is_some() {
                put(line, whole.start..whole.start, new.as_bytes());
            }
        }
        _ => {
            let mut inside = line[value.clone()].to_vec();
            plain(&mut inside);
            // A line is a line.
            inside.retain(|b| *b != b'\n');
            put(line, value, &inside);
        }
    }
}

fn put(line: &mut Vec<u8>, at: Range<usize>, new: &[u8]) {
    line.splice(at, new.iter().copied());
}

fn remove(line: &mut Vec<u8>, mut at: Range<usize>) {
    if line.get(at.end) == Some(&b',') {
        at.end += 1;
    } else if at.start > 0 && line[at.start - 1] == b',' {
        at.start -= 1;
    }
    put(line, at, b"");
}

/// Finds the values of the text from `at` on; gives where it ends. Blanks are not expected: the lines are
/// written without.
fn scan(line: &[u8], at: usize, parts: &mut Vec<Part>, depth: usize) -> Option<usize> {
    let open = *line.get(at)?;
    match open {
        b'"' => {
            let mut end = at + 1;
            loop {
                match *line.get(end)? {
                    b'"' => return Some(end + 1),
                    b'\\' => end += 2,
                    _ => end += 1,
                }
            }
        }
        b'{' | b'[' => {
            let close = if open == b'{' { b'}' } else { b']' };
            let mut end = at + 1;
            if *line.get(end)? == close {
                return Some(end + 1);
            }
            if depth > 16 {
                return None;
            }
            loop {
                let start = end;
                let mut name = None;
                if open == b'{' {
                    end = scan(line, start, &mut Vec::new(), 17)?;
                    name = Some(start..end);
                    if *line.get(end)? != b':' {
                        return None;
                    }
                    end += 1;
                }
                let value = end;
                end = scan(line, value, parts, depth + 1)?;
                parts.push(Part { value: value..end, whole: start..end, name });
                match *line.get(end)? {
                    b',' => end += 1,
                    c if c == close => return Some(end + 1),
                    _ => return None,
                }
            }
        }
        _ => {
            let length = line[at..].iter().take_while(|b| !matches!(b, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[')).count();
            (length > 0).then_some(at + length)
        }
    }
}

/// A block about one of a few records, mostly as an honest copy might write it.
pub fn block(chance: &mut Chance, kind: Option<&'static KindDef>) -> Vec<u8> {
    let kind = kind.unwrap_or_else(|| *chance.pick(KINDS));
    let mut set: Vec<(&str, String)> = Vec::new();
    let (from, most) = (chance.below(kind.fields.len()), chance.below(5));
    for field in kind.fields.iter().cycle().skip(from).take(most.min(kind.fields.len())) {
        let value = match field.store {
            _ if chance.one_of(8) => chance.pick(&WORDS).clone(),
            Store::Integer => chance.below(50).to_string(),
            Store::Bool => chance.one_of(2).to_string(),
            Store::Id => format!("\"{}\"", uuid::Uuid::from_u128(chance.below(12) as u128)),
            Store::Json => "[]".to_owned(),
            Store::Text => (*chance.pick(&["\"甲\"", "\"乙\"", "\"registered\"", "\"closed\"", "\"2031-03-01\"", "\"\""])).to_owned(),
        };
        set.push((field.name, value));
    }
    let pairs: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut out = xinghuo_forge::block_obj(uuid::Uuid::from_u128(chance.below(6) as u128), kind.name, &pairs);
    if chance.one_of(10) {
        out.without("set").set("erases", true);
    } else if chance.one_of(5) {
        out.set("deleted", chance.one_of(2));
    }
    if chance.one_of(8) {
        out.set("accepts", true);
    }
    out.line().into_bytes()
}
