//! Writing a bundle for a partner.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use xinghuo_bundle::{Outgoing, Purpose};
use xinghuo_ledger::{BundleNote, Hash, Head, LogId, PublicKey, Stretch};

use super::words::file_name;
use crate::error::{DeskError, Result, not};
use crate::home::{hex, unhex_key, write_whole};
use crate::open::{Open, lock};
use crate::views::*;

impl Open {
    /// Writes a bundle for one partner.
    pub(crate) fn export(&self, audience: &str, path: &Path, at: DateTime<FixedOffset>) -> Result<Exported> {
        let Some(key) = unhex_key(audience) else {
            return Err(DeskError::Field { field: "audience", why: "没有这个接收方。" });
        };
        self.write_bundle(&key, path, Purpose::Exchange, &[], at)
    }

    /// `again` goes along although the partner acknowledged it once: it asked for it.
    pub(super) fn write_bundle(
        &self,
        audience: &PublicKey,
        path: &Path,
        purpose: Purpose,
        again: &[Stretch],
        at: DateTime<FixedOffset>,
    ) -> Result<Exported> {
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let parties = self.partners(&inner.ledger.books(), &own)?;
        let Some(party) = parties.into_iter().find(|p| p.identity.signs == *audience) else {
            return not("exchange.no_partner", "还没有这个接收方。", "小区请先入网；社区请先准许对方入网。");
        };
        let crate::home::Unlocked { ledger, keys, .. } = &mut *inner;
        ledger.seal_own(&|log: &LogId, seq: u64, head: &Hash| keys.seal(log, seq, head))?;
        let mut segments = ledger.segments_for(audience, &|c| party.allows(c))?;
        let once_more = ledger.segments_again(audience, again, &|c| party.allows(c))?;
        segments.entries += once_more.entries;
        segments.segments.extend(once_more.segments);
        let heads: Vec<Head> = ledger.heads()?.into_iter().filter(|h| party.allows(h.channel)).collect();
        let have = ledger.have(&|c| party.allows(c))?;
        let want = ledger.missing()?.into_iter().map(|m| (m.stretch.log, m.stretch.from)).collect();
        let mut sent = self.sent(&ledger.books(), audience)?;
        sent.number += 1;
        let bytes = xinghuo_bundle::write(
            &inner.keys,
            &Outgoing {
                purpose,
                audience: &party.identity,
                number: sent.number,
                made_at: at.to_rfc3339(),
                have,
                want,
                segments: &segments.segments,
            },
        )?;
        // From here on these numbers may be known elsewhere: remember how far this copy was.
        self.home.mark(&inner.ledger, &inner.keys)?;
        write_whole(path, &bytes)?;
        // A stick may lie about what it took: read it back.
        if std::fs::read(path).map(|b| blake3::hash(&b)).ok() != Some(blake3::hash(&bytes)) {
            return Err(DeskError::File {
                code: "file.read_back",
                what: "写出的文件读回来不一致。",
                advice: "U 盘可能有问题，请换一个再导出一次。",
            });
        }
        sent.heads.extend(heads.iter().map(|h| (h.strand, h.seq)));
        let ledger = &inner.ledger;
        ledger.set_here(&format!("sent:{}", hex(audience)), &serde_json::to_string(&sent).unwrap_or_default())?;
        let file = file_name(path);
        let message = if segments.entries == 0 {
            format!("已给{}写好回执，没有新的改动。", party.name)
        } else {
            format!("已给{}写好第 {} 号数据包，含 {} 次保存。", party.name, sent.number, segments.entries)
        };
        let at = at.to_rfc3339();
        let note = BundleNote { at: &at, outgoing: true, peer: audience, number: sent.number, file: &file, sentence: &message, slip: "" };
        ledger.note_bundle(&note)?;
        Ok(Exported { path: path.display().to_string(), bytes: bytes.len() as u64, entries: segments.entries as u32, message })
    }
}
