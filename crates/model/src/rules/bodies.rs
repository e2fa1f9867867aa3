//! What the law asks of the body behind the owners' party (业委会, 物业管理委员会).
//!
//! The numbers are those of 台州市物业管理条例; they are said as something to look at and forbid nothing.

use chrono::{Months, NaiveDate};

use crate::words::BodyState;

/// How an owners' body is made up, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct OwnersBody {
    /// An owners' committee, or what stands in for it.
    pub state: BodyState,
    /// How many sit in it.
    pub members: Option<u32>,
    /// How many of them are owners.
    pub owners: Option<u32>,
    /// When its term ends.
    pub until: Option<NaiveDate>,
}

impl OwnersBody {
    /// The day from which the owners are to be called together to elect the next one: two months before the term
    /// ends (§27).
    pub fn renewal_from(&self) -> Option<NaiveDate> {
        self.until.filter(|_| self.state == BodyState::Normal)?.checked_sub_months(Months::new(2))
    }

    /// What is to be looked at, a sentence each.
    pub fn concerns(&self, today: NaiveDate) -> Vec<String> {
        let mut out = Vec::new();
        let odd_within = |n: u32, from: u32, to: u32| n % 2 == 1 && (from..=to).contains(&n);
        match (self.state, self.members) {
            (BodyState::Normal | BodyState::Reelecting, Some(n)) if !odd_within(n, 5, 11) => {
                out.push(format!("业委会应为 5—11 人的单数，登记的是 {n} 人（台州市物业管理条例第十九条）。"));
            }
            (BodyState::StandIn, Some(n)) if !odd_within(n, 11, 15) => {
                out.push(format!("物业管理委员会应为 11—15 人的单数，登记的是 {n} 人（台州市物业管理条例第三十一条）。"));
            }
            _ => {}
        }
        if let (BodyState::StandIn, Some(n), Some(owners)) = (self.state, self.members, self.owners)
            && u64::from(owners) * 10 < u64::from(n) * 6
        {
            out.push(format!("物业管理委员会里业主不应少于六成，登记的是 {n} 人中 {owners} 人（台州市物业管理条例第三十一条）。"));
        }
        if let (Some(until), Some(from)) = (self.until, self.renewal_from()) {
            if until < today {
                out.push("业委会任期已满，应在 10 日内向新一届移交（台州市物业管理条例第二十八条）。".to_owned());
            } else if from <= today {
                out.push("业委会任期将满，换届会议要提前两个月召开（台州市物业管理条例第二十七条）。".to_owned());
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owners_committee_is_odd_from_five_to_eleven_and_what_stands_in_for_it_from_eleven_to_fifteen() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let concerns = |state, members, owners| OwnersBody { state, members, owners, until: None }.concerns(day("2024-11-15")).len();
        for (state, members, owners, expected) in [
            (BodyState::Normal, Some(5), None, 0),
            (BodyState::Normal, Some(11), None, 0),
            (BodyState::Normal, Some(4), None, 1),
            (BodyState::Normal, Some(8), None, 1),
            (BodyState::Normal, Some(13), None, 1),
            (BodyState::Normal, None, None, 0),
            (BodyState::Resigned, Some(4), None, 0),
            (BodyState::StandIn, Some(11), Some(7), 0),
            (BodyState::StandIn, Some(15), Some(9), 0),
            (BodyState::StandIn, Some(15), Some(8), 1),
            (BodyState::StandIn, Some(12), Some(7), 2),
        ] {
            assert_eq!(concerns(state, members, owners), expected, "{state:?} {members:?} {owners:?}");
        }
    }

    #[test]
    fn the_renewal_is_due_two_months_before_the_term_ends_in_february_too() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let until = |until: &str| OwnersBody { state: BodyState::Normal, members: None, owners: None, until: Some(day(until)) };
        assert_eq!(until("2024-04-30").renewal_from(), Some(day("2024-02-29")));
        assert_eq!(until("2025-04-30").renewal_from(), Some(day("2025-02-28")));
        assert_eq!(until("2025-01-31").renewal_from(), Some(day("2024-11-30")), "over New Year");
        for (today, expected) in [("2024-11-29", ""), ("2024-11-30", "将满"), ("2025-01-31", "将满"), ("2025-02-01", "已满")] {
            let said = until("2025-01-31").concerns(day(today)).join("");
            assert!(if expected.is_empty() { said.is_empty() } else { said.contains(expected) }, "{today}: {said}");
        }
    }
}
