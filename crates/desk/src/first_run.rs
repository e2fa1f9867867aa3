//! First run: a branch's copy, an office's copy of any level, or the demonstration.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use pinyin::ToPinyin;
use xinghuo_bundle::{Identity, Keys, Outgoing, Purpose};
use xinghuo_ledger::{Author, BundleNote, Channel, Hash, Ledger, LogId, May, STRETCH_BYTES};
use xinghuo_model::records::*;
use xinghuo_model::*;

use crate::Desk;
use crate::ask::*;
use crate::demo;
use crate::error::{DeskError, Result, filled};
use crate::home::{Unlocked, hex};
use crate::open::{Open, Profile, lock};
use crate::trust::Gate;
use crate::views::Status;

/// The initials of a Chinese name as a number's prefix: 橘香里 → JXL.
fn prefix(typed: Option<&str>, name: &str) -> Result<String> {
    let typed = typed.map(str::trim).unwrap_or_default();
    let text: String = if typed.is_empty() {
        name.to_pinyin().flatten().filter_map(|p| p.first_letter().chars().next()).take(6).collect()
    } else {
        typed.to_owned()
    };
    let text = text.to_ascii_uppercase();
    if text.is_empty() && typed.is_empty() {
        return Ok("XQ".to_owned());
    }
    if !(1..=6).contains(&text.len()) || !text.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(DeskError::Field { field: "prefix", why: "编号前缀用 2 到 6 个英文字母。" });
    }
    Ok(text)
}

fn profile(role: Role, person: &str, copy: &str, space: uuid::Uuid, demo: bool) -> Profile {
    Profile { role, person: person.to_owned(), copy: copy.to_owned(), space, founder: true, demo }
}

impl Desk {
    pub(crate) fn start(&self, unlocked: Unlocked) -> Result<Status> {
        let open = Open::new(self.home.clone(), unlocked)?;
        open.vouch_for_former(self.now())?;
        *lock(&self.open) = Some(Arc::new(open));
        self.status()
    }

    /// Makes the folder's copy; when the work fails, nothing of it stays.
    fn found(&self, passphrase: &str, work: impl FnOnce(&mut Unlocked) -> Result<()>) -> Result<Status> {
        let mut unlocked = self.home.create(passphrase)?;
        match work(&mut unlocked).and_then(|()| self.home.finish(&unlocked, self.cost)) {
            Ok(()) => self.start(unlocked),
            Err(error) => {
                drop(unlocked);
                self.home.remove_new()?;
                Err(error)
            }
        }
    }

    pub(crate) fn create_branch(&self, new: NewBranch) -> Result<Status> {
        let name = filled(&new.compound, "compound")?;
        let (district, street, community) =
            (filled(&new.district, "district")?, filled(&new.street, "street")?, filled(&new.community, "community")?);
        let (person, copy) = (filled(&new.person, "person")?, filled(&new.copy, "copy")?);
        let prefix = prefix(new.prefix.as_deref(), &name)?;
        let now = self.now();
        self.found(&new.passphrase, |unlocked| {
            let ledger = &mut unlocked.ledger;
            let space = xinghuo_model::uuid_at(now.timestamp_millis().max(0) as u64, &ledger.random());
            profile(Role::Secretary, &person, &copy, space, false).remember(ledger)?;
            let compound = Compound {
                id: CompoundId(space),
                name,
                community,
                street,
                district,
                prefix,
                households: None,
                began_on: Some(now.date_naive()),
            };
            put_compound(ledger, &person, now, &compound)
        })
    }

    pub(crate) fn create_office(&self, new: NewOffice) -> Result<Status> {
        let level = new.level;
        let at_or_below = |of: Level, text: &str, field: &'static str| if level <= of { filled(text, field) } else { Ok(String::new()) };
        let community = at_or_below(Level::Community, &new.community, "community")?;
        let street = at_or_below(Level::Street, &new.street, "street")?;
        let district = filled(&new.district, "district")?;
        let (person, copy) = (filled(&new.person, "person")?, filled(&new.copy, "copy")?);
        let (name, street, district) = match level {
            Level::Community => (community, street, district),
            Level::Street => (street, String::new(), district),
            Level::District => (district, String::new(), String::new()),
        };
        let now = self.now();
        self.found(&new.passphrase, |unlocked| {
            let ledger = &mut unlocked.ledger;
            let space = xinghuo_model::uuid_at(now.timestamp_millis().max(0) as u64, &ledger.random());
            profile(level.role(), &person, &copy, space, false).remember(ledger)?;
            put_office(ledger, &person, now, Office { id: OfficeId(space), name, street, district, level })
        })
    }

    /// A long job: a year of made-up records; for an office, 24 compounds that joined it and
    /// sent a bundle each, through the same door as everybody's.
    pub(crate) fn create_demo(&self, role: DemoRole, passphrase: &str) -> Result<Status> {
        self.demo_of(role, passphrase, &demo::Scale::default(), 24)
    }

    /// The demonstration in another size, for tests.
    ///
    /// # Errors
    /// As first run.
    pub fn demo_of(&self, role: DemoRole, passphrase: &str, scale: &demo::Scale, compounds: u32) -> Result<Status> {
        let now = self.now();
        self.job.run("准备示范数据", |pace| {
            self.found(passphrase, |unlocked| match role {
                DemoRole::Branch => {
                    let compound = demo::compound(0);
                    let secretary = demo::secretary(0);
                    let profile = profile(Role::Secretary, &secretary, "党支部笔记本", compound.id.0, true);
                    profile.remember(&unlocked.ledger)?;
                    put_compound(&mut unlocked.ledger, &secretary, now, &compound)?;
                    Ok(demo::fill(&mut unlocked.ledger, SpaceId(compound.id.0), 0, 1, now.date_naive(), scale, pace)?)
                }
                DemoRole::Office => office(unlocked, now, scale, compounds, pace),
            })
        })
    }
}

fn put_compound(ledger: &mut Ledger, person: &str, at: DateTime<FixedOffset>, compound: &Compound) -> Result<()> {
    let author = Author { person: person.to_owned(), at };
    ledger.transact::<(), DeskError>(Act::CreateCopy, &author, |save| {
        save.put(SpaceId(compound.id.0), compound);
        Ok(())
    })?;
    Ok(())
}

fn put_office(ledger: &mut Ledger, person: &str, at: DateTime<FixedOffset>, office: Office) -> Result<()> {
    let author = Author { person: person.to_owned(), at };
    ledger.transact::<(), DeskError>(Act::CreateCopy, &author, |save| {
        save.put(SpaceId(office.id.0), &office);
        Ok(())
    })?;
    Ok(())
}

/// The demonstration's office: every compound is made as a branch makes it, certified, sealed
/// into a real bundle, and taken in.
fn office(
    unlocked: &mut Unlocked,
    now: DateTime<FixedOffset>,
    scale: &demo::Scale,
    compounds: u32,
    pace: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<()> {
    let first = demo::compound(0);
    let person = "社区管理员";
    let space = uuid::Uuid::from_bytes(*first_sixteen(&blake3::hash(b"xinghuo/demo/community")));
    profile(Role::Office, person, "社区电脑", space, true).remember(&unlocked.ledger)?;
    let community = Office {
        id: OfficeId(space),
        name: first.community.clone(),
        street: first.street.clone(),
        district: first.district.clone(),
        level: Level::Community,
    };
    put_office(&mut unlocked.ledger, person, now, community)?;
    let own = unlocked.ledger.own_key();
    let office: Identity = unlocked.keys.identity();
    for n in 0..compounds {
        let compound = demo::compound(n);
        let secretary = demo::secretary(n);
        let keys = Keys::generate()?;
        let channel_space = SpaceId(compound.id.0);
        let author = Author { person: person.to_owned(), at: now };
        let identity = keys.identity();
        let certificate = Certificate {
            id: CertificateId(uuid::Uuid::nil()),
            signs: hex(&identity.signs),
            receives: identity.receives.clone(),
            person: secretary.clone(),
            role: Role::Secretary,
            copy: format!("{}笔记本", compound.name),
            grants: vec![Grant {
                space: channel_space,
                classes: [Class::Branch, Class::Community, Class::District].iter().map(|c| c.code().to_owned()).collect(),
            }],
            since: now.date_naive(),
            compound: Some(compound.name.clone()),
        };
        unlocked.ledger.transact::<(), DeskError>(Act::Admit, &author, |save| {
            let id = save.id();
            save.put(SpaceId(space), &Certificate { id, ..certificate });
            Ok(())
        })?;

        // The made-up branch's own store is needed only until its bundle is written: in memory.
        let mut branch = Ledger::open(Path::new(":memory:"), None, identity.signs, demo::entropy(u64::from(n)))?;
        put_compound(&mut branch, &secretary, now, &compound)?;
        demo::fill(&mut branch, channel_space, n, 1, now.date_naive(), scale, &mut |done, total| {
            let part = (u64::from(n) * 100 + done * 100 / total.max(1)).min(u64::from(n) * 100 + 99);
            pace(part, u64::from(compounds) * 100)
        })?;
        branch.seal_own(&|log: &LogId, seq: u64, head: &Hash| keys.seal(log, seq, head))?;
        let allowed = |c: Channel| matches!(c.class, Class::Community | Class::District);
        let segments = branch.segments_for(&own, &allowed, STRETCH_BYTES)?.all()?;
        let have = branch.heads()?.into_iter().filter(|h| allowed(h.channel)).map(|h| (h.log, h.seq, h.hash)).collect();
        let out = Outgoing { purpose: Purpose::Exchange, audience: &office, number: 1, made_at: now.to_rfc3339(), have, want: Vec::new() };
        let opened = xinghuo_bundle::read(&xinghuo_bundle::write(&keys, &out, &segments)?, &unlocked.keys)?;
        let total = segments.iter().map(|segment| segment.entries.len() as u64).sum();
        let mut gate = Gate::of_office(own, space);
        let may: May<'_> = &mut |books, key, channel, seq, hash| gate.may(books, key, channel, seq, hash);
        let absorbed = unlocked.ledger.absorb(opened.segments, total, may, &mut |_, _| true)?;
        unlocked.ledger.acknowledge(&identity.signs, opened.manifest.number, &opened.manifest.have)?;
        let new: u64 = absorbed.segments.iter().map(|s| s.new).sum();
        // Not every compound sent its bundle today.
        let heard = now - chrono::Duration::days(i64::from(n * 7 % 23));
        unlocked.ledger.note_bundle(&BundleNote {
            at: &heard.to_rfc3339(),
            outgoing: false,
            peer: &identity.signs,
            number: 1,
            file: &format!("{}_示范.xinghuo", compound.name),
            sentence: &format!("来自{}的第 1 号数据包，并入 {new} 次新的保存。", compound.name),
            slip: "",
        })?;
    }
    Ok(())
}

fn first_sixteen(hash: &blake3::Hash) -> &[u8; 16] {
    hash.as_bytes().first_chunk::<16>().unwrap_or(&[0; 16])
}
