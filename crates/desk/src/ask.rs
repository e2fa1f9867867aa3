//! Every question a face may ask, once. TypeScript gets the same list.
//!
//! A question's answer type stands in its comment; `Done` is [`Done`](crate::views::Done).

mod affairs;
mod council;
mod inputs;

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Deserialize;
use xinghuo_model::records::{
    BodyInput, CampaignInput, CanvassInput, DelegateInput, HouseRuleInput, NewAttendance, NewCanvassVisit, NewFeedback, NewOpinionReply,
    NewOwnerBallot, NewOwnerVote, NewVote, ObjectionInput, SealUseInput,
};
use xinghuo_model::*;

pub use affairs::*;
pub use council::*;
pub use inputs::*;

/// A question or an order from a face.
#[derive(Debug, Clone, Deserialize, ts_rs::TS)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum Ask {
    // ---- the copy itself ----
    /// How the copy stands: new, locked or open. → `Status`
    Status,
    /// First run of a branch. → `Status`
    CreateBranch(NewBranch),
    /// First run of an office: community, street or district. → `Status`
    CreateOffice(NewOffice),
    /// First run with made-up data (示范数据). A long job. → `Status`
    CreateDemo {
        /// Branch or office.
        role: DemoRole,
        /// The passphrase of the copy.
        passphrase: String,
    },
    /// Puts a backup (备份) back into an empty folder; the copy gets new keys. A long job. → `Status`
    Restore {
        /// The backup.
        path: PathBuf,
        /// The passphrase of the copy when it was saved.
        passphrase: String,
    },
    /// Opens the copy. → `Status`
    Unlock {
        /// The passphrase.
        passphrase: String,
    },
    /// Closes it. → `Status`
    Lock,
    /// How far the running long job is, `null` when none runs. → `Progress | null`
    Progress,
    /// Asks the running long job to stop; it rolls back. → `Done`
    Stop,
    /// What the undo command would take back, `null` when nothing. → `UndoOffer | null`
    UndoOffer,
    /// Takes back the last own save. → `Done`
    Undo,
    /// Takes back the given own save, where nothing later builds on it. → `Done`
    UndoSave {
        /// As reported by the save.
        #[ts(type = "number")]
        save: i64,
    },
    /// Every change of one record, newest first. → `HistoryLine[]`
    History {
        /// Any record's id.
        record: uuid::Uuid,
    },
    /// Keeps a draft (草稿) under a key of the page's choosing. → `Done`
    SaveDraft {
        /// Which page and which record.
        key: String,
        /// What was typed.
        text: String,
    },
    /// A kept draft. → `string | null`
    LoadDraft {
        /// Which.
        key: String,
    },
    /// Forgets a draft. → `Done`
    DropDraft {
        /// Which.
        key: String,
    },
    /// Checks the file and every chain (检查): quick. A long job. → `CheckReport`
    Check,
    /// Audits (核查): besides what a check reads every seal, every author's entitlement, what waits, the
    /// receipts, and the tables against the log. A long job. → `CheckReport`
    Audit,
    /// The last backup, and what the next may be called. → `BackupView`
    Backups,
    /// Writes a backup (备份), reads it back, opens and checks what was saved. A long job. → `BackedUp`
    Backup {
        /// Where to, `.xinghuo-backup`.
        path: PathBuf,
    },
    /// Rebuilds the projected tables from the log. A long job. → `Done`
    Rebuild,

    // ---- looking ----
    /// The workbench (今日). → `TodayView`
    Today,
    /// The find box: characters, pinyin, initials, room, phone tail. → `Hit[]`
    Find {
        /// As typed so far.
        text: String,
    },
    /// The office's compounds as cards. → `CompoundCard[]`
    Overview,
    /// Turns every page to one compound (office). → `Status`
    LookAt {
        /// Which; `null` goes back to the overview.
        compound: Option<CompoundId>,
    },

    // ---- people ----
    /// Rooms (房号) of the roster that what is typed may mean: 3-2, 32501, 3幢2单元501. → `string[]`
    Rooms {
        /// As typed so far.
        text: String,
    },
    /// Buildings and how many people live in each. → `BuildingCount[]`
    Buildings,
    /// People, by room. → `PeoplePage`
    People {
        /// Only this building.
        building: Option<String>,
        /// Skip so many.
        offset: u32,
    },
    /// One person. → `PersonCard`
    Person {
        /// Which.
        id: PersonId,
    },
    /// A hidden value in full; the reason is recorded. → `string`
    Reveal {
        /// Whose.
        id: PersonId,
        /// `phones`, `id_number` or `note`.
        field: String,
        /// Why.
        reason: String,
    },
    /// What erasing a person would take along. → `ErasureView`
    Erasure {
        /// Whom.
        id: PersonId,
    },
    /// Erases a person's data for good, here and wherever bundles go. → `Done`
    Erase {
        /// Whom.
        id: PersonId,
        /// Their requests, mediations and opinions lose their content too.
        cases: bool,
        /// Why; it is recorded.
        reason: ErasureReason,
    },
    /// Adds or changes a person by hand. → `Saved`
    SavePerson(PersonInput),
    /// Reads a roster and compares it; nothing is stored. A long job. → `RosterPreview`
    RosterPreview {
        /// The spreadsheet.
        path: PathBuf,
    },
    /// Rows of the preview. → `RosterRows`
    RosterRows {
        /// Only this verdict.
        verdict: Option<RosterVerdict>,
        /// Skip so many.
        offset: u32,
    },
    /// Stores what the preview showed. A long job. → `RosterStored`
    RosterStore,
    /// Writes an empty roster with the columns of a person. → `Done`
    RosterBlank {
        /// Where to.
        path: PathBuf,
    },
    /// Writes the same file back with 结果 and 原因. → `Done`
    RosterReturn {
        /// Where to.
        path: PathBuf,
    },

    // ---- cases ----
    /// Requests. → `RequestPage`
    Requests(RequestFilter),
    /// One request with its course. → `RequestView`
    Request {
        /// Which.
        id: RequestId,
    },
    /// Records a request. → `Saved`
    AddRequest(NewRequest),
    /// Moves a request on. → `Saved`
    StepRequest {
        /// Which.
        id: RequestId,
        /// To which state.
        to: RequestState,
        /// The day it happened.
        on: NaiveDate,
        /// How it was closed, why it was refused.
        result: Option<String>,
        /// With 已反馈.
        satisfaction: Option<Satisfaction>,
    },
    /// Changes a request's facts. → `Saved`
    EditRequest(RequestEdit),
    /// Adds a dated line to its course. → `Saved`
    NoteRequest {
        /// Which.
        id: RequestId,
        /// The day it happened.
        on: NaiveDate,
        /// What happened.
        text: String,
    },
    /// Mediations. → `MediationLine[]`
    Mediations,
    /// One mediation. → `MediationView`
    Mediation {
        /// Which.
        id: MediationId,
    },
    /// Begins a mediation. → `Saved`
    AddMediation(NewMediation),
    /// Adds a visit. → `Saved`
    AddVisit {
        /// Of which.
        mediation: MediationId,
        /// The day.
        on: NaiveDate,
        /// Who went.
        by: String,
        /// What was said.
        text: String,
    },
    /// Adds a term of the agreement. → `Saved`
    AddTerm {
        /// Of which.
        mediation: MediationId,
        /// What is owed.
        text: String,
        /// How much, in fen.
        #[ts(type = "number | null")]
        fen: Option<i64>,
        /// By when.
        due_on: Option<NaiveDate>,
    },
    /// A term was performed. → `Saved`
    PerformTerm {
        /// Which.
        id: AgreementTermId,
        /// The day.
        on: NaiveDate,
    },
    /// Moves a mediation on. → `Saved`
    StepMediation {
        /// Which.
        id: MediationId,
        /// To which state.
        to: MediationState,
        /// The day.
        on: NaiveDate,
        /// The committee that seals.
        committee: Option<String>,
    },

    // ---- the five-step loop ----
    /// A month from opinions to feedback. → `CouncilView`
    Council {
        /// Which; the current one by default.
        month: Option<Month>,
    },
    /// A year of the compound's councils in figures. → `CouncilYear`
    CouncilYear {
        /// This year where `null`.
        year: Option<i32>,
    },
    /// The three ills (三个老毛病) as figures: of the compound shown, or of all. → `IllsView`
    Ills {
        /// The current one by default.
        year: Option<i32>,
    },
    /// The rows behind one of them. → `IllLine[]`
    IllLines {
        /// Which.
        ill: Ill,
        /// The current one by default.
        year: Option<i32>,
    },
    /// The policy packs (制度参数). → `PolicyView`
    Policies,
    /// Issues a pack: from the first day of a later month on. Offices of communities only. → `Saved`
    IssuePolicy {
        /// Its numbers; its version is given here.
        policy: xinghuo_model::policy::Policy,
        /// The first month.
        from: Month,
    },
    /// Records an opinion. → `Saved`
    AddOpinion(NewOpinion),
    /// Tells an opinion's writer what became of it. → `Saved`
    ReplyOpinion(NewOpinionReply),
    /// Puts opinions into a topic, or takes them out. → `Saved`
    GatherOpinions {
        /// Which topic.
        topic: TopicId,
        /// Which opinions.
        opinions: Vec<OpinionId>,
        /// Take them out.
        out: bool,
    },
    /// States that a month has no topic. → `Saved`
    StateNoTopic {
        /// Which.
        month: Month,
        /// Why; `null` takes it back.
        reason: Option<String>,
    },
    /// Makes a topic of opinions. → `Saved`
    AddTopic(NewTopic),
    /// Chooses, drops or shelves a topic. → `Saved`
    DecideTopic {
        /// Which.
        id: TopicId,
        /// 确定, 不采纳 or 搁置.
        to: TopicState,
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Puts a topic right that was not voted on yet. → `Saved`
    EditTopic(TopicEdit),
    /// Decides a topic without a council, by exception, with the reason. → `Saved`
    DecideOutside {
        /// Which.
        id: TopicId,
        /// The day.
        on: NaiveDate,
        /// Why it could not wait.
        reason: String,
    },
    /// Lets a topic go on in the next month (跨月结转). → `Saved`
    CarryTopic {
        /// Which.
        id: TopicId,
        /// The day.
        on: NaiveDate,
        /// Why it does not end in its own month.
        reason: String,
    },
    /// The delegates of the five parties. → `Delegate[]`
    Delegates,
    /// Adds or changes a delegate. → `Saved`
    SaveDelegate(DelegateInput),
    /// Says how the body behind a party stands (五方现状). → `Saved`
    SaveBody(BodyInput),
    /// Plans a meeting over the chosen topics. → `Saved`
    PlanMeeting(NewMeeting),
    /// Puts a meeting's time, place, people or agenda right. → `Saved`
    EditMeeting(MeetingEdit),
    /// A meeting that is not held after all. → `Saved`
    CancelMeeting {
        /// Which.
        id: MeetingId,
    },
    /// The invitations went out. → `Saved`
    NotifyMeeting {
        /// To which meeting.
        id: MeetingId,
        /// The day.
        on: NaiveDate,
    },
    /// Signs somebody in or out. → `Saved`
    SignIn(NewAttendance),
    /// How many came to an assembly. → `Saved`
    CountAssembly {
        /// Which.
        id: MeetingId,
        /// Counted as its `basis` says: people or households.
        came: u32,
    },
    /// Opens the meeting; refused without quorum. → `Saved`
    OpenMeeting {
        /// Which.
        id: MeetingId,
    },
    /// Records what was said. → `Saved`
    AddSpeech {
        /// At which meeting.
        meeting: MeetingId,
        /// On which topic.
        topic: TopicId,
        /// Who.
        speaker: String,
        /// What.
        text: String,
    },
    /// Records a vote; the topic follows from it. → `Saved`
    RecordVote(NewVote),
    /// What an owners' vote of these numbers would come to, before it is recorded. → `OwnerVerdict`
    CountOwnerVote(NewOwnerVote),
    /// Records the owners' vote on a matter that is theirs; the topic follows from it. → `Saved`
    RecordOwnerVote(NewOwnerVote),
    /// The owners' ballots on a topic, counted. → `OwnerBallotsView`
    OwnerBallots {
        /// Which.
        topic: TopicId,
    },
    /// Records one owner's ballot. → `Saved`
    AddOwnerBallot(NewOwnerBallot),
    /// Records what was agreed, and the task that carries it out. → `Saved`
    AddResolution(NewResolution),
    /// Puts right what was agreed, until the minutes are final. → `Saved`
    EditResolution {
        /// Which.
        id: ResolutionId,
        /// As it was agreed.
        text: String,
    },
    /// Takes back what was not agreed after all, with its tasks. → `Saved`
    WithdrawResolution {
        /// Which.
        id: ResolutionId,
    },
    /// 散会. → `Saved`
    CloseMeeting {
        /// Which.
        id: MeetingId,
    },
    /// What two laptops say apart of one meeting. → `AccountItem[]`
    Accounts {
        /// Which.
        meeting: MeetingId,
    },
    /// Chooses one side of such an item. → `Saved`
    ChooseAccount {
        /// As in its side.
        chosen: uuid::Uuid,
    },
    /// 核稿: the draft was compared with what was said. → `Saved`
    CheckMinutes {
        /// Of which meeting.
        id: MeetingId,
        /// Who did.
        by: String,
    },
    /// 定稿: numbers and locks the minutes. → `Saved`
    FinaliseMinutes {
        /// Of which meeting.
        id: MeetingId,
        /// The day.
        on: NaiveDate,
    },
    /// Opens final minutes again for a correction (更正版); the final edition stays. → `Saved`
    CorrectMinutes {
        /// Of which meeting.
        id: MeetingId,
        /// What is wrong with them.
        reason: String,
    },
    /// Tasks that are not finished. → `TaskLine[]`
    Tasks,
    /// Moves a task on. → `Saved`
    StepTask {
        /// Which.
        id: TaskId,
        /// To which state.
        to: TaskState,
        /// The day.
        on: NaiveDate,
        /// What was done, why it is carried over.
        outcome: Option<String>,
        /// The new date of a task that is carried over.
        due_on: Option<NaiveDate>,
        /// Who checked it, where it was checked.
        by: Option<String>,
    },
    /// Gives a task more time in its own month's books (延期). → `Saved`
    ExtendTask {
        /// Which.
        id: TaskId,
        /// The new date.
        due_on: NaiveDate,
        /// Who allowed it.
        by: String,
        /// Why.
        reason: String,
    },
    /// Puts a task right that is not done yet. → `Saved`
    EditTask(TaskEdit),
    /// Reports back on a task. → `Saved`
    GiveFeedback(NewFeedback),

    // ---- what a council leaves behind ----
    /// What hangs in public (公示). → `PublicityLine[]`
    Publicities,
    /// What must be published, and when it last was. → `PublicityItem[]`
    PublicityItems,
    /// A text as it may hang in public. → `MaskedText`
    MaskText {
        /// As it was typed.
        text: String,
        /// Residents who are to be named in full.
        keep: Vec<String>,
    },
    /// Adds or changes a publicity. → `Saved`
    SavePublicity(PublicityInput),
    /// It is taken down. → `Saved`
    TakeDown {
        /// Which.
        id: PublicityId,
        /// The day.
        on: NaiveDate,
        /// What came of it.
        result: String,
    },
    /// Records an objection, or its answer. → `Saved`
    SaveObjection(ObjectionInput),
    /// What was sealed (用印登记). → `SealsView`
    Seals,
    /// Adds or changes a use of a seal. → `Saved`
    SaveSealUse(SealUseInput),
    /// Rules and campaigns (规则与整治). → `OrderView`
    Order,
    /// Adds or changes a rule. → `Saved`
    SaveHouseRule(HouseRuleInput),
    /// Adds or changes a campaign. → `Saved`
    SaveCampaign(CampaignInput),
    /// Adds a site. → `Saved`
    AddSite(NewSite),
    /// Moves a site on: fixed, looked at again, undone once more. → `Saved`
    StepSite {
        /// Which.
        id: SiteId,
        /// To which state.
        to: SiteState,
        /// The day.
        on: NaiveDate,
        /// What was done, what is still wrong.
        note: Option<String>,
    },
    /// The door-to-door canvasses (逐户走访). → `CanvassLine[]`
    Canvasses,
    /// One of them room by room. → `CanvassView`
    Canvass {
        /// Which.
        id: CanvassId,
    },
    /// Adds or changes a canvass. → `Saved`
    SaveCanvass(CanvassInput),
    /// Records a visit. → `Saved`
    AddCanvassVisit(NewCanvassVisit),
    /// Demands to firms and departments (督促函). → `DemandLine[]`
    Demands,
    /// Adds or changes a demand. → `Saved`
    SaveDemand(DemandInput),
    /// A demand was answered. → `Saved`
    AnswerDemand {
        /// Which.
        id: DemandId,
        /// The day.
        on: NaiveDate,
        /// What was replied.
        reply: String,
    },

    // ---- papers ----
    /// Page pictures of a paper as it would print now. → `PaperPreview`
    PreviewPaper {
        /// Which paper.
        paper: PaperChoice,
    },
    /// Writes a paper to a file and files it on its matter. → `Done`
    SavePaper {
        /// Which paper.
        paper: PaperChoice,
        /// PDF or Word.
        format: PaperFormat,
        /// Where to.
        path: PathBuf,
    },

    // ---- attachments ----
    /// What is filed on a record (附件). → `AttachmentLine[]`
    Attachments {
        /// Any record's id.
        record: uuid::Uuid,
    },
    /// Files a photo, scan or PDF on a record. → `Saved`
    AddAttachment {
        /// On which.
        record: uuid::Uuid,
        /// The file.
        path: PathBuf,
    },
    /// Takes an attachment away. → `Saved`
    RemoveAttachment {
        /// Which.
        id: AttachmentId,
    },
    /// Writes an attachment to a file, unencrypted; who did is recorded. → `Done`
    SaveAttachment {
        /// Which.
        id: AttachmentId,
        /// Where to.
        path: PathBuf,
    },

    // ---- exchange ----
    /// What would travel, what came, who belongs. → `ExchangeView`
    Exchange,
    /// Writes a join request (入网申请). → `Done`
    JoinRequest {
        /// Where to, `.xinghuo-join`.
        path: PathBuf,
    },
    /// Opens a join request at the office. → `JoinCard`
    InspectJoin {
        /// The file.
        path: PathBuf,
    },
    /// Admits it and writes the welcome bundle. → `Done`
    Admit {
        /// The join request.
        path: PathBuf,
        /// The fingerprint as it was read aloud; digits in any grouping.
        fingerprint: String,
        /// Where the welcome bundle goes.
        out: PathBuf,
    },
    /// Ends a copy: what it writes from now on is set aside (office). → `Saved`
    EndCopy {
        /// Its signing key, as in `Partner`.
        key: String,
        /// Why: lost, replaced, handed over.
        reason: String,
    },
    /// Trusts an office: the first bundle it sent, after comparing its fingerprint. → `BundleReport`
    Welcome {
        /// The welcome bundle.
        path: PathBuf,
        /// The office's fingerprint as it was read aloud.
        fingerprint: String,
    },
    /// Writes a bundle for one partner. A long job. → `Exported`
    Export {
        /// The partner's key (hex of its signing key).
        audience: String,
        /// Where to; volumes stand beside it under names of their own.
        path: PathBuf,
        /// Split into volumes (分卷) of at most so many bytes.
        #[serde(default)]
        #[ts(optional, type = "number | null")]
        volume_size: Option<u64>,
    },
    /// Says what a bundle holds without taking it in. → `BundleReport`
    InspectBundle {
        /// The file.
        path: PathBuf,
    },
    /// Takes bundles in, in any order, doubled or renamed. A long job. → `BundleReport[]`
    Import {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// Records that differ between copies. → `ConflictCard[]`
    Conflicts,
    /// Decides a conflict. → `Saved`
    Decide(Decision),
    /// What is missing, as a text that fits a chat message and a QR code. → `WantView`
    Want,
    /// Writes the QR code as a picture. → `Done`
    WantPicture {
        /// Where to, `.svg`.
        path: PathBuf,
    },
    /// Reads what somebody asks for. → `WantedView`
    ReadWant {
        /// The message as it was pasted, or the line as it was typed.
        text: String,
    },
    /// Writes a bundle of just that, and what is owed anyway. A long job. → `Exported`
    AnswerWant {
        /// As for `read_want`.
        text: String,
        /// Where to.
        path: PathBuf,
    },
}
