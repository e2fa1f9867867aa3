//! Peers that merge as we do: Automerge and Loro, one document with a map per resident. They are
//! in memory only: nothing they do here is written to a file.

use crate::contest::Way;
use crate::gauge::{Outcome, Report};

#[cfg(not(feature = "rivals"))]
const ABSENT: &str = "built without the feature rivals";

/// A rival by its name.
#[cfg(not(feature = "rivals"))]
pub fn way(_: &str) -> Outcome<Box<dyn Way>> {
    Err(ABSENT.into())
}

/// Their export of the last entries of a log.
#[cfg(not(feature = "rivals"))]
pub fn small_exports(report: &mut Report, _: usize, _: usize) -> Outcome {
    report.missing("small_export_automerge", ABSENT);
    report.missing("small_export_loro", ABSENT);
    Ok(())
}

#[cfg(feature = "rivals")]
pub use here::{small_exports, way};

#[cfg(feature = "rivals")]
mod here {
    use std::path::{Path, PathBuf};

    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ObjType, ROOT, ReadDoc};
    use loro::{ExportMode, LoroDoc, LoroMap, LoroValue, ValueOrContainer};
    use xinghuo_model::records::Person;

    use super::{Outcome, Report, Way};
    use crate::contest::{Copy, Step};
    use crate::gauge::{cpu, median, ms};
    use crate::residents::{changed, residents};

    /// A resident's five things. The room is one value here, where it is three columns in the store.
    fn five(person: &Person) -> [(&'static str, String); 5] {
        let unit = person.unit.as_deref().unwrap_or_default();
        [
            ("name", person.name.clone()),
            ("room", format!("{}-{unit}-{}", person.building, person.room)),
            ("relation", person.relation.clone().unwrap_or_default()),
            ("phones", person.phones.join(",")),
            ("occupancy", format!("{:?}", person.occupancy)),
        ]
    }

    /// A rival by its name.
    pub fn way(name: &str) -> Outcome<Box<dyn Way>> {
        Ok(match name {
            "automerge" => Box::new(Automerge),
            "loro" => Box::new(Loro { file: "" }),
            "loro_updates" => Box::new(Loro { file: ".updates" }),
            _ => return Err(format!("nobody is called {name}").into()),
        })
    }

    struct Automerge;

    /// Residents per transaction. A hundred or all of them in one cost it the same.
    const PART: usize = 1000;

    impl Way for Automerge {
        fn make(&self, folder: &Path, count: usize) -> Outcome {
            let people = residents(count);
            let mut doc = AutoCommit::new();
            let map = doc.put_object(ROOT, "people", ObjType::Map)?;
            let mut places = Vec::new();
            for part in people.chunks(PART) {
                for person in part {
                    let place = doc.put_object(&map, person.id.0.to_string(), ObjType::Map)?;
                    for (field, value) in five(person) {
                        doc.put(&place, field, value)?;
                    }
                    places.push(place);
                }
                doc.commit();
            }
            std::fs::write(folder.join(format!("automerge.{}", Step::Import.file())), doc.save())?;
            let heads = doc.get_heads();
            for (part, places) in changed(&people).chunks(PART).zip(places.chunks(PART)) {
                for (person, place) in part.iter().zip(places) {
                    for (field, value) in five(person) {
                        doc.put(place, field, value)?;
                    }
                }
                doc.commit();
            }
            std::fs::write(folder.join(format!("automerge.{}", Step::Update.file())), doc.save_after(&heads))?;
            Ok(())
        }

        fn open(&self, folder: &Path, count: usize) -> Outcome<Box<dyn Copy>> {
            let first = residents(count).first().map(|p| p.id.0.to_string()).unwrap_or_default();
            Ok(Box::new(AutomergeCopy { doc: AutoCommit::new(), folder: folder.to_owned(), first }))
        }
    }

    struct AutomergeCopy {
        doc: AutoCommit,
        folder: PathBuf,
        first: String,
    }

    impl Copy for AutomergeCopy {
        fn take(&mut self, step: Step) -> Outcome<bool> {
            let bytes = std::fs::read(self.folder.join(format!("automerge.{}", step.file())))?;
            match step {
                // Its fastest way into an empty document.
                Step::Import => self.doc = AutoCommit::load(&bytes)?,
                Step::Replay | Step::Update => {
                    self.doc.load_incremental(&bytes)?;
                }
            }
            Ok(true)
        }

        fn state(&mut self) -> Outcome<(u64, String)> {
            let (_, map) = self.doc.get(ROOT, "people")?.ok_or("no people")?;
            let (_, place) = self.doc.get(&map, self.first.as_str())?.ok_or("no first person")?;
            let (name, _) = self.doc.get(&place, "name")?.ok_or("no name")?;
            Ok((self.doc.length(&map) as u64, name.as_str().unwrap_or_default().to_owned()))
        }

        fn kept(&mut self) -> Outcome<u64> {
            Ok(self.doc.save().len() as u64)
        }
    }

    /// Its import into an empty document is a snapshot, which it unpacks only where it is read, or
    /// all updates, which it works through at once.
    struct Loro {
        file: &'static str,
    }

    impl Way for Loro {
        fn make(&self, folder: &Path, count: usize) -> Outcome {
            let people = residents(count);
            let doc = LoroDoc::new();
            let map = doc.get_map("people");
            let mut places = Vec::new();
            for person in &people {
                let place = map.insert_container(&person.id.0.to_string(), LoroMap::new())?;
                for (field, value) in five(person) {
                    place.insert(field, value)?;
                }
                places.push(place);
            }
            doc.commit();
            let mode = if self.file.is_empty() { ExportMode::Snapshot } else { ExportMode::all_updates() };
            std::fs::write(folder.join(format!("loro{}.{}", self.file, Step::Import.file())), doc.export(mode)?)?;
            let seen = doc.oplog_vv();
            for (person, place) in changed(&people).iter().zip(&places) {
                for (field, value) in five(person) {
                    place.insert(field, value)?;
                }
            }
            doc.commit();
            let update = doc.export(ExportMode::updates(&seen))?;
            std::fs::write(folder.join(format!("loro{}.{}", self.file, Step::Update.file())), update)?;
            Ok(())
        }

        fn open(&self, folder: &Path, count: usize) -> Outcome<Box<dyn Copy>> {
            let first = residents(count).first().map(|p| p.id.0.to_string()).unwrap_or_default();
            Ok(Box::new(LoroCopy { doc: LoroDoc::new(), folder: folder.to_owned(), file: self.file, first }))
        }
    }

    struct LoroCopy {
        doc: LoroDoc,
        folder: PathBuf,
        file: &'static str,
        first: String,
    }

    impl Copy for LoroCopy {
        fn take(&mut self, step: Step) -> Outcome<bool> {
            let bytes = std::fs::read(self.folder.join(format!("loro{}.{}", self.file, step.file())))?;
            self.doc.import(&bytes)?;
            Ok(true)
        }

        fn state(&mut self) -> Outcome<(u64, String)> {
            let map = self.doc.get_map("people");
            let Some(ValueOrContainer::Container(place)) = map.get(&self.first) else { return Err("no first person".into()) };
            let name = place.into_map().map_err(|_| "no map")?.get("name");
            let Some(ValueOrContainer::Value(LoroValue::String(name))) = name else { return Err("no name".into()) };
            Ok((map.len() as u64, name.to_string()))
        }

        fn kept(&mut self) -> Outcome<u64> {
            Ok(self.doc.export(ExportMode::Snapshot)?.len() as u64)
        }
    }

    /// Their export of the last `last` of `log` small changes, each a transaction of its own.
    pub fn small_exports(report: &mut Report, log: usize, last: usize) -> Outcome {
        const PEOPLE: usize = 200;
        let mut automerge = AutoCommit::new();
        let places: Vec<_> = (0..PEOPLE).map(|n| automerge.put_object(ROOT, n.to_string(), ObjType::Map)).collect::<Result<_, _>>()?;
        automerge.commit();
        let loro = LoroDoc::new();
        let map = loro.get_map("people");
        let maps: Vec<LoroMap> = (0..PEOPLE).map(|n| map.insert_container(&n.to_string(), LoroMap::new())).collect::<Result<_, _>>()?;
        loro.commit();
        let (mut heads, mut seen) = (automerge.get_heads(), loro.oplog_vv());
        for n in 0..log {
            if n + last == log {
                (heads, seen) = (automerge.get_heads(), loro.oplog_vv());
            }
            automerge.put(&places[n % PEOPLE], "note", format!("备注{n}"))?;
            automerge.commit();
            maps[n % PEOPLE].insert("note", format!("备注{n}"))?;
            loro.commit();
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for _ in 0..9 {
            let (time, bytes) = cpu(|| Ok(automerge.save_after(&heads)))?;
            first.push(ms(time));
            let (time, other) = cpu(|| Ok(loro.export(ExportMode::updates(&seen))?))?;
            second.push(ms(time));
            if bytes.is_empty() || other.is_empty() {
                return Err("a rival's export is empty".into());
            }
        }
        report.note(&format!("small_export_automerge_of_{log}"), median(&mut first), "ms CPU");
        report.note(&format!("small_export_loro_of_{log}"), median(&mut second), "ms CPU");
        Ok(())
    }
}
