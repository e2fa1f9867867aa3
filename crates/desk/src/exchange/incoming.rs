//! Looking into bundles and taking them in.

use std::cell::OnceCell;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use xinghuo_bundle::{BundleError, Flaw, Opened, Purpose, SegmentEntry};
use xinghuo_ledger::{Author, BundleNote, LedgerError, May, Pace};
use xinghuo_model::Class;

use super::files::take_files;
use super::highest;
use super::words::{file_name, refusal, report, volume_sentence};
use crate::error::{DeskError, Result, not};
use crate::home::open_chosen;
use crate::open::{Open, copy_name, lock};
use crate::trust::{certificates, is_ended};
use crate::views::*;

/// No bundle is larger, bytes.
pub(super) const MAX_BUNDLE: u64 = 1 << 30;

impl Open {
    /// Opens a bundle and looks through it without taking it in.
    pub(crate) fn inspect(&self, path: &Path, pace: Pace<'_>) -> Result<BundleReport> {
        let inner = lock(&self.inner);
        let mut opened = xinghuo_bundle::open(open_chosen(path, MAX_BUNDLE)?, &inner.keys)?;
        let (mut refused, mut seen, all) = (0u64, 0, opened.manifest.segments.len() as u64);
        for stretch in opened.stretches(&|_| true) {
            match stretch {
                Ok(_) => {}
                Err(Flaw::Damaged(damage)) => refused += damage.entries,
                Err(Flaw::File(error)) => return Err(BundleError::File(error).into()),
            }
            seen += 1;
            if !pace(seen, all) {
                return Err(LedgerError::Cancelled.into());
            }
        }
        let heads = highest(&inner.ledger.heads()?);
        let (mut new, mut had) = (0u64, 0u64);
        for s in &opened.manifest.segments {
            let known = heads.get(&s.log).copied().unwrap_or(0);
            let all = s.entries();
            let fresh = s.last.saturating_sub(known.max(s.first.saturating_sub(1)));
            new = new.saturating_add(fresh.min(all));
            had = had.saturating_add(all - fresh.min(all));
        }
        let own = inner.ledger.own_key();
        let from = copy_name(&inner.ledger.books(), &opened.from.signs, &self.profile(), &own)?;
        let files = opened.manifest.attachments.len() as u32;
        let mut sentences =
            vec![format!("来自{from}，第 {} 号；其中 {new} 次保存是新的，{had} 次已有。还没有导入。", opened.manifest.number)];
        sentences.extend((files > 0).then(|| format!("带有 {files} 个附件。")));
        sentences.extend(opened.manifest.volume.as_ref().map(|v| format!("这是第 {} 卷，共 {} 卷。", v.part, v.of)));
        Ok(BundleReport {
            file: file_name(path),
            fate: BundleFate::Inspected,
            sentences,
            files,
            from: Some(from),
            number: Some(opened.manifest.number as u32),
            new: new.min(u64::from(u32::MAX)) as u32,
            had: had.min(u64::from(u32::MAX)) as u32,
            held: 0,
            refused: refused.min(u64::from(u32::MAX)) as u32,
            conflicts: 0,
            code: None,
            slip: None,
        })
    }

    /// Takes bundles in, each in its own transaction; a bad one does not stop the others.
    pub(crate) fn import(&self, paths: &[std::path::PathBuf], now: DateTime<FixedOffset>, pace: Pace<'_>) -> Result<Vec<BundleReport>> {
        let mut reports = Vec::new();
        for path in paths {
            match self.import_one(path, now, pace) {
                Ok(report) => reports.push(report),
                Err(DeskError::Ledger(LedgerError::Cancelled)) => return Err(LedgerError::Cancelled.into()),
                Err(error) => reports.push(refusal(path, &error)),
            }
        }
        // Once for all of them, so that dozens of bundles do not each rearrange the search table.
        lock(&self.inner).ledger.catch_up()?;
        self.vouch_for_former(now)?;
        Ok(reports)
    }

    fn import_one(&self, path: &Path, now: DateTime<FixedOffset>, pace: Pace<'_>) -> Result<BundleReport> {
        let opened = xinghuo_bundle::open(open_chosen(path, MAX_BUNDLE)?, &lock(&self.inner).keys)?;
        let own = self.own_key();
        let sender = opened.from.signs;
        let known = sender == own
            || self.read(|books| {
                Ok(self.partners(books, &own)?.iter().any(|p| p.identity.signs == sender) || !certificates(books, &sender)?.is_empty())
            })?;
        if !known {
            return if lock(&self.above).is_none() && opened.manifest.purpose == Purpose::Welcome {
                not(
                    "join.welcome_first",
                    format!("这是{}的欢迎包，要先核对对方的指纹。", self.word_above()),
                    "请在“交换”页的入网第三步里打开它，并输入对方读出的指纹。",
                )
            } else {
                let advice = if self.is_office() {
                    "请让对方先提交入网申请，准许入网后再发。"
                } else {
                    "如果是社区从备份恢复过、换了身份，请重新向社区提交入网申请，核对新的指纹。"
                };
                not("bundle.unknown_sender", "发送方没有登记，来历不明，没有导入。", advice)
            };
        }
        self.take_in(path, opened, now, pace)
    }

    /// Entries first, in one transaction; then the attachments that records name, one by one. What of
    /// them is lost by an ending in between is asked for again.
    pub(super) fn take_in(
        &self,
        path: &Path,
        mut opened: Opened<Arc<File>>,
        now: DateTime<FixedOffset>,
        pace: Pace<'_>,
    ) -> Result<BundleReport> {
        // A class that has no business here is not even set aside.
        let kept = |entry: &SegmentEntry| Class::from_code(&entry.class).is_none_or(|class| self.may_keep(class));
        let astray = opened.manifest.segments.iter().filter(|entry| !kept(entry)).count();
        let total = opened.manifest.segments.iter().filter(|entry| kept(entry)).map(SegmentEntry::entries).sum();
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let mut gate = self.gate(own);
        let (sender, number) = (opened.from.signs, opened.manifest.number);
        // What a stop or a crash kept from being confirmed after the last bundle.
        self.widen(&mut inner.ledger, &gate, now)?;
        let packs = crate::policy::own_packs(self, &inner.ledger.books())?;
        // A file that cannot be read to its end is taken in as little as one that is stopped halfway.
        let (mut damaged, unreadable) = (Vec::new(), OnceCell::new());
        let segments = opened.stretches(&kept).filter_map(|stretch| match stretch {
            Ok(segment) => Some(segment),
            Err(Flaw::Damaged(damage)) => {
                damaged.push(damage);
                None
            }
            Err(Flaw::File(error)) => {
                _ = unreadable.set(error);
                None
            }
        });
        let may: May<'_> = &mut |books, key, channel, seq, hash| gate.may(books, key, channel, seq, hash);
        let absorbed = inner.ledger.absorb(segments, total, may, &mut |done, of| unreadable.get().is_none() && pace(done, of));
        if let Some(error) = unreadable.into_inner() {
            return Err(BundleError::File(error).into());
        }
        let mut absorbed = absorbed?;
        self.widen(&mut inner.ledger, &gate, now)?;
        if self.reads_figures() {
            // The community decides them.
            absorbed.conflicts = 0;
        }
        if absorbed.erased > 0 {
            // The write-ahead log still holds the pages as they were.
            inner.ledger.settle()?;
        }
        let (mut back, mut counted) = (Vec::new(), false);
        if sender != own {
            back = inner.ledger.acknowledge(&sender, number, &opened.manifest.have)?;
            inner.ledger.note_wanted(&sender, number, &opened.manifest.want_files)?;
            match &opened.manifest.volume {
                Some(volume) => counted = inner.ledger.note_volume(&sender, number, volume.set, volume.part, volume.of)?,
                None => inner.ledger.forget_volumes(&sender, number)?,
            }
        }
        let files = take_files(&mut inner.ledger, &mut opened, pace)?;
        let from = copy_name(&inner.ledger.books(), &sender, &self.profile(), &own)?;
        let mut report = report(path, &from, number, &absorbed, &damaged, &files);
        if astray > 0 {
            report.sentences.push(format!("有 {astray} 段是不该送到这一级的内容，没有收，也没有留。"));
        }
        report.sentences.extend(crate::policy::arrived(&packs, &crate::policy::own_packs(self, &inner.ledger.books())?));
        if let Some(volume) = &opened.manifest.volume {
            let incomplete = inner.ledger.incomplete()?;
            report.sentences.push(volume_sentence(volume, counted, incomplete.iter().find(|i| i.peer == sender && i.number == number)));
        }
        if !back.is_empty() {
            report.sentences.push("对方的数据比以前收到的回执还旧，像是从备份恢复过；缺的会随下一个数据包补给它。".to_owned());
        }
        if absorbed.restored {
            self.home.renew(&mut inner)?;
            self.go_on_as_another(&inner)?;
            let what = if absorbed.forked.contains(&own) {
                "本机的身份在另一台电脑上也用过：数据文件夹被整个拷贝过。两边写的都收下了；本机已换用新的身份继续，"
            } else {
                "数据包里有本机写过、但本机已经没有的记录：本机是从备份恢复的。已把它们收回，并换用新的身份继续；"
            };
            let sentence = format!("{what}{}", self.profile().join_again());
            report.sentences.push(sentence.clone());
            *lock(&self.notice) = Some(sentence);
        }
        // What was taken in of a copy before its ending was heard of stays; the others learn it from
        // here. Under the new key where there is one: the old one knows only one strand of itself.
        // A street or district vouches for nobody's entries: it writes in no compound.
        let author = Author { person: self.profile().person.clone(), at: now };
        for (log, endings) in gate.endings(&inner.ledger)? {
            if !self.reads_figures() {
                inner.ledger.witness(&log, &endings, &author)?;
            }
        }
        for key in absorbed.forked.iter().filter(|key| **key != own) {
            let who = copy_name(&inner.ledger.books(), key, &self.profile(), &own)?;
            report.sentences.push(format!(
                "{who}的身份同时在两台电脑上用过（数据文件夹被整个拷贝过）。两边写的都收下了；请把数据包也交给那两台电脑，它们会换用新的身份，再重新入网。"
            ));
        }
        let books = inner.ledger.books();
        for cert in certificates(&books, &own)? {
            if is_ended(&books, cert.space, &own, &cert.record)? {
                let who = self.word_above();
                report.sentences.push(format!("{who}已停用本机：以后在本机写的，别处不再并入。请联系{who}，需要时重新申请入网。"));
            }
        }
        report.sentences.extend(self.held_sentences(&inner.ledger)?);
        let summary = report.sentences.first().cloned().unwrap_or_default();
        let slip = self.slip(&inner.ledger, &sender, &absorbed, &report)?;
        report.slip = Some(inner.ledger.note_bundle(&BundleNote {
            at: &now.to_rfc3339(),
            outgoing: false,
            peer: &sender,
            number,
            file: &report.file,
            sentence: &summary,
            slip: &serde_json::to_string(&slip).unwrap_or_default(),
        })?);
        Ok(report)
    }
}
