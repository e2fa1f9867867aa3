//! The contents of attachments on their way: taken out of a bundle one after another, each by its
//! hash; never more than one in memory.

use std::fs::File;
use std::sync::Arc;

use xinghuo_bundle::{Flaw, Opened};
use xinghuo_ledger::{Hash, Ledger, Pace};
use xinghuo_model::records::Attachment;

use crate::attachments::{clean::received, shown_name};
use crate::error::Result;

/// Contents that came before their record, in volumes, take no more than this.
const MAX_WAITING: u64 = 512 << 20;

/// What became of a bundle's attachments.
#[derive(Default)]
pub(super) struct Taken {
    /// Kept now.
    pub new: u32,
    /// Names, as records say, of those that came damaged.
    pub damaged: Vec<String>,
    /// Neither picture nor paper.
    pub worthless: u32,
    /// No record here names them.
    pub unasked: u32,
    /// The person stopped before all were read.
    pub stopped: bool,
    /// The file could not be read any more before all were.
    pub unreadable: bool,
}

/// Takes in what records here name, and of a volume what later volumes may name. What is damaged or
/// left out is asked for in the next bundle to anybody who may have it.
pub(super) fn take_files(ledger: &mut Ledger, opened: &mut Opened<Arc<File>>, pace: Pace<'_>) -> Result<Taken> {
    let mut out = Taken::default();
    let total = opened.manifest.attachments.len() as u64;
    if total == 0 {
        return Ok(out);
    }
    let expected = ledger.expected_content()?;
    let set = opened.manifest.volume.as_ref().map(|volume| volume.set);
    let mut waiting = ledger.waiting_content()?;
    for (done, (entry, bytes)) in (1..).zip(opened.attachments()) {
        let bytes = match bytes {
            Err(Flaw::File(_)) => {
                out.unreadable = true;
                break;
            }
            bytes => bytes.ok(),
        };
        if let Some(bytes) = bytes {
            let named = expected.contains(&entry.hash);
            let waits = set.filter(|_| !named && waiting + entry.length <= MAX_WAITING);
            if ledger.books().has_content(&entry.hash)? {
                // Nothing to do.
            } else if !named && waits.is_none() {
                out.unasked += 1;
            } else {
                let content = received(&entry.media, bytes);
                if content.is_none() {
                    out.worthless += 1;
                } else {
                    out.new += 1;
                    waiting += if waits.is_some() { entry.length } else { 0 };
                }
                ledger.take_content(&entry.hash, content.as_ref(), waits)?;
            }
        } else {
            out.damaged.push(name_of(ledger, &entry.hash)?);
        }
        out.stopped = done < total && !pace(done, total);
        if out.stopped {
            break;
        }
    }
    Ok(out)
}

/// How people know a content: by the name its record gives it.
fn name_of(ledger: &Ledger, hash: &Hash) -> Result<String> {
    let named = ledger.books().select::<Attachment>("AND content = ?1 LIMIT 1", [hash.hex()])?;
    Ok(named.first().map_or_else(|| hash.hex()[..8].to_owned(), |kept| shown_name(&kept.record.name, kept.record.media)))
}
