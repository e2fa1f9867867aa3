//! The receiver's store, in memory and quickly emptied, and what must hold of it after anything came in.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use xinghuo_forge::Who;
use xinghuo_ledger::{
    Absorbed, Author, Books, Channel, Fault, Hash, Ledger, LedgerError, Problem, PublicKey, STRETCH_BYTES, Segment, Verdict,
};
use xinghuo_model::{Act, Class};

use crate::json::world;

/// Judges an author, as the ledger asks.
pub type Gate<'a> = &'a mut dyn FnMut(&Books<'_>, &PublicKey, Channel, u64, &Hash) -> Verdict;

/// Everybody may write everything.
pub fn everybody(_: &Books<'_>, _: &PublicKey, _: Channel, _: u64, _: &Hash) -> Verdict {
    Verdict::Welcome
}

/// A store, and a second hand on its file that empties it: making a new one takes fifty times as long.
pub struct Store {
    /// The store.
    pub ledger: Ledger,
    file: Connection,
    tables: Vec<String>,
}

impl Store {
    /// An empty store of the receiver, in memory.
    pub fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let path = PathBuf::from(format!("file:/fuzz-{}?vfs=memdb", COUNT.fetch_add(1, Ordering::Relaxed)));
        let own = world(|w| w.party(Who::Receiver).key());
        let ledger = Ledger::open(&path, None, own, Box::new(|bytes| bytes.fill(7))).expect("a store in memory");
        let file = Connection::open(&path).expect("the same store");
        file.set_prepared_statement_cache_capacity(256);
        let tables = {
            let mut names = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'find_%'").expect("tables");
            let rows = names.query_map([], |r| r.get::<_, String>(0)).expect("tables");
            rows.map(|name| name.expect("a name")).collect()
        };
        Self { ledger, file, tables }
    }

    /// As it was new.
    pub fn empty(&mut self) {
        self.file.prepare_cached("BEGIN IMMEDIATE").and_then(|mut s| s.execute([])).expect("a transaction");
        for table in &self.tables {
            let sql = format!("DELETE FROM \"{table}\"");
            self.file.prepare_cached(&sql).and_then(|mut s| s.execute([])).expect("emptying a table");
        }
        self.file.prepare_cached("COMMIT").and_then(|mut s| s.execute([])).expect("a commit");
        // What the store remembers of its logs is thrown away with a save that is given up.
        let author = Author { person: String::new(), at: chrono::DateTime::UNIX_EPOCH.fixed_offset() };
        let given_up = self.ledger.transact(Act::EditRequest, &author, |_| Err::<(), _>(LedgerError::Cancelled));
        assert!(given_up.is_err(), "a save that was given up is none");
    }

    /// What everything comes to.
    pub fn state(&self) -> Hash {
        self.ledger.state_hash(&Class::ALL).expect("a state")
    }

    /// Takes entries in, and looks at the report.
    pub fn absorb(&mut self, segments: &[Segment], gate: Gate<'_>) -> Absorbed {
        let total = segments.iter().map(|s| s.entries.len() as u64).sum();
        let done = self.ledger.absorb(segments.to_vec(), total, gate, &mut |_, _| true).expect("absorbing");
        assert_eq!(done.segments.len(), segments.len(), "a report for each");
        for (report, segment) in done.segments.iter().zip(segments) {
            let told = report.new + report.had + report.held + report.refused;
            assert!(told <= segment.entries.len() as u64, "more told than there is: {report:?}");
        }
        done
    }

    /// Merges everything and takes it back where all of it could be applied: the quick way, for most inputs.
    /// `true`: it was taken back, and the store is as it was.
    pub fn try_out(&mut self, segments: &[Segment], gate: Gate<'_>) -> bool {
        let total = segments.iter().map(|s| s.entries.len() as u64).sum();
        let done = self.ledger.absorb(segments.to_vec(), total, gate, &mut |done, total| done < total);
        match done {
            Ok(_) => false,
            Err(LedgerError::Cancelled) => {
                assert_eq!(self.entries(), 0, "taken back, and something is there");
                true
            }
            Err(error) => panic!("absorbing: {error}"),
        }
    }

    /// Entries applied.
    pub fn entries(&self) -> i64 {
        self.ledger.books().number("SELECT count(*) FROM entry", []).expect("a count")
    }

    /// One entry after another; each that was not taken in must have changed nothing.
    pub fn absorb_singly(&mut self, segments: &[Segment], gate: Gate<'_>) {
        let mut before = self.state();
        for segment in segments {
            let done = self.absorb(std::slice::from_ref(segment), gate);
            let after = self.state();
            if done.released == 0 && done.segments.iter().all(|s| s.new == 0) {
                assert_eq!(before, after, "nothing was taken in, and the state changed");
            }
            before = after;
        }
    }

    /// Once more, looked at from all sides, relayed and rebuilt: it stays the same.
    pub fn stays_whole(&mut self, segments: &[Segment], gate: Gate<'_>) {
        let state = self.state();
        let disputes = self.disputes();
        let again = self.absorb(segments, gate);
        assert!(
            again.released == 0 && again.segments.iter().all(|s| s.new == 0),
            "the second time something was new: {:?}",
            again.segments
        );
        assert_eq!(self.state(), state, "the second time it changed something");
        let checked = self.ledger.check(&mut |_, _| true).expect("a check");
        // The ledger's hand on the search table does not notice that the other one emptied it, so
        // SQLite's own word is not asked for here.
        let problems: Vec<&Problem> = checked.problems.iter().filter(|problem| problem.fault != Fault::Store).collect();
        assert!(problems.is_empty(), "{problems:?}");
        for n in 0..6 {
            self.ledger.history(uuid::Uuid::from_u128(n)).expect("a history");
        }
        self.ledger.books().find("甲", 5).expect("finding");
        let heads = self.ledger.heads().expect("heads");
        self.ledger.segments_for(&[0; 32], &|_| true, STRETCH_BYTES).expect("segments");
        let told = heads.iter().map(|h| h.seq - h.base).sum::<u64>();
        assert_eq!(told as i64, self.entries(), "the heads do not add up to the entries");
        let compounds: BTreeSet<_> = segments.iter().filter(|s| s.channel.class != Class::Registry).map(|s| s.channel.space).collect();
        let erased = self.ledger.books().number("SELECT count(*) FROM erased", []).expect("a number");
        self.ledger.rebuild(&mut |_, _| true).expect("a rebuild");
        // Which space an id belongs to is settled by arrival, and where the first to write it was erased nothing is
        // left that says so (docs/fuzzing.md, Known).
        if compounds.len() < 2 || erased == 0 {
            assert_eq!(self.state(), state, "rebuilt, it is another state");
            assert_eq!(self.disputes(), disputes, "rebuilt, other disputes");
        }
    }

    /// What is in dispute, in words that do not depend on the order of arrival.
    pub fn disputes(&self) -> Vec<String> {
        let mut out: Vec<String> = self
            .ledger
            .conflicts()
            .expect("conflicts")
            .iter()
            .map(|c| format!("{} {} {:?} {:?}", c.kind.name, c.rec, c.what, c.sides))
            .collect();
        out.sort();
        out
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}
