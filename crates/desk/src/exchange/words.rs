//! What became of a bundle, and what is still missing, in sentences.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use xinghuo_ledger::{Absorbed, Ledger, PublicKey, SegmentReport};

use super::highest;
use crate::error::{DeskError, Result};
use crate::open::{Open, copy_name, lock};
use crate::trust::FOREIGN;
use crate::views::*;

impl Open {
    /// What is missing, a sentence per log.
    pub(super) fn held_sentences(&self, ledger: &Ledger) -> Result<Vec<String>> {
        let books = ledger.books();
        let own = ledger.own_key();
        let heads = highest(&ledger.heads()?);
        let mut out = Vec::new();
        for (log, key, first, reason, count) in ledger.held()? {
            let who = copy_name(&books, &key, &self.profile(), &own)?;
            let have = heads.get(&log).copied().unwrap_or(0);
            out.push(match reason.as_str() {
                "gap" if first > have + 1 => format!("{who}的第 {}–{} 条还没收到，后面的 {count} 条先放着。", have + 1, first - 1),
                "author" => format!("{who}还没有入网授权，它的 {count} 条先隔离，准许入网后自动并入。"),
                FOREIGN => format!("{who}的 {count} 条写在不归准许它的那一级管的小区里，先隔离；请核实是谁给了它授权。"),
                "ended" => format!("{who}的授权已停用，停用以后的 {count} 条已隔离。"),
                "erased" => format!("{who}的 {count} 条里有内容被抹去，先放着；请让原来的电脑重新导出。"),
                _ => format!("{who}的 {count} 条要等它看过的其他电脑的记录到齐后再并入。"),
            });
        }
        Ok(out)
    }

    /// Copies of which two used one key, a sentence each.
    pub(crate) fn fork_sentences(&self, ledger: &Ledger) -> Result<Vec<String>> {
        let (books, own) = (ledger.books(), ledger.own_key());
        let mut keys: Vec<PublicKey> = ledger.forks()?.into_iter().map(|(key, ..)| key).collect();
        keys.dedup();
        keys.iter()
            .map(|key| Ok(format!("{}的身份曾在两台电脑上同时使用，两边的记录都在。", copy_name(&books, key, &self.profile(), &own)?)))
            .collect()
    }

    pub(crate) fn want_text(&self, now: DateTime<FixedOffset>) -> Result<String> {
        let inner = lock(&self.inner);
        let lines = self.held_sentences(&inner.ledger)?;
        if lines.is_empty() {
            return Ok("目前没有缺少的记录。".to_owned());
        }
        Ok(format!(
            "【星火家园】{} 请补发数据包：\n{}\n（对方在“交换”页重新导出一次即可，重复的会自动略过。）",
            now.format("%m月%d日"),
            lines.join("\n")
        ))
    }
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(super) fn report(path: &Path, from: &str, number: u64, absorbed: &Absorbed, damaged: &[xinghuo_bundle::Damage]) -> BundleReport {
    let sum = |f: fn(&SegmentReport) -> u64| absorbed.segments.iter().map(f).sum::<u64>() as u32;
    let broken: u64 = damaged.iter().map(|d| d.entries).sum();
    let (new, had, held) = (sum(|s| s.new), sum(|s| s.had), sum(|s| s.held));
    let refused = sum(|s| s.refused) + broken as u32;
    let mut sentences = vec![match (new, had) {
        (0, 0) if broken > 0 => format!("来自{from}的第 {number} 号数据包已损坏。"),
        (0, 0) => format!("来自{from}的第 {number} 号数据包，没有新的改动。"),
        (0, _) => format!("来自{from}的第 {number} 号数据包，{had} 次保存都已有，没有改变。"),
        (_, 0) => format!("来自{from}的第 {number} 号数据包，并入 {new} 次新的保存。"),
        _ => format!("来自{from}的第 {number} 号数据包，并入 {new} 次新的保存，{had} 次已有。"),
    }];
    if absorbed.released > 0 {
        sentences.push(format!("以前先放着的 {} 次保存也并入了。", absorbed.released));
    }
    if broken > 0 {
        sentences.push(format!("有一段已损坏，其中 {broken} 次保存没有收到；其余的不受影响。请对方再发一次。"));
    }
    for reason in absorbed.segments.iter().flat_map(|s| &s.reasons) {
        let sentence = match reason.as_str() {
            "clock" | "chain" | "sequence" | "log_name" | "root" | "unreadable" => "有的记录不符合规则，没有并入；请对方重新导出。",
            "newer" => "有的记录由更新版本的程序写成，升级后再导入一次即可。",
            _ => continue,
        };
        if !sentences.iter().any(|s| s == sentence) {
            sentences.push(sentence.to_owned());
        }
    }
    if absorbed.conflicts > 0 {
        sentences.push(format!("有 {} 条记录两边改得不一样，请到“核对”页选定。", absorbed.conflicts));
    }
    BundleReport {
        file: file_name(path),
        fate: if new + had == 0 && refused > 0 {
            BundleFate::Refused
        } else if held + refused > 0 {
            BundleFate::Partly
        } else {
            BundleFate::Merged
        },
        from: Some(from.to_owned()),
        number: Some(number as u32),
        new,
        had,
        held,
        refused,
        conflicts: absorbed.conflicts as u32,
        sentences,
        code: (new + had == 0 && broken > 0).then(|| "bundle.damaged".to_owned()),
    }
}

/// A bundle of which nothing was taken in.
pub(super) fn refusal(path: &Path, error: &DeskError) -> BundleReport {
    let failure = Failure::from(error);
    BundleReport {
        file: file_name(path),
        fate: BundleFate::Refused,
        from: None,
        number: None,
        new: 0,
        had: 0,
        held: 0,
        refused: 0,
        conflicts: 0,
        sentences: vec![failure.message, failure.advice],
        code: Some(failure.code),
    }
}
