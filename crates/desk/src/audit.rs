//! Check (检查) and audit (核查) in words: what was looked at, and what is wrong with what.

use std::collections::BTreeMap;

use xinghuo_ledger::{Checked, Fault, Judges, Problem, Verdict};
use xinghuo_model::{Class, SpaceId, kind_named};

use crate::error::Result;
use crate::home::{Unlocked, unhex_key};
use crate::open::{Open, copy_name, here_json, lock};
use crate::views::CheckReport;

impl Open {
    /// The quick look: the file's structure and every chain.
    pub(crate) fn check(&self, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<CheckReport> {
        let inner = lock(&self.inner);
        let found = inner.ledger.check(pace)?;
        let sentences = vec![format!(
            "从第一条起核对了 {} 条日志的 {} 次保存、{} 处改动，现有记录 {} 条。",
            found.logs, found.entries, found.blocks, found.records
        )];
        self.report(&inner, &found, sentences)
    }

    /// The whole: besides the chains every seal, every author's entitlement, what waits, the receipts,
    /// and the tables against the log.
    pub(crate) fn audit(&self, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<CheckReport> {
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let mut gate = self.gate(own);
        // Keys this copy itself gave up wrote here with its own right.
        let former: Vec<xinghuo_bundle::Former> = here_json(&inner.ledger.books(), "former")?.unwrap_or_default();
        let former: Vec<_> = former.iter().filter_map(|f| unhex_key(&f.signs)).collect();
        let judges = Judges {
            sealed: &xinghuo_bundle::sealed,
            may: &mut |books, key, channel, seq, hash| {
                if former.contains(key) { Verdict::Welcome } else { gate.may(books, key, channel, seq, hash) }
            },
        };
        let found = inner.ledger.audit(judges, pace)?;
        let mut sentences = vec![
            format!(
                "从第一条起核对了 {} 条日志的 {} 次保存、{} 处改动，现有记录 {} 条。",
                found.logs, found.entries, found.blocks, found.records
            ),
            format!("验了 {} 个签名，核对了 {} 台电脑的授权和停用。", found.seals, found.authors),
            format!("看了 {} 条先放着的记录、{} 项对方的回执。", found.held, found.receipts),
        ];
        sentences.push(match found.rows {
            Some(rows) => format!("按日志重新算了一遍表格，逐行比了 {rows} 行。"),
            None => "记录链有损坏，表格没有可以对照的，没有比。".to_owned(),
        });
        if found.erased > 0 {
            sentences.push(format!("有 {} 处内容已抹去，只留校验值。", found.erased));
        }
        self.report(&inner, &found, sentences)
    }

    fn report(&self, inner: &Unlocked, found: &Checked, mut sentences: Vec<String>) -> Result<CheckReport> {
        let mut problems = self.problems(inner, &found.problems)?;
        if found.more > 0 {
            problems.push(format!("另外还有 {} 处。", found.more));
        }
        sentences.push(if problems.is_empty() {
            "没有发现问题。".to_owned()
        } else {
            format!("发现 {} 个问题。", problems.len())
        });
        Ok(CheckReport {
            sentences,
            logs: found.logs,
            entries: found.entries,
            records: found.records,
            // A branch compares with its other laptops; an office's whole state is its own.
            state_hash: if self.is_office() {
                inner.ledger.state_hash(&Class::ALL)?
            } else {
                inner.ledger.space_hash(SpaceId(self.profile().space), &Class::ALL)?
            }
            .hex(),
            problems,
            newer: found.newer,
            forks: self.fork_sentences(&inner.ledger)?,
        })
    }

    /// A sentence per problem; rows of one table are told together.
    fn problems(&self, inner: &Unlocked, found: &[Problem]) -> Result<Vec<String>> {
        let (books, own) = (inner.ledger.books(), inner.ledger.own_key());
        let mut out = Vec::new();
        let mut tables: BTreeMap<&str, u32> = BTreeMap::new();
        for problem in found {
            if let Some(table) = &problem.table {
                *tables.entry(table).or_default() += 1;
                continue;
            }
            let place = match (&problem.key, problem.channel) {
                (Some(key), channel) => {
                    let who = copy_name(&books, key, &self.profile(), &own).unwrap_or_else(|_| "一台电脑".to_owned());
                    let class = channel.map_or_else(String::new, |c| format!("（{}）", c.class.zh()));
                    let which = if problem.seq > 0 { format!("第 {} 条", problem.seq) } else { "日志".to_owned() };
                    format!("{who}的{which}{class}")
                }
                (None, _) => String::new(),
            };
            out.push(format!("{place}{}", words(problem.fault)));
        }
        for (table, rows) in tables {
            let name = kind_named(table).map_or("合并状态", |kind| kind.zh);
            out.push(format!("“{name}”表有 {rows} 行和日志不一致。用“重建表格”可以按日志恢复。"));
        }
        Ok(out)
    }
}

fn words(fault: Fault) -> &'static str {
    match fault {
        Fault::Store => "数据文件本身有损坏，有的页读不出来。",
        Fault::Log => "：日志的名称与它的作者和范围不符。",
        Fault::Missing => "不见了。",
        Fault::Header => "：记录头读不出来，或放错了位置。",
        Fault::Hash => "：记录头与它的校验值不符。",
        Fault::Chain => "：接不上前一条。",
        Fault::Content => "：内容与签过名的校验值不符，或少了一块。",
        Fault::Place => "：存放的位置与它自己写的不符。",
        Fault::Clock => "：先后次序不对，或它看过的记录不在这里。",
        Fault::Head => "之后，日志的结尾与记下的不符。",
        Fault::Stray => "有不属于任何日志的内容。",
        Fault::Seal => "的签名不对。",
        Fault::Unsealed => "起，没有作者的签名证明。请对方重新导出。",
        Fault::Author => "起，作者没有这个范围的授权。",
        Fault::Ended => "起，是停用以后写的，又没有别的电脑证明早已收到。",
        Fault::Held => "：先放着的这一条与它的校验值不符。",
        Fault::Receipt => "：对方回执里写的与本机的不是同一条。",
        Fault::Table => "有表格和日志不一致。",
        Fault::Find => "查找用的索引和记录不一致。用“重建表格”可以恢复。",
    }
}
