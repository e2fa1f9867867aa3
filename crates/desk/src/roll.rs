//! Delegates and the bodies behind the parties; and the roll of a meeting: who is invited, who signed in.

use chrono::NaiveDate;
use uuid::Uuid;
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::rules::Refusal;
use xinghuo_model::*;

use crate::cases::not_future;
use crate::council::body_id;
use crate::error::{Result, filled};
use crate::open::{At, Open, known_or_new};
use crate::views::{PartyAttendance, Saved, SignInLine};

/// Delegates in office on a day, in the order of the parties.
pub(crate) fn delegates(books: &Books<'_>, space: SpaceId, on: Option<NaiveDate>) -> Result<Vec<Delegate>> {
    let on = on.map(|d| d.to_string());
    let mut all: Vec<Delegate> = books
        .select::<Delegate>(
            "AND space = ?1 AND (?2 IS NULL OR (since <= ?2 AND (until IS NULL OR until >= ?2))) ORDER BY id",
            (space.0.as_bytes(), on),
        )?
        .into_iter()
        .map(|d| d.record)
        .collect();
    all.sort_by_key(|d| d.party);
    Ok(all)
}

pub(crate) fn bodies(books: &Books<'_>, space: SpaceId) -> Result<Vec<Body>> {
    Ok(books.select::<Body>("AND space = ?1 ORDER BY id", [space.0.as_bytes()])?.into_iter().map(|kept| kept.record).collect())
}

/// Who sits where the owners have no committee (台州市物业管理条例 §30).
const STAND_IN: &str = "物业管理委员会";

/// What is said of a body that does not stand as usual.
fn standing(body: &Body) -> Option<String> {
    (body.state != BodyState::Normal).then(|| format!("{}（{}起）", body.state.zh(), crate::papers::day_zh(body.since)))
}

/// Who is invited to, present at, and voting in a meeting.
pub(crate) struct Roll {
    /// Five rows always at a council, even where a party has nobody (I08); none where the parties do not sit.
    pub parties: Vec<PartyAttendance>,
    /// Who is invited where the parties do not sit.
    pub guests: Vec<SignInLine>,
    pub observers: Vec<String>,
    pub invited: u32,
    pub present: u32,
    /// Sign-ins of one person that do not say the same.
    pub accounts: u32,
    /// Two laptops say different things of who makes up an assembly, or how many came.
    pub contested: bool,
    /// The first line of the sign-in, where somebody signed in already.
    pub begun: Option<Uuid>,
}

impl Roll {
    /// Whether somebody is called: a delegate in office, or a guest by name.
    pub(crate) fn calls(&self, line: &Attendance) -> bool {
        match line.delegate {
            Some(id) => self.parties.iter().flat_map(|party| &party.lines).any(|seat| seat.delegate.as_ref().is_some_and(|d| d.id == id)),
            None => self.guests.iter().any(|guest| Some(&guest.name) == line.name.as_ref()),
        }
    }

    /// The delegates who are there, or for whom somebody else is.
    pub(crate) fn there(&self) -> Vec<DelegateId> {
        let lines = self.parties.iter().flat_map(|party| &party.lines).filter(|line| there(line.presence));
        lines.filter_map(|line| line.delegate.as_ref().map(|delegate| delegate.id)).collect()
    }
}

/// How many of the five parties are there; `None` where they do not sit.
pub(crate) fn parties_present(roll: &Roll) -> Option<u32> {
    (!roll.parties.is_empty()).then(|| roll.parties.iter().filter(|party| party.present > 0).count() as u32)
}

fn there(presence: Option<Presence>) -> bool {
    presence.is_some_and(Presence::is_there)
}

fn signed_line(name: String, delegate: Option<Delegate>, signed: Option<&Attendance>) -> SignInLine {
    SignInLine {
        name,
        delegate,
        presence: signed.map(|a| a.presence),
        note: signed.and_then(|a| a.note.clone()),
        came_at: signed.and_then(|a| a.came_at),
        left_at: signed.and_then(|a| a.left_at),
    }
}

/// Every line of a meeting's sign-in.
pub(crate) fn signed(books: &Books<'_>, meeting: MeetingId) -> Result<Vec<Attendance>> {
    let kept = books.select::<Attendance>("AND meeting = ?1 ORDER BY id", [meeting.0.as_bytes()])?;
    Ok(kept.into_iter().map(|kept| kept.record).collect())
}

/// The roll of a meeting.
pub(crate) fn roll(books: &Books<'_>, space: SpaceId, meeting: &Meeting) -> Result<Roll> {
    // Two laptops may both have signed somebody in; the last one here counts, all are kept.
    let signed = signed(books, meeting.id)?;
    let observers = signed.iter().filter(|a| a.presence == Presence::Observer).filter_map(|a| a.name.clone()).collect();
    let (parties, guests) = match meeting.kind.is_council() {
        true => (parties(books, space, meeting, &signed)?, Vec::new()),
        false => (Vec::new(), guests(meeting, &signed)),
    };
    let of_all = meeting.eligible.unwrap_or(0);
    let accounts = differing(&signed).len() as u32;
    let among_guests = |counts: fn(&SignInLine) -> bool| guests.iter().filter(|line| counts(line)).count() as u32;
    Ok(Roll {
        invited: parties.iter().map(|p| p.invited).sum::<u32>() + among_guests(|_| true) + of_all,
        present: parties.iter().map(|p| p.present).sum::<u32>() + among_guests(|line| there(line.presence)) + meeting.came.unwrap_or(0),
        observers,
        accounts,
        contested: meeting.basis.is_some()
            && (books.in_dispute::<Meeting>(meeting.id, "assembly")? || books.in_dispute::<Meeting>(meeting.id, "came")?),
        begun: signed.first().map(|first| first.id.0),
        parties,
        guests,
    })
}

/// Whom a line of the sign-in is of: a delegate, or a guest by name. Observers only ever add up.
pub(crate) fn whose(line: &Attendance) -> Option<(Option<DelegateId>, Option<&str>)> {
    match line.delegate {
        Some(delegate) => Some((Some(delegate), None)),
        None if line.presence == Presence::Observer => None,
        None => Some((None, line.name.as_deref())),
    }
}

/// Those whose sign-ins differ, with all that was signed of each.
pub(crate) fn differing(signed: &[Attendance]) -> Vec<Vec<&Attendance>> {
    let mut by_person: Vec<Vec<&Attendance>> = Vec::new();
    for line in signed.iter().filter(|line| whose(line).is_some()) {
        match by_person.iter_mut().find(|lines| whose(lines[0]) == whose(line)) {
            Some(lines) => lines.push(line),
            None => by_person.push(vec![line]),
        }
    }
    let says = |a: &Attendance| (a.presence, a.name.clone(), a.came_at, a.left_at);
    by_person.retain(|lines| lines.iter().any(|line| says(line) != says(lines[0])));
    by_person
}

fn guests(meeting: &Meeting, signed: &[Attendance]) -> Vec<SignInLine> {
    let line = |name: &String| {
        let at = signed.iter().rev().find(|a| a.delegate.is_none() && a.presence != Presence::Observer && a.name.as_ref() == Some(name));
        signed_line(name.clone(), None, at)
    };
    meeting.guests.iter().map(line).collect()
}

fn parties(books: &Books<'_>, space: SpaceId, meeting: &Meeting, signed: &[Attendance]) -> Result<Vec<PartyAttendance>> {
    let on = meeting.held_at.date_naive();
    let mut parties: Vec<PartyAttendance> = Party::ALL
        .iter()
        .map(|p| PartyAttendance {
            party: *p,
            title: p.zh().to_owned(),
            invited: 0,
            present: 0,
            leave: 0,
            lines: Vec::new(),
            standing: None,
        })
        .collect();
    for body in bodies(books, space)?.into_iter().filter(|body| body.since <= on) {
        if let Some(party) = parties.iter_mut().find(|p| p.party == body.party) {
            party.standing = standing(&body);
            if body.state == BodyState::StandIn {
                party.title = STAND_IN.to_owned();
            }
        }
    }
    for delegate in delegates(books, space, Some(on))? {
        let Some(party) = parties.iter_mut().find(|p| p.party == delegate.party) else { continue };
        let line = signed.iter().rev().find(|a| a.delegate == Some(delegate.id));
        party.invited += 1;
        match line.map(|a| a.presence) {
            Some(presence) if presence.is_there() => party.present += 1,
            Some(Presence::Leave) => party.leave += 1,
            _ => {}
        }
        let name = line.filter(|a| a.presence == Presence::Proxy).and_then(|a| a.name.clone()).unwrap_or_else(|| delegate.name.clone());
        party.lines.push(signed_line(name, Some(delegate), line));
    }
    Ok(parties)
}

impl Open {
    pub(crate) fn save_delegate(&self, input: DelegateInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        filled(&input.name, "name")?;
        if input.until.is_some_and(|u| u < input.since) {
            return Err(Refusal::Before("任期止", "任期起").into());
        }
        self.save_one(Act::SaveDelegate, at, |save| {
            let id = known_or_new::<Delegate>(save, input.id)?;
            let delegate = input.record(id);
            save.put(space, &delegate);
            Ok(delegate.id)
        })
    }

    pub(crate) fn save_body(&self, input: BodyInput, at: At) -> Result<Saved> {
        let space = self.own_compound()?;
        not_future(input.since, at.date_naive(), "起始日期")?;
        self.save_one(Act::SaveBody, at, |save| {
            let id = body_id(space, input.party);
            let body = input.record(id);
            save.put(space, &body);
            Ok(id)
        })
    }
}
