//! The use cases: everything a face may ask, and the views it gets back.
//!
//! A face (command line, window) holds no rule and no SQL and talks to [`Desk`] alone; the
//! desk knows no window: every question and answer is a plain serialisable type, declared once
//! in [`ask`] and [`views`].

mod accounts;
pub mod ask;
mod attachments;
mod audit;
mod backup;
mod campaigns;
mod canvass;
mod cases;
mod conflicts;
mod corrections;
mod council;
mod demands;
pub mod demo;
mod editions;
mod erasure;
mod error;
mod exchange;
mod figures;
mod first_run;
mod history;
mod home;
mod ills;
mod job;
mod meeting;
mod open;
mod opinions;
mod overview;
mod owners;
mod papers;
mod people;
mod policy;
mod publicity;
mod roll;
mod roster;
mod seals;
mod tasks;
mod today;
mod topics;
pub mod trust;
pub mod views;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use chrono::{DateTime, FixedOffset, Local};
use serde::Serialize;
use serde_json::Value;
pub use xinghuo_bundle::Cost;
use xinghuo_ledger::Author;
use xinghuo_model::records::Compound;
use xinghuo_model::*;
use xinghuo_paper::Press;

pub use ask::Ask;
pub use attachments::Picture;
pub use error::{DeskError, Result, exit_code};
pub use home::Home;
pub use open::Clock;
pub use views::Failure;
/// The closed lists of words, for faces that read them from a command line.
pub use xinghuo_model::words;

use error::not;
use job::Job;
use open::{Open, done, figures_only, lock, office_of};
use views::*;

/// One copy at one desk. Faces hold one for their lifetime and ask it from any thread.
pub struct Desk {
    home: Home,
    clock: Clock,
    cost: Cost,
    open: Mutex<Option<Arc<Open>>>,
    job: Job,
    press: OnceLock<Press>,
}

/// Whether undo is offered: not for what a copy did by itself, nor for final minutes, whose number is given.
fn may_take_back(save: &xinghuo_ledger::LastSave) -> bool {
    ![Act::CreateCopy, Act::Demo, Act::Widen, Act::FinaliseMinutes].iter().any(|act| act.code() == save.act)
}

fn json<T: Serialize>(value: T) -> Result<Value> {
    // Views are plain data: this cannot fail, and must not panic if it ever did.
    serde_json::to_value(value).or_else(|_| not("desk.answer", "程序内部出错。", "请重新打开程序再试。"))
}

impl Desk {
    /// The desk of the copy in this folder, by the computer's clock.
    pub fn new(dir: PathBuf) -> Self {
        Self::at(Home::at(dir), Box::new(|| Local::now().fixed_offset()), Cost::default())
    }

    /// With the state directory, clock and unlocking cost given (tests, made-up data).
    pub fn at(home: Home, clock: Clock, cost: Cost) -> Self {
        Self { home, clock, cost, open: Mutex::new(None), job: Job::default(), press: OnceLock::new() }
    }

    /// Answers a face: JSON of the type named at the question, or what went wrong in words.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn answer(&self, ask: Ask) -> std::result::Result<Value, Failure> {
        self.respond(ask).map_err(|e| Failure::from(&e))
    }

    /// A picture of an attachment (附件) for the page, the small or the whole one; refused while the
    /// copy is locked.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn picture(&self, id: AttachmentId, small: bool) -> std::result::Result<Picture, Failure> {
        self.open().and_then(|open| open.picture(id, small)).map_err(|e| Failure::from(&e))
    }

    fn now(&self) -> DateTime<FixedOffset> {
        (self.clock)()
    }

    fn open(&self) -> Result<Arc<Open>> {
        match lock(&self.open).as_ref() {
            Some(open) => Ok(Arc::clone(open)),
            None if self.home.exists() => not("desk.locked", "请先输入口令。", "输入口令后再继续。"),
            None => not("desk.new", "这里还没有数据。", "请先建立副本。"),
        }
    }

    fn press(&self) -> Result<&Press> {
        if let Some(press) = self.press.get() {
            return Ok(press);
        }
        let press = Press::open(&xinghuo_paper::font_dirs())?;
        Ok(self.press.get_or_init(|| press))
    }

    fn respond(&self, ask: Ask) -> Result<Value> {
        let now = self.now();
        let today = now.date_naive();
        match ask {
            Ask::Status => json(self.status()?),
            Ask::CreateBranch(new) => json(self.create_branch(new)?),
            Ask::CreateOffice(new) => json(self.create_office(new)?),
            Ask::CreateDemo { role, passphrase } => json(self.create_demo(role, &passphrase)?),
            Ask::Restore { path, passphrase } => json(self.restore(&path, &passphrase)?),
            Ask::Unlock { passphrase } => {
                let unlocked = self.job.run("打开数据", |pace| self.home.unlock(&passphrase, pace))?;
                json(self.start(unlocked)?)
            }
            Ask::Lock => {
                *lock(&self.open) = None;
                json(self.status()?)
            }
            Ask::Progress => json(self.job.progress()),
            Ask::Stop => {
                self.job.stop();
                json(done("正在停止。", &[]))
            }
            Ask::UndoOffer => {
                let open = self.open()?;
                let inner = lock(&open.inner);
                json(inner.ledger.last_save()?.filter(may_take_back).map(|s| UndoOffer {
                    label: format!("撤销“{}”", Act::parse(&s.act).map_or_else(|| s.act.clone(), |a| a.zh().to_owned())),
                    save: s.save,
                    at: s.at.parse().unwrap_or(now),
                }))
            }
            Ask::Undo => {
                let open = self.open()?;
                let last = lock(&open.inner).ledger.last_save()?.filter(may_take_back);
                match last {
                    Some(last) => json(self.undo(&open, last.save, now)?),
                    None => Err(xinghuo_ledger::LedgerError::NothingToUndo.into()),
                }
            }
            Ask::UndoSave { save } => json(self.undo(&*self.open()?, save, now)?),
            Ask::History { record } => {
                let open = self.open()?;
                let own = open.own_key();
                json(open.read(|books| history::lines(books, record, &open.profile(), &own))?)
            }
            Ask::SaveDraft { key, text } => {
                lock(&self.open()?.inner).ledger.set_draft(&key, Some(&text), &now.to_rfc3339())?;
                json(done("", &[]))
            }
            Ask::LoadDraft { key } => json(self.open()?.read(|b| Ok(b.draft(&key)?))?),
            Ask::DropDraft { key } => {
                lock(&self.open()?.inner).ledger.set_draft(&key, None, "")?;
                json(done("", &[]))
            }
            Ask::Check => {
                let open = self.open()?;
                json(self.job.run("检查数据", |pace| open.check(pace))?)
            }
            Ask::Audit => {
                let open = self.open()?;
                json(self.job.run("核查数据", |pace| open.audit(pace))?)
            }
            Ask::Backups => json(self.open()?.backups(now)?),
            Ask::Backup { path } => {
                let open = self.open()?;
                json(self.job.run("备份", |pace| open.backup(&path, now, pace))?)
            }
            Ask::Rebuild => {
                let open = self.open()?;
                self.job.run("重建表格", |pace| Ok(lock(&open.inner).ledger.rebuild(pace)?))?;
                json(done("已从日志重建全部表格。", &[]))
            }
            Ask::Today => json(self.open()?.today(now)?),
            Ask::Find { text } => {
                let open = self.open()?;
                let only = if open.is_office() { lock(&open.looking_at).map(|c| SpaceId(c.0)) } else { None };
                json(open.read(|b| people::find(b, &text, only))?)
            }
            Ask::Overview => json(self.open()?.overview(now)?),
            Ask::LookAt { compound } => {
                let open = self.open()?;
                if open.reads_figures() && compound.is_some() {
                    return figures_only();
                }
                *lock(&open.looking_at) = compound;
                json(self.status()?)
            }
            Ask::Buildings => {
                let open = self.open()?;
                let space = open.compound()?;
                json(open.read(|b| people::buildings(b, space))?)
            }
            Ask::People { building, offset } => {
                let open = self.open()?;
                let space = open.compound()?;
                json(open.read(|b| people::page(b, space, building.as_deref(), offset))?)
            }
            Ask::Person { id } => json(self.open()?.read(|b| people::card(b, id, today))?),
            Ask::Reveal { id, field, reason } => json(self.open()?.reveal(id, &field, &reason, &now.to_rfc3339())?),
            Ask::Erasure { id } => json(self.open()?.erasure(id)?),
            Ask::Erase { id, cases, reason } => json(self.open()?.erase_person(id, cases, reason, now)?),
            Ask::SavePerson(input) => json(self.open()?.save_person(input, now)?),
            Ask::RosterPreview { path } => {
                let open = self.open()?;
                json(self.job.run("读取名册", |pace| open.roster_preview(&path, today, pace))?)
            }
            Ask::RosterRows { verdict, offset } => json(self.open()?.roster_rows(verdict, offset)?),
            Ask::RosterStore => {
                let open = self.open()?;
                json(self.job.run("存入名册", |pace| open.roster_store(now, pace))?)
            }
            Ask::RosterBlank { path } => json(self.open()?.roster_blank(&path)?),
            Ask::RosterReturn { path } => json(self.open()?.roster_return(&path)?),
            Ask::Rooms { text } => {
                let open = self.open()?;
                let space = open.compound()?;
                json(open.read(|b| people::rooms(b, space, &text))?)
            }
            Ask::Requests(filter) => {
                let open = self.open()?;
                let space = open.compound()?;
                json(open.read(|b| cases::page(b, space, &filter, today))?)
            }
            Ask::Request { id } => json(self.open()?.read(|b| cases::view(b, id, today))?),
            Ask::AddRequest(new) => json(self.open()?.add_request(new, now)?),
            Ask::StepRequest { id, to, on, result, satisfaction } => {
                json(self.open()?.step_request(id, to, on, result, satisfaction, now)?)
            }
            Ask::EditRequest(edit) => json(self.open()?.edit_request(edit, now)?),
            Ask::NoteRequest { id, on, text } => json(self.open()?.note_request(id, on, &text, now)?),
            Ask::Mediations => {
                let open = self.open()?;
                let space = open.compound()?;
                json(open.read(|b| cases::mediations(b, space))?)
            }
            Ask::Mediation { id } => json(self.open()?.read(|b| cases::mediation(b, id, today))?),
            Ask::AddMediation(new) => json(self.open()?.add_mediation(new, now)?),
            Ask::AddVisit { mediation, on, by, text } => json(self.open()?.add_visit(mediation, on, &by, &text, now)?),
            Ask::AddTerm { mediation, text, fen, due_on } => json(self.open()?.add_term(mediation, &text, fen, due_on, now)?),
            Ask::PerformTerm { id, on } => json(self.open()?.perform_term(id, on, now)?),
            Ask::StepMediation { id, to, on, committee } => json(self.open()?.step_mediation(id, to, on, committee, now)?),
            Ask::Council { month } => {
                let open = self.open()?;
                let space = open.compound()?;
                let month = month.unwrap_or(Month::of(today));
                json(open.read(|b| {
                    let (policy, next) = (open.policy(b, month.first_day())?, policy::next_after(b, open.registry(), month)?);
                    council::view(b, space, policy, next, month, today)
                })?)
            }
            Ask::Ills { year } => json(self.open()?.ills(year, now)?),
            Ask::IllLines { ill, year } => json(self.open()?.ill_lines(ill, year, now)?),
            Ask::CouncilYear { year } => json(self.open()?.council_year(year, now)?),
            Ask::Policies => json(self.open()?.policies(today)?),
            Ask::IssuePolicy { policy, from } => json(self.open()?.issue_policy(policy, from, now)?),
            Ask::AddOpinion(new) => json(self.open()?.add_opinion(new, now)?),
            Ask::ReplyOpinion(new) => json(self.open()?.reply_opinion(new, now)?),
            Ask::GatherOpinions { topic, opinions, out } => json(self.open()?.gather_opinions(topic, &opinions, out, now)?),
            Ask::StateNoTopic { month, reason } => json(self.open()?.state_no_topic(month, reason, now)?),
            Ask::AddTopic(new) => json(self.open()?.add_topic(new, now)?),
            Ask::DecideTopic { id, to, on, reason } => json(self.open()?.decide_topic(id, to, on, &reason, now)?),
            Ask::DecideOutside { id, on, reason } => json(self.open()?.decide_outside(id, on, &reason, now)?),
            Ask::CarryTopic { id, on, reason } => json(self.open()?.carry_topic(id, on, &reason, now)?),
            Ask::Delegates => {
                let open = self.open()?;
                let space = open.compound()?;
                json(open.read(|b| roll::delegates(b, space, None))?)
            }
            Ask::SaveDelegate(input) => json(self.open()?.save_delegate(input, now)?),
            Ask::SaveBody(input) => json(self.open()?.save_body(input, now)?),
            Ask::PlanMeeting(new) => json(self.open()?.plan_meeting(new, now)?),
            Ask::EditMeeting(edit) => json(self.open()?.edit_meeting(edit, now)?),
            Ask::CancelMeeting { id } => json(self.open()?.cancel_meeting(id, now)?),
            Ask::EditTopic(edit) => json(self.open()?.edit_topic(edit, now)?),
            Ask::EditResolution { id, text } => json(self.open()?.edit_resolution(id, &text, now)?),
            Ask::WithdrawResolution { id } => json(self.open()?.withdraw_resolution(id, now)?),
            Ask::EditTask(edit) => json(self.open()?.edit_task(edit, now)?),
            Ask::NotifyMeeting { id, on } => json(self.open()?.notify_meeting(id, on, now)?),
            Ask::SignIn(new) => json(self.open()?.sign_in(new, now)?),
            Ask::CountAssembly { id, came } => json(self.open()?.count_assembly(id, came, now)?),
            Ask::OpenMeeting { id } => json(self.open()?.open_meeting(id, now)?),
            Ask::AddSpeech { meeting, topic, speaker, text } => json(self.open()?.add_speech(meeting, topic, &speaker, &text, now)?),
            Ask::RecordVote(new) => json(self.open()?.record_vote(new, now)?),
            Ask::CountOwnerVote(new) => json(self.open()?.count_owner_vote(new)?),
            Ask::RecordOwnerVote(new) => json(self.open()?.record_owner_vote(new, now)?),
            Ask::OwnerBallots { topic } => json(self.open()?.owner_ballots(topic)?),
            Ask::AddOwnerBallot(new) => json(self.open()?.add_owner_ballot(new, now)?),
            Ask::AddResolution(new) => json(self.open()?.add_resolution(new, now)?),
            Ask::CloseMeeting { id } => json(self.open()?.close_meeting(id, now)?),
            Ask::Accounts { meeting } => json(self.open()?.accounts(meeting)?),
            Ask::ChooseAccount { chosen } => json(self.open()?.choose_account(chosen, now)?),
            Ask::CheckMinutes { id, by } => json(self.open()?.check_minutes(id, &by, now)?),
            Ask::FinaliseMinutes { id, on } => json(self.open()?.finalise(id, on, now)?),
            Ask::CorrectMinutes { id, reason } => json(self.open()?.correct_minutes(id, &reason, now)?),
            Ask::Tasks => json(self.open()?.tasks(today)?),
            Ask::StepTask { id, to, on, outcome, due_on, by } => json(self.open()?.step_task(id, to, on, outcome, due_on, by, now)?),
            Ask::ExtendTask { id, due_on, by, reason } => json(self.open()?.extend_task(id, due_on, &by, &reason, now)?),
            Ask::GiveFeedback(new) => json(self.open()?.give_feedback(new, now)?),
            Ask::Seals => json(self.open()?.seals(today)?),
            Ask::SaveSealUse(input) => json(self.open()?.save_seal_use(input, now)?),
            Ask::PublicityItems => json(self.open()?.publicity_items(today)?),
            Ask::Publicities => json(self.open()?.publicities(today)?),
            Ask::MaskText { text, keep } => json(self.open()?.mask_text(&text, &keep)?),
            Ask::SavePublicity(input) => json(self.open()?.save_publicity(input, now)?),
            Ask::TakeDown { id, on, result } => json(self.open()?.take_down(id, on, &result, now)?),
            Ask::SaveObjection(input) => json(self.open()?.save_objection(input, now)?),
            Ask::Order => json(self.open()?.order(today)?),
            Ask::SaveHouseRule(input) => json(self.open()?.save_house_rule(input, now)?),
            Ask::SaveCampaign(input) => json(self.open()?.save_campaign(input, now)?),
            Ask::AddSite(new) => json(self.open()?.add_site(new, now)?),
            Ask::StepSite { id, to, on, note } => json(self.open()?.step_site(id, to, on, note, now)?),
            Ask::Canvasses => json(self.open()?.canvasses()?),
            Ask::Canvass { id } => json(self.open()?.canvass(id)?),
            Ask::SaveCanvass(input) => json(self.open()?.save_canvass(input, now)?),
            Ask::AddCanvassVisit(new) => json(self.open()?.add_canvass_visit(new, now)?),
            Ask::Demands => json(self.open()?.demands(today)?),
            Ask::SaveDemand(input) => json(self.open()?.save_demand(input, now)?),
            Ask::AnswerDemand { id, on, reply } => json(self.open()?.answer_demand(id, on, &reply, now)?),
            Ask::PreviewPaper { paper } => json(self.open()?.preview(self.press()?, &paper)?),
            Ask::SavePaper { paper, format, path } => json(self.open()?.save_paper(self.press()?, &paper, format, &path, now)?),
            Ask::Attachments { record } => json(self.open()?.read(|b| attachments::lines(b, record))?),
            Ask::AddAttachment { record, path } => json(self.open()?.add_attachment(record, &path, now)?),
            Ask::RemoveAttachment { id } => json(self.open()?.remove_attachment(id, now)?),
            Ask::SaveAttachment { id, path } => json(self.open()?.save_attachment(id, &path, now)?),
            Ask::Exchange => json(self.open()?.exchange(now)?),
            Ask::JoinRequest { path } => json(self.open()?.join_request(&path)?),
            Ask::InspectJoin { path } => json(self.open()?.inspect_join(&path)?),
            Ask::Admit { path, fingerprint, out } => json(self.open()?.admit(&path, &fingerprint, &out, now)?),
            Ask::EndCopy { key, reason } => json(self.open()?.end_copy(&key, &reason, now)?),
            Ask::Welcome { path, fingerprint } => json(self.open()?.welcome(&path, &fingerprint, now)?),
            Ask::Export { audience, path, volume_size } => {
                let open = self.open()?;
                json(self.job.run("导出数据包", |pace| open.export(&audience, &path, volume_size, now, pace))?)
            }
            Ask::InspectBundle { path } => {
                let open = self.open()?;
                json(self.job.run("查看数据包", |pace| open.inspect(&path, pace))?)
            }
            Ask::Import { paths } => {
                let open = self.open()?;
                json(self.job.run("导入数据包", |pace| open.import(&paths, now, pace))?)
            }
            Ask::Conflicts => json(self.open()?.conflicts()?),
            Ask::Decide(decision) => json(self.open()?.decide(&decision, now)?),
            Ask::Want => json(self.open()?.want(now)?),
            Ask::WantPicture { path } => json(self.open()?.want_picture(&path, now)?),
            Ask::ReadWant { text } => json(self.open()?.read_want(&text, now)?),
            Ask::AnswerWant { text, path } => {
                let open = self.open()?;
                json(self.job.run("补记录", |pace| open.answer_want(&text, &path, now, pace))?)
            }
        }
    }

    fn undo(&self, open: &Open, save: i64, now: DateTime<FixedOffset>) -> Result<Done> {
        let author = Author { person: open.profile().person.clone(), at: now };
        let mut inner = lock(&open.inner);
        let act = inner.ledger.act_of_save(save)?.and_then(|act| Act::parse(&act));
        meeting::may_take_back(&inner.ledger.books(), act, &inner.ledger.records_of_save(save)?)?;
        let act = act.map_or("一次保存", Act::zh);
        let outcome = inner.ledger.undo(save, &author)?;
        Ok(done(format!("已撤销：{act}。"), &outcome.changed))
    }

    fn status(&self) -> Result<Status> {
        let now = self.now();
        let today = now.date_naive();
        let mut status = Status {
            state: CopyState::New,
            role: None,
            title: None,
            place: None,
            person: None,
            copy: None,
            looking_at: None,
            today,
            month: Month::of(today),
            unsent: 0,
            conflicts: 0,
            joined: false,
            demo: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            notice: None,
        };
        let Ok(open) = self.open() else {
            if self.home.exists() {
                status.state = CopyState::Locked;
            }
            return Ok(status);
        };
        status.state = CopyState::Open;
        status.role = Some(open.profile().role);
        status.person = Some(open.profile().person.clone());
        status.copy = Some(open.profile().copy.clone());
        status.demo = open.profile().demo;
        status.joined = open.is_office() || lock(&open.above).is_some();
        status.notice.clone_from(&*lock(&open.notice));
        status.unsent = open.unsent()?;
        // A street reads figures; the community decides.
        status.conflicts = if open.reads_figures() { 0 } else { lock(&open.inner).ledger.count_conflicts()? as u32 };
        let looking_at = *lock(&open.looking_at);
        open.read(|books| {
            if open.is_office() {
                if let Some(office) = office_of(books, open.profile().space)? {
                    status.place =
                        Some(format!("{} {}", office.district, office.street).trim().to_owned()).filter(|place| !place.is_empty());
                    status.title = Some(office.name);
                }
                if let Some(id) = looking_at {
                    status.looking_at = books.get::<Compound>(id)?.map(|c| c.record);
                }
            } else if let Some(c) = books.get::<Compound>(CompoundId(open.profile().space))? {
                status.place = Some(format!("{} {} {}", c.record.district, c.record.street, c.record.community));
                status.title = Some(c.record.name);
            }
            Ok(())
        })?;
        Ok(status)
    }
}
