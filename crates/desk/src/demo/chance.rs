//! Chance from a seed, so that the same seed always makes the same year. No secret depends on it.

use uuid::Uuid;

/// SplitMix64 with the few questions the demonstration asks.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// A stream of its own for each purpose: adding people leaves the meetings as they were.
    pub fn new(n: u32, seed: u64, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&n.to_be_bytes());
        hasher.update(&seed.to_be_bytes());
        hasher.update(purpose.as_bytes());
        let mut start = [0; 8];
        hasher.finalize_xof().fill(&mut start);
        Self(u64::from_be_bytes(start))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number between the two, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1).max(1) as usize) as i64
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// One of a list that is not empty, the first ones more often.
    pub fn pick_early<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let within = self.below(of.len()) + 1;
        &of[self.below(within)]
    }

    /// One character of a text that is not empty.
    pub fn letter(&mut self, of: &str) -> char {
        of.chars().nth(self.below(of.chars().count())).unwrap_or('安')
    }

    /// Mixes a list.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }

    /// An id that was made at the given time.
    pub fn id(&mut self, millis: i64) -> Uuid {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        xinghuo_model::uuid_at(millis.max(0) as u64, &bytes)
    }
}

/// Draws without repeating until everything was drawn once.
#[derive(Debug, Clone)]
pub(super) struct Deck {
    order: Vec<usize>,
    at: usize,
}

impl Deck {
    /// A mixed deck of `size` cards.
    pub fn new(size: usize, chance: &mut Chance) -> Self {
        let mut order: Vec<usize> = (0..size.max(1)).collect();
        chance.shuffle(&mut order);
        Self { order, at: 0 }
    }

    /// The next card.
    pub fn draw(&mut self) -> usize {
        let card = self.order[self.at % self.order.len()];
        self.at += 1;
        card
    }
}
