//! Joining (入网): the request, the admission by the office above, the welcome bundle. The same
//! ceremony for a compound in its community, a community in its street, a street in its district.

use std::collections::HashSet;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use xinghuo_bundle::{BundleError, Flaw, Identity, JoinRequest, Purpose, SegmentEntry, fingerprint};
use xinghuo_ledger::{Books, Channel, Kept};
use xinghuo_model::records::*;
use xinghuo_model::*;

use super::incoming::MAX_BUNDLE;
use super::outgoing::Order;
use crate::error::{DeskError, Result, not};
use crate::home::{former, hex, open_chosen, read_chosen, write_whole};
use crate::open::{Above, Open, done, here_json, lock};
use crate::trust::{certificates, channels_of};
use crate::views::*;

impl Open {
    pub(crate) fn join_request(&self, path: &Path) -> Result<Done> {
        let profile = self.profile();
        let (word, level) = (self.word_above(), self.level());
        if level.is_some_and(|level| level.above().is_none()) {
            return top();
        }
        let inner = lock(&self.inner);
        let books = inner.ledger.books();
        let (name, place) = match level {
            Some(_) => {
                let office = books.need::<Office>(OfficeId(profile.space))?.record;
                (office.name, format!("{} {}", office.district, office.street).trim().to_owned())
            }
            None => {
                let compound = books.need::<Compound>(CompoundId(profile.space))?.record;
                (compound.name, format!("{} {} {}", compound.district, compound.street, compound.community))
            }
        };
        let identity = inner.keys.identity();
        let request = JoinRequest {
            signs: hex(&identity.signs),
            receives: identity.receives,
            person: profile.person.clone(),
            copy: profile.copy.clone(),
            space: profile.space,
            compound: name,
            place,
            level: level.map_or_else(String::new, |level| level.code().to_owned()),
            former: here_json(&books, "former")?.unwrap_or_default(),
        };
        write_whole(path, &request.write(&inner.keys))?;
        Ok(done(format!("入网申请已存好。请把它交给{word}，并在电话里和{word}核对指纹。"), &[]))
    }

    pub(crate) fn inspect_join(&self, path: &Path) -> Result<JoinCard> {
        let request = JoinRequest::read(&read_chosen(path, 1 << 20)?)?;
        let level = self.asks_here(&request)?;
        let identity = request.identity()?;
        let registry = self.registry();
        let (already, known) = self.read(|books| {
            let certified = certificates(books, &identity.signs)?.iter().any(|cert| cert.space == registry);
            Ok((certified, if level.is_none() { same_compound(books, registry, &request)? } else { None }))
        })?;
        Ok(JoinCard {
            further_laptop: known.is_some_and(|k| k != request.space),
            person: request.person,
            copy: request.copy,
            compound: request.compound,
            level,
            place: request.place,
            fingerprint: fingerprint(&identity),
            already,
        })
    }

    /// The level of the office that asks, where it stands right below this one.
    fn asks_here(&self, request: &JoinRequest) -> Result<Option<Level>> {
        let level = if request.level.is_empty() {
            None
        } else {
            let Some(level) = Level::parse(&request.level) else { return Err(BundleError::Newer.into()) };
            Some(level)
        };
        let due = level.map_or(Some(Level::Community), Level::above);
        if due.is_none() || due != self.level() {
            return not(
                "join.wrong_level",
                format!("这份入网申请应当交给{}。", due.map_or("上级", Level::zh)),
                "小区向社区申请，社区向街道申请，街道向区申请。",
            );
        }
        Ok(level)
    }

    pub(crate) fn admit(&self, path: &Path, typed: &str, out: &Path, at: DateTime<FixedOffset>) -> Result<Done> {
        if !self.is_office() {
            return not("join.not_office", "只有社区可以准许入网。", "请把入网申请交给社区。");
        }
        let request = JoinRequest::read(&read_chosen(path, 1 << 20)?)?;
        let level = self.asks_here(&request)?;
        let identity = request.identity()?;
        same_digits(typed, &identity)?;
        let known = if level.is_none() { self.read(|books| same_compound(books, self.registry(), &request))? } else { None };
        let grants = match level {
            None => {
                let classes = [Class::Branch, Class::Community, Class::District].map(|c| c.code().to_owned()).to_vec();
                vec![Grant { space: SpaceId(known.unwrap_or(request.space)), classes }]
            }
            Some(_) => self.read(|books| self.grants_of_office(books, &request))?,
        };
        let registry = SpaceId(self.profile().space);
        self.save(Act::Admit, at, |save| {
            let mut certify = |signs: &str, receives: &str, copy: String| -> Result<()> {
                let known = save.books().select::<Certificate>("AND signs = ?1 AND space = ?2", (signs, registry.0.as_bytes()))?;
                // A key given up by one laptop may still be another's own: then it gets a full one.
                if known.iter().any(|c| !c.record.receives.is_empty() || receives.is_empty()) {
                    return Ok(());
                }
                let certificate = Certificate {
                    id: save.id(),
                    signs: signs.to_owned(),
                    receives: receives.to_owned(),
                    person: request.person.clone(),
                    role: level.map_or(Role::Secretary, Level::role),
                    copy,
                    grants: grants.clone(),
                    since: at.date_naive(),
                    compound: Some(request.compound.clone()),
                };
                save.put(registry, &certificate);
                Ok(())
            };
            certify(&request.signs, &request.receives, request.copy.clone())?;
            // A key that was given up receives nothing any more; what it wrote still counts.
            for former in &request.former {
                certify(&former.signs, "", format!("{}（原身份）", request.copy))?;
            }
            Ok(())
        })?;
        let welcome = Order { audience: &identity.signs, path: out, purpose: Purpose::Welcome, volume_size: None, again: &[] };
        self.write_bundle(&welcome, at, &mut |_, _| true)?;
        let what = if known.is_some_and(|k| k != request.space) { "的又一台电脑" } else { "" };
        let back = level.map_or("小区", Level::zh);
        Ok(done(format!("已准许“{}”{what}入网，欢迎包已存好，请交回{back}。", request.compound), &["certificate"]))
    }

    /// An office that goes on under another key (after a restore) is the root of trust by that key alone
    /// for whoever joins from now on. So its registry says that its former keys could write it, and the
    /// records of the compounds it looked after.
    pub(crate) fn vouch_for_former(&self, at: DateTime<FixedOffset>) -> Result<()> {
        let (profile, Some(level)) = (self.profile(), self.level()) else { return Ok(()) };
        let registry = SpaceId(profile.space);
        let (unsaid, mut grants) = self.read(|books| {
            let mut unsaid = former(books)?;
            if unsaid.is_empty() {
                return Ok((unsaid, Vec::new()));
            }
            let mut known = HashSet::new();
            for cert in books.select::<Certificate>("AND space = ?1", [registry.0.as_bytes()])? {
                known.insert(cert.record.signs);
            }
            unsaid.retain(|former| !known.contains(&former.signs));
            let compounds = if unsaid.is_empty() || level != Level::Community { Vec::new() } else { books.select::<Compound>("", [])? };
            let classes = [Class::Community, Class::District].map(|class| class.code().to_owned()).to_vec();
            let grants = compounds.iter().map(|kept| Grant { space: SpaceId(kept.record.id.0), classes: classes.clone() });
            Ok((unsaid, grants.collect::<Vec<_>>()))
        })?;
        if unsaid.is_empty() {
            return Ok(());
        }
        grants.insert(0, Grant { space: registry, classes: vec![Class::Registry.code().to_owned()] });
        self.save(Act::Widen, at, |save| {
            for former in unsaid {
                let certificate = Certificate {
                    id: save.id(),
                    signs: former.signs,
                    receives: String::new(),
                    person: profile.person.clone(),
                    role: level.role(),
                    copy: format!("{}（原身份）", profile.copy),
                    grants: grants.clone(),
                    since: at.date_naive(),
                    compound: None,
                };
                save.put(registry, &certificate);
            }
            Ok(())
        })?;
        Ok(())
    }

    /// What an office below is granted on joining: its own registry; and where it was here before
    /// under a key it gave up, everything that key was granted.
    fn grants_of_office(&self, books: &Books<'_>, request: &JoinRequest) -> Result<Vec<Grant>> {
        let registry = self.registry();
        let own = Channel { space: SpaceId(request.space), class: Class::Registry };
        let holders: Vec<Kept<Certificate>> = books
            .select::<Certificate>("AND space = ?1", [registry.as_bytes()])?
            .into_iter()
            .filter(|cert| channels_of(&cert.record).any(|c| c == own))
            .collect();
        let itself = |cert: &Kept<Certificate>| {
            cert.record.signs == request.signs || request.former.iter().any(|former| former.signs == cert.record.signs)
        };
        if request.space == registry || holders.iter().any(|cert| !itself(cert)) {
            return not(
                "join.space_taken",
                "申请里写的登记信息已归另一台电脑，不能再给一台。",
                "请当面核实是谁交来的申请；机构的电脑丢失的，请先停用它，再在新电脑上重新建立。",
            );
        }
        match holders.into_iter().max_by_key(|cert| cert.record.grants.len()) {
            Some(before) => Ok(before.record.grants),
            None => Ok(vec![Grant { space: own.space, classes: vec![own.class.code().to_owned()] }]),
        }
    }

    pub(crate) fn welcome(&self, path: &Path, typed: &str, now: DateTime<FixedOffset>) -> Result<BundleReport> {
        if self.level().is_some_and(|level| level.above().is_none()) {
            return top();
        }
        let mut opened = xinghuo_bundle::open(open_chosen(path, MAX_BUNDLE)?, &lock(&self.inner).keys)?;
        if opened.manifest.purpose != Purpose::Welcome {
            return not("join.not_welcome", format!("这不是{}的欢迎包。", self.word_above()), "普通数据包请在“收到的”里导入。");
        }
        same_digits(typed, &opened.from)?;
        let sender = hex(&opened.from.signs);
        let registry = |entry: &SegmentEntry| entry.class == Class::Registry.code() && entry.key == sender;
        let found = opened.stretches(&registry).find_map(|stretch| match stretch {
            Ok(segment) => Some(Ok(segment.channel.space.0)),
            Err(Flaw::Damaged(_)) => None,
            Err(Flaw::File(error)) => Some(Err(BundleError::File(error))),
        });
        let Some(space) = found.transpose()? else {
            return not("join.no_registry", "欢迎包里没有登记信息。", "请对方重新导出欢迎包。");
        };
        let above = Above { signs: sender, receives: opened.from.receives.clone(), space };
        let before = lock(&self.above).replace(above.clone());
        let pin = |above: Option<&Above>| {
            let text = above.map(|above| serde_json::to_string(above).unwrap_or_default()).unwrap_or_default();
            lock(&self.inner).ledger.set_here("above", &text)
        };
        pin(Some(&above))?;
        let taken = self.take_in(path, opened, now, &mut |_, _| true).and_then(|report| {
            if !self.is_office() {
                self.follow_certificate()?;
            }
            Ok(report)
        });
        if taken.is_err() {
            pin(before.as_ref())?;
            *lock(&self.above) = before;
        }
        taken
    }

    /// Where the office certified this copy for a compound that exists already, this copy is a
    /// further laptop of it: it goes over to that compound, unless it has records of its own.
    fn follow_certificate(&self) -> Result<()> {
        let inner = lock(&self.inner);
        let books = inner.ledger.books();
        let own = inner.ledger.own_key();
        let granted = certificates(&books, &own)?.iter().flat_map(|c| &c.record.grants).map(|g| g.space.0).next();
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

/// Nothing is above the district.
fn top<T>() -> Result<T> {
    not("join.top", "区是最上一级，不用入网。", "街道向区申请入网；区在“交换”页收下申请。")
}

/// The compound the office holds already under this name and place, if there is one; or the one for which it
/// admitted a laptop of this name, where nothing was heard of it since.
fn same_compound(books: &Books<'_>, registry: Uuid, request: &JoinRequest) -> Result<Option<Uuid>> {
    let named: Vec<Compound> = books.select::<Compound>("AND name = ?1", [&request.compound])?.into_iter().map(|c| c.record).collect();
    let here = |c: &&Compound| format!("{} {} {}", c.district, c.street, c.community) == request.place;
    if let Some(known) = named.iter().find(here) {
        return Ok(Some(known.id.0));
    }
    let admitted = books.select::<Certificate>(
        "AND space = ?1 AND compound = ?2 AND role = 'secretary' ORDER BY id",
        (registry.as_bytes(), &request.compound),
    )?;
    let granted = admitted.iter().flat_map(|cert| &cert.record.grants).map(|grant| grant.space.0);
    // Another one of this name whose records are here is another compound.
    Ok(granted.into_iter().find(|space| named.iter().all(|c| c.id.0 != *space)))
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
