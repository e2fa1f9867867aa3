//! Saying how far a reading is, and being told to stop.

use crate::RosterError;

/// The whole of a reading, in the steps `Progress` counts.
const WHOLE: u64 = 1000;

/// Wraps the caller's closure; opening takes the first half, interpreting the
/// second.
pub(crate) struct Progress<'a> {
    tell: &'a mut dyn FnMut(u64, u64) -> bool,
    last: u64,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(tell: &'a mut dyn FnMut(u64, u64) -> bool) -> Self {
        Self { tell, last: 0 }
    }

    /// `done` of `total` within the part of the whole from `from` to `to`
    /// (thousandths). Never goes backwards.
    pub(crate) fn step(&mut self, (from, to): (u64, u64), done: u64, total: u64) -> Result<(), RosterError> {
        let share = (to - from) * done.min(total) / total.max(1);
        self.last = self.last.max(from + share).min(WHOLE);
        if (self.tell)(self.last, WHOLE) { Ok(()) } else { Err(RosterError::Cancelled) }
    }
}
