//! libFuzzer's door to `xinghuo_fuzz::bundle`.
#![no_main]
#![allow(unsafe_code)]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};
use xinghuo_fuzz::{Depth, bundle, mutated};

fuzz_target!(init: xinghuo_fuzz::calm(), |bytes: &[u8]| -> Corpus {
    if bundle::check(bytes, Depth::ByChance) { Corpus::Keep } else { Corpus::Reject }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutated(&bundle::TARGET, data, size, max_size, seed, fuzzer_mutate)
});
