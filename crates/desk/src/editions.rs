//! Minutes from their draft to their final editions: checked, numbered, locked, corrected.

use chrono::{Datelike, NaiveDate};
use xinghuo_ledger::{Books, Save};
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;
use xinghuo_paper::Minutes;

use crate::cases::{after, not_future};
use crate::council::{COUNCILS, meeting_view};
use crate::error::{Result, filled};
use crate::open::{At, Open};
use crate::papers::minutes;
use crate::roll::{parties_present, roll};
use crate::views::{MeetingView, Saved};

/// Refuses where something is lacking before minutes may become final.
fn complete(view: &MeetingView) -> Result<()> {
    match view.lacking.first() {
        Some(first) => crate::error::not("rule.lacks", format!("还不能定稿：{first}。"), "补齐后再定稿，已记录的内容都还在。"),
        None => Ok(()),
    }
}

/// The final editions of a meeting's minutes, the last one first.
pub(crate) fn editions(books: &Books<'_>, meeting: MeetingId) -> Result<Vec<MinutesEdition>> {
    let kept = books.select::<MinutesEdition>("AND meeting = ?1 ORDER BY edition DESC, id DESC", [meeting.0.as_bytes()])?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

/// Minutes as they become final: what they say is kept whole.
pub(crate) fn final_edition(
    id: MinutesEditionId,
    meeting: MeetingId,
    edition: u32,
    reason: Option<String>,
    on: NaiveDate,
    said: &Minutes,
) -> MinutesEdition {
    let content = serde_json::to_string(said).unwrap_or_default();
    let hash = blake3::hash(content.as_bytes()).to_hex().to_string();
    MinutesEdition { id, meeting, edition, reason, on, content, hash }
}

impl Open {
    /// The draft of the minutes was compared with what was said (核稿).
    pub(crate) fn check_minutes(&self, id: MeetingId, by: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let by = filled(by, "by")?;
        self.save_one(Act::CheckMinutes, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if meeting.state != MeetingState::Closed {
                return Err(Refusal::Step { from: meeting.state.zh(), to: MeetingState::Checked.zh() }.into());
            }
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            complete(&meeting_view(&save.books(), space, &policy, meeting.clone())?)?;
            meeting.state = MeetingState::Checked;
            meeting.checked_by = Some(by);
            save.put(space, &meeting);
            Ok(id)
        })
    }

    pub(crate) fn finalise(&self, id: MeetingId, on: NaiveDate, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(on, at.date_naive(), "定稿日期")?;
        let saved = self.save_one(Act::FinaliseMinutes, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            let policy = self.policy(&save.books(), meeting.month.first_day())?;
            let view = meeting_view(&save.books(), space, &policy, meeting.clone())?;
            match meeting.state {
                MeetingState::Final => return Err(Refusal::Locked.into()),
                MeetingState::Checked => {}
                _ => {
                    complete(&view)?;
                    return Err(Refusal::Lacks("纪要草稿还没有核稿，请先核对并写明核稿人。").into());
                }
            }
            // Bundles may have brought more since it was checked.
            complete(&view)?;
            if on < meeting.held_at.date_naive() {
                return Err(Refusal::Before("定稿日期", "会议日期").into());
            }
            if meeting.number.is_none() {
                meeting.number = Some(self.minutes_number(save, space, meeting.kind, on.year())?);
            }
            let reason = meeting.correction.take();
            meeting.state = MeetingState::Final;
            meeting.parties = parties_present(&roll(&save.books(), space, &meeting)?);
            meeting.final_on = Some(on);
            save.put(space, &meeting);
            let books = save.books();
            let edition = editions(&books, id)?.first().map_or(1, |last| last.edition + 1);
            let view = meeting_view(&books, space, &policy, meeting)?;
            let said = minutes(&books, &policy, space, &view)?;
            let kept = final_edition(save.id(), id, edition, reason, on, &said);
            save.put(space, &kept);
            Ok(id)
        })?;
        // Their number is given, and perhaps printed: there is no way back but a correction.
        Ok(Saved { save: 0, ..saved })
    }

    /// Gap-free per compound, year and what it is the minutes of (I18); a final meeting is never deleted. An
    /// emergency council counts among the councils.
    fn minutes_number(&self, save: &Save<'_>, space: SpaceId, kind: MeetingKind, year: i32) -> Result<String> {
        let books = save.books();
        let kinds = if kind.is_council() { COUNCILS.to_owned() } else { format!("('{}')", kind.code()) };
        let head = format!("〔{year}〕{}", self.number_mark(&books)?);
        // Where two laptops made one meeting final apart, the number that was not chosen stands in its edition alone.
        let given = books.rows(
            &format!(
                "SELECT number FROM meeting WHERE space = ?1 AND number LIKE ?2 AND kind IN {kinds} \
                 UNION SELECT json_extract(e.content, '$.issue') FROM minutes_edition e JOIN meeting m ON m.id = e.meeting \
                 WHERE e.space = ?1 AND m.kind IN {kinds} AND json_extract(e.content, '$.issue') LIKE ?2"
            ),
            (space.0.as_bytes(), format!("{head}%")),
            |r| r.get::<_, String>(0),
        )?;
        Ok(format!("{head}{}号", after(&given, &head, "号")))
    }

    /// Opens final minutes again: the meeting may be completed, and becomes final once more as a further
    /// edition under the same number.
    pub(crate) fn correct_minutes(&self, id: MeetingId, reason: &str, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        let reason = filled(reason, "reason")?;
        self.save_one(Act::CorrectMinutes, at, |save| {
            let mut meeting = save.books().need::<Meeting>(id)?.record;
            if meeting.state != MeetingState::Final {
                return Err(Refusal::Lacks("纪要还没有定稿，直接补记就行，不用出更正版。").into());
            }
            meeting.state = MeetingState::Closed;
            meeting.checked_by = None;
            meeting.correction = Some(reason);
            save.put(space, &meeting);
            Ok(id)
        })
    }
}
