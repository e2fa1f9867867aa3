//! Papers (文书): composed from what was recorded, nothing retyped, nothing invented.

mod letters;
mod minutes;

use std::path::Path;

use base64::Engine;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};
use uuid::Uuid;
use xinghuo_ledger::Books;
use xinghuo_model::records::{Compound, Meeting, Paper as PaperRecord};
use xinghuo_model::*;
use xinghuo_paper::{Count, Fact, MinutesLayout, Paper, Press, Reached, Slip as SlipPaper};

use crate::ask::{MinutesForm, PaperChoice, PaperFormat};
use crate::council;
use crate::editions::editions;
use crate::error::{Result, not};
use crate::exchange::Slip;
use crate::home::write_whole;
use crate::open::{Open, done, office_of};
use crate::views::*;
pub(crate) use minutes::{demanded, minutes, of_the_meeting};
use minutes::{edition, sign_in};

/// 2024年11月5日
pub(crate) fn day_zh(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn time_zh(at: DateTime<FixedOffset>) -> String {
    format!("{} {:02}:{:02}", day_zh(at.date_naive()), at.hour(), at.minute())
}

struct Composed {
    paper: Paper,
    /// Where it is filed; a receipt slip is filed nowhere: it can be made again at any time.
    filed: Option<Filed>,
    file_name: String,
    draft: bool,
    title: String,
}

/// On which record a paper is filed, as what, under which number.
struct Filed {
    kind: PaperKind,
    of: Uuid,
    number: Option<String>,
}

/// The branch as it signs.
fn branch(compound: &Compound) -> String {
    format!("{}“星火家园”小区党支部", compound.name)
}

fn compose(books: &Books<'_>, open: &Open, choice: &PaperChoice) -> Result<Composed> {
    match choice {
        PaperChoice::Minutes { meeting, form, edition } => compose_of_meeting(books, open, *meeting, Some((*form, *edition))),
        PaperChoice::SignIn { meeting } => compose_of_meeting(books, open, *meeting, None),
        PaperChoice::Notice { .. }
        | PaperChoice::Invitation { .. }
        | PaperChoice::TaskSlip { .. }
        | PaperChoice::OpinionReply { .. }
        | PaperChoice::Publicity { .. }
        | PaperChoice::HouseRule { .. }
        | PaperChoice::Demand { .. } => letters::compose(books, open, choice),
        PaperChoice::Receipt { bundle } => compose_slip(books, open, *bundle),
    }
}

/// The minutes, in which layout and which edition; `None`: the sign-in sheet.
fn compose_of_meeting(books: &Books<'_>, open: &Open, id: MeetingId, minutes_as: Option<(MinutesForm, Option<u32>)>) -> Result<Composed> {
    let space = open.compound()?;
    let meeting = books.need::<Meeting>(id)?.record;
    let compound = books.need::<Compound>(CompoundId(space.0))?.record;
    let policy = open.policy(books, meeting.month.first_day())?;
    let view = council::meeting_view(books, space, &policy, meeting.clone())?;
    let (paper, kind, title, draft) = match minutes_as {
        Some((form, which)) => {
            let all = editions(books, id)?;
            let chosen = match which {
                Some(which) => all.iter().find(|kept| kept.edition == which),
                // While it is corrected, the draft is shown.
                None => all.first().filter(|_| meeting.state == MeetingState::Final),
            };
            let mut said = match chosen {
                Some(kept) => edition(kept, &all)?,
                None => minutes(books, &policy, space, &view)?,
            };
            said.layout = match form {
                MinutesForm::Plain => MinutesLayout::Plain,
                MinutesForm::RedHead => MinutesLayout::RedHead,
                MinutesForm::Record => MinutesLayout::Record,
            };
            if form == MinutesForm::Record {
                said.title = said.title.replacen("纪要", "记录", 1);
            }
            let (title, draft) = (said.title.clone(), said.draft);
            (Paper::from(said), PaperKind::Minutes, title, draft)
        }
        None => {
            let sheet = sign_in(books, &compound, &view)?;
            let title = sheet.title.clone();
            (Paper::from(sheet), PaperKind::SignIn, title, false)
        }
    };
    let file_name = format!("{}_{}_{}{}", meeting.month.zh(), compound.name, meeting.kind.zh(), kind.zh().trim_start_matches("会议"));
    let filed = Filed { kind, of: meeting.id.0, number: meeting.number };
    Ok(Composed { paper, filed: Some(filed), file_name, draft, title })
}

/// The receipt slip of a bundle that was taken in: as it was then, whatever came since.
fn compose_slip(books: &Books<'_>, open: &Open, bundle: i64) -> Result<Composed> {
    let kept = books.rows("SELECT at, slip FROM bundle WHERE n = ?1 AND slip <> ''", [bundle], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?))
    })?;
    let read = |(at, slip): &(String, String)| Some((at.parse::<DateTime<FixedOffset>>().ok()?, serde_json::from_str::<Slip>(slip).ok()?));
    let Some((at, slip)) = kept.first().and_then(read) else {
        return not("paper.no_slip", "没有这个数据包的回执单。", "请在“交换”页的来往记录里选一个收到的数据包。");
    };
    let space = open.profile().space;
    let issuer = match open.is_office() {
        true => office_of(books, space)?.map(|office| office.name),
        false => books.get::<Compound>(CompoundId(space))?.map(|c| branch(&c.record)),
    };
    let issuer = issuer.unwrap_or_default();
    let title = "数据包回执单".to_owned();
    let mut paper = SlipPaper {
        title: title.clone(),
        facts: vec![
            Fact::new("收件", &issuer),
            Fact::new("来自", &slip.from),
            Fact::new("数据包", format!("第 {} 号", slip.number)),
            Fact::new("收到时间", time_zh(at)),
            Fact::new("经手人", &slip.person),
            Fact::new("电脑", &slip.copy),
        ],
        counts: [("新的", slip.new), ("原来就有", slip.had), ("先放着", slip.held), ("没有收", slip.refused), ("待核对", slip.conflicts)]
            .map(|(label, number)| Count::new(label, u64::from(number)))
            .to_vec(),
        reached: slip
            .reached
            .iter()
            .map(|(author, scope, up_to)| Reached { author: author.clone(), scope: scope.clone(), up_to: *up_to })
            .collect(),
        issuer,
        issued: Some(at.date_naive()),
        fingerprint: String::new(),
    };
    paper.fingerprint = format!("内容校验 {}", &content_hash(&Paper::from(paper.clone()))[..16]);
    let file_name = format!("回执单_{}_第{}号_{}", slip.from.split('（').next().unwrap_or_default(), slip.number, at.format("%Y%m%d"));
    Ok(Composed { paper: paper.into(), filed: None, file_name, draft: false, title })
}

/// BLAKE3 of the paper's content.
fn content_hash(paper: &Paper) -> String {
    blake3::hash(&serde_json::to_vec(paper).unwrap_or_default()).to_hex().to_string()
}

impl Open {
    pub(crate) fn preview(&self, press: &Press, choice: &PaperChoice) -> Result<PaperPreview> {
        let (composed, issued, editions) = self.read(|books| {
            let composed = compose(books, self, choice)?;
            let editions = match &composed.filed {
                Some(Filed { kind: PaperKind::Minutes, of, .. }) => editions(books, MeetingId(*of))?,
                _ => Vec::new(),
            };
            let issued = match &composed.filed {
                Some(filed) => {
                    let all = books.select::<PaperRecord>("AND \"of\" = ?1 ORDER BY id DESC", [filed.of.as_bytes()])?;
                    all.into_iter().map(|p| p.record).filter(|p| p.kind == filed.kind).collect()
                }
                None => Vec::new(),
            };
            Ok((composed, issued, editions))
        })?;
        let pages = press.pages(&composed.paper, 96.0)?;
        let encode = base64::engine::general_purpose::STANDARD;
        Ok(PaperPreview {
            title: composed.title,
            pages: pages
                .into_iter()
                .map(|p| PagePicture { src: format!("data:image/png;base64,{}", encode.encode(&p.png)), width: p.width, height: p.height })
                .collect(),
            faces: press.faces().iter().filter(|f| f.stands_in).map(|f| f.note.clone()).collect(),
            uncovered: press.uncovered(&composed.paper).into_iter().map(|(c, label)| format!("{label}：{c}")).collect(),
            draft: composed.draft,
            issued,
            editions: editions
                .into_iter()
                .map(|kept| EditionLine { edition: kept.edition, on: kept.on, reason: kept.reason, hash: kept.hash })
                .collect(),
            file_name: composed.file_name,
        })
    }

    /// Writes the paper, and files it on its record with its content's hash.
    pub(crate) fn save_paper(
        &self,
        press: &Press,
        choice: &PaperChoice,
        format: PaperFormat,
        path: &Path,
        at: DateTime<FixedOffset>,
    ) -> Result<Done> {
        let composed = self.read(|books| compose(books, self, choice))?;
        let bytes = match format {
            PaperFormat::Pdf => press.pdf(&composed.paper)?,
            PaperFormat::Docx => xinghuo_paper::docx(&composed.paper)?,
        };
        write_whole(path, &bytes)?;
        let hash = content_hash(&composed.paper);
        if let (Some(filed), false) = (&composed.filed, self.is_office()) {
            let space = self.compound()?;
            self.save(Act::IssuePaper, at, |save| {
                let again = save
                    .books()
                    .number("SELECT count(*) FROM paper WHERE life = 0 AND \"of\" = ?1 AND hash = ?2", (filed.of.as_bytes(), &hash))?;
                if again == 0 {
                    let record = PaperRecord {
                        id: save.id(),
                        kind: filed.kind,
                        of: filed.of,
                        number: filed.number.clone(),
                        on: at.date_naive(),
                        hash: hash.clone(),
                    };
                    save.put(space, &record);
                }
                Ok(())
            })?;
        }
        let what = match format {
            PaperFormat::Pdf => "PDF",
            PaperFormat::Docx => "Word 文件",
        };
        Ok(done(format!("已存为 {what}：{}。", path.file_name().unwrap_or_default().to_string_lossy()), &["paper"]))
    }
}
