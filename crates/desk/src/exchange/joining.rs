//! Joining (入网): the request, the office's admission, the welcome bundle.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_bundle::{Identity, JoinRequest, Purpose, fingerprint};
use xinghuo_ledger::Books;
use xinghuo_model::records::*;
use xinghuo_model::*;

use super::incoming::MAX_BUNDLE;
use crate::error::{DeskError, Result, not};
use crate::home::{hex, open_chosen, read_chosen, write_whole};
use crate::open::{Office, Open, done, here_json, lock};
use crate::trust::certificates;
use crate::views::*;

impl Open {
    pub(crate) fn join_request(&self, path: &Path) -> Result<Done> {
        let space = self.own_compound()?;
        let inner = lock(&self.inner);
        let compound = inner.ledger.books().need::<Compound>(CompoundId(space.0))?.record;
        let identity = inner.keys.identity();
        let request = JoinRequest {
            signs: hex(&identity.signs),
            receives: identity.receives,
            person: self.profile().person.clone(),
            copy: self.profile().copy.clone(),
            space: space.0,
            compound: compound.name,
            place: format!("{} {} {}", compound.district, compound.street, compound.community),
            former: here_json(&inner.ledger.books(), "former")?.unwrap_or_default(),
        };
        write_whole(path, &request.write(&inner.keys))?;
        Ok(done("入网申请已存好。请把它交给社区，并在电话里和社区核对指纹。", &[]))
    }

    pub(crate) fn inspect_join(&self, path: &Path) -> Result<JoinCard> {
        let request = JoinRequest::read(&read_chosen(path, 1 << 20)?)?;
        let identity = request.identity()?;
        let (already, known) =
            self.read(|books| Ok((!certificates(books, &identity.signs)?.is_empty(), same_compound(books, &request)?)))?;
        Ok(JoinCard {
            further_laptop: known.is_some_and(|k| k != request.space),
            person: request.person,
            copy: request.copy,
            compound: request.compound,
            place: request.place,
            fingerprint: fingerprint(&identity),
            already,
        })
    }

    pub(crate) fn admit(&self, path: &Path, typed: &str, out: &Path, at: DateTime<FixedOffset>) -> Result<Done> {
        if !self.is_office() {
            return not("join.not_office", "只有社区可以准许入网。", "请把入网申请交给社区。");
        }
        let request = JoinRequest::read(&read_chosen(path, 1 << 20)?)?;
        let identity = request.identity()?;
        same_digits(typed, &identity)?;
        let known = self.read(|books| same_compound(books, &request))?;
        let space = SpaceId(known.unwrap_or(request.space));
        self.save(Act::Admit, at, |save| {
            let mut certify = |signs: &str, receives: &str, copy: String| -> Result<()> {
                let known = save.books().select::<Certificate>("AND signs = ?1", [signs])?;
                // A key given up by one laptop may still be another's own: then it gets a full one.
                if known.iter().any(|c| !c.record.receives.is_empty() || receives.is_empty()) {
                    return Ok(());
                }
                let certificate = Certificate {
                    id: save.id(),
                    signs: signs.to_owned(),
                    receives: receives.to_owned(),
                    person: request.person.clone(),
                    role: Role::Secretary,
                    copy,
                    grants: vec![Grant {
                        space,
                        classes: [Class::Branch, Class::Community, Class::District].iter().map(|c| c.code().to_owned()).collect(),
                    }],
                    since: at.date_naive(),
                    compound: Some(request.compound.clone()),
                };
                save.put(SpaceId(self.profile().space), &certificate);
                Ok(())
            };
            certify(&request.signs, &request.receives, request.copy.clone())?;
            // A key that was given up receives nothing any more; what it wrote still counts.
            for former in &request.former {
                certify(&former.signs, "", format!("{}（原身份）", request.copy))?;
            }
            Ok(())
        })?;
        self.write_bundle(&identity.signs, out, Purpose::Welcome, None, &[], at)?;
        let what = if known.is_some_and(|k| k != request.space) { "的又一台电脑" } else { "" };
        Ok(done(format!("已准许“{}”{what}入网，欢迎包已存好，请交回小区。", request.compound), &["certificate"]))
    }

    pub(crate) fn welcome(&self, path: &Path, typed: &str, now: DateTime<FixedOffset>) -> Result<BundleReport> {
        if self.is_office() {
            return not("join.office", "社区不需要入网。", "请在小区的电脑上打开欢迎包。");
        }
        let mut source = open_chosen(path, MAX_BUNDLE)?;
        let opened = xinghuo_bundle::read_from(&mut source, &lock(&self.inner).keys)?;
        if opened.manifest.purpose != Purpose::Welcome {
            return not("join.not_welcome", "这不是社区的欢迎包。", "普通数据包请在“收到的”里导入。");
        }
        same_digits(typed, &opened.from)?;
        let Some(space) =
            opened.segments.iter().find(|s| s.channel.class == Class::Registry && s.key == opened.from.signs).map(|s| s.channel.space.0)
        else {
            return not("join.no_registry", "欢迎包里没有社区的登记信息。", "请社区重新导出欢迎包。");
        };
        let office = Office { signs: hex(&opened.from.signs), receives: opened.from.receives.clone(), space };
        let before = lock(&self.office).replace(office.clone());
        let pin = |office: Option<&Office>| {
            let text = office.map(|o| serde_json::to_string(o).unwrap_or_default()).unwrap_or_default();
            lock(&self.inner).ledger.set_here("office", &text)
        };
        pin(Some(&office))?;
        let taken = self.take_in(path, opened, &mut source, now, &mut |_, _| true).and_then(|report| {
            self.follow_certificate()?;
            Ok(report)
        });
        if taken.is_err() {
            pin(before.as_ref())?;
            *lock(&self.office) = before;
        }
        taken
    }

    /// Where the office certified this copy for a compound that exists already, this copy is a
    /// further laptop of it: it goes over to that compound, unless it has records of its own.
    fn follow_certificate(&self) -> Result<()> {
        let inner = lock(&self.inner);
        let books = inner.ledger.books();
        let own = inner.ledger.own_key();
        let granted = certificates(&books, &own)?.iter().flat_map(|c| &c.grants).map(|g| g.space.0).next();
        let profile = self.profile();
        let Some(space) = granted.filter(|s| *s != profile.space) else { return Ok(()) };
        let mut records = 0;
        for kind in KINDS.iter().filter(|k| k.space == SpaceKind::Compound && k.name != "compound") {
            records += books.number(&format!("SELECT count(*) FROM \"{}\" WHERE space = ?1", kind.name), [profile.space.as_bytes()])?;
        }
        if records > 0 {
            return not(
                "join.own_records",
                "社区已有这个小区，而本机在入网前已登记了自己的记录，不能直接并过去。",
                "请在一个新文件夹里重新建立副本，先入网再登记。",
            );
        }
        self.move_to(&inner.ledger, space)
    }
}

/// The compound the office holds already under this name and place, if there is one.
fn same_compound(books: &Books<'_>, request: &JoinRequest) -> Result<Option<Uuid>> {
    let named = books.select::<Compound>("AND name = ?1", [&request.compound])?;
    Ok(named
        .into_iter()
        .map(|c| c.record)
        .find(|c| format!("{} {} {}", c.district, c.street, c.community) == request.place)
        .map(|c| c.id.0))
}

/// Compares what was read aloud with the file, digit by digit.
fn same_digits(typed: &str, identity: &Identity) -> Result<()> {
    let digits = |t: &str| -> String { t.chars().filter_map(|c| c.to_digit(10)).map(|d| char::from(b'0' + d as u8)).collect() };
    let narrow: String = typed
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            c => c,
        })
        .collect();
    if digits(&narrow) == digits(&fingerprint(identity)) {
        Ok(())
    } else if digits(&narrow).len() < 30 {
        Err(DeskError::Field { field: "fingerprint", why: "指纹是 30 位数字，请对照读完整。" })
    } else {
        Err(DeskError::Field {
            field: "fingerprint", why: "指纹不一致。请重新核对；若仍不一致，文件可能被换过，不要继续。"
        })
    }
}
