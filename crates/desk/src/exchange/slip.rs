//! What the receipt slip (回执单) of a bundle says. It is kept when the bundle is taken in, because
//! afterwards nobody could tell how far each author's records had come then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xinghuo_ledger::{Absorbed, Ledger, LogId, PublicKey};

use super::highest;
use crate::error::Result;
use crate::open::{Open, copy_name};
use crate::views::BundleReport;

/// One bundle's receipt, as it was when it was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slip {
    /// Who took it in: the person and the computer.
    pub person: String,
    pub copy: String,
    pub from: String,
    pub number: u32,
    pub new: u32,
    pub had: u32,
    pub held: u32,
    pub refused: u32,
    pub conflicts: u32,
    /// Author, class in words, last number that is in.
    pub reached: Vec<(String, String, u64)>,
}

impl Open {
    /// The slip of a bundle that was just taken in: how far every log stands that it carried, or, where
    /// it carried none, those of its sender.
    pub(super) fn slip(&self, ledger: &Ledger, sender: &PublicKey, absorbed: &Absorbed, report: &BundleReport) -> Result<Slip> {
        let (books, own) = (ledger.books(), ledger.own_key());
        let heads = ledger.heads()?;
        let carried: Vec<LogId> = absorbed.segments.iter().map(|s| s.log).collect();
        let reached = highest(&heads);
        let mut lines: BTreeMap<(String, u8), (String, u64)> = BTreeMap::new();
        for head in heads.iter().filter(|h| if carried.is_empty() { h.key == *sender } else { carried.contains(&h.log) }) {
            let who = copy_name(&books, &head.key, &self.profile(), &own)?;
            let class = head.channel.class;
            let line = lines.entry((who, class as u8)).or_insert((class.zh().to_owned(), 0));
            line.1 = line.1.max(reached.get(&head.log).copied().unwrap_or(0));
        }
        // Whose computer, not only which: on paper nobody can look it up.
        let party = self.partners(&books, &own)?.into_iter().find(|p| p.identity.signs == *sender);
        let from = match party {
            Some(party) if !party.name.contains(&party.detail) => format!("{}（{}）", party.name, party.detail),
            Some(party) => party.name,
            None => report.from.clone().unwrap_or_default(),
        };
        Ok(Slip {
            person: self.profile().person.clone(),
            copy: self.profile().copy.clone(),
            from,
            number: report.number.unwrap_or(0),
            new: report.new,
            had: report.had,
            held: report.held,
            refused: report.refused,
            conflicts: report.conflicts,
            reached: lines.into_iter().map(|((who, _), (class, seq))| (who, class, seq)).collect(),
        })
    }
}
