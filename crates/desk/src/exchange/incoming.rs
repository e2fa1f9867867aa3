//! Looking into bundles and taking them in.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use xinghuo_bundle::{Opened, Purpose};
use xinghuo_ledger::{Author, LedgerError};
use xinghuo_model::Class;

use super::highest;
use super::words::{file_name, refusal, report};
use crate::error::{DeskError, Result, not};
use crate::home::read_chosen;
use crate::open::{Open, copy_name, lock};
use crate::trust::{certificates, is_ended};
use crate::views::*;

impl Open {
    /// Opens a bundle without taking it in.
    pub(crate) fn inspect(&self, path: &Path) -> Result<BundleReport> {
        let bytes = read_chosen(path, 1 << 30)?;
        let inner = lock(&self.inner);
        let opened = xinghuo_bundle::read(&bytes, &inner.keys)?;
        let heads = highest(&inner.ledger.heads()?);
        let (mut new, mut had) = (0u64, 0u64);
        for s in &opened.manifest.segments {
            let known = heads.get(&s.log).copied().unwrap_or(0);
            let all = s.last.saturating_sub(s.first).saturating_add(1);
            let fresh = s.last.saturating_sub(known.max(s.first.saturating_sub(1)));
            new = new.saturating_add(fresh.min(all));
            had = had.saturating_add(all - fresh.min(all));
        }
        let own = inner.ledger.own_key();
        let from = copy_name(&inner.ledger.books(), &opened.from.signs, &self.profile(), &own)?;
        Ok(BundleReport {
            file: file_name(path),
            fate: BundleFate::Inspected,
            sentences: vec![format!("来自{from}，第 {} 号；其中 {new} 次保存是新的，{had} 次已有。还没有导入。", opened.manifest.number)],
            from: Some(from),
            number: Some(opened.manifest.number as u32),
            new: new.min(u64::from(u32::MAX)) as u32,
            had: had.min(u64::from(u32::MAX)) as u32,
            held: 0,
            refused: opened.damaged.iter().map(|d| d.entries).sum::<u64>().min(u64::from(u32::MAX)) as u32,
            conflicts: 0,
            code: None,
        })
    }

    /// Takes bundles in, each in its own transaction; a bad one does not stop the others.
    pub(crate) fn import(
        &self,
        paths: &[std::path::PathBuf],
        now: DateTime<FixedOffset>,
        pace: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Vec<BundleReport>> {
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
        Ok(reports)
    }

    fn import_one(&self, path: &Path, now: DateTime<FixedOffset>, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<BundleReport> {
        let bytes = read_chosen(path, 1 << 30)?;
        let opened = {
            let inner = lock(&self.inner);
            xinghuo_bundle::read(&bytes, &inner.keys)?
        };
        drop(bytes);
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
                not("bundle.unknown_sender", "发送方没有登记，来历不明，没有导入。", "请让对方先提交入网申请，准许入网后再发。")
            };
        }
        self.take_in(path, opened, now, pace)
    }

    pub(super) fn take_in(
        &self,
        path: &Path,
        mut opened: Opened,
        now: DateTime<FixedOffset>,
        pace: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<BundleReport> {
        // A class that has no business here is not even set aside.
        let came = opened.segments.len();
        opened.segments.retain(|segment| self.may_keep(segment.channel.class));
        // The gate counts on it that what may change its mind comes first.
        opened.segments.sort_by_key(|segment| segment.channel.class != Class::Registry);
        let astray = came - opened.segments.len();
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let mut gate = self.gate(own);
        let sender = opened.from.signs;
        // What a stop or a crash kept from being confirmed after the last bundle.
        self.widen(&mut inner.ledger, &gate, now)?;
        let mut absorbed =
            inner.ledger.absorb(opened.segments, &mut |books, key, channel, seq, hash| gate.may(books, key, channel, seq, hash), pace)?;
        self.widen(&mut inner.ledger, &gate, now)?;
        if self.reads_figures() {
            // The community decides them.
            absorbed.conflicts = 0;
        }
        let mut back = Vec::new();
        if sender != own {
            back = inner.ledger.acknowledge(&sender, opened.manifest.number, &opened.manifest.have)?;
        }
        let from = copy_name(&inner.ledger.books(), &sender, &self.profile(), &own)?;
        let mut report = report(path, &from, opened.manifest.number, &absorbed, &opened.damaged);
        if astray > 0 {
            report.sentences.push(format!("有 {astray} 段是不该送到这一级的内容，没有收，也没有留。"));
        }
        if !back.is_empty() {
            report.sentences.push("对方的数据比以前收到的回执还旧，像是从备份恢复过；缺的会随下一个数据包补给它。".to_owned());
        }
        if absorbed.restored {
            self.home.renew(&mut inner)?;
            self.go_on_as_another(&inner)?;
            let sentence = if absorbed.forked.contains(&own) {
                "本机的身份在另一台电脑上也用过：数据文件夹被整个拷贝过。两边写的都收下了；本机已换用新的身份继续，请重新向社区提交入网申请。"
            } else {
                "数据包里有本机写过、但本机已经没有的记录：本机是从备份恢复的。已把它们收回，并换用新的身份继续；请重新向社区提交入网申请。"
            };
            report.sentences.push(sentence.to_owned());
            *lock(&self.notice) = Some(sentence.to_owned());
        }
        // What was taken in of a copy before its ending was heard of stays; the others learn it from
        // here. Under the new key where there is one: the old one knows only one strand of itself.
        // A street or district vouches for nobody's entries: it writes in no compound.
        let author = Author { person: self.profile().person.clone(), at: now };
        for (log, last) in gate.endings(&inner.ledger)? {
            if !self.reads_figures() {
                inner.ledger.witness(&log, last, &author)?;
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
        inner.ledger.note_bundle(&now.to_rfc3339(), false, &sender, opened.manifest.number, &report.file, &summary)?;
        Ok(report)
    }
}
