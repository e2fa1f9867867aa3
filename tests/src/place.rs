//! Where a window of a test lives, and how it is made ready through the desk before it opens.

use std::path::{Path, PathBuf};

use chrono::Local;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use xinghuo_bundle::Cost;
use xinghuo_desk::ask::DemoRole;
use xinghuo_desk::{Ask, Desk, Home, demo};

use crate::Tried;

/// What every home of a test is locked with.
pub const PASSPHRASE: &str = "三棵树下石榴红";

/// A temporary folder with a home, the computer's state, and files that come and go.
pub struct Place(TempDir);

impl Place {
    /// An empty one.
    pub fn new() -> Tried<Place> {
        Ok(Place(TempDir::new()?))
    }

    /// A branch's first day: the compound is there, nothing else.
    pub fn branch() -> Tried<Place> {
        let place = Place::new()?;
        place.ask(json!({
            "ask": "create_branch", "district": "临江区", "street": "望湖街道", "community": "东湖社区", "compound": "翠湖雅苑",
            "prefix": null, "person": "林书记", "copy": "支部的电脑", "passphrase": PASSPHRASE,
        }))?;
        Ok(place)
    }

    /// An office's first day.
    pub fn office() -> Tried<Place> {
        let place = Place::new()?;
        place.ask(json!({
            "ask": "create_office", "district": "临江区", "street": "望湖街道", "community": "东湖社区",
            "person": "周主任", "copy": "社区的电脑", "passphrase": PASSPHRASE,
        }))?;
        Ok(place)
    }

    /// A street's first day.
    pub fn street() -> Tried<Place> {
        let place = Place::new()?;
        place.ask(json!({
            "ask": "create_office", "level": "street", "district": "临江区", "street": "望湖街道",
            "person": "孙科长", "copy": "街道的电脑", "passphrase": PASSPHRASE,
        }))?;
        Ok(place)
    }

    /// The small demonstration of a branch.
    pub async fn demo_branch() -> Tried<Place> {
        static MADE: OnceCell<Place> = OnceCell::const_new();
        MADE.get_or_try_init(|| Place::demo(DemoRole::Branch)).await?.again()
    }

    /// The small demonstration of an office with six compounds.
    pub async fn demo_office() -> Tried<Place> {
        static MADE: OnceCell<Place> = OnceCell::const_new();
        MADE.get_or_try_init(|| Place::demo(DemoRole::Office)).await?.again()
    }

    /// The demonstration's office with all its compounds, locked at what a real key costs.
    pub fn whole_office() -> Tried<Place> {
        let place = Place::new()?;
        let home = Home { dir: place.home(), state: place.state() };
        let desk = Desk::at(home, Box::new(|| Local::now().fixed_offset()), Cost::default());
        answer(&desk, json!({ "ask": "create_demo", "role": "office", "passphrase": PASSPHRASE }))?;
        Ok(place)
    }

    async fn demo(role: DemoRole) -> Tried<Place> {
        let place = Place::new()?;
        place.desk().demo_of(role, PASSPHRASE, &demo::Scale::small(), 6).map_err(|why| format!("{why:?}"))?;
        Ok(place)
    }

    fn copied(&self, with_state: bool) -> Tried<Place> {
        let other = Place::new()?;
        copy(&self.home(), &other.home())?;
        if with_state {
            copy(&self.state(), &other.state())?;
        }
        Ok(other)
    }

    /// The same once more, for a test of its own.
    pub fn again(&self) -> Tried<Place> {
        self.copied(true)
    }

    /// The home carried to another computer: it goes on there under keys of its own.
    pub fn carried(&self) -> Tried<Place> {
        self.copied(false)
    }

    /// The folder the window keeps its data in.
    pub fn home(&self) -> PathBuf {
        self.0.path().join("home")
    }

    /// What the computer remembers of it.
    pub fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    /// Holds the answers to native file dialogs.
    pub fn picks(&self) -> PathBuf {
        self.0.path().join("picks")
    }

    /// For files that come and go.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    fn desk(&self) -> Desk {
        Desk::at(Home { dir: self.home(), state: self.state() }, Box::new(|| Local::now().fixed_offset()), Cost::LEAST)
    }

    /// Asks one question on a desk of its own, opened for it.
    pub fn ask(&self, question: Value) -> Tried<Value> {
        Ok(self.asks(vec![question])?.remove(0))
    }

    /// Asks questions one after another; the desk lets go of the home afterwards.
    pub fn asks(&self, questions: Vec<Value>) -> Tried<Vec<Value>> {
        let desk = self.desk();
        if self.home().join("keys.json").exists() {
            answer(&desk, json!({ "ask": "unlock", "passphrase": PASSPHRASE }))?;
        }
        questions.into_iter().map(|question| answer(&desk, question)).collect()
    }
}

fn answer(desk: &Desk, question: Value) -> Tried<Value> {
    let ask: Ask = serde_json::from_value(question)?;
    Ok(desk.answer(ask).map_err(|why| format!("{}: {}{}", why.code, why.message, why.advice))?)
}

fn copy(from: &Path, to: &Path) -> Tried {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
