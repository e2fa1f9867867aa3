//! What this copy knows of every log: its strands, their heads, and what each head has seen.
//!
//! It stays in memory between saves and bundles, because an office has thousands of logs; whoever
//! rolls back throws it away.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use xinghuo_model::Class;

use crate::entry::{Channel, Hash, Header, LogId, PublicKey, Seen, log_id};
use crate::error::{EntryError, Result};

/// What this copy knows of a log, or of one strand of it where the log forked.
#[derive(Debug, Clone)]
pub(crate) struct LogRow {
    pub id: LogId,
    pub key: PublicKey,
    pub channel: Channel,
    /// The strand it left, and the last entry it shares with it.
    pub parent: Option<(i64, u64)>,
    pub head_seq: u64,
    pub head_hash: Hash,
    pub lamport: u64,
}

/// Where an entry belongs.
pub(crate) enum Place {
    /// It follows the head of this strand.
    Head(i64),
    /// It follows an earlier entry of this strand, as another entry did already: the log forks.
    Fork(i64, u64),
}

/// Why an entry cannot be applied yet, or ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotYet {
    /// It has seen an entry that is not here: (log, seq).
    Unseen(LogId, u64),
    /// It breaks a rule.
    Broken(EntryError),
}

/// Every strand, and what its head has seen.
#[derive(Default)]
pub(crate) struct Logs {
    rows: HashMap<i64, LogRow>,
    /// The strands of each log; most have one.
    by_id: HashMap<LogId, Vec<i64>>,
    by_channel: HashMap<Channel, Vec<i64>>,
    seen: HashMap<i64, HashMap<i64, u64>>,
    /// Heads and seen vectors that are not stored yet.
    moved: HashSet<i64>,
    told: Vec<(i64, i64, u64)>,
    /// The last number of arrival.
    ord: i64,
}

impl Logs {
    pub fn load(conn: &Connection) -> Result<Self> {
        let mut out = Self::default();
        let mut stmt =
            conn.prepare_cached("SELECT n, id, space, class, head_seq, head_hash, lamport, key, parent, base FROM log ORDER BY n")?;
        let mut rows = stmt.query([])?;
        while let Some(r) = rows.next()? {
            let channel =
                Channel { space: Uuid::from_bytes(r.get(2)?).into(), class: Class::from_number(r.get(3)?).unwrap_or(Class::Branch) };
            let row = LogRow {
                id: Hash(r.get(1)?),
                key: r.get(7)?,
                channel,
                parent: r.get::<_, Option<i64>>(8)?.zip(Some(r.get::<_, i64>(9)? as u64)),
                head_seq: r.get::<_, i64>(4)? as u64,
                head_hash: Hash(r.get(5)?),
                lamport: r.get::<_, i64>(6)? as u64,
            };
            out.know(r.get(0)?, row);
        }
        out.ord = conn.query_row("SELECT max(ord) FROM entry", [], |r| r.get::<_, Option<i64>>(0))?.unwrap_or(0);
        Ok(out)
    }

    fn know(&mut self, n: i64, row: LogRow) {
        self.by_id.entry(row.id).or_default().push(n);
        self.by_channel.entry(row.channel).or_default().push(n);
        self.rows.insert(n, row);
    }

    pub fn get(&self, n: i64) -> Option<&LogRow> {
        self.rows.get(&n)
    }

    /// The strands of a log, the first to arrive leading.
    pub fn strands(&self, id: &LogId) -> &[i64] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }

    /// The strands of all logs in a channel.
    pub fn in_channel(&self, channel: Channel) -> impl Iterator<Item = (i64, &LogRow)> {
        self.by_channel.get(&channel).into_iter().flatten().filter_map(|n| Some((*n, self.rows.get(n)?)))
    }

    /// The highest number in any strand of a log.
    pub fn highest(&self, id: &LogId) -> u64 {
        self.strands(id).iter().filter_map(|n| self.rows.get(n)).map(|l| l.head_seq).max().unwrap_or(0)
    }

    /// The number of the log with this key and channel, made where it is new. Where it forked, the
    /// strand that was here first: for an own log, the one written here.
    pub fn log_for(&mut self, conn: &Connection, key: &PublicKey, channel: Channel, mine: bool) -> Result<i64> {
        let id = log_id(key, channel);
        match self.strands(&id).first() {
            Some(n) => Ok(*n),
            None => {
                let row = LogRow { id, key: *key, channel, parent: None, head_seq: 0, head_hash: Hash::default(), lamport: 0 };
                self.insert(conn, row, mine)
            }
        }
    }

    /// A further strand of a log, which leaves `parent` after its entry `base`.
    pub fn split(&mut self, conn: &Connection, parent: i64, base: u64, mine: bool) -> Result<i64> {
        let row = self.strand_at(conn, parent, base)?;
        self.insert(conn, row, mine)
    }

    fn insert(&mut self, conn: &Connection, row: LogRow, mine: bool) -> Result<i64> {
        conn.prepare_cached(
            "INSERT INTO log(id, key, space, class, head_seq, head_hash, lamport, mine, parent, base) \
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            row.id.0,
            row.key,
            row.channel.space.0.as_bytes(),
            row.channel.class as u8,
            row.head_seq as i64,
            row.head_hash.0,
            row.lamport as i64,
            mine,
            row.parent.map(|(n, _)| n),
            row.parent.map_or(0, |(_, base)| base as i64)
        ])?;
        let n = conn.last_insert_rowid();
        self.know(n, row);
        Ok(n)
    }

    /// The lamport and hash of an entry.
    pub fn entry(conn: &Connection, log: i64, seq: u64) -> Result<Option<(u64, Hash)>> {
        let row = conn
            .prepare_cached("SELECT lamport, hash FROM entry WHERE log = ?1 AND seq = ?2")?
            .query_row(params![log, seq as i64], |r| Ok((r.get::<_, i64>(0)? as u64, Hash(r.get(1)?))))
            .optional()?;
        Ok(row)
    }

    /// The strand that holds this very entry, and the entry's lamport.
    fn holder(&self, conn: &Connection, id: &LogId, seq: u64, hash: &Hash) -> Result<Option<(i64, u64)>> {
        for n in self.strands(id) {
            // A head is known without asking.
            let known = self.rows.get(n).filter(|row| row.head_seq == seq).map(|row| (row.lamport, row.head_hash));
            let entry = if known.is_some() { known } else { Self::entry(conn, *n, seq)? };
            if let Some((lamport, _)) = entry.filter(|(_, h)| h == hash) {
                return Ok(Some((*n, lamport)));
            }
        }
        Ok(None)
    }

    /// The strand that holds this very entry, if it is here.
    pub fn holds(&self, conn: &Connection, id: &LogId, seq: u64, hash: &Hash) -> Result<Option<i64>> {
        Ok(self.holder(conn, id, seq, hash)?.map(|(n, _)| n))
    }

    /// The strand of an entry that was seen, and is here.
    fn strand_seen(&self, conn: &Connection, seen: &Seen) -> Result<Option<i64>> {
        match self.strands(&seen.0) {
            [only] => Ok(Some(*only)),
            _ => self.holds(conn, &seen.0, seen.1, &seen.2),
        }
    }

    /// Where an entry of a known log belongs; `None` while the one before it is not here.
    pub fn place(&self, conn: &Connection, header: &Header) -> Result<Option<Place>> {
        let before = header.seq.saturating_sub(1);
        for n in self.strands(&header.log) {
            let Some(row) = self.rows.get(n) else { continue };
            if row.head_seq == before && row.head_hash == header.prev {
                return Ok(Some(Place::Head(*n)));
            }
        }
        if before == 0 {
            let first = self.strands(&header.log).first().filter(|_| header.seq == 1 && header.prev == Hash::default());
            return Ok(first.map(|n| Place::Fork(*n, 0)));
        }
        Ok(self.holder(conn, &header.log, before, &header.prev)?.map(|(n, _)| Place::Fork(n, before)))
    }

    /// A strand as it stood at one of its entries.
    fn strand_at(&self, conn: &Connection, n: i64, seq: u64) -> Result<LogRow> {
        let row = self.rows.get(&n).ok_or(EntryError::LogName)?.clone();
        let (lamport, hash) = match seq {
            0 => (0, Hash::default()),
            _ => Self::entry(conn, n, seq)?.ok_or(EntryError::Sequence)?,
        };
        Ok(LogRow { parent: Some((n, seq)), head_seq: seq, head_hash: hash, lamport, ..row })
    }

    /// What log `log`'s head has seen of the others in its channel.
    pub fn seen_by(&mut self, conn: &Connection, log: i64) -> Result<&HashMap<i64, u64>> {
        if !self.seen.contains_key(&log) {
            let mut map = HashMap::new();
            let mut stmt = conn.prepare_cached("SELECT peer, seq FROM seen WHERE log = ?1")?;
            let mut rows = stmt.query([log])?;
            while let Some(r) = rows.next()? {
                map.insert(r.get(0)?, r.get::<_, i64>(1)? as u64);
            }
            // A strand that begins knows what its parent knew where they parted.
            if let (true, Some((parent, base))) = (map.is_empty(), self.rows.get(&log).and_then(|l| l.parent)) {
                map = self.inherited(conn, parent, base)?;
                self.told.extend(map.iter().map(|(peer, seq)| (log, *peer, *seq)));
            }
            self.seen.insert(log, map);
        }
        Ok(self.seen.entry(log).or_default())
    }

    /// Whether the head of `log` has seen entry `seq` of `other`. Its own it always has.
    pub fn has_seen(&self, log: i64, other: i64, seq: u64) -> bool {
        other == log || self.seen.get(&log).and_then(|s| s.get(&other)).is_some_and(|known| *known >= seq)
    }

    /// What whoever leaves `parent` after its entry `base` knows at that point.
    fn inherited(&self, conn: &Connection, parent: i64, base: u64) -> Result<HashMap<i64, u64>> {
        let mut map = self.seen_at(conn, parent, base)?;
        map.insert(parent, base);
        Ok(map)
    }

    /// What a strand had seen at one of its entries, told again from the headers.
    fn seen_at(&self, conn: &Connection, log: i64, seq: u64) -> Result<HashMap<i64, u64>> {
        let mut map = match self.rows.get(&log).and_then(|l| l.parent) {
            Some((parent, base)) => self.inherited(conn, parent, base.min(seq))?,
            None => HashMap::new(),
        };
        let mut stmt = conn.prepare_cached("SELECT header FROM entry WHERE log = ?1 AND seq <= ?2 ORDER BY seq")?;
        let mut rows = stmt.query(params![log, seq as i64])?;
        while let Some(r) = rows.next()? {
            let header: Header = serde_json::from_slice(r.get_ref(0)?.as_blob().unwrap_or_default()).map_err(|_| EntryError::Unreadable)?;
            for seen in &header.seen {
                if let Some(peer) = self.strand_seen(conn, seen)? {
                    self.widen(&mut map, peer, seen.1);
                }
            }
        }
        Ok(map)
    }

    /// Notes that an entry of a strand was seen, and with it all that leads there.
    fn widen(&self, map: &mut HashMap<i64, u64>, mut peer: i64, mut seq: u64) {
        loop {
            let known = map.entry(peer).or_default();
            *known = seq.max(*known);
            match self.rows.get(&peer).and_then(|l| l.parent) {
                Some((parent, base)) => (peer, seq) = (parent, base),
                None => return,
            }
        }
    }

    /// Whether an entry may stand at that place now.
    pub fn ready(&mut self, conn: &Connection, place: &Place, header: &Header) -> Result<std::result::Result<(), NotYet>> {
        if let Place::Head(n) = *place {
            self.seen_by(conn, n)?;
        }
        let (row, known) = match *place {
            Place::Head(n) => match (self.rows.get(&n), self.seen.get(&n)) {
                (Some(row), Some(known)) => (Cow::Borrowed(row), Cow::Borrowed(known)),
                _ => return Ok(Err(NotYet::Broken(EntryError::LogName))),
            },
            Place::Fork(parent, base) => (Cow::Owned(self.strand_at(conn, parent, base)?), Cow::Owned(self.inherited(conn, parent, base)?)),
        };
        let mut lamport = row.lamport;
        // Two strands of one log may both have been seen; the same entry only once.
        if header.seen.windows(2).any(|w| (w[0].0, w[0].1, w[0].2) >= (w[1].0, w[1].1, w[1].2)) {
            return Ok(Err(NotYet::Broken(EntryError::Clock)));
        }
        for seen in &header.seen {
            let strange = self.strands(&seen.0).first().and_then(|n| self.rows.get(n)).is_some_and(|peer| peer.channel != row.channel);
            if strange || seen.0 == row.id || seen.1 == 0 || seen.1 > i64::MAX as u64 {
                return Ok(Err(NotYet::Broken(EntryError::Clock)));
            }
            let Some((peer, seen_lamport)) = self.holder(conn, &seen.0, seen.1, &seen.2)? else {
                return Ok(Err(NotYet::Unseen(seen.0, seen.1)));
            };
            // What a log has seen only ever grows.
            if known.get(&peer).is_some_and(|s| *s >= seen.1) {
                return Ok(Err(NotYet::Broken(EntryError::Clock)));
            }
            lamport = lamport.max(seen_lamport);
        }
        if header.lamport != lamport + 1 {
            return Ok(Err(NotYet::Broken(EntryError::Clock)));
        }
        Ok(Ok(()))
    }

    /// Stores an entry's header as the new head of its strand; gives its number of arrival.
    pub fn append(&mut self, conn: &Connection, log: i64, header: &Header, line: &[u8], hash: Hash) -> Result<i64> {
        self.ord += 1;
        conn.prepare_cached("INSERT INTO entry(log, seq, ord, hash, lamport, header) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            log,
            header.seq as i64,
            self.ord,
            hash.0,
            header.lamport as i64,
            line
        ])?;
        if let Some(row) = self.rows.get_mut(&log) {
            (row.head_seq, row.head_hash, row.lamport) = (header.seq, hash, header.lamport);
            self.moved.insert(log);
        }
        self.note_seen(conn, log, header)?;
        Ok(self.ord)
    }

    /// Notes what an entry says its log has seen by now.
    pub fn note_seen(&mut self, conn: &Connection, log: i64, header: &Header) -> Result<()> {
        self.seen_by(conn, log)?;
        if header.seen.is_empty() {
            return Ok(());
        }
        let mut map = self.seen.remove(&log).unwrap_or_default();
        for seen in &header.seen {
            if let Some(peer) = self.strand_seen(conn, seen)? {
                self.widen(&mut map, peer, seen.1);
                let parents = std::iter::successors(Some(peer), |n| self.rows.get(n)?.parent.map(|(parent, _)| parent));
                self.told.extend(parents.filter_map(|n| Some((log, n, *map.get(&n)?))).collect::<Vec<_>>());
            }
        }
        self.seen.insert(log, map);
        Ok(())
    }

    /// Writes what moved. To be called before commit.
    pub fn store(&mut self, conn: &Connection) -> Result<()> {
        for n in self.moved.drain() {
            let Some(row) = self.rows.get(&n) else { continue };
            conn.prepare_cached("UPDATE log SET head_seq = ?2, head_hash = ?3, lamport = ?4 WHERE n = ?1")?.execute(params![
                n,
                row.head_seq as i64,
                row.head_hash.0,
                row.lamport as i64
            ])?;
        }
        for (log, peer, seq) in self.told.drain(..) {
            conn.prepare_cached("INSERT INTO seen(log, peer, seq) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET seq = excluded.seq")?
                .execute(params![log, peer, seq as i64])?;
        }
        Ok(())
    }
}
