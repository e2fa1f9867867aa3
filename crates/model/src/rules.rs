//! Pure rules on records: what may follow what, what adds up, what is late.

use serde_json::Value;

use crate::policy::Policy;
use crate::words::*;

mod bodies;
mod month;

pub use bodies::*;
pub use month::*;

/// Why something may not be done. The code is stable; faces map it to a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A field that must be filled is empty.
    #[error("{0}还没有填写")]
    Empty(&'static str),
    /// A state does not lead to the other.
    #[error("“{from}”之后不能直接到“{to}”")]
    Step {
        /// The state it is in.
        from: &'static str,
        /// The state that was asked for.
        to: &'static str,
    },
    /// Votes do not add up (I07).
    #[error("同意、反对、弃权相加是 {sum} 票，应与在场表决人数 {present} 相同")]
    VoteSum {
        /// The sum of the three.
        sum: u32,
        /// Voters present.
        present: u32,
    },
    /// Ballots by name do not equal the counts (I07).
    #[error("记名票与合计不一致，请核对“{0}”")]
    Ballots(&'static str),
    /// More voters than people who signed in.
    #[error("在场表决 {present} 人，多于实到的 {signed} 人")]
    TooManyVoters {
        /// Voters present.
        present: u32,
        /// People signed in.
        signed: u32,
    },
    /// Only the owners may decide it (I12).
    #[error("“{0}”须由业主共同决定，会上只能讨论并提出建议，不能表决通过")]
    OwnersDecide(&'static str),
    /// Not enough delegates (quorum).
    #[error("实到 {present} {unit}，不足应到 {invited} {unit}的法定人数 {needed} {unit}")]
    NoQuorum {
        /// Delegates present.
        present: u32,
        /// Delegates invited.
        invited: u32,
        /// How many are needed.
        needed: u32,
        /// What is counted.
        unit: &'static str,
    },
    /// A benefit topic, or one of the owners', put to those who decide nothing for all (I11).
    #[error("与居民切身利益相关的、须由业主共同决定的议题，只能交议事会或居民会议")]
    OutsideCouncil,
    /// Something happened after today (I22).
    #[error("{0}不能晚于今天")]
    Future(&'static str),
    /// An order of dates is broken (I10).
    #[error("{0}不能早于{1}")]
    Before(&'static str, &'static str),
    /// A resolution without task, a topic without opinion or sponsor, and the like.
    #[error("{0}")]
    Lacks(&'static str),
    /// It can no longer be changed.
    #[error("纪要已定稿，不能再改；需要更正时请出更正版")]
    Locked,
}

impl Refusal {
    /// Stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "rule.empty",
            Self::Step { .. } => "rule.step",
            Self::VoteSum { .. } => "rule.vote_sum",
            Self::Ballots(_) => "rule.ballots",
            Self::TooManyVoters { .. } => "rule.too_many_voters",
            Self::OwnersDecide(_) => "rule.owners_decide",
            Self::NoQuorum { .. } => "rule.no_quorum",
            Self::OutsideCouncil => "rule.outside_council",
            Self::Future(_) => "rule.future",
            Self::Before(..) => "rule.before",
            Self::Lacks(_) => "rule.lacks",
            Self::Locked => "rule.locked",
        }
    }
}

/// Of concurrent values, the one that all the others lead to.
pub(crate) fn furthest<S: Copy + PartialEq>(
    values: &[Value],
    state: impl Fn(&Value) -> Option<S>,
    leads: impl Fn(S, S) -> bool,
) -> Option<usize> {
    let states: Vec<S> = values.iter().map(state).collect::<Option<_>>()?;
    // Two values in the same state differ in something else: a person decides.
    (0..states.len()).find(|&i| (0..states.len()).all(|j| i == j || (states[i] != states[j] && leads(states[j], states[i]))))
}

/// The states a request may go to next.
pub fn request_next(from: RequestState) -> &'static [RequestState] {
    use RequestState::*;
    match from {
        Registered => &[Accepted, Refused, Withdrawn],
        Accepted => &[Working, Closed, Withdrawn],
        Working => &[Closed, Withdrawn],
        Closed => &[Answered, Working],
        Answered => &[Working],
        Refused | Withdrawn => &[Accepted],
    }
}

/// Whether work on a request leads from one state to the other without going back.
pub(crate) fn request_leads_to(from: RequestState, to: RequestState) -> bool {
    use RequestState::*;
    let rank = |s| match s {
        Registered => Some(0),
        Accepted => Some(1),
        Working => Some(2),
        Closed => Some(3),
        Answered => Some(4),
        Refused | Withdrawn => None,
    };
    matches!((rank(from), rank(to)), (Some(a), Some(b)) if a < b)
}

pub(crate) fn topic_leads_to(from: TopicState, to: TopicState) -> bool {
    use TopicState::*;
    match (from, to) {
        (Candidate, Candidate) => false,
        (Candidate, _) => true,
        (Chosen, Passed | Rejected | Shelved | ToOwners) => true,
        _ => false,
    }
}

/// The states a task may go to next. What is carried over goes on as another task; what was checked is at
/// its end.
pub fn task_next(from: TaskState) -> &'static [TaskState] {
    use TaskState::*;
    match from {
        Open => &[Doing, Done, CarriedOver],
        Doing | Returned => &[Done, CarriedOver],
        Done => &[Verified, Returned],
        Verified | CarriedOver => &[],
    }
}

/// Whether work on a task leads from one state to the other without going back.
pub(crate) fn task_leads_to(from: TaskState, to: TaskState) -> bool {
    use TaskState::*;
    matches!(
        (from, to),
        (Open, Doing | Done | Verified | CarriedOver) | (Doing | Returned, Done | Verified | CarriedOver) | (Done, Verified)
    )
}

/// Checks a task's step to another state.
///
/// # Errors
/// [`Refusal::Step`].
pub fn check_task_step(from: TaskState, to: TaskState) -> Result<(), Refusal> {
    if task_next(from).contains(&to) { Ok(()) } else { Err(Refusal::Step { from: from.zh(), to: to.zh() }) }
}

/// Checks a request's step to another state.
///
/// # Errors
/// [`Refusal::Step`].
pub fn check_request_step(from: RequestState, to: RequestState) -> Result<(), Refusal> {
    if from == to || request_next(from).contains(&to) { Ok(()) } else { Err(Refusal::Step { from: from.zh(), to: to.zh() }) }
}

/// The numbers of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Voters present at the item, without the recused.
    pub present: u32,
    /// 同意
    pub yes: u32,
    /// 反对
    pub no: u32,
    /// 弃权
    pub abstain: u32,
    /// 回避
    pub recused: u32,
}

/// Checks that a vote adds up (I07), and with those signed in.
///
/// # Errors
/// [`Refusal::VoteSum`], [`Refusal::TooManyVoters`], [`Refusal::Ballots`].
pub fn check_vote(count: Count, ballots: &[Choice], signed_in: u32) -> Result<(), Refusal> {
    let sum = count.yes.saturating_add(count.no).saturating_add(count.abstain);
    let voters = count.present.saturating_add(count.recused);
    if sum != count.present {
        return Err(Refusal::VoteSum { sum, present: count.present });
    }
    if voters > signed_in {
        return Err(Refusal::TooManyVoters { present: voters, signed: signed_in });
    }
    if !ballots.is_empty() {
        for (choice, n) in
            [(Choice::Yes, count.yes), (Choice::No, count.no), (Choice::Abstain, count.abstain), (Choice::Recused, count.recused)]
        {
            if ballots.iter().filter(|b| **b == choice).count() as u64 != u64::from(n) {
                return Err(Refusal::Ballots(choice.zh()));
            }
        }
    }
    Ok(())
}

/// What a vote of a meeting of this kind makes of a topic: 通过 or 未通过, and for a matter of the owners 转业主大会,
/// whatever the count (I12).
pub fn outcome(policy: &Policy, kind: MeetingKind, count: Count, owner_matter: Option<OwnerMatter>) -> TopicState {
    if owner_matter.is_some() {
        TopicState::ToOwners
    } else if policy.passes(kind, count.yes, count.present) {
        TopicState::Passed
    } else {
        TopicState::Rejected
    }
}

/// Checks that the ballots of a vote by name are those of different people who are there.
///
/// # Errors
/// [`Refusal::Lacks`] with whose ballot cannot be.
pub fn check_voters<D: PartialEq>(method: VoteMethod, voters: &[D], there: &[D]) -> Result<(), Refusal> {
    if method == VoteMethod::ByName && voters.is_empty() {
        return Err(Refusal::Lacks("记名表决要记下每位代表的票；没有逐人记的，请选举手表决。"));
    }
    if (1..voters.len()).any(|at| voters[..at].contains(&voters[at])) {
        return Err(Refusal::Lacks("记名票里有一位代表记了两次。"));
    }
    if voters.iter().any(|voter| !there.contains(voter)) {
        return Err(Refusal::Lacks("记名票里有人没有签到，请先签到，或去掉这一票。"));
    }
    Ok(())
}

/// Checks that a topic in this state may be voted on: it was chosen, or is counted anew (`again`) in the same
/// meeting; those who decide nothing for all may take up what was passed.
///
/// # Errors
/// [`Refusal::Lacks`].
pub fn check_votable(kind: MeetingKind, state: TopicState, again: bool) -> Result<(), Refusal> {
    use TopicState::*;
    match state {
        Chosen => Ok(()),
        Candidate | Dropped | Shelved => Err(Refusal::Lacks("这个议题没有确定上会，不能表决；请先在“确定议题”里确定。")),
        Passed if again || !kind.decides_for_all() => Ok(()),
        Rejected | ToOwners if again => Ok(()),
        Passed | Rejected | ToOwners => Err(Refusal::Lacks("这个议题已有结果，不能再表决；需要再议时请另提一个议题。")),
    }
}

/// Checks that a meeting of this kind may decide a topic: what touches residents' own interest, or is only the
/// owners' to decide (`reserved`), comes before the five parties or all residents (I11); others may take up what
/// these have passed.
///
/// # Errors
/// [`Refusal::OutsideCouncil`].
pub fn check_forum(kind: MeetingKind, reserved: bool, state: TopicState) -> Result<(), Refusal> {
    if reserved && !kind.decides_for_all() && state != TopicState::Passed { Err(Refusal::OutsideCouncil) } else { Ok(()) }
}

/// One count of an owners' vote, by persons or by area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// In all.
    pub all: u64,
    /// Of those who took part.
    pub took_part: u64,
    /// Of those who agreed.
    pub agreed: u64,
}

/// Checks that an owners' vote can be: nobody agrees who did not take part.
///
/// # Errors
/// [`Refusal::Lacks`] with which number cannot be.
pub fn check_owner_vote(persons: Share, area: Share) -> Result<(), Refusal> {
    let lacks = |holds: bool, why: &'static str| if holds { Ok(()) } else { Err(Refusal::Lacks(why)) };
    lacks(persons.all > 0 && area.all > 0, "业主人数和专有部分面积都要填写。")?;
    lacks(persons.took_part <= persons.all && area.took_part <= area.all, "参与表决的不能多于全部。")?;
    lacks(persons.agreed <= persons.took_part && area.agreed <= area.took_part, "同意的不能多于参与表决的。")
}

/// What an owners' vote comes to (台州市物业管理条例 §16, 民法典 §278): two thirds must take part, by area and
/// by persons; of these more than half agree, or three quarters for the matters that need it.
pub fn owner_outcome(matter: OwnerMatter, persons: Share, area: Share) -> OwnerOutcome {
    let both = |holds: fn(Share) -> bool| holds(persons) && holds(area);
    let enough = both(|s| u128::from(s.took_part) * 3 >= u128::from(s.all) * 2);
    let agreed = match matter.needs_three_quarters() {
        true => both(|s| u128::from(s.agreed) * 4 >= u128::from(s.took_part) * 3),
        false => both(|s| u128::from(s.agreed) * 2 > u128::from(s.took_part)),
    };
    match (enough, agreed) {
        (false, _) => OwnerOutcome::TooFew,
        (true, true) => OwnerOutcome::Passed,
        (true, false) => OwnerOutcome::Rejected,
    }
}

/// Checks the quorum (法定人数).
///
/// # Errors
/// [`Refusal::NoQuorum`].
pub fn check_quorum(policy: &Policy, kind: MeetingKind, unit: &'static str, invited: u32, present: u32) -> Result<(), Refusal> {
    let needed = policy.quorum_of(kind, invited);
    if present < needed || present == 0 {
        return Err(Refusal::NoQuorum { present, invited, needed, unit });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_must_add_up_and_not_exceed_the_sign_in() {
        let count = |present, yes, no, abstain, recused| Count { present, yes, no, abstain, recused };
        for (c, signed, code) in [
            (count(10, 8, 1, 1, 0), 10, ""),
            (count(10, 8, 1, 0, 0), 10, "rule.vote_sum"),
            (count(10, 8, 1, 1, 1), 10, "rule.too_many_voters"),
            (count(u32::MAX, u32::MAX, 0, 0, u32::MAX), 10, "rule.too_many_voters"),
        ] {
            let got = check_vote(c, &[], signed).err().map_or("", |r| r.code());
            assert_eq!(got, code, "{c:?}");
        }
        let by_name = [Choice::Yes, Choice::Yes, Choice::No];
        assert!(check_vote(count(3, 2, 1, 0, 0), &by_name, 3).is_ok());
        assert_eq!(check_vote(count(3, 1, 2, 0, 0), &by_name, 3), Err(Refusal::Ballots("同意")));
    }

    #[test]
    fn ballots_by_name_are_those_of_different_people_who_are_there() {
        let there = [1, 2, 3];
        let refused = |method, voters: &[i32]| check_voters(method, voters, &there).is_err();
        assert!(!refused(VoteMethod::ByName, &[3, 1]) && !refused(VoteMethod::Hands, &[]));
        assert!(refused(VoteMethod::ByName, &[]), "by name, and nobody named");
        assert!(refused(VoteMethod::ByName, &[1, 2, 1]), "one of them twice");
        assert!(refused(VoteMethod::Hands, &[1, 4]), "somebody who is not there");
    }

    #[test]
    fn what_was_not_chosen_or_is_decided_already_is_not_voted_on() {
        use TopicState::*;
        let may = |kind, state, again| check_votable(kind, state, again).is_ok();
        for state in TopicState::ALL {
            let (first, again) = (may(MeetingKind::Council, *state, false), may(MeetingKind::Council, *state, true));
            assert_eq!(first, *state == Chosen, "{state:?}");
            assert_eq!(again, matches!(state, Chosen | Passed | Rejected | ToOwners), "{state:?} counted anew");
            assert_eq!(may(MeetingKind::Assembly, *state, false), *state == Chosen, "{state:?} before all residents");
            assert_eq!(may(MeetingKind::BranchCommittee, *state, false), matches!(state, Chosen | Passed), "{state:?} taken up by others");
        }
    }

    #[test]
    fn a_matter_of_the_owners_never_passes_in_a_council_or_an_assembly() {
        let all = Count { present: 10, yes: 10, no: 0, abstain: 0, recused: 0 };
        let policy = Policy::default();
        for kind in [MeetingKind::Council, MeetingKind::Assembly] {
            assert_eq!(outcome(&policy, kind, all, Some(OwnerMatter::SpendFund)), TopicState::ToOwners);
            assert_eq!(outcome(&policy, kind, all, None), TopicState::Passed);
        }
    }

    #[test]
    fn an_owners_vote_needs_two_thirds_twice_and_then_half_or_three_quarters_twice() {
        use OwnerOutcome::*;
        let share = |all, took_part, agreed| Share { all, took_part, agreed };
        let usual = OwnerMatter::PropertyFirm;
        let heavy = OwnerMatter::CommonUse;
        for (matter, persons, area, comes_to) in [
            // Exactly two thirds is enough, one short of it is not; and both count.
            (usual, share(300, 200, 101), share(9000, 6000, 3001), Passed),
            (usual, share(300, 199, 199), share(9000, 9000, 9000), TooFew),
            (usual, share(300, 300, 300), share(9000, 5999, 5999), TooFew),
            // Half is not more than half.
            (usual, share(300, 200, 100), share(9000, 6000, 6000), Rejected),
            (usual, share(300, 200, 200), share(9000, 6000, 3000), Rejected),
            // Three quarters are enough for what needs them.
            (heavy, share(300, 200, 150), share(9000, 6000, 4500), Passed),
            (heavy, share(300, 200, 149), share(9000, 6000, 6000), Rejected),
            (heavy, share(300, 200, 200), share(9000, 6000, 4499), Rejected),
        ] {
            assert_eq!(owner_outcome(matter, persons, area), comes_to, "{matter:?} {persons:?} {area:?}");
        }
        let heavy: Vec<_> = OwnerMatter::ALL.iter().filter(|matter| matter.needs_three_quarters()).map(|matter| matter.code()).collect();
        assert_eq!(heavy, ["raise_fund", "rebuild", "common_use"], "numbers six to eight");
        assert!(check_owner_vote(share(300, 200, 201), share(9, 9, 9)).is_err());
        assert!(check_owner_vote(share(300, 301, 1), share(9, 9, 9)).is_err());
        assert!(check_owner_vote(share(0, 0, 0), share(0, 0, 0)).is_err());
    }

    #[test]
    fn every_state_of_a_request_is_reachable_and_illegal_steps_are_refused() {
        let mut seen = vec![RequestState::Registered];
        let mut i = 0;
        while i < seen.len() {
            for next in request_next(seen[i]) {
                if !seen.contains(next) {
                    seen.push(*next);
                }
            }
            i += 1;
        }
        assert_eq!(seen.len(), RequestState::ALL.len());
        assert!(check_request_step(RequestState::Registered, RequestState::Answered).is_err());
    }

    #[test]
    fn every_state_of_a_task_is_reachable_and_merges_only_go_where_steps_lead() {
        let mut seen = vec![TaskState::Open];
        let mut at = 0;
        while at < seen.len() {
            seen.extend(task_next(seen[at]).iter().filter(|next| !seen.contains(next)).copied().collect::<Vec<_>>());
            at += 1;
        }
        assert_eq!(seen.len(), TaskState::ALL.len());
        for from in TaskState::ALL {
            for to in TaskState::ALL {
                let step = check_task_step(*from, *to);
                assert_eq!(step.is_ok(), task_next(*from).contains(to), "{from:?} to {to:?}");
                // What merges take for progress can be done step by step, and never back.
                if task_leads_to(*from, *to) {
                    assert!(!task_leads_to(*to, *from) && from != to, "{from:?} to {to:?}");
                    let reached = task_next(*from).iter().any(|next| next == to || task_next(*next).contains(to));
                    assert!(reached, "{from:?} to {to:?}");
                }
            }
        }
    }

    #[test]
    fn concurrent_states_settle_only_where_one_leads_to_the_other() {
        let value = |s: &str| serde_json::json!({ "state": s });
        let judge = |states: &[&str]| {
            let values: Vec<_> = states.iter().map(|s| value(s)).collect();
            furthest(&values, |v| RequestState::parse(v["state"].as_str()?), request_leads_to)
        };
        assert_eq!(judge(&["accepted", "working"]), Some(1));
        assert_eq!(judge(&["closed", "accepted", "working"]), Some(0));
        assert_eq!(judge(&["closed", "withdrawn"]), None);
        assert_eq!(judge(&["working", "working"]), None, "same state, something else differs");
    }
}
