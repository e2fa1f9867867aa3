//! The policy pack (制度参数): every number that the article gives only in words.
//!
//! The pack built into the program is the default reading of requirements §1.3; an office
//! issues its own as a [`PolicyPack`](crate::records::PolicyPack) record. A month is judged
//! by the pack that was in force on its first day.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::month::Month;
use crate::words::Step;

/// When a step of a month may be done in time: days of the month, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Window {
    /// First day of the month it is open.
    pub from: u32,
    /// Last day of the month; 31 means the month's last day.
    pub to: u32,
}

/// All numbers of the five-step loop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct Policy {
    /// Which pack this is, shown as 依据.
    pub name: String,
    /// Rises by one with every pack of the same office.
    pub version: u32,
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
    /// A request is answered within so many calendar days unless it says otherwise.
    pub request_days: u32,
    /// The same for an urgent one.
    pub urgent_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "程序自带参数".to_owned(),
            version: 0,
            gather: Window { from: 1, to: 5 },
            choose: Window { from: 1, to: 10 },
            consult: Window { from: 11, to: 20 },
            carry_out: Window { from: 11, to: 31 },
            report_days: 1,
            quorum: (2, 3),
            pass_over: (1, 2),
            request_days: 7,
            urgent_days: 1,
        }
    }
}

impl Policy {
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

    /// How many of the invited must be present for the council to be quorate (rounded up).
    pub fn quorum_of(&self, invited: u32) -> u32 {
        let (n, d) = self.quorum;
        (invited * n).div_ceil(d.max(1))
    }

    /// Whether this many in favour carry a topic among those present at the item.
    pub fn passes(&self, yes: u32, present: u32) -> bool {
        let (n, d) = self.pass_over;
        u64::from(yes) * u64::from(d) > u64::from(present) * u64::from(n)
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
    fn quorum_is_rounded_up_and_a_tie_does_not_pass() {
        let policy = Policy::default();
        for (invited, needed) in [(0, 0), (1, 1), (3, 2), (10, 7), (20, 14)] {
            assert_eq!(policy.quorum_of(invited), needed, "{invited}");
        }
        for (yes, present, passed) in [(5, 10, false), (6, 10, true), (0, 0, false), (8, 15, true), (7, 14, false)] {
            assert_eq!(policy.passes(yes, present), passed, "{yes} of {present}");
        }
    }
}
