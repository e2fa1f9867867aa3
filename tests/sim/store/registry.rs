//! Who is believed: certificates, endings and the desk's gate.

use chrono::NaiveDate;
use xinghuo_desk::trust::{self, Gate};
use xinghuo_ledger::{Author, LedgerError, PublicKey};
use xinghuo_model::{
    Act, Class, Role,
    records::{Certificate, Grant},
};

use super::{COMMUNITY, COMPOUNDS, Copy, Outcome, World, entries_of, said};
use crate::history::{Scope, Who};

/// The gate as the desk of this copy would build it.
pub(super) fn gate(copy: &Copy, office: PublicKey) -> Gate {
    let own = copy.ledger.own_key();
    if copy.who == Who::OFFICE { Gate::of_office(own, COMMUNITY.0) } else { Gate::of_branch(own, Some((office, COMMUNITY.0))) }
}

fn hex(key: &PublicKey) -> String {
    xinghuo_ledger::Hash(*key).hex()
}

impl World<'_> {
    /// The office certifies a laptop's key, and what keys it gave up.
    pub(super) fn admit(&mut self, at: usize, scope: Scope) -> Outcome {
        let copy = &self.copies[at];
        let (Some(second), true, Some(office)) = (copy.second, copy.counts(), self.at(Who::OFFICE)) else { return Ok(()) };
        let classes: &[Class] = match scope {
            Scope::Narrow => &[Class::Community, Class::District],
            Scope::Full | Scope::Elsewhere => &[Class::Branch, Class::Community, Class::District],
        };
        let space = COMPOUNDS[usize::from(second != (scope == Scope::Elsewhere))];
        let grant = Grant { space, classes: classes.iter().map(|c| c.code().to_owned()).collect() };
        let keys: Vec<PublicKey> = copy.former.iter().copied().chain([copy.ledger.own_key()]).collect();
        let name = copy.who.name();
        let author = Author { person: "社区".to_owned(), at: chrono::DateTime::default() };
        let books = self.copies[office].ledger.books();
        let mut due = Vec::new();
        for key in keys {
            let known = books.select::<Certificate>("AND signs = ?1", [hex(&key)]).map_err(said)?;
            let granted = known.iter().flat_map(|c| &c.record.grants);
            if !granted.filter(|g| g.space == space).any(|g| grant.classes.iter().all(|c| g.classes.contains(c))) {
                due.push(key);
            }
        }
        for key in due {
            let certified = self.copies[office].ledger.transact::<(), LedgerError>(Act::Admit, &author, |save| {
                let certificate = Certificate {
                    id: save.id(),
                    signs: hex(&key),
                    receives: "age".to_owned(),
                    person: name.to_owned(),
                    role: Role::Secretary,
                    copy: name.to_owned(),
                    grants: vec![grant.clone()],
                    since: NaiveDate::default(),
                    compound: None,
                };
                save.put(COMMUNITY, &certificate);
                Ok(())
            });
            certified.map_err(said)?;
        }
        Ok(())
    }

    /// The office ends a laptop's key. Whoever uses it goes on writing; what the others had taken in
    /// before they hear of it stays, whatever else they write upon it.
    pub(super) fn end(&mut self, at: usize) -> Outcome {
        let key = self.copies[at].ledger.own_key();
        let Some(office) = self.at(Who::OFFICE) else { return Ok(()) };
        let others = self.copies.iter().filter(|c| c.second.is_some() && c.counts() && c.ledger.own_key() != key).count();
        if self.copies[at].second.is_none() || !self.copies[at].counts() || others < 2 {
            return Ok(());
        }
        let author = Author { person: "社区".to_owned(), at: chrono::DateTime::default() };
        let ledger = &mut self.copies[office].ledger;
        let heads = ledger.heads().map_err(said)?;
        let ended =
            ledger.transact::<_, xinghuo_desk::DeskError>(Act::EndCopy, &author, |save| trust::end(save, &heads, &key, COMMUNITY, "丢失"));
        if ended.map_err(|e| format!("the desk said: {}", e.code()))?.output.is_none() {
            return Ok(());
        }
        for copy in self.copies.iter_mut().filter(|c| c.ledger.own_key() == key) {
            copy.ended = true;
        }
        let mut elsewhere = std::collections::HashSet::new();
        for copy in self.copies.iter().filter(|c| c.counts()) {
            elsewhere.extend(entries_of(&copy.ledger)?.into_iter().map(|(hash, _)| hash));
        }
        self.safe.retain(|hash, _| elsewhere.contains(hash));
        Ok(())
    }

    /// Says of every ended log that more of it was known here.
    pub(super) fn witness(&mut self, at: usize) -> Outcome<u64> {
        let copy = &mut self.copies[at];
        if !super::post::writes(copy) || self.mistake == crate::mistake::Mistake::EndedByArrival {
            return Ok(0);
        }
        let author = Author { person: copy.who.name().to_owned(), at: chrono::DateTime::default() };
        let mut said_so = 0;
        for (log, endings) in gate(copy, self.office).endings(&copy.ledger).map_err(|e| format!("the desk said: {}", e.code()))? {
            said_so += u64::from(copy.ledger.witness(&log, &endings, &author).map_err(said)?);
        }
        Ok(said_so)
    }
}
