//! The fuzz targets: what is read of a file that anybody may have made, as plain functions that
//! libFuzzer (`fuzz_targets/`, `cargo xtask fuzz`) and the ordinary tests (`tests/replay.rs`) both call.
//!
//! What lives here: per kind of file one module with what must hold whatever the bytes are
//! (`check`), how its insides are changed and sealed again (`mutate`), and where its first inputs come
//! from (`seeds`). What does not: how the files are made by hand (`xinghuo-forge`), and the inputs
//! that were kept (`corpus/`, `kept/`). docs/fuzzing.md says what was reached.

pub mod block;
pub mod bundle;
pub mod certificate;
pub mod chance;
pub mod corpus;
pub mod header;
pub mod join;
pub mod json;
pub mod keys;
pub mod roster;
pub mod script;
pub mod store;

use std::cell::RefCell;

use cap::Cap;

use chance::Chance;

/// No input may make the program take more than this; asking for more ends it.
const MEMORY: usize = 512 << 20;

#[global_allocator]
static MEMORY_LIMIT: Cap<std::alloc::System> = Cap::new(std::alloc::System, MEMORY);

/// How much of the dear checks an input gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All of them: for what is kept.
    Whole,
    /// Those that cost much only for some inputs, chosen by the input's own hash, so that a finding
    /// shows again.
    ByChance,
}

impl Depth {
    /// Whether this input gets what only one of `n` gets.
    pub fn one_of(self, n: u8, bytes: &[u8]) -> bool {
        self == Self::Whole || xinghuo_ledger::Hash::of(bytes).0[0].is_multiple_of(n)
    }
}

/// Changes some bytes without knowing what they mean; libFuzzer's own, or the tests'.
pub type Plain<'a> = &'a mut dyn FnMut(&mut Vec<u8>);

/// One target.
pub struct Target {
    /// Its name: `cargo xtask fuzz NAME`.
    pub name: &'static str,
    /// The longest input worth trying, in bytes.
    pub longest: usize,
    /// Runs one input; panics where something does not hold. `false`: not worth keeping.
    pub check: fn(&[u8], Depth) -> bool,
    /// Changes the insides of an input and puts right what guards them.
    pub mutate: fn(&mut Vec<u8>, &mut Chance, Plain<'_>),
    /// Its first inputs: published vectors, golden files, samples.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub const TARGETS: [&Target; 7] =
    [&block::TARGET, &bundle::TARGET, &certificate::TARGET, &header::TARGET, &join::TARGET, &keys::TARGET, &roster::TARGET];

thread_local! {
    /// Whether panics of this thread are somebody's to catch, and what the last of them said.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that nobody catches is a finding and ends the program, as libfuzzer-sys has it; those inside of
/// [`catching`] are not.
pub fn calm() {
    std::panic::set_hook(Box::new(|panic| {
        let caught = CAUGHT.with_borrow_mut(|caught| caught.as_mut().map(|said| *said = panic.to_string()).is_some());
        if !caught {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

/// Runs what catches panics of its own on purpose (the roster's reader those of its spreadsheet library);
/// one that it lets through is a finding.
pub fn catching<T>(work: impl FnOnce() -> T) -> T {
    CAUGHT.set(Some(String::new()));
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let said = CAUGHT.take().unwrap_or_default();
    done.unwrap_or_else(|_| panic!("nobody caught: {said}"))
}

/// libFuzzer's mutator: mostly inside and sealed again, at times on the bytes as they are.
pub fn mutated(
    target: &Target,
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    plain: impl Fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut chance = Chance::new(u64::from(seed));
    if chance.one_of(8) {
        return plain(data, size, max_size);
    }
    let mut bytes = data[..size].to_vec();
    let mut piece = |piece: &mut Vec<u8>| {
        let size = piece.len();
        let room = (size + size / 2 + 16).min(max_size.max(size));
        piece.resize(room, 0);
        let size = plain(piece, size, room);
        piece.truncate(size);
    };
    (target.mutate)(&mut bytes, &mut chance, &mut piece);
    if bytes.is_empty() || bytes.len() > max_size {
        return plain(data, size, max_size);
    }
    data[..bytes.len()].copy_from_slice(&bytes);
    bytes.len()
}
