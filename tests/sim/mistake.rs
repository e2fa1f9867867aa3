//! The mistakes that are planted to see the simulator fail. None of them is in the product: they
//! are in how the oracle judges, in how the simulated people handle bundles, or in the store in
//! memory.

/// One of them, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    None,
    /// Bundles are written and never taken in.
    SyncOff,
    /// What an entry says it has seen is not looked at: it is applied as soon as its own log allows,
    /// and knows nothing but its own log.
    SeenIgnored,
    /// A conflict is noted when a concurrent write arrives, and forgotten with the next write.
    OnArrival,
    /// Of concurrent values the one with the later wall clock is shown.
    WallClock,
    /// A write also supersedes what it has not seen.
    LastArrival,
    /// Entries are told apart by log and number, without their hash: a forked log reads as one line.
    ByNumber,
    /// A copy claims in its receipts what stood in a bundle that it could not read.
    ClaimedBeforeCheck,
    /// A restored backup goes on under the key it had.
    SameKeyAfterRestore,
    /// After an ending everybody keeps what they happen to have taken in before, and does not say so.
    EndedByArrival,
    /// Whatever carries a seal is believed, certificate or not.
    EverybodyBelieved,
    /// What was erased is kept by whoever hears of it later.
    ErasedComesBack,
}
