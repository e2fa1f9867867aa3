//! Writing a bundle for a partner, whole or in volumes (分卷).

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_bundle::{AttachmentEntry, Enclosed, Outgoing, Plan, Purpose, Source};
use xinghuo_ledger::{BundleNote, Hash, Head, Ledger, LedgerError, LogId, Pace, PublicKey, STRETCH_BYTES, Segment, Segments, Stretch};

use super::partners::Party;
use super::words::file_name;
use crate::error::{DeskError, Result, file_error, not};
use crate::home::{Unlocked, hex, unhex_key, write_proven};
use crate::open::{Open, lock};
use crate::views::*;

/// Smaller volumes would be mostly tables of contents.
const LEAST_VOLUME: u64 = 64 << 10;

/// What a bundle is to be.
pub(super) struct Order<'a> {
    pub audience: &'a PublicKey,
    pub path: &'a Path,
    pub purpose: Purpose,
    /// In volumes of at most so many bytes.
    pub volume_size: Option<u64>,
    /// Goes along although the partner acknowledged it once: it asked for it.
    pub again: &'a [Stretch],
}

impl Open {
    /// Writes a bundle for one partner; with `volume_size`, in volumes of at most so many bytes.
    pub(crate) fn export(
        &self,
        audience: &str,
        path: &Path,
        volume_size: Option<u64>,
        at: DateTime<FixedOffset>,
        pace: Pace<'_>,
    ) -> Result<Exported> {
        let Some(key) = unhex_key(audience) else {
            return Err(DeskError::Field { field: "audience", why: "没有这个接收方。" });
        };
        if volume_size.is_some_and(|size| size < LEAST_VOLUME) {
            return Err(DeskError::Field { field: "volume_size", why: "每卷至少 64 KB。" });
        }
        self.write_bundle(&Order { audience: &key, path, purpose: Purpose::Exchange, volume_size, again: &[] }, at, pace)
    }

    pub(super) fn write_bundle(&self, order: &Order<'_>, at: DateTime<FixedOffset>, pace: Pace<'_>) -> Result<Exported> {
        let Order { audience, path, volume_size, .. } = *order;
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let parties = self.partners(&inner.ledger.books(), &own)?;
        let Some(party) = parties.into_iter().find(|p| p.identity.signs == *audience) else {
            return not("exchange.no_partner", "还没有这个接收方。", "小区请先入网；社区请先准许对方入网。");
        };
        let Unlocked { ledger, keys, .. } = &mut *inner;
        let sign = |log: &LogId, seq: u64, head: &Hash| keys.seal(log, seq, head);
        // Pieces of a quarter fill a volume well, and a piece is never larger packed than unpacked.
        let most = volume_size.map_or(STRETCH_BYTES, |size| (size / 4).min(STRETCH_BYTES));
        if most < STRETCH_BYTES {
            ledger.seal_own_within(most, &sign)?;
        }
        ledger.seal_own(&sign)?;
        let set = Uuid::from_bytes(ledger.random());
        let ledger = &inner.ledger;
        let allowed = |c| party.allows(c);
        let owed = ledger.segments_for(audience, &allowed, most)?;
        let segments = owed.followed_by(ledger.segments_again(audience, order.again, &allowed, most)?);
        let entries = segments.entries;
        let enclosed = enclosed(ledger, &party)?;
        let files = enclosed.attachments.len();
        let heads: Vec<Head> = ledger.heads()?.into_iter().filter(|h| party.allows(h.channel)).collect();
        let want = ledger.missing()?.into_iter().map(|m| (m.stretch.log, m.stretch.from)).collect();
        let mut sent = self.sent(&ledger.books(), audience)?;
        sent.number += 1;
        let out = Outgoing {
            purpose: order.purpose,
            audience: &party.identity,
            number: sent.number,
            made_at: at.to_rfc3339(),
            have: ledger.have(&allowed)?,
            want,
        };
        let source = Shelves::new(ledger, segments, files, pace);
        let plan = Plan::new(&out, &source, enclosed, volume_size, set)?;
        // From here on these numbers may be known elsewhere: remember how far this copy was.
        self.home.mark(ledger, &inner.keys)?;
        let volumes = plan.volumes();
        let mut written = Vec::new();
        let bytes = (1..=volumes)
            .map(|volume| {
                source.turn(|turn| turn)?;
                let path = volume_path(path, volume, volumes);
                let bytes = write_checked(&path, &mut |file| plan.write(&inner.keys, volume, file))?;
                written.push(path);
                Ok(bytes)
            })
            .sum::<Result<u64>>()
            .inspect_err(|_| {
                // Some of the volumes would look like all.
                for path in &written {
                    let _ = fs::remove_file(path);
                }
            })?;
        sent.heads.extend(heads.iter().map(|h| (h.strand, h.seq)));
        ledger.set_here(&format!("sent:{}", hex(audience)), &serde_json::to_string(&sent).unwrap_or_default())?;
        let mut message = match (entries, files) {
            (0, 0) => format!("已给{}写好回执，没有新的改动。", party.name),
            (0, _) => format!("已给{}写好第 {} 号数据包，补发 {files} 个附件。", party.name, sent.number),
            (_, 0) => format!("已给{}写好第 {} 号数据包，含 {entries} 次保存。", party.name, sent.number),
            _ => format!("已给{}写好第 {} 号数据包，含 {entries} 次保存、{files} 个附件。", party.name, sent.number),
        };
        if volumes > 1 {
            message.push_str(&format!("分为 {volumes} 卷，每卷都要交给对方，先后不论。"));
        }
        if plan.is_oversize() {
            message.push_str("有一卷超过了上限：里面的内容不能再分。");
        }
        let (at, file) = (at.to_rfc3339(), file_name(&volume_path(path, 1, volumes)));
        let note = BundleNote { at: &at, outgoing: true, peer: audience, number: sent.number, file: &file, sentence: &message, slip: "" };
        ledger.note_bundle(&note)?;
        Ok(Exported { path: path.display().to_string(), bytes, entries: entries as u32, volumes, message })
    }
}

/// What travels, taken from the store piece by piece, with how far it is.
struct Shelves<'l, 'p> {
    ledger: &'l Ledger,
    segments: Segments<'l>,
    files: u64,
    /// What was asked for last, and whoever hears of it.
    state: RefCell<(Turn, Pace<'p>)>,
}

#[derive(Clone, Copy)]
enum Turn {
    /// Every stretch is weighed first.
    Planning(usize),
    /// What was too much to keep is read once more.
    Writing(usize),
    /// Then so many attachments.
    Files(u64),
}

impl<'l, 'p> Shelves<'l, 'p> {
    fn new(ledger: &'l Ledger, segments: Segments<'l>, files: usize, pace: Pace<'p>) -> Self {
        Self { ledger, segments, files: files as u64, state: RefCell::new((Turn::Planning(0), pace)) }
    }

    fn turn(&self, next: impl FnOnce(Turn) -> Turn) -> Result<()> {
        let (turn, pace) = &mut *self.state.borrow_mut();
        *turn = next(*turn);
        let all = self.segments.len() as u64;
        let done = match *turn {
            Turn::Planning(at) => at as u64,
            Turn::Writing(at) => all + at as u64,
            Turn::Files(done) => 2 * all + done,
        };
        if pace(done, 2 * all + self.files) { Ok(()) } else { Err(LedgerError::Cancelled.into()) }
    }
}

impl Source for Shelves<'_, '_> {
    type Error = DeskError;

    fn stretch(&self, at: usize) -> Result<Option<Segment>> {
        self.turn(|turn| match turn {
            Turn::Planning(last) if at >= last => Turn::Planning(at),
            _ => Turn::Writing(at),
        })?;
        Ok(self.segments.read(at)?)
    }

    fn content(&self, hash: &Hash) -> Result<Option<Vec<u8>>> {
        self.turn(|turn| if let Turn::Files(done) = turn { Turn::Files(done + 1) } else { Turn::Files(0) })?;
        Ok(self.ledger.books().content(hash)?.map(|content| content.bytes))
    }
}

/// Attachments that go along, and those asked for.
fn enclosed(ledger: &Ledger, party: &Party) -> Result<Enclosed> {
    let goes = ledger.content_for(&party.identity.signs, &|c| party.allows(c))?;
    Ok(Enclosed {
        attachments: goes.into_iter().map(|e| AttachmentEntry { hash: e.hash, media: e.media, length: e.length }).collect(),
        want_files: ledger.missing_content(&|c| party.allows(c))?,
    })
}

/// 橘香里.xinghuo → 橘香里（第2卷，共3卷）.xinghuo
fn volume_path(path: &Path, volume: u32, volumes: u32) -> PathBuf {
    if volumes == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
    path.with_file_name(format!("{stem}（第{volume}卷，共{volumes}卷）{ending}"))
}

/// Writes a file and reads it back before it takes its name; gives its length.
fn write_checked(path: &Path, work: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<u64> {
    let written = RefCell::new((blake3::Hasher::new(), 0));
    let write = |file: &mut File| {
        let mut file = BufWriter::new(file);
        work(&mut Hashed { file: &mut file, written: &written })?;
        file.flush().map_err(|e| file_error(&e))
    };
    // A stick may lie about what it took.
    let prove = |file: &mut File| {
        let mut back = blake3::Hasher::new();
        let read = io::copy(file, &mut back).map_err(|e| file_error(&e))?;
        if read != written.borrow().1 || back.finalize() != written.borrow().0.finalize() {
            return Err(DeskError::File {
                code: "file.read_back",
                what: "写出的文件读回来不一致。",
                advice: "U 盘可能有问题，请换一个再导出一次。",
            });
        }
        Ok(())
    };
    write_proven(path, write, prove)?;
    Ok(written.into_inner().1)
}

/// Hashes and counts what goes through to a file.
struct Hashed<'a> {
    file: &'a mut dyn Write,
    written: &'a RefCell<(blake3::Hasher, u64)>,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        let mut written = self.written.borrow_mut();
        written.0.update(&bytes[..n]);
        written.1 += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
