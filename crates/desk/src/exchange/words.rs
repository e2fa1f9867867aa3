//! What became of a bundle, and what is still missing, in sentences.

use std::path::Path;

use xinghuo_bundle::Volume;
use xinghuo_ledger::{Absorbed, Held, Incomplete, Ledger, PublicKey, SegmentReport};

use super::files::Taken;
use super::highest;
use crate::error::{DeskError, Result};
use crate::open::{Open, copy_name};
use crate::trust::FOREIGN;
use crate::views::*;

impl Open {
    /// What is missing, a sentence per log.
    pub(super) fn held_sentences(&self, ledger: &Ledger) -> Result<Vec<String>> {
        let books = ledger.books();
        let own = ledger.own_key();
        let heads = highest(&ledger.heads()?);
        let mut out = Vec::new();
        for Held { log, author: key, first, reason, entries: count } in ledger.held()? {
            let who = copy_name(&books, &key, &self.profile(), &own)?;
            let have = heads.get(&log).copied().unwrap_or(0);
            out.push(match reason.as_str() {
                "gap" if first > have + 1 => {
                    format!("{who}的{}还没收到，后面的 {count} 条先放着。", numbers(have + 1, first - 1))
                }
                "author" => format!("{who}还没有入网授权，它的 {count} 条先隔离，准许入网后自动并入。"),
                FOREIGN => format!("{who}的 {count} 条写在不归准许它的那一级管的小区里，先隔离；请核实是谁给了它授权。"),
                "ended" => format!("{who}的授权已停用，停用以后的 {count} 条已隔离。"),
                "erased" => format!("{who}的 {count} 条里有内容被抹去，先放着；请让原来的电脑重新导出。"),
                _ => format!("{who}的 {count} 条要等它看过的其他电脑的记录到齐后再并入。"),
            });
        }
        for bundle in ledger.incomplete()? {
            let who = copy_name(&books, &bundle.peer, &self.profile(), &own)?;
            out.push(format!("{who}的第 {} 号数据包共 {} 卷，还缺第 {} 卷。", bundle.number, bundle.total, listed(&bundle.missing)));
        }
        let missing = ledger.missing_content(&|_| true)?.len();
        if missing > 0 {
            out.push(format!("有 {missing} 个附件的内容还没收到；下次导出数据包时会请对方补发。"));
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
}

/// 第 41–57 条
pub(super) fn numbers(from: u64, to: u64) -> String {
    if from == to { format!("第 {from} 条") } else { format!("第 {from}–{to} 条") }
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// 1、3–5
fn listed(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let said: Vec<String> = runs
        .map(|run| match run {
            [first, .., last] if last > &(first + 1) => format!("{first}–{last}"),
            run => run.iter().map(u32::to_string).collect::<Vec<_>>().join("、"),
        })
        .collect();
    said.join("、")
}

/// `counted`: its bundle is the sender's latest, so what of it is missing is known.
pub(super) fn volume_sentence(volume: &Volume, counted: bool, rest: Option<&Incomplete>) -> String {
    let which = format!("这是第 {} 卷，共 {} 卷", volume.part, volume.of);
    match rest {
        Some(rest) => format!("{which}；还缺第 {} 卷，先后不论。", listed(&rest.missing)),
        None if counted => format!("{which}，都收齐了。"),
        None => format!("{which}。"),
    }
}

pub(super) fn report(
    path: &Path,
    from: &str,
    number: u64,
    absorbed: &Absorbed,
    damaged: &[xinghuo_bundle::Damage],
    files: &Taken,
) -> BundleReport {
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
    if absorbed.erased > 0 {
        sentences.push(format!("其中有人按要求抹去了 {} 条记录的内容，这里也抹去了。", absorbed.erased));
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
    if files.new > 0 {
        sentences.push(format!("收到 {} 个附件。", files.new));
    }
    if !files.damaged.is_empty() {
        sentences.push(format!("附件“{}”已损坏，没有收下；其余的不受影响，下次会请对方补发。", files.damaged.join("”“")));
    }
    if files.worthless > 0 {
        sentences.push(format!("有 {} 个附件不是照片，也不是 PDF，没有收下。", files.worthless));
    }
    if files.unasked > 0 {
        sentences.push(format!("有 {} 个附件不属于这里的任何记录，没有收下。", files.unasked));
    }
    if files.unreadable {
        sentences
            .push("数据包读到一半读不出来了（U 盘松动或被拔出）：文字内容已全部导入，附件没有收完；请插好 U 盘再导入一次。".to_owned());
    } else if files.stopped {
        sentences.push("附件没有收完，下次会请对方补发。".to_owned());
    }
    if absorbed.conflicts > 0 {
        sentences.push(format!("有 {} 条记录两边改得不一样，请到“核对”页选定。", absorbed.conflicts));
    }
    BundleReport {
        file: file_name(path),
        fate: if new + had == 0 && refused > 0 {
            BundleFate::Refused
        } else if held + refused > 0
            || !files.damaged.is_empty()
            || files.worthless + files.unasked > 0
            || files.stopped
            || files.unreadable
        {
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
        files: files.new,
        sentences,
        code: (new + had == 0 && broken > 0).then(|| "bundle.damaged".to_owned()),
        slip: None,
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
        files: 0,
        sentences: vec![failure.message, failure.advice],
        code: Some(failure.code),
        slip: None,
    }
}
