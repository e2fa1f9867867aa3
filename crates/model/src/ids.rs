//! Ids: newtypes over UUIDv7. They sort by time of making and mean nothing else.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            Serialize, Deserialize, ts_rs::TS,
        )]
        #[serde(transparent)]
        #[ts(export, as = "String")]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
        $crate::field_type!(Id: $name);
    )+};
}

id! {
    /// What is replicated together: a compound (小区), or what an office publishes.
    SpaceId,
    /// An office (机构): community, street or district.
    OfficeId,
    /// A compound (小区).
    CompoundId,
    /// A resident or anyone else who matters to the compound (人员).
    PersonId,
    /// A request (诉求).
    RequestId,
    /// A dated line of a request's course (办理经过).
    RequestStepId,
    /// A mediation (调解).
    MediationId,
    /// One sitting or home visit of a mediation (调解走访).
    MediationVisitId,
    /// One term of an agreement (协议条款).
    AgreementTermId,
    /// One month of the five-step loop (月度议事周期).
    CycleId,
    /// An opinion gathered (民意).
    OpinionId,
    /// A topic (议题).
    TopicId,
    /// A council meeting (会议).
    MeetingId,
    /// How the body behind one of the five parties stands (五方现状).
    BodyId,
    /// A delegate of one of the five parties (五方代表).
    DelegateId,
    /// A line of the sign-in (签到).
    AttendanceId,
    /// What somebody said on a topic (发言).
    SpeechId,
    /// The count of one vote (表决).
    VoteId,
    /// How the owners voted (业主表决).
    OwnerVoteId,
    /// What a council agreed (议定事项).
    ResolutionId,
    /// Something to be carried out (落实事项).
    TaskId,
    /// The report back on a task (监督反馈).
    FeedbackId,
    /// Minutes as they became final (纪要定稿).
    MinutesEditionId,
    /// An answer to who gave an opinion (意见告知).
    OpinionReplyId,
    /// One owner's ballot (业主票).
    OwnerBallotId,
    /// A publicity (公示).
    PublicityId,
    /// An objection to a publicity (公示异议).
    ObjectionId,
    /// A rule of the compound (小区规则).
    HouseRuleId,
    /// A campaign (整治行动).
    CampaignId,
    /// A site of a campaign (整治点位).
    SiteId,
    /// A door-to-door canvass (逐户走访).
    CanvassId,
    /// One visit of a canvass (走访记录).
    CanvassVisitId,
    /// A demand to a firm or a department (督促函).
    DemandId,
    /// One use of a seal (用印登记).
    SealUseId,
    /// A paper that was issued (文书).
    PaperId,
    /// A photo, scan or document filed on a record (附件).
    AttachmentId,
    /// A certificate of who may write what (授权).
    CertificateId,
    /// The end of a certificate (停用).
    RevocationId,
    /// A policy pack (制度参数).
    PolicyPackId,
}

/// A UUIDv7 from a time and ten random bytes, both passed in.
pub fn uuid_at(unix_millis: u64, random: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(unix_millis, random).into_uuid()
}
