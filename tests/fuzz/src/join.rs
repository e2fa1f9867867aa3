//! Join requests (入网申请): what reads as one is signed by the keys it names, chain and all, and shows
//! nothing that misleads whoever compares it.

use xinghuo_bundle::{BundleError, JoinRequest, fingerprint};
use xinghuo_forge::{ALL, FOLDER, Obj, Party, Vector, hex};

use crate::chance::Chance;
use crate::json::{self, world};
use crate::{Depth, Plain, Target};

/// The target.
pub const TARGET: Target = Target { name: "join", longest: 8192, check: |bytes, depth| check(bytes, depth), mutate, seeds };

/// Runs one input.
pub fn check(bytes: &[u8], depth: Depth) -> bool {
    let request = match JoinRequest::read(bytes) {
        Ok(request) => request,
        Err(error) => return !matches!(error, BundleError::NotOurs),
    };
    let identity = request.identity().expect("a request that reads has keys");
    assert_eq!(fingerprint(&identity).len(), 35, "six groups of five digits");
    assert!(request.former.len() <= 32, "a longer chain than allowed");
    for text in [&request.person, &request.copy, &request.compound, &request.place] {
        assert!(text.chars().count() <= 64, "a longer text than allowed");
        assert!(!text.chars().any(|c| c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c)), "a text that misleads");
    }
    // Signed: no byte of the request can be another. One of them is tried.
    if depth.one_of(8, bytes) {
        let start = bytes.iter().position(|b| *b == b'\n').expect("a second line") + 1;
        let length = bytes[start..].iter().position(|b| *b == b'\n').expect("a third line");
        let mut other = bytes.to_vec();
        other[start + xinghuo_ledger::Hash::of(bytes).0[1] as usize % length] ^= 1;
        assert!(JoinRequest::read(&other).is_err(), "a changed request went unnoticed");
    }
    true
}

/// Changes what is asked, and mostly signs it again.
pub fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance, plain: Plain<'_>) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    if lines.len() < 3 {
        *bytes = fresh(chance);
        return;
    }
    match chance.below(12) {
        0 => *bytes = fresh(chance),
        1 => {
            plain(&mut lines[2]);
            *bytes = lines.join(&b'\n');
        }
        2 => {
            plain(&mut lines[0]);
            *bytes = lines.join(&b'\n');
        }
        _ => {
            json::mutate(&mut lines[1], chance, plain);
            if !chance.one_of(8)
                && let Some(who) = world(|w| ALL.into_iter().find(|who| contains(&lines[1], w.party(*who).signs().as_bytes())))
            {
                lines[2] = world(|w| hex(&w.party(who).sign("xinghuo/join/v1", &lines[1]))).into_bytes();
            }
            *bytes = lines.join(&b'\n');
        }
    }
}

fn contains(line: &[u8], text: &[u8]) -> bool {
    line.windows(text.len()).any(|w| w == text)
}

/// A sound request with a chain of former keys.
fn fresh(chance: &mut Chance) -> Vec<u8> {
    world(|world| {
        let who = json::anybody(chance);
        let party = world.party(who);
        let mut chain: Vec<String> = Vec::new();
        let mut next: &Party = party;
        for _ in 0..chance.below(4) {
            let old = world.party(json::anybody(chance));
            let named = [&next.key()[..], next.receives().as_bytes()].concat();
            let mut former = Obj::default();
            former
                .text("signs", &old.signs())
                .text("receives", &old.receives())
                .text("proof", &hex(&old.sign("xinghuo/former/v1", &named)));
            chain.insert(0, former.line());
            next = old;
        }
        let mut request = Obj::default();
        request
            .text("signs", &party.signs())
            .text("receives", &party.receives())
            .text("person", "王甲")
            .text("copy", &who.name())
            .text("space", &xinghuo_forge::HOME.0.to_string())
            .text("compound", "示范小区")
            .text("place", "示范街道");
        if !chain.is_empty() {
            request.set("former", format!("[{}]", chain.join(",")));
        }
        let body = request.line();
        format!("XINGHUO-JOIN 1\n{body}\n{}\n", hex(&party.sign("xinghuo/join/v1", body.as_bytes()))).into_bytes()
    })
}

/// The published join requests, and one of everybody.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> =
        Vector::all(std::path::Path::new(FOLDER)).into_iter().filter(|v| v.get("kind") == Some("join")).map(|v| v.bytes).collect();
    out.extend((0..8).map(|n| fresh(&mut Chance::new(n))));
    out
}
