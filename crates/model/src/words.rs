//! Closed lists of words: codes in the store, Chinese on screen and paper.
//!
//! Codes are append-only and never change their meaning (rule M10).

/// A closed list of words.
#[derive(Debug)]
pub struct List {
    /// Its name in Rust.
    pub name: &'static str,
    /// What it lists, as its documentation has it.
    pub about: &'static [&'static str],
    /// Chinese word and code, in order.
    pub words: &'static [(&'static str, &'static str)],
}

/// Every closed list that stands in files, in the order of the glossary.
pub static LISTS: &[&List] = &[
    &Party::LIST,
    &Step::LIST,
    &ErasureReason::LIST,
    &RequestState::LIST,
    &Category::LIST,
    &Source::LIST,
    &Urgency::LIST,
    &MediationState::LIST,
    &TopicState::LIST,
    &TopicStage::LIST,
    &MeetingStage::LIST,
    &FeedbackState::LIST,
    &OwnerMatter::LIST,
    &BodyState::LIST,
    &MeetingKind::LIST,
    &AssemblyBasis::LIST,
    &MeetingState::LIST,
    &Presence::LIST,
    &VoteMethod::LIST,
    &Choice::LIST,
    &TaskState::LIST,
    &Satisfaction::LIST,
    &Occupancy::LIST,
    &Sex::LIST,
    &Role::LIST,
    &Level::LIST,
    &PaperKind::LIST,
    &SiteState::LIST,
    &CanvassResult::LIST,
    &DemandTo::LIST,
    &Media::LIST,
    &OwnerOutcome::LIST,
    &Ill::LIST,
    &Act::LIST,
];

/// Declares an enum whose variants carry a stable code and a Chinese word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $zh:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, ts_rs::TS,
        )]
        #[ts(export)]
        pub enum $name {
            $(
                #[doc = $zh]
                $(#[$vdoc])*
                #[serde(rename = $code)]
                $variant
            ),+
        }

        impl $name {
            /// Every word, in the order they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word on screen and paper.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }
            /// The list as a whole, for the glossary.
            pub const LIST: List =
                List { name: stringify!($name), about: &[$(stringify!($doc)),*], words: &[$(($zh, $code)),+] };
            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
            /// The word with this code or this Chinese form.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|w| w.code() == text || w.zh() == text)
            }
        }

        impl $crate::kind::FieldType for $name {
            const STORE: $crate::kind::Store = $crate::kind::Store::Text;
            const WORD: Option<$crate::kind::Word> = Some(|text| Self::parse(text).map(|w| (w.code(), w.zh())));
            fn to_value(&self) -> ::serde_json::Value {
                ::serde_json::Value::from(self.code())
            }
            fn from_value(value: ::serde_json::Value) -> Option<Self> {
                Self::ALL.iter().copied().find(|w| value == w.code())
            }
        }
    };
}

words! {
    /// The five parties (五方) of a council, in the fixed order of every paper.
    Party {
        Community = "community" "社区两委",
        Owners = "owners" "业委会",
        Property = "property" "物业企业",
        Society = "society" "社会组织",
        Residents = "residents" "居民群众代表",
    }
}

words! {
    /// The five steps (五步) of a month.
    Step {
        Gather = "gather" "收集民意",
        Choose = "choose" "确定议题",
        Consult = "consult" "协商讨论",
        CarryOut = "carry_out" "事项落实",
        Report = "report" "监督反馈",
    }
}

words! {
    /// Why a person's data is erased (抹去个人信息).
    ErasureReason {
        Asked = "asked" "本人要求",
        Moved = "moved" "已搬离",
        Expired = "expired" "保存期已满",
        Mistake = "mistake" "误登记",
    }
}

words! {
    /// Where a request (诉求) stands (requirements §4.2).
    RequestState {
        Registered = "registered" "登记",
        Accepted = "accepted" "受理",
        Refused = "refused" "不受理",
        Working = "working" "办理中",
        Closed = "closed" "办结",
        Answered = "answered" "已反馈",
        Withdrawn = "withdrawn" "撤回",
    }
}

words! {
    /// What a request or an opinion is about (requirements A30 and practice).
    Category {
        Safety = "safety" "公共安全",
        Neighbours = "neighbours" "邻里文明",
        Property = "property" "物业纠纷",
        Repairs = "repairs" "设施修缮",
        Environment = "environment" "环境卫生",
        Parking = "parking" "停车秩序",
        OldAndYoung = "old_and_young" "一老一小",
        Other = "other" "其他",
    }
}

words! {
    /// How something reached the branch.
    Source {
        Visit = "visit" "走访",
        Counter = "counter" "来访",
        Phone = "phone" "电话",
        ChatGroup = "chat_group" "居民群",
        Hotline = "hotline" "12345转办",
        Office = "office" "社区交办",
        Council = "council" "议事会",
    }
}

words! {
    /// How pressing a request is.
    Urgency {
        Normal = "normal" "一般",
        Urgent = "urgent" "紧急",
    }
}

words! {
    /// Where a mediation (调解) stands (requirements §4.2).
    MediationState {
        Accepted = "accepted" "受理",
        Talking = "talking" "调解中",
        Agreed = "agreed" "达成协议",
        Failed = "failed" "未达成",
        Ended = "ended" "终止",
        Performed = "performed" "已履行",
    }
}

words! {
    /// Where a topic (议题) stands (requirements §4.2).
    TopicState {
        Candidate = "candidate" "候选",
        Chosen = "chosen" "确定",
        Dropped = "dropped" "不采纳",
        Passed = "passed" "通过",
        Rejected = "rejected" "未通过",
        Shelved = "shelved" "搁置",
        ToOwners = "to_owners" "转业主大会",
    }
}

words! {
    /// How far a topic got, with what was carried out of it (requirements §4.2). It follows from the records.
    TopicStage {
        Candidate = "candidate" "候选",
        Chosen = "chosen" "确定",
        Dropped = "dropped" "不采纳",
        Consulted = "consulted" "已协商",
        Passed = "passed" "通过",
        Rejected = "rejected" "未通过",
        Shelved = "shelved" "搁置",
        ToOwners = "to_owners" "转业主大会",
        CarryingOut = "carrying_out" "落实中",
        CarriedOut = "carried_out" "已落实",
        Reported = "reported" "已反馈",
        Filed = "filed" "归档",
        CarriedOver = "carried_over" "已结转",
    }
}

words! {
    /// How far a meeting got (requirements §4.2). It follows from its state and its sign-in.
    MeetingStage {
        Planned = "planned" "拟定",
        Notified = "notified" "已通知",
        SigningIn = "signing_in" "签到中",
        Running = "running" "进行中",
        Draft = "draft" "纪要草稿",
        Checked = "checked" "已核稿",
        Final = "final" "定稿",
        Correcting = "correcting" "更正中",
        Corrected = "corrected" "更正版",
    }
}

words! {
    /// How the report back on a task stands (requirements §4.2).
    FeedbackState {
        Owed = "owed" "待反馈",
        OnTime = "on_time" "按时",
        Late = "late" "超时",
        Missing = "missing" "缺",
    }
}

words! {
    /// The nine kinds of matter that only the owners together may decide
    /// (台州市物业管理条例 §16, 民法典 §278).
    OwnerMatter {
        Rules = "rules" "制定修改业主大会议事规则",
        Covenant = "covenant" "制定修改管理规约",
        Election = "election" "选举或更换业主委员会",
        PropertyFirm = "property_firm" "选聘解聘物业服务企业",
        SpendFund = "spend_fund" "使用维修资金",
        RaiseFund = "raise_fund" "筹集维修资金",
        Rebuild = "rebuild" "改建重建建筑物及附属设施",
        CommonUse = "common_use" "改变共有部分用途或利用共有部分经营",
        OtherMajor = "other_major" "有关共有和共同管理权利的其他重大事项",
    }
}

words! {
    /// How a body (组织) that sends delegates stands.
    BodyState {
        Normal = "normal" "正常",
        Reelecting = "reelecting" "换届中",
        Resigned = "resigned" "集体辞职",
        Vacant = "vacant" "缺位",
        StandIn = "stand_in" "由物业管理委员会代行",
    }
}

words! {
    /// What kind of meeting (会议).
    MeetingKind {
        Council = "council" "议事会",
        Emergency = "emergency" "紧急议事会",
        PartyAssembly = "party_assembly" "大党委会议",
        BranchCommittee = "branch_committee" "支委会",
        Assembly = "assembly" "居民会议",
    }
}

impl MeetingKind {
    /// Whether the five parties sit in it.
    pub fn is_council(self) -> bool {
        matches!(self, Self::Council | Self::Emergency)
    }

    /// Whether it decides for everybody: only then may it decide what touches residents' own interest (A24), and
    /// only then is the month's third step done by it. The others, to which people are invited by name (大党委, 支委会), take up
    /// what has passed, and decide nothing of residents' own interest.
    pub fn decides_for_all(self) -> bool {
        self.is_council() || self == Self::Assembly
    }
}

words! {
    /// Who makes up a residents' assembly (居民会议): it is counted by them.
    AssemblyBasis {
        Adults = "adults" "十八周岁以上居民",
        Households = "households" "每户派代表",
        Representatives = "representatives" "居民代表",
    }
}

impl AssemblyBasis {
    /// What is counted (量词).
    pub fn unit(self) -> &'static str {
        if self == Self::Households { "户" } else { "人" }
    }
}

words! {
    /// Where a meeting stands (requirements §4.2).
    MeetingState {
        Planned = "planned" "拟定",
        Notified = "notified" "已通知",
        Running = "running" "进行中",
        Closed = "closed" "散会",
        Checked = "checked" "已核稿",
        Final = "final" "定稿",
    }
}

impl MeetingState {
    /// Whether it is still to be held.
    pub fn is_ahead(self) -> bool {
        matches!(self, Self::Planned | Self::Notified)
    }

    /// Whether it was held to its end.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Checked | Self::Final)
    }
}

words! {
    /// How an invited delegate attended.
    Presence {
        Present = "present" "到会",
        Proxy = "proxy" "代会",
        Leave = "leave" "请假",
        Absent = "absent" "缺席",
        Observer = "observer" "列席",
    }
}

impl Presence {
    /// Whether somebody sits there, in person or for another.
    pub fn is_there(self) -> bool {
        matches!(self, Self::Present | Self::Proxy)
    }
}

words! {
    /// How a vote was taken.
    VoteMethod {
        Hands = "hands" "举手表决",
        ByName = "by_name" "记名表决",
    }
}

words! {
    /// One delegate's vote.
    Choice {
        Yes = "yes" "同意",
        No = "no" "反对",
        Abstain = "abstain" "弃权",
        Recused = "recused" "回避",
    }
}

words! {
    /// Where a task (落实事项) stands (requirements §4.2).
    TaskState {
        Open = "open" "待办",
        Doing = "doing" "进行中",
        Done = "done" "已完成",
        CarriedOver = "carried_over" "跨月结转",
        Verified = "verified" "已核验",
        Returned = "returned" "退回重办",
    }
}

impl TaskState {
    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Doing | Self::Returned)
    }

    /// Whether it was carried out.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::Verified)
    }
}

words! {
    /// How content the person was with the answer.
    Satisfaction {
        Satisfied = "satisfied" "满意",
        Fair = "fair" "基本满意",
        Dissatisfied = "dissatisfied" "不满意",
        Unknown = "unknown" "未评价",
    }
}

words! {
    /// How a room is lived in (居住性质).
    Occupancy {
        Owner = "owner" "自住",
        Tenant = "tenant" "租住",
        Vacant = "vacant" "空置",
    }
}

words! {
    /// Sex as rosters carry it.
    Sex {
        Male = "male" "男",
        Female = "female" "女",
    }
}

words! {
    /// Who works with a copy (requirements §4.5).
    Role {
        Secretary = "secretary" "小区党支部书记",
        Committee = "committee" "支部委员",
        Office = "office" "社区管理员",
        Street = "street" "街道管理员",
        District = "district" "区管理员",
    }
}

words! {
    /// How high an office (机构) stands.
    Level {
        Community = "community" "社区",
        Street = "street" "街道",
        District = "district" "区",
    }
}

impl Role {
    /// How high the office stands that this person works for; `None` in a compound's branch.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Secretary | Self::Committee => None,
            Self::Office => Some(Level::Community),
            Self::Street => Some(Level::Street),
            Self::District => Some(Level::District),
        }
    }
}

impl Level {
    /// Who works for an office of this level.
    pub fn role(self) -> Role {
        match self {
            Self::Community => Role::Office,
            Self::Street => Role::Street,
            Self::District => Role::District,
        }
    }

    /// The level above; nothing is above the district.
    pub fn above(self) -> Option<Self> {
        match self {
            Self::Community => Some(Self::Street),
            Self::Street => Some(Self::District),
            Self::District => None,
        }
    }
}

words! {
    /// A paper (文书) that can be printed.
    PaperKind {
        Minutes = "minutes" "会议纪要",
        SignIn = "sign_in" "签到表",
        Notice = "notice" "会议通知",
        Invitation = "invitation" "参会邀请",
        TaskSlip = "task_slip" "事项督办单",
        Publicity = "publicity" "公示",
        Demand = "demand" "督促函",
        HouseRule = "house_rule" "小区规则",
        OpinionReply = "opinion_reply" "意见告知单",
    }
}

words! {
    /// Where a site of a campaign (整治点位) stands.
    SiteState {
        Found = "found" "待整改",
        Fixed = "fixed" "已整改",
        Checked = "checked" "已复查",
    }
}

words! {
    /// What a door-to-door canvass (逐户走访) found in a room.
    CanvassResult {
        Agrees = "agrees" "赞成",
        Objects = "objects" "反对",
        Either = "either" "都可以",
        NotHome = "not_home" "家中无人",
        NoAnswer = "no_answer" "不愿表态",
    }
}

impl CanvassResult {
    /// Whether somebody in the room was met.
    pub fn met(self) -> bool {
        self != Self::NotHome
    }
}

words! {
    /// To whom a demand (督促函) goes.
    DemandTo {
        PropertyFirm = "property_firm" "物业企业",
        Department = "department" "职能部门",
        Other = "other" "其他单位",
    }
}

words! {
    /// What an attachment (附件) may be.
    Media {
        /// A photo, or a scan saved as one.
        Jpeg = "jpeg" "照片",
        /// A drawing or a picture of a screen.
        Png = "png" "图片",
        /// A document, kept as it came.
        Pdf = "pdf" "PDF 文件",
    }
}

impl Media {
    /// Its ending in a file name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

impl OwnerMatter {
    /// Whether three quarters of those who take part must agree, by area and by persons, instead of more
    /// than half: numbers six to eight of the list (民法典 §278).
    pub fn needs_three_quarters(self) -> bool {
        matches!(self, Self::RaiseFund | Self::Rebuild | Self::CommonUse)
    }
}

words! {
    /// What a vote of the owners comes to.
    OwnerOutcome {
        TooFew = "too_few" "参与不足，表决无效",
        Passed = "passed" "业主同意",
        Rejected = "rejected" "业主不同意",
    }
}

words! {
    /// The three ills the loop is to cure (破解业委会独裁、遇事无回应、决策难执行; requirement A23), named by
    /// what stands in their place.
    Ill {
        Together = "together" "大家的事大家定",
        Answered = "answered" "遇事有回音",
        CarriedOut = "carried_out" "议定就落实",
    }
}

words! {
    /// Every user-visible act: the names of the undo menu and of the audit trail.
    Act {
        CreateCopy = "create_copy" "建立副本",
        ImportRoster = "import_roster" "导入名册",
        SavePerson = "save_person" "登记人员",
        AddRequest = "add_request" "登记诉求",
        StepRequest = "step_request" "办理诉求",
        EditRequest = "edit_request" "修改诉求",
        NoteRequest = "note_request" "记录办理经过",
        AddMediation = "add_mediation" "登记调解",
        AddVisit = "add_visit" "记录调解走访",
        AddTerm = "add_term" "登记协议条款",
        PerformTerm = "perform_term" "登记条款履行",
        StepMediation = "step_mediation" "推进调解",
        AddOpinion = "add_opinion" "登记民意",
        StateNoTopic = "state_no_topic" "本月无议题",
        AddTopic = "add_topic" "提出议题",
        EditTopic = "edit_topic" "修改议题",
        DecideTopic = "decide_topic" "确定议题",
        SaveDelegate = "save_delegate" "登记五方代表",
        SaveBody = "save_body" "登记五方现状",
        PlanMeeting = "plan_meeting" "安排会议",
        EditMeeting = "edit_meeting" "更改会议",
        CancelMeeting = "cancel_meeting" "取消会议",
        NotifyMeeting = "notify_meeting" "发出会议通知",
        SignIn = "sign_in" "签到",
        CountAssembly = "count_assembly" "登记到会人数",
        OpenMeeting = "open_meeting" "开会",
        AddSpeech = "add_speech" "记录发言",
        RecordVote = "record_vote" "记录表决",
        RecordOwnerVote = "record_owner_vote" "记录业主表决",
        AddResolution = "add_resolution" "记录议定事项",
        EditResolution = "edit_resolution" "修改议定事项",
        WithdrawResolution = "withdraw_resolution" "撤回议定事项",
        CloseMeeting = "close_meeting" "散会",
        ChooseAccount = "choose_account" "选定会议记录",
        CheckMinutes = "check_minutes" "纪要核稿",
        FinaliseMinutes = "finalise_minutes" "纪要定稿",
        CorrectMinutes = "correct_minutes" "纪要更正",
        EditTask = "edit_task" "修改落实事项",
        StepTask = "step_task" "落实事项",
        GiveFeedback = "give_feedback" "监督反馈",
        ExtendTask = "extend_task" "事项延期",
        CarryTopic = "carry_topic" "议题结转",
        GatherOpinions = "gather_opinions" "归并民意",
        ReplyOpinion = "reply_opinion" "告知意见结果",
        SavePublicity = "save_publicity" "登记公示",
        SaveObjection = "save_objection" "登记公示异议",
        SaveSealUse = "save_seal_use" "登记用印",
        SaveHouseRule = "save_house_rule" "登记小区规则",
        SaveCampaign = "save_campaign" "登记整治行动",
        StepSite = "step_site" "登记整治点位",
        SaveCanvass = "save_canvass" "登记逐户走访",
        AddCanvassVisit = "add_canvass_visit" "记录逐户走访",
        SaveDemand = "save_demand" "登记督促函",
        AddOwnerBallot = "add_owner_ballot" "登记业主票",
        IssuePolicy = "issue_policy" "发布制度参数",
        IssuePaper = "issue_paper" "出具文书",
        AddAttachment = "add_attachment" "添加附件",
        RemoveAttachment = "remove_attachment" "移除附件",
        Admit = "admit" "准许入网",
        EndCopy = "end_copy" "停用电脑",
        Widen = "widen" "确认归属",
        Witness = "witness" "留存",
        Erase = "erase" "抹去个人信息",
        Decide = "decide" "冲突裁定",
        Undo = "undo" "撤销",
        Demo = "demo" "示范数据",
    }
}
