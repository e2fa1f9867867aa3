//! Joining, exporting, importing: who may receive what, and what became of a bundle in words.
//! Who is believed stands in `trust`.

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use xinghuo_bundle::{Identity, JoinRequest, Opened, Outgoing, Purpose, fingerprint};
use xinghuo_ledger::{Absorbed, Author, Books, Channel, Hash, Head, Ledger, LedgerError, LogId, PublicKey, SegmentReport};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::error::{DeskError, Result, not};
use crate::home::{hex, read_chosen, unhex_key, write_whole};
use crate::open::{Office, Open, copy_name, done, here_json, lock};
use crate::trust::{certificates, endings, is_ended};
use crate::views::*;

/// What was last written for a partner; only for people, never for the protocol.
#[derive(Default, Serialize, Deserialize)]
struct Sent {
    number: u64,
    /// By strand.
    heads: HashMap<i64, u64>,
}

/// Whom a bundle may be written for, and which channels they are entitled to.
struct Party {
    identity: Identity,
    name: String,
    detail: String,
    /// Compounds whose community and district channels they read.
    spaces: Vec<Uuid>,
    /// Those whose branch channel they read too.
    inner: Vec<Uuid>,
    registry: Uuid,
}

impl Party {
    fn allows(&self, channel: Channel) -> bool {
        let space = channel.space.0;
        match channel.class {
            Class::Registry => space == self.registry,
            Class::Branch => self.inner.contains(&space),
            Class::Community | Class::District => self.spaces.contains(&space),
        }
    }
}

impl Open {
    /// Everybody a bundle may be written for.
    fn partners(&self, books: &Books<'_>, own: &PublicKey) -> Result<Vec<Party>> {
        let mut out = Vec::new();
        let office = lock(&self.office).clone();
        if let Some(office) = &office
            && let Some(signs) = unhex_key(&office.signs)
        {
            let name = books.get::<Community>(CommunityId(office.space))?.map_or_else(|| "社区".to_owned(), |c| c.record.name);
            out.push(Party {
                identity: Identity { signs, receives: office.receives.clone() },
                name,
                detail: "社区".to_owned(),
                spaces: vec![self.profile().space],
                inner: Vec::new(),
                registry: office.space,
            });
        }
        let registry = if self.is_office() { self.profile().space } else { office.map_or(Uuid::nil(), |o| o.space) };
        for cert in books.select::<Certificate>("ORDER BY id", [])? {
            let cert = cert.record;
            let Some(signs) = unhex_key(&cert.signs) else { continue };
            let spaces: Vec<Uuid> = cert.grants.iter().map(|g| g.space.0).collect();
            // A branch exchanges with its own compound's other laptops only.
            if cert.receives.is_empty()
                || is_ended(books, &signs, &cert)?
                || signs == *own
                || (!self.is_office() && !spaces.contains(&self.profile().space))
            {
                continue;
            }
            let compound = match spaces.first() {
                Some(id) => books.get::<Compound>(CompoundId(*id))?.map(|c| c.record.name),
                None => None,
            };
            out.push(Party {
                identity: Identity { signs, receives: cert.receives },
                name: compound.or(cert.compound).unwrap_or_else(|| cert.copy.clone()),
                detail: format!("{} · {}", cert.copy, cert.person),
                inner: spaces.clone(),
                spaces,
                registry,
            });
        }
        Ok(out)
    }

    fn sent(&self, books: &Books<'_>, peer: &PublicKey) -> Result<Sent> {
        Ok(here_json(books, &format!("sent:{}", hex(peer)))?.unwrap_or_default())
    }

    fn unsent_to(&self, ledger: &Ledger, party: &Party) -> Result<u32> {
        let sent = self.sent(&ledger.books(), &party.identity.signs)?;
        let acked = ledger.acknowledged(&party.identity.signs)?;
        let n: u64 = ledger
            .heads()?
            .iter()
            .filter(|h| party.allows(h.channel) && h.key != party.identity.signs)
            .map(|h| {
                let known = sent.heads.get(&h.strand).copied().unwrap_or(0).max(acked.get(&h.strand).copied().unwrap_or(0));
                h.seq.saturating_sub(known.max(h.base))
            })
            .sum();
        Ok(n.min(u64::from(u32::MAX)) as u32)
    }

    /// Changes of this copy that nobody was given yet: for a branch, what its office lacks.
    pub(crate) fn unsent(&self) -> Result<u32> {
        let inner = lock(&self.inner);
        let books = inner.ledger.books();
        let own = inner.ledger.own_key();
        let partners = self.partners(&books, &own)?;
        match partners.first() {
            Some(first) if !self.is_office() => self.unsent_to(&inner.ledger, first),
            Some(_) => {
                let mut n = 0;
                for p in &partners {
                    n += u32::from(self.unsent_to(&inner.ledger, p)? > 0);
                }
                Ok(n)
            }
            None if self.is_office() => Ok(0),
            None => Ok(inner.ledger.heads()?.iter().filter(|h| h.key == own).map(|h| h.seq as u32).sum()),
        }
    }

    pub(crate) fn last_bundle(&self, outgoing: bool) -> Result<Option<DateTime<FixedOffset>>> {
        self.read(|books| {
            Ok(books
                .rows("SELECT at FROM bundle WHERE outgoing = ?1 ORDER BY n DESC LIMIT 1", [outgoing], |r| r.get::<_, String>(0))?
                .first()
                .and_then(|t| t.parse().ok()))
        })
    }

    pub(crate) fn last_heard_by_space(&self) -> Result<HashMap<Uuid, DateTime<FixedOffset>>> {
        self.read(|books| {
            let mut out: HashMap<Uuid, DateTime<FixedOffset>> = HashMap::new();
            for (at, peer) in books.rows("SELECT at, peer FROM bundle WHERE outgoing = 0 ORDER BY n", [], |r| {
                Ok((r.get::<_, String>(0)?, r.get::<_, PublicKey>(1)?))
            })? {
                let Ok(at) = at.parse() else { continue };
                for cert in certificates(books, &peer)? {
                    for grant in &cert.grants {
                        out.insert(grant.space.0, at);
                    }
                }
            }
            Ok(out)
        })
    }

    /// The exchange page.
    pub(crate) fn exchange(&self, now: DateTime<FixedOffset>) -> Result<ExchangeView> {
        let inner = lock(&self.inner);
        let ledger = &inner.ledger;
        let books = ledger.books();
        let own = ledger.own_key();
        let mut partners = Vec::new();
        let parties = self.partners(&books, &own)?;
        let line_time = |peer: &PublicKey, outgoing: bool| -> Result<Option<DateTime<FixedOffset>>> {
            Ok(books
                .rows("SELECT at FROM bundle WHERE peer = ?1 AND outgoing = ?2 ORDER BY n DESC LIMIT 1", (peer, outgoing), |r| {
                    r.get::<_, String>(0)
                })?
                .first()
                .and_then(|t| t.parse().ok()))
        };
        let title = if self.is_office() {
            books.get::<Community>(CommunityId(self.profile().space))?.map(|c| c.record.name)
        } else {
            books.get::<Compound>(CompoundId(self.profile().space))?.map(|c| c.record.name)
        };
        for p in &parties {
            partners.push(Partner {
                suggested_name: format!("{}_给{}_{}.xinghuo", title.as_deref().unwrap_or_default(), p.name, now.format("%Y%m%d_%H%M")),
                key: hex(&p.identity.signs),
                name: p.name.clone(),
                detail: p.detail.clone(),
                unsent: self.unsent_to(ledger, p)?,
                last_sent: line_time(&p.identity.signs, true)?,
                last_heard: line_time(&p.identity.signs, false)?,
            });
        }
        let office = lock(&self.office).clone();
        let peer = parties.first().filter(|_| !self.is_office()).map(|p| p.identity.signs);
        let (mut travels, mut stays) = (Vec::new(), Vec::new());
        for w in ledger.waiting(peer.as_ref())? {
            let line = TravelLine {
                kind_zh: kind_named(&w.kind).map_or(w.kind.clone(), |k| k.zh.to_owned()),
                kind: w.kind,
                class: w.class.code().to_owned(),
                class_zh: w.class.zh().to_owned(),
                changes: w.changes as u32,
            };
            if w.class == Class::Branch { stays.push(line) } else { travels.push(line) }
        }
        let bundles = books.rows("SELECT at, outgoing, peer, file, sentence FROM bundle ORDER BY n DESC LIMIT 30", [], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, bool>(1)?, r.get::<_, PublicKey>(2)?, r.get::<_, String>(3)?, r.get::<_, String>(4)?))
        })?;
        let mut lines = Vec::new();
        for (at, outgoing, peer, file, sentence) in bundles {
            let partner = parties.iter().find(|p| p.identity.signs == peer).map(|p| p.name.clone());
            lines.push(BundleLine {
                at: at.parse().unwrap_or(now),
                outgoing,
                partner: partner.unwrap_or_else(|| "未登记的电脑".to_owned()),
                file,
                sentence,
            });
        }
        let office_name = match &office {
            Some(o) => books.get::<Community>(CommunityId(o.space))?.map(|c| c.record.name),
            None => None,
        };
        Ok(ExchangeView {
            role: self.profile().role,
            joined: self.is_office() || office.is_some(),
            fingerprint: fingerprint(&inner.keys.identity()),
            office: office_name,
            partners,
            travels,
            stays,
            bundles: lines,
            held: self.held_sentences(ledger)?,
            conflicts: ledger.conflicts()?.len() as u32,
        })
    }

    /// What is missing, a sentence per log.
    fn held_sentences(&self, ledger: &Ledger) -> Result<Vec<String>> {
        let books = ledger.books();
        let own = ledger.own_key();
        let heads = highest(&ledger.heads()?);
        let mut out = Vec::new();
        for (log, key, first, reason, count) in ledger.held()? {
            let who = copy_name(&books, &key, &self.profile(), &own)?;
            let have = heads.get(&log).copied().unwrap_or(0);
            out.push(match reason.as_str() {
                "gap" if first > have + 1 => format!("{who}的第 {}–{} 条还没收到，后面的 {count} 条先放着。", have + 1, first - 1),
                "author" => format!("{who}还没有入网授权，它的 {count} 条先隔离，准许入网后自动并入。"),
                "ended" => format!("{who}的授权已停用，停用以后的 {count} 条已隔离。"),
                "erased" => format!("{who}的 {count} 条里有内容被抹去，先放着；请让原来的电脑重新导出。"),
                _ => format!("{who}的 {count} 条要等它看过的其他电脑的记录到齐后再并入。"),
            });
        }
        Ok(out)
    }

    /// Copies of which two used one key, a sentence each.
    pub(crate) fn fork_sentences(&self, ledger: &Ledger) -> Result<Vec<String>> {
        let (books, own) = (ledger.books(), ledger.own_key());
        let mut keys: Vec<PublicKey> = ledger.forks()?.into_iter().map(|(key, ..)| key).collect();
        keys.dedup();
        keys.iter()
            .map(|key| Ok(format!("{}的身份曾在两台电脑上同时使用，两边的记录都在。", copy_name(&books, key, &self.profile(), &own)?)))
            .collect()
    }

    pub(crate) fn want_text(&self, now: DateTime<FixedOffset>) -> Result<String> {
        let inner = lock(&self.inner);
        let lines = self.held_sentences(&inner.ledger)?;
        if lines.is_empty() {
            return Ok("目前没有缺少的记录。".to_owned());
        }
        Ok(format!(
            "【星火家园】{} 请补发数据包：\n{}\n（对方在“交换”页重新导出一次即可，重复的会自动略过。）",
            now.format("%m月%d日"),
            lines.join("\n")
        ))
    }

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
        self.write_bundle(&identity.signs, out, Purpose::Welcome, at)?;
        let what = if known.is_some_and(|k| k != request.space) { "的又一台电脑" } else { "" };
        Ok(done(format!("已准许“{}”{what}入网，欢迎包已存好，请交回小区。", request.compound), &["certificate"]))
    }

    pub(crate) fn welcome(&self, path: &Path, typed: &str, now: DateTime<FixedOffset>) -> Result<BundleReport> {
        if self.is_office() {
            return not("join.office", "社区不需要入网。", "请在小区的电脑上打开欢迎包。");
        }
        let bytes = read_chosen(path, 1 << 30)?;
        let opened = {
            let inner = lock(&self.inner);
            xinghuo_bundle::read(&bytes, &inner.keys)?
        };
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
        let taken = self.take_in(path, opened, now, &mut |_, _| true).and_then(|report| {
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

    /// Writes a bundle for one partner.
    pub(crate) fn export(&self, audience: &str, path: &Path, at: DateTime<FixedOffset>) -> Result<Exported> {
        let Some(key) = unhex_key(audience) else {
            return Err(DeskError::Field { field: "audience", why: "没有这个接收方。" });
        };
        self.write_bundle(&key, path, Purpose::Exchange, at)
    }

    fn write_bundle(&self, audience: &PublicKey, path: &Path, purpose: Purpose, at: DateTime<FixedOffset>) -> Result<Exported> {
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let parties = self.partners(&inner.ledger.books(), &own)?;
        let Some(party) = parties.into_iter().find(|p| p.identity.signs == *audience) else {
            return not("exchange.no_partner", "还没有这个接收方。", "小区请先入网；社区请先准许对方入网。");
        };
        let crate::home::Unlocked { ledger, keys, .. } = &mut *inner;
        ledger.seal_own(&|log: &LogId, seq: u64, head: &Hash| keys.seal(log, seq, head))?;
        let segments = ledger.segments_for(audience, &|c| party.allows(c))?;
        let heads: Vec<Head> = ledger.heads()?.into_iter().filter(|h| party.allows(h.channel)).collect();
        let have: Vec<(LogId, u64, Hash)> = heads.iter().map(|h| (h.log, h.seq, h.hash)).collect();
        let reached = highest(&heads);
        let want = ledger
            .held()?
            .into_iter()
            .filter(|h| h.3 == "gap" || h.3 == "unseen")
            .map(|(log, ..)| (log, reached.get(&log).copied().unwrap_or(0) + 1))
            .collect();
        let mut sent = self.sent(&ledger.books(), audience)?;
        sent.number += 1;
        let bytes = xinghuo_bundle::write(
            &inner.keys,
            &Outgoing {
                purpose,
                audience: &party.identity,
                number: sent.number,
                made_at: at.to_rfc3339(),
                have,
                want,
                segments: &segments.segments,
            },
        )?;
        // From here on these numbers may be known elsewhere: remember how far this copy was.
        self.home.mark(&inner.ledger, &inner.keys)?;
        write_whole(path, &bytes)?;
        // A stick may lie about what it took: read it back.
        if std::fs::read(path).map(|b| blake3::hash(&b)).ok() != Some(blake3::hash(&bytes)) {
            return Err(DeskError::File {
                code: "file.read_back",
                what: "写出的文件读回来不一致。",
                advice: "U 盘可能有问题，请换一个再导出一次。",
            });
        }
        sent.heads.extend(heads.iter().map(|h| (h.strand, h.seq)));
        let ledger = &inner.ledger;
        ledger.set_here(&format!("sent:{}", hex(audience)), &serde_json::to_string(&sent).unwrap_or_default())?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let message = if segments.entries == 0 {
            format!("已给{}写好回执，没有新的改动。", party.name)
        } else {
            format!("已给{}写好第 {} 号数据包，含 {} 次保存。", party.name, sent.number, segments.entries)
        };
        ledger.note_bundle(&at.to_rfc3339(), true, audience, sent.number, &file, &message)?;
        Ok(Exported { path: path.display().to_string(), bytes: bytes.len() as u64, entries: segments.entries as u32, message })
    }

    /// Opens a bundle without taking it in.
    pub(crate) fn inspect(&self, path: &Path) -> Result<BundleReport> {
        let bytes = read_chosen(path, 1 << 30)?;
        let inner = lock(&self.inner);
        let opened = xinghuo_bundle::read(&bytes, &inner.keys)?;
        let heads = highest(&inner.ledger.heads()?);
        let (mut new, mut had) = (0u64, 0u64);
        for s in &opened.manifest.segments {
            let known = heads.get(&s.log).copied().unwrap_or(0);
            let all = s.last.saturating_sub(s.first).saturating_add(1);
            let fresh = s.last.saturating_sub(known.max(s.first.saturating_sub(1)));
            new = new.saturating_add(fresh.min(all));
            had = had.saturating_add(all - fresh.min(all));
        }
        let own = inner.ledger.own_key();
        let from = copy_name(&inner.ledger.books(), &opened.from.signs, &self.profile(), &own)?;
        Ok(BundleReport {
            file: file_name(path),
            fate: BundleFate::Inspected,
            sentences: vec![format!("来自{from}，第 {} 号；其中 {new} 次保存是新的，{had} 次已有。还没有导入。", opened.manifest.number)],
            from: Some(from),
            number: Some(opened.manifest.number as u32),
            new: new.min(u64::from(u32::MAX)) as u32,
            had: had.min(u64::from(u32::MAX)) as u32,
            held: 0,
            refused: opened.damaged.iter().map(|d| d.entries).sum::<u64>().min(u64::from(u32::MAX)) as u32,
            conflicts: 0,
            code: None,
        })
    }

    /// Takes bundles in, each in its own transaction; a bad one does not stop the others.
    pub(crate) fn import(
        &self,
        paths: &[std::path::PathBuf],
        now: DateTime<FixedOffset>,
        pace: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Vec<BundleReport>> {
        let mut reports = Vec::new();
        for path in paths {
            match self.import_one(path, now, pace) {
                Ok(report) => reports.push(report),
                Err(DeskError::Ledger(LedgerError::Cancelled)) => return Err(LedgerError::Cancelled.into()),
                Err(error) => reports.push(refusal(path, &error)),
            }
        }
        Ok(reports)
    }

    fn import_one(&self, path: &Path, now: DateTime<FixedOffset>, pace: &mut dyn FnMut(u64, u64) -> bool) -> Result<BundleReport> {
        let bytes = read_chosen(path, 1 << 30)?;
        let opened = {
            let inner = lock(&self.inner);
            xinghuo_bundle::read(&bytes, &inner.keys)?
        };
        drop(bytes);
        let own = self.own_key();
        let sender = opened.from.signs;
        let known = sender == own
            || self.read(|books| {
                Ok(self.partners(books, &own)?.iter().any(|p| p.identity.signs == sender) || !certificates(books, &sender)?.is_empty())
            })?;
        if !known {
            return if !self.is_office() && lock(&self.office).is_none() && opened.manifest.purpose == Purpose::Welcome {
                not(
                    "join.welcome_first",
                    "这是社区的欢迎包，要先核对社区的指纹。",
                    "请在“交换”页的入网第三步里打开它，并输入社区读出的指纹。",
                )
            } else {
                not("bundle.unknown_sender", "发送方没有登记，来历不明，没有导入。", "请让对方先提交入网申请，由社区准许后再发。")
            };
        }
        self.take_in(path, opened, now, pace)
    }

    fn take_in(
        &self,
        path: &Path,
        opened: Opened,
        now: DateTime<FixedOffset>,
        pace: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<BundleReport> {
        let mut inner = lock(&self.inner);
        let own = inner.ledger.own_key();
        let mut gate = self.gate(own);
        let sender = opened.from.signs;
        let absorbed = inner.ledger.absorb(opened.segments, &mut |books, key, channel, seq, _| gate.may(books, key, channel, seq), pace)?;
        let mut back = Vec::new();
        if sender != own {
            back = inner.ledger.acknowledge(&sender, opened.manifest.number, &opened.manifest.have)?;
        }
        let from = copy_name(&inner.ledger.books(), &sender, &self.profile(), &own)?;
        let mut report = report(path, &from, opened.manifest.number, &absorbed, &opened.damaged);
        if !back.is_empty() {
            report.sentences.push("对方的数据比以前收到的回执还旧，像是从备份恢复过；缺的会随下一个数据包补给它。".to_owned());
        }
        if absorbed.restored {
            self.home.renew(&mut inner)?;
            self.go_on_as_another(&inner)?;
            let sentence = if absorbed.forked.contains(&own) {
                "本机的身份在另一台电脑上也用过：数据文件夹被整个拷贝过。两边写的都收下了；本机已换用新的身份继续，请重新向社区提交入网申请。"
            } else {
                "数据包里有本机写过、但本机已经没有的记录：本机是从备份恢复的。已把它们收回，并换用新的身份继续；请重新向社区提交入网申请。"
            };
            report.sentences.push(sentence.to_owned());
            *lock(&self.notice) = Some(sentence.to_owned());
        }
        // What was taken in of a copy before its ending was heard of stays; the others learn it from
        // here. Under the new key where there is one: the old one knows only one strand of itself.
        let author = Author { person: self.profile().person.clone(), at: now };
        for (log, last) in endings(&inner.ledger.books())? {
            inner.ledger.witness(&log, last, &author)?;
        }
        for key in absorbed.forked.iter().filter(|key| **key != own) {
            let who = copy_name(&inner.ledger.books(), key, &self.profile(), &own)?;
            report.sentences.push(format!(
                "{who}的身份同时在两台电脑上用过（数据文件夹被整个拷贝过）。两边写的都收下了；请把数据包也交给那两台电脑，它们会换用新的身份，再重新入网。"
            ));
        }
        let books = inner.ledger.books();
        for cert in certificates(&books, &own)? {
            if is_ended(&books, &own, &cert)? {
                report.sentences.push("社区已停用本机：以后在本机写的，别处不再并入。请联系社区，需要时重新申请入网。".to_owned());
            }
        }
        report.sentences.extend(self.held_sentences(&inner.ledger)?);
        let summary = report.sentences.first().cloned().unwrap_or_default();
        inner.ledger.note_bundle(&now.to_rfc3339(), false, &sender, opened.manifest.number, &report.file, &summary)?;
        Ok(report)
    }
}

/// How far each log is known, in whichever strand it is known furthest.
fn highest(heads: &[Head]) -> HashMap<LogId, u64> {
    let mut out: HashMap<LogId, u64> = HashMap::new();
    for head in heads {
        let known = out.entry(head.log).or_default();
        *known = head.seq.max(*known);
    }
    out
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn report(path: &Path, from: &str, number: u64, absorbed: &Absorbed, damaged: &[xinghuo_bundle::Damage]) -> BundleReport {
    let sum = |f: fn(&SegmentReport) -> u64| absorbed.segments.iter().map(f).sum::<u64>() as u32;
    let broken: u64 = damaged.iter().map(|d| d.entries).sum();
    let (new, had, held) = (sum(|s| s.new), sum(|s| s.had), sum(|s| s.held));
    let refused = sum(|s| s.refused) + broken as u32;
    let mut sentences = vec![match (new, had) {
        (0, 0) if broken > 0 => format!("来自{from}的第 {number} 号数据包已损坏。"),
        (0, 0) => format!("来自{from}的第 {number} 号数据包，没有新的改动。"),
        (0, _) => format!("来自{from}的第 {number} 号数据包，{had} 次保存都已有，没有改变。"),
        (_, 0) => format!("来自{from}的第 {number} 号数据包，并入 {new} 次新的保存。"),
        _ => format!("来自{from}的第 {number} 号数据包，并入 {new} 次新的保存，{had} 次已有。"),
    }];
    if absorbed.released > 0 {
        sentences.push(format!("以前先放着的 {} 次保存也并入了。", absorbed.released));
    }
    if broken > 0 {
        sentences.push(format!("有一段已损坏，其中 {broken} 次保存没有收到；其余的不受影响。请对方再发一次。"));
    }
    for reason in absorbed.segments.iter().flat_map(|s| &s.reasons) {
        let sentence = match reason.as_str() {
            "clock" | "chain" | "sequence" | "log_name" | "root" | "unreadable" => "有的记录不符合规则，没有并入；请对方重新导出。",
            "newer" => "有的记录由更新版本的程序写成，升级后再导入一次即可。",
            _ => continue,
        };
        if !sentences.iter().any(|s| s == sentence) {
            sentences.push(sentence.to_owned());
        }
    }
    if absorbed.conflicts > 0 {
        sentences.push(format!("有 {} 条记录两边改得不一样，请到“核对”页选定。", absorbed.conflicts));
    }
    BundleReport {
        file: file_name(path),
        fate: if new + had == 0 && refused > 0 {
            BundleFate::Refused
        } else if held + refused > 0 {
            BundleFate::Partly
        } else {
            BundleFate::Merged
        },
        from: Some(from.to_owned()),
        number: Some(number as u32),
        new,
        had,
        held,
        refused,
        conflicts: absorbed.conflicts as u32,
        sentences,
        code: (new + had == 0 && broken > 0).then(|| "bundle.damaged".to_owned()),
    }
}

/// A bundle of which nothing was taken in.
fn refusal(path: &Path, error: &DeskError) -> BundleReport {
    let failure = Failure::from(error);
    BundleReport {
        file: file_name(path),
        fate: BundleFate::Refused,
        from: None,
        number: None,
        new: 0,
        had: 0,
        held: 0,
        refused: 0,
        conflicts: 0,
        sentences: vec![failure.message, failure.advice],
        code: Some(failure.code),
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
