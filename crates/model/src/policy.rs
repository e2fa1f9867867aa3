//! The policy pack (制度参数): every number that the article gives only in words.
//!
//! The pack built into the program is the default reading of requirements §1.3; an office
//! issues its own as a [`PolicyPack`](crate::records::PolicyPack) record. A month is judged
//! by the pack that was in force on its first day.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::month::Month;
use crate::rules::Refusal;
use crate::words::{MeetingKind, Step};

/// When a step of a month may be done in time: days of the month, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Window {
    /// First day of the month it is open.
    pub from: u32,
    /// Last day of the month; 31 means the month's last day.
    pub to: u32,
}

/// All numbers of the five-step loop. A number that an older pack does not name is the built-in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
#[ts(export)]
pub struct Policy {
    /// Which pack this is, shown as 依据.
    pub name: String,
    /// Rises by one with every pack of the same office.
    pub version: u32,
    /// What the community calls its way of doing it (工作法), such as “五嘉”工作法 (A28); stands on prints. Empty
    /// for none.
    pub method: String,
    /// What it calls the five steps, in order; the usual word where one is empty or missing.
    pub step_names: Vec<String>,
    /// What a notice of a meeting ends with.
    pub notice_text: String,
    /// What minutes end with; `{days}` stands for the days of the report back.
    pub closing_text: String,
    /// 月初 收集民意 (reading D1).
    pub gather: Window,
    /// 月上旬 确定议题 (D2).
    pub choose: Window,
    /// 月中 协商讨论 (D3).
    pub consult: Window,
    /// 月底 事项落实 (D4).
    pub carry_out: Window,
    /// 1天内 监督反馈: calendar days after the task was done (D5).
    pub report_days: u32,
    /// Quorum: this share of the invited delegates must be present (P07).
    pub quorum: (u32, u32),
    /// A topic passes with *more* than this share of those present at the item (P07).
    pub pass_over: (u32, u32),
    /// A residents' assembly (居民会议) is held when *more* than this share of those who make it up is there (P06).
    pub assembly_quorum_over: (u32, u32),
    /// Its decision passes with *more* than this share of those present (P06).
    pub assembly_pass_over: (u32, u32),
    /// One must be convened where at least this share of them demands it (P06).
    pub assembly_demand: (u32, u32),
    /// Invitations go out so many calendar days before a council (P07); an emergency needs none.
    pub notice_days: u32,
    /// A publicity (公示) hangs for so many calendar days (P08).
    pub publicity_days: u32,
    /// What the owners' committee and the property firm must publish (P05). The built-in list is the usual one; the
    /// binding one is that of 台州市物业管理条例 §25 and §37, which the office enters.
    pub publicity_items: Vec<String>,
    /// A campaign (整治行动) is brought to its end within so many calendar days: 一个月内 (N12).
    pub campaign_days: u32,
    /// A demand (督促函) asks for a reply within so many calendar days.
    pub demand_days: u32,
    /// A request is answered within so many calendar days unless it says otherwise.
    pub request_days: u32,
    /// The same for an urgent one.
    pub urgent_days: u32,
}

/// What is usually published, by whom.
const PUBLICITY_ITEMS: [&str; 14] = [
    "业委会：业主大会和业委会的决定",
    "业委会：管理规约和议事规则",
    "业委会：业委会成员和工作经费",
    "业委会：物业服务合同",
    "业委会：维修资金的筹集和使用",
    "业委会：共有部分经营的收入和支出",
    "业委会：车位车库的使用和分配",
    "物业：企业和负责人、服务电话",
    "物业：服务内容、标准和收费",
    "物业：公共水电费的分摊",
    "物业：电梯、消防等设施的维护",
    "物业：共有部分经营的收入和支出",
    "物业：报修和投诉的办理",
    "物业：服务合同的履行情况",
];

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "程序自带参数".to_owned(),
            version: 0,
            method: String::new(),
            step_names: Vec::new(),
            notice_text: "因故不能到会的，请提前告知，并委托本方其他人员代会。".to_owned(),
            closing_text: "各责任方按期落实，完成后{days}天内向提出意见的居民反馈，由居民群众代表监督。".to_owned(),
            gather: Window { from: 1, to: 5 },
            choose: Window { from: 1, to: 10 },
            consult: Window { from: 11, to: 20 },
            carry_out: Window { from: 11, to: 31 },
            report_days: 1,
            quorum: (2, 3),
            pass_over: (1, 2),
            assembly_quorum_over: (1, 2),
            assembly_pass_over: (1, 2),
            assembly_demand: (1, 5),
            notice_days: 3,
            publicity_days: 7,
            publicity_items: PUBLICITY_ITEMS.map(str::to_owned).to_vec(),
            campaign_days: 31,
            demand_days: 15,
            request_days: 7,
            urgent_days: 1,
        }
    }
}

/// A share as it is said: 三分之二. Of tenths at most.
pub fn share_zh((part, whole): (u32, u32)) -> String {
    let figure = |n: u32| "零一二三四五六七八九十".chars().nth(n as usize).map_or_else(|| n.to_string(), String::from);
    format!("{}分之{}", figure(whole), figure(part))
}

impl Policy {
    /// Checks that the numbers make sense together: whether a month can be kept by them.
    ///
    /// # Errors
    /// [`Refusal::Lacks`] with a sentence, [`Refusal::Empty`] for the name.
    pub fn check(&self) -> Result<(), Refusal> {
        let lacks = |holds: bool, why: &'static str| if holds { Ok(()) } else { Err(Refusal::Lacks(why)) };
        if self.name.trim().is_empty() {
            return Err(Refusal::Empty("依据"));
        }
        let short = |name: &String| name.trim().chars().count() <= 8;
        lacks(
            self.step_names.len() <= 5 && self.step_names.iter().all(short),
            "五步的叫法按顺序写，不写的用通常的叫法，每个不超过 8 个字。",
        )?;
        let said = |text: &String| (1..=200).contains(&text.trim().chars().count());
        lacks(said(&self.notice_text) && said(&self.closing_text), "通知和纪要的结尾要写一句话，不超过 200 字。")?;
        lacks(self.method.chars().count() <= 20, "工作法的名称不超过 20 个字。")?;
        let windows = [self.gather, self.choose, self.consult, self.carry_out];
        lacks(
            windows.iter().all(|w| (1..=28).contains(&w.from) && (w.from..=31).contains(&w.to)),
            "每一步都要从 1—28 日的某一天起，到不早于那天的某一天止（31 表示月底）。",
        )?;
        lacks(windows.windows(2).all(|w| w[0].from <= w[1].from && w[0].to <= w[1].to), "后一步不能比前一步先开始，也不能先结束。")?;
        let share = |(n, d): (u32, u32)| n > 0 && n < d && d <= 10;
        let half = |part: (u32, u32)| share(part) && part.0 * 2 >= part.1;
        lacks(share(self.quorum), "法定人数要大于零、小于全部应到人数。")?;
        lacks(half(self.pass_over), "通过要超过的比例不能小于二分之一。")?;
        lacks(half(self.assembly_quorum_over) && half(self.assembly_pass_over), "居民会议到会和通过要超过的比例不能小于二分之一。")?;
        lacks(share(self.assembly_demand), "提议召开居民会议的比例要大于零、小于全部。")?;
        lacks((1..=15).contains(&self.report_days), "反馈期限要在 1—15 天之间。")?;
        lacks(self.notice_days <= 15, "会议通知最多提前 15 天。")?;
        lacks((1..=60).contains(&self.publicity_days), "公示期要在 1—60 天之间。")?;
        let item = |text: &String| (1..=60).contains(&text.trim().chars().count());
        lacks(
            self.publicity_items.len() <= 40 && self.publicity_items.iter().all(item),
            "应公示的事项一行一项，每项不超过 60 个字，最多 40 项。",
        )?;
        lacks((1..=92).contains(&self.campaign_days), "整治行动的期限要在 1—92 天之间。")?;
        lacks((1..=92).contains(&self.demand_days), "督促函的答复期限要在 1—92 天之间。")?;
        lacks((1..=60).contains(&self.request_days), "诉求的答复期限要在 1—60 天之间。")?;
        lacks((1..=self.request_days).contains(&self.urgent_days), "紧急诉求的期限不能比一般诉求长，也不能少于 1 天。")
    }

    /// What minutes end with.
    pub fn closing(&self) -> String {
        self.closing_text.replace("{days}", &self.report_days.to_string())
    }

    /// What a step is called.
    pub fn step_name(&self, step: Step) -> &str {
        let at = Step::ALL.iter().position(|other| *other == step);
        at.and_then(|at| self.step_names.get(at)).map(|name| name.trim()).filter(|name| !name.is_empty()).unwrap_or(step.zh())
    }

    /// The first and last day of a step's window in a month. The fifth step has no window of
    /// its own: each task's answer is due [`Policy::report_due`].
    pub fn window(&self, step: Step, month: Month) -> (NaiveDate, NaiveDate) {
        let w = match step {
            Step::Gather => self.gather,
            Step::Choose => self.choose,
            Step::Consult => self.consult,
            Step::CarryOut => self.carry_out,
            Step::Report => {
                let from = month.day(self.carry_out.from);
                return (from, self.report_due(month.day(self.carry_out.to)));
            }
        };
        (month.day(w.from), month.day(w.to))
    }

    /// The last day on which the report back on a task done on `done` is in time.
    pub fn report_due(&self, done: NaiveDate) -> NaiveDate {
        done.checked_add_days(Days::new(self.report_days.into())).unwrap_or(done)
    }

    /// How many of the invited must be present for a meeting of this kind to be quorate: a share of them, rounded
    /// up; at an assembly more than a share.
    pub fn quorum_of(&self, kind: MeetingKind, invited: u32) -> u32 {
        let part = |(n, d): (u32, u32)| (u64::from(invited) * u64::from(n), u64::from(d.max(1)));
        let needed = if kind == MeetingKind::Assembly {
            let (over, whole) = part(self.assembly_quorum_over);
            over / whole + 1
        } else {
            let (least, whole) = part(self.quorum);
            least.div_ceil(whole)
        };
        needed.try_into().unwrap_or(u32::MAX)
    }

    /// Whether this many in favour carry a topic at a meeting of this kind, among those present at the item.
    pub fn passes(&self, kind: MeetingKind, yes: u32, present: u32) -> bool {
        let (n, d) = if kind == MeetingKind::Assembly { self.assembly_pass_over } else { self.pass_over };
        u64::from(yes) * u64::from(d) > u64::from(present) * u64::from(n)
    }

    /// Whether so many of those who make up an assembly may demand one.
    pub fn may_demand(&self, demanded: u32, eligible: u32) -> bool {
        let (n, d) = self.assembly_demand;
        u64::from(demanded) * u64::from(d) >= u64::from(eligible) * u64::from(n)
    }

    /// The default deadline of a request accepted on `accepted`.
    pub fn request_due(&self, accepted: NaiveDate, urgent: bool) -> NaiveDate {
        let days = if urgent { self.urgent_days } else { self.request_days };
        accepted.checked_add_days(Days::new(days.into())).unwrap_or(accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_with_the_month_even_in_february() {
        let policy = Policy::default();
        let february: Month = "2024-02".parse().expect("a month");
        let (from, to) = policy.window(Step::CarryOut, february);
        assert_eq!((from.to_string(), to.to_string()), ("2024-02-11".into(), "2024-02-29".into()));
        let (_, to) = policy.window(Step::Report, february);
        assert_eq!(to.to_string(), "2024-03-01", "the last task's answer may fall into March");
    }

    #[test]
    fn numbers_by_which_no_month_can_be_kept_are_refused() {
        assert_eq!(Policy::default().check(), Ok(()));
        let spoil: [fn(&mut Policy); 15] = [
            |p| p.name = " ".into(),
            |p| p.gather.from = 0,
            |p| p.gather = Window { from: 9, to: 5 },
            |p| p.carry_out.to = 32,
            |p| p.choose = Window { from: 12, to: 13 },
            |p| p.quorum = (0, 3),
            |p| p.quorum = (3, 3),
            |p| p.quorum = (1, 0),
            |p| p.pass_over = (1, 3),
            |p| p.assembly_quorum_over = (2, 5),
            |p| p.assembly_pass_over = (1, 1),
            |p| p.assembly_demand = (0, 5),
            |p| p.report_days = 0,
            |p| p.urgent_days = 8,
            |p| p.request_days = u32::MAX,
        ];
        for (n, spoil) in spoil.iter().enumerate() {
            let mut policy = Policy::default();
            spoil(&mut policy);
            assert!(policy.check().is_err(), "the {n}th");
        }
    }

    #[test]
    fn a_pack_of_an_older_program_keeps_its_numbers_and_gets_the_built_in_ones_for_the_rest() {
        let old = r#"{"name":"旧参数","version":2,"gather":{"from":1,"to":3},"report_days":2}"#;
        let policy: Policy = serde_json::from_str(old).expect("a pack");
        assert_eq!(
            policy,
            Policy { name: "旧参数".into(), version: 2, gather: Window { from: 1, to: 3 }, report_days: 2, ..Policy::default() }
        );
    }

    #[test]
    fn quorum_is_rounded_up_and_a_tie_does_not_pass() {
        let policy = Policy::default();
        for (invited, needed) in [(0, 0), (1, 1), (3, 2), (10, 7), (20, 14)] {
            assert_eq!(policy.quorum_of(MeetingKind::Council, invited), needed, "{invited}");
        }
        for (yes, present, passed) in [(5, 10, false), (6, 10, true), (0, 0, false), (8, 15, true), (7, 14, false)] {
            assert_eq!(policy.passes(MeetingKind::Council, yes, present), passed, "{yes} of {present}");
        }
    }

    #[test]
    fn an_assembly_needs_more_than_half_to_open_and_to_pass_and_a_fifth_to_demand_it() {
        let policy = Policy::default();
        for (eligible, needed) in [(1, 1), (2, 2), (480, 241), (481, 241), (u32::MAX, 1 << 31)] {
            assert_eq!(policy.quorum_of(MeetingKind::Assembly, eligible), needed, "{eligible}");
        }
        for (yes, present, passed) in [(150, 300, false), (151, 300, true), (0, 0, false)] {
            assert_eq!(policy.passes(MeetingKind::Assembly, yes, present), passed, "{yes} of {present}");
        }
        for (demanded, eligible, may) in [(96, 480, true), (95, 480, false), (u32::MAX, u32::MAX, true)] {
            assert_eq!(policy.may_demand(demanded, eligible), may, "{demanded} of {eligible}");
        }
        // The office may ask for more, of an assembly alone.
        let strict = Policy { assembly_quorum_over: (2, 3), assembly_pass_over: (3, 5), ..policy };
        assert_eq!(strict.quorum_of(MeetingKind::Assembly, 300), 201);
        assert!(!strict.passes(MeetingKind::Assembly, 180, 300) && strict.passes(MeetingKind::Council, 180, 300));
    }
}
