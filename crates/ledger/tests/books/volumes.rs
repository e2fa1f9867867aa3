//! Volumes (分卷) of a bundle: which of them came, and which are missing still.

use uuid::Uuid;

use crate::fixture::*;

const PEER: [u8; 32] = [2; 32];
const OTHER: [u8; 32] = [3; 32];
const SET: Uuid = Uuid::from_u128(1);
const NEXT: Uuid = Uuid::from_u128(2);

/// Whose bundle lacks volumes, its number, how many it has, and which are missing.
fn incomplete(x: &Copy) -> Vec<(u8, u64, u32, Vec<u32>)> {
    x.ledger.incomplete().expect("a list").into_iter().map(|i| (i.peer[0], i.number, i.total, i.missing)).collect()
}

#[test]
fn volumes_that_have_not_come_are_named_until_the_last_one_has() {
    let mut x = Copy::new(1);
    let mut came = |peer, number, set, part, total| {
        assert!(x.ledger.note_volume(&peer, number, set, part, total).expect("a volume"), "it counts");
        incomplete(&x)
    };
    assert_eq!(came(PEER, 5, SET, 2, 3), [(2, 5, 3, vec![1, 3])]);
    assert_eq!(came(OTHER, 8, NEXT, 1, 2), [(2, 5, 3, vec![1, 3]), (3, 8, 2, vec![2])]);
    assert_eq!(came(PEER, 5, SET, 2, 3), [(2, 5, 3, vec![1, 3]), (3, 8, 2, vec![2])], "twice is once");
    assert_eq!(came(PEER, 5, SET, 3, 3), [(2, 5, 3, vec![1]), (3, 8, 2, vec![2])]);
    assert_eq!(came(OTHER, 8, NEXT, 2, 2), [(2, 5, 3, vec![1])]);
    assert_eq!(came(PEER, 5, SET, 1, 3), []);
}

#[test]
fn a_newer_bundle_makes_the_missing_volumes_of_an_older_one_needless() {
    let mut x = Copy::new(1);
    let mut came = |number, set, part| {
        x.ledger.acknowledge(&PEER, number, &[]).expect("a receipt");
        (x.ledger.note_volume(&PEER, number, set, part, 2).expect("a volume"), incomplete(&x))
    };
    assert_eq!(came(5, SET, 1), (true, vec![(2, 5, 2, vec![2])]));
    assert_eq!(came(6, NEXT, 2), (true, vec![(2, 6, 2, vec![1])]));
    assert_eq!(came(5, SET, 2), (false, vec![(2, 6, 2, vec![1])]), "a late one of the older bundle counts no more");
    // One that came whole.
    x.ledger.forget_volumes(&OTHER, 7).expect("another's");
    x.ledger.forget_volumes(&PEER, 6).expect("none newer");
    assert_eq!(incomplete(&x), [(2, 6, 2, vec![1])]);
    x.ledger.forget_volumes(&PEER, 7).expect("a newer one");
    assert_eq!(incomplete(&x), []);
}
