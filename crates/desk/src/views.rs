//! What a face gets back. Plain, serialisable, already masked.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Serialize;
use xinghuo_model::records::*;
use xinghuo_model::rules::StepState;
use xinghuo_model::*;

use crate::ask::RosterVerdict;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, ts_rs::TS)]
        #[ts(export)]
        #[allow(missing_docs)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* }
    )+};
}

mod affairs;
mod council;

pub use affairs::*;
pub use council::*;

/// How a copy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum CopyState {
    /// Nothing here yet: first run.
    New,
    /// Waiting for the passphrase.
    Locked,
    /// Ready.
    Open,
}

/// The last backup, as far as this copy knows. Kept beside the log.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ts_rs::TS)]
#[ts(export)]
#[allow(missing_docs)]
pub struct BackupLine {
    pub at: DateTime<FixedOffset>,
    pub file: String,
    pub sentence: String,
}

/// What kind of thing the find box found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum HitKind {
    /// 人员
    Person,
    /// 诉求
    Request,
    /// 调解
    Mediation,
    /// 民意
    Opinion,
    /// 议题
    Topic,
    /// 五方代表
    Delegate,
    /// 落实事项
    Task,
}

/// What became of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BundleFate {
    /// Everything in it was taken in or already here.
    Merged,
    /// Some of it waits or was set aside; see the sentences.
    Partly,
    /// Nothing of it was taken in.
    Refused,
    /// Only looked at.
    Inspected,
}

/// What two copies disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ConflictKind {
    /// The same field got two values.
    Field,
    /// Different fields were changed at once: informative.
    Parallel,
    /// One deleted what the other changed.
    Deleted,
}

views! {
    /// The copy and who works with it.
    Status {
        state: CopyState,
        role: Option<Role>,
        /// 橘香里 or 星岩社区.
        title: Option<String>,
        /// 黄岩区 东城街道 星岩社区
        place: Option<String>,
        person: Option<String>,
        copy: Option<String>,
        /// Community office only: the compound it looks at.
        looking_at: Option<Compound>,
        today: NaiveDate,
        month: Month,
        /// Changes not yet sent to anyone.
        unsent: u32,
        conflicts: u32,
        joined: bool,
        demo: bool,
        version: String,
        /// Something to tell at once, e.g. that the copy was found restored.
        notice: Option<String>,
    }
    /// An order was carried out.
    Done {
        /// A sentence for the notice.
        message: String,
        /// What changed, as kinds (`person`, `request` …): pages showing them refresh.
        changed: Vec<String>,
    }
    /// Something was stored.
    Saved {
        /// The record's id.
        id: uuid::Uuid,
        /// Number of the save, for `undo_save`.
        #[ts(type = "number")]
        save: i64,
        message: String,
        changed: Vec<String>,
    }
    /// How far a long job is.
    Progress {
        what: String,
        #[ts(type = "number")]
        done: u64,
        #[ts(type = "number")]
        total: u64,
    }
    /// What undo would take back.
    UndoOffer {
        /// 撤销“登记诉求”
        label: String,
        #[ts(type = "number")]
        save: i64,
        at: DateTime<FixedOffset>,
    }
    /// One change of one record.
    HistoryLine {
        /// The act: 登记诉求.
        action: String,
        /// Field label.
        field: String,
        old: Option<String>,
        new: Option<String>,
        person: String,
        copy: String,
        /// The laptop's clock, for display only.
        at: DateTime<FixedOffset>,
        /// Came about by deciding a conflict.
        decided: bool,
        own: bool,
    }
    /// What a check or an audit found.
    CheckReport {
        /// What was looked at, and how it stands, in sentences.
        sentences: Vec<String>,
        #[ts(type = "number")]
        logs: u64,
        #[ts(type = "number")]
        entries: u64,
        #[ts(type = "number")]
        records: u64,
        state_hash: String,
        /// Sentences; empty when all is well.
        problems: Vec<String>,
        /// Data from a newer version, kept but not understood.
        #[ts(type = "number")]
        newer: u64,
        /// Copies whose key was used on two computers at once, a sentence each.
        forks: Vec<String>,
    }
    /// One step of the bar.
    StepView {
        step: Step,
        title: String,
        from: NaiveDate,
        to: NaiveDate,
        state: StepState,
        state_zh: String,
        /// Days to the end of the window; negative when past.
        #[ts(type = "number")]
        days_left: i64,
        count: u32,
        late: u32,
    }
    /// Something due, overdue or awaiting an answer.
    DueLine {
        /// `request`, `task`, `feedback`, `opinion`, `demand`, `publicity`, `campaign`, `topic` or `party_body`.
        kind: String,
        id: uuid::Uuid,
        /// The month its task belongs to.
        month: Option<Month>,
        title: String,
        detail: String,
        due_on: NaiveDate,
        /// Negative when late.
        #[ts(type = "number")]
        days_left: i64,
    }
    /// The workbench.
    TodayView {
        today: NaiveDate,
        month: Month,
        /// How things stand, in one sentence.
        sentence: String,
        steps: Vec<StepView>,
        due_today: Vec<DueLine>,
        overdue: Vec<DueLine>,
        waiting: Vec<DueLine>,
        open_requests: u32,
        open_tasks: u32,
        people: u32,
        unsent: u32,
        last_sent: Option<DateTime<FixedOffset>>,
        recent_opinions: u32,
    }
    /// A find result.
    Hit {
        kind: HitKind,
        id: uuid::Uuid,
        /// Name or title.
        title: String,
        /// Room, relation, masked phone; number, state.
        detail: String,
        /// Where a click leads, for records that live on a month's page.
        month: Option<Month>,
    }
    /// What erasing a person (抹去个人信息) would take along.
    ErasureView {
        name: String,
        /// Their requests, mediations and opinions.
        cases: Vec<Hit>,
        /// Other records in which the name occurs: to be looked at one by one.
        mentions: Vec<Hit>,
    }
    /// A compound as its office sees it, or one further up: then without people and conflicts.
    CompoundCard {
        compound: Compound,
        /// The community it belongs to, by the certificates.
        community: String,
        /// The street of that community.
        street: String,
        steps: Vec<StepView>,
        open_requests: u32,
        overdue: u32,
        people: u32,
        conflicts: u32,
        last_heard: Option<DateTime<FixedOffset>>,
        #[ts(type = "number | null")]
        days_silent: Option<i64>,
        /// Sorts «needs me».
        need: u32,
    }
    /// A building.
    BuildingCount { building: String, people: u32, rooms: u32 }
    /// A person in a list.
    PersonLine {
        id: PersonId,
        name: String,
        room: String,
        relation: Option<String>,
        sex: Option<Sex>,
        birth: Option<String>,
        /// Masked.
        phones: Vec<String>,
        occupancy: Option<Occupancy>,
        party_member: bool,
        checked_in: bool,
        conflict: bool,
    }
    /// A page of people.
    PeoplePage { total: u32, offset: u32, people: Vec<PersonLine> }
    /// One person whole, masked.
    PersonCard {
        person: PersonLine,
        building: String,
        unit: Option<String>,
        room_only: String,
        skills: Option<String>,
        employer: Option<String>,
        checked_in_on: Option<NaiveDate>,
        /// Masked.
        id_number: Option<String>,
        has_note: bool,
        /// The others in the room.
        household: Vec<PersonLine>,
        requests: Vec<RequestLine>,
    }
    /// Counts of a roster preview, and the questions it raises.
    RosterPreview {
        file: String,
        sheets: Vec<String>,
        rows: u32,
        new: u32,
        changed: u32,
        same: u32,
        suspect: u32,
        skipped: u32,
        refused: u32,
        /// Columns that were not understood and are left out.
        unknown_columns: Vec<String>,
        known_columns: Vec<String>,
    }
    /// A row of the preview.
    RosterRow {
        sheet: String,
        row: u32,
        verdict: RosterVerdict,
        verdict_zh: String,
        name: String,
        room: String,
        /// Why, in sentences.
        reason: String,
        /// 联系电话：138****5678 → 139****0000
        changes: Vec<String>,
    }
    /// A page of preview rows.
    RosterRows { total: u32, rows: Vec<RosterRow> }
    /// A roster was stored.
    RosterStored {
        #[ts(type = "number")]
        save: i64,
        message: String,
        added: u32,
        changed: u32,
        same: u32,
    }
    /// A request in a list.
    RequestLine {
        id: RequestId,
        number: String,
        text: String,
        place: String,
        category: Category,
        state: RequestState,
        urgency: Urgency,
        accepted_on: NaiveDate,
        due_on: NaiveDate,
        #[ts(type = "number")]
        days_left: i64,
        open: bool,
        conflict: bool,
    }
    /// A page of requests.
    RequestPage { total: u32, open: u32, overdue: u32, requests: Vec<RequestLine> }
    /// A line of a course.
    CourseLine { on: NaiveDate, text: String, person: String }
    /// One request.
    RequestView {
        request: Request,
        line: RequestLine,
        requester: Option<PersonLine>,
        course: Vec<CourseLine>,
        next: Vec<RequestState>,
        mediations: Vec<MediationLine>,
    }
    /// A mediation in a list.
    MediationLine {
        id: MediationId,
        number: String,
        parties: String,
        facts: String,
        state: MediationState,
        accepted_on: NaiveDate,
        #[ts(type = "number")]
        fen: i64,
        conflict: bool,
    }
    /// A term with its capitals.
    TermView { term: AgreementTerm, money: Option<String>, capitals: Option<String>, late: bool }
    /// One mediation.
    MediationView {
        mediation: Mediation,
        visits: Vec<MediationVisit>,
        terms: Vec<TermView>,
        next: Vec<MediationState>,
        /// 人民调解 or 和解, and why.
        paper_note: String,
    }
    /// Something filed on a record (附件).
    AttachmentLine {
        id: AttachmentId,
        /// To show and to suggest: never a path.
        name: String,
        media: Media,
        /// Bytes.
        size: u32,
        on: NaiveDate,
        person: String,
        /// Its content is here; otherwise it was not received yet.
        here: bool,
    }
    /// A page picture.
    PagePicture {
        /// `data:image/png;base64,…`
        src: String,
        width: u32,
        height: u32,
    }
    /// An edition of final minutes.
    EditionLine { edition: u32, on: NaiveDate, reason: Option<String>, hash: String }
    /// A paper as it would print.
    PaperPreview {
        title: String,
        pages: Vec<PagePicture>,
        /// 本机无方正小标宋，以思源宋体粗体代替
        faces: Vec<String>,
        /// Characters in no font, by field.
        uncovered: Vec<String>,
        draft: bool,
        /// What was issued before.
        issued: Vec<Paper>,
        /// The editions of final minutes, the last one first.
        editions: Vec<EditionLine>,
        /// A good file name without ending.
        file_name: String,
    }
    /// A partner a bundle can be written for.
    Partner {
        /// Hex of its signing key.
        key: String,
        name: String,
        detail: String,
        /// The office above, not a copy that was admitted.
        above: bool,
        /// What would travel now, in entries.
        unsent: u32,
        last_sent: Option<DateTime<FixedOffset>>,
        last_heard: Option<DateTime<FixedOffset>>,
        /// What a bundle for it is called: 橘香里_给星岩社区_20261123_0210.xinghuo
        suggested_name: String,
    }
    /// How many changes of one kind and class wait.
    TravelLine { kind: String, kind_zh: String, class: String, class_zh: String, changes: u32 }
    /// A bundle that came or went.
    BundleLine {
        at: DateTime<FixedOffset>,
        outgoing: bool,
        partner: String,
        file: String,
        sentence: String,
        /// Its number where a receipt slip (回执单) can be printed for it.
        #[ts(type = "number | null")]
        slip: Option<i64>,
    }
    /// The exchange page.
    ExchangeView {
        role: Role,
        /// With the office above.
        joined: bool,
        /// This copy's fingerprint, six groups of five digits.
        fingerprint: String,
        /// The office above, once its name is known.
        office: Option<String>,
        partners: Vec<Partner>,
        travels: Vec<TravelLine>,
        stays: Vec<TravelLine>,
        bundles: Vec<BundleLine>,
        /// What is missing, in sentences.
        held: Vec<String>,
        conflicts: u32,
        /// Attachments that go to the first partner, and their bytes.
        files: u32,
        #[ts(type = "number")]
        file_bytes: u64,
        /// Changes that only a newer version understands: kept and passed on.
        #[ts(type = "number")]
        newer: u64,
    }
    /// What this copy lacks (缺什么), to be sent to somebody who may have it.
    WantView {
        /// A message that fits a chat; its last line is `line`.
        text: String,
        /// What is missing, a sentence per stretch.
        missing: Vec<String>,
        /// The line a program reads; `null` where nothing is missing.
        line: Option<String>,
        /// The line as a QR code: the outline of its dark squares as SVG path data, on a square of
        /// `side` units with the quiet zone around it.
        picture: Option<String>,
        side: u32,
    }
    /// What somebody asks for, and what of it is here.
    WantedView {
        /// The partner's key, for `answer_want`.
        key: String,
        name: String,
        /// What of it is here, a sentence per stretch.
        sentences: Vec<String>,
        /// Something of it can be given.
        any: bool,
        suggested_name: String,
    }
    /// A join request as the office sees it.
    JoinCard {
        person: String,
        copy: String,
        /// The compound or the office that asks.
        compound: String,
        /// `null` for a compound's branch.
        level: Option<Level>,
        place: String,
        fingerprint: String,
        already: bool,
        /// The office holds this compound already: it joins as a further laptop of it.
        further_laptop: bool,
    }
    /// A backup was written, read back, and its store opened and checked.
    BackedUp {
        file: String,
        #[ts(type = "number")]
        bytes: u64,
        #[ts(type = "number")]
        entries: u64,
        #[ts(type = "number")]
        records: u64,
        message: String,
    }
    /// What the backup page shows.
    BackupView {
        suggested_name: String,
        last: Option<BackupLine>,
    }
    /// A bundle was written.
    Exported {
        path: String,
        #[ts(type = "number")]
        bytes: u64,
        entries: u32,
        /// How many files it became; more than one where it was split into volumes.
        volumes: u32,
        message: String,
    }
    /// What became of one bundle.
    BundleReport {
        file: String,
        fate: BundleFate,
        from: Option<String>,
        number: Option<u32>,
        new: u32,
        had: u32,
        held: u32,
        refused: u32,
        conflicts: u32,
        /// Attachments taken in.
        files: u32,
        /// In plain words, what happened and what to do.
        sentences: Vec<String>,
        /// Error code where refused.
        code: Option<String>,
        /// Its number where a receipt slip (回执单) can be printed for it.
        #[ts(type = "number | null")]
        slip: Option<i64>,
    }
    /// One side of a conflict.
    ConflictSide {
        /// Field label → value as shown.
        values: Vec<(String, String)>,
        person: String,
        copy: String,
        at: DateTime<FixedOffset>,
    }
    /// A conflict with its sides, the one shown first leading.
    ConflictCard {
        record: uuid::Uuid,
        kind: ConflictKind,
        record_kind: String,
        record_kind_zh: String,
        /// Which record, in words.
        title: String,
        compound: Option<String>,
        group: String,
        sides: Vec<ConflictSide>,
        /// Field names of the group, for a third value.
        fields: Vec<(String, String)>,
    }
}

/// A failed order, as a face receives it.
#[derive(Debug, Clone, Serialize, ts_rs::TS)]
#[ts(export)]
pub struct Failure {
    /// Stable code.
    pub code: String,
    /// What happened, in Chinese.
    pub message: String,
    /// What to do next, in Chinese.
    pub advice: String,
    /// The field at fault, where there is one.
    pub field: Option<String>,
    /// What the command line exits with.
    #[serde(skip)]
    #[ts(skip)]
    pub exit: u8,
}
