//! A history: who is there, and what they do one step after another. The same list is played by both
//! engines, written to a file and shortened. Every step brings its own dice, so that it still does
//! the same when steps before it are left out.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use crate::chance::Chance;

/// One computer, by its place in [`Who::NAMES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u8);

impl Who {
    pub const NAMES: [&str; 12] = ["A1", "A2", "A3", "A4", "B1", "B2", "office", "street", "district", "stranger", "clone", "clone2"];
    pub const OFFICE: Self = Self(6);
    pub const STREET: Self = Self(7);
    pub const DISTRICT: Self = Self(8);
    /// A laptop that writes into the first compound and is never admitted.
    pub const STRANGER: Self = Self(9);
    pub const CLONE: Self = Self(10);
    pub const CLONE2: Self = Self(11);

    /// Whether it sits in the second of the two compounds; nothing for those who are not in one from the
    /// beginning.
    pub fn second(self) -> Option<bool> {
        match self.0 {
            0..4 | 9 => Some(false),
            4 | 5 => Some(true),
            _ => None,
        }
    }

    /// The same for one who may be a copy of another: a guess, for choosing whom to send to.
    fn home(self) -> Option<bool> {
        if self == Self::CLONE || self == Self::CLONE2 { Some(false) } else { self.second() }
    }

    pub fn name(self) -> &'static str {
        Self::NAMES[usize::from(self.0)]
    }
}

/// Whether two exchange bundles: laptops of one compound, each of them and the office, the office and
/// the street, the street and the district. Each with the compound they are in.
pub fn partners(a: (Who, Option<bool>), b: (Who, Option<bool>)) -> bool {
    match (a, b) {
        ((_, Some(a)), (_, Some(b))) => a == b,
        ((_, Some(_)), (up, None)) | ((up, None), (_, Some(_))) => up == Who::OFFICE,
        ((a, None), (b, None)) => {
            [(Who::OFFICE, Who::STREET), (Who::STREET, Who::DISTRICT)].iter().any(|pair| *pair == (a, b) || *pair == (b, a))
        }
    }
}

macro_rules! closed {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
            fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

closed! {
    /// What somebody does at a computer.
    Act {
        Create = "create",
        /// Opens a month: two laptops that do so offline make one record.
        Month = "month",
        Edit = "edit",
        Delete = "delete",
        Undo = "undo",
        Decide = "decide",
        /// Erases a record for good, on every copy that hears of it.
        Erase = "erase",
        /// The office writes its own record.
        Publish = "publish",
    }
}

closed! {
    /// What happens to a bundle on its way.
    Fault {
        Whole = "whole",
        Lost = "lost",
        /// Some stretches are missing, some come without their beginning or their end, in any order and
        /// some twice.
        Torn = "torn",
        /// The file ends early.
        Cut = "cut",
        /// A few bits are others.
        Flipped = "flipped",
    }
}

closed! {
    /// What a certificate allows.
    Scope {
        Full = "full",
        /// All but the branch class.
        Narrow = "narrow",
        /// The other compound.
        Elsewhere = "elsewhere",
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Do(Act, Who, u32),
    /// A bundle is written, travels and is read.
    Carry(Who, Who, Fault, u32),
    /// An old bundle is found again and read.
    Replay(Who, u32),
    BackUp(Who),
    /// The computer is lost, and its backup opened on another one.
    Restore(Who),
    /// The whole disk is copied: two go on under one key until one hears of the other.
    Clone(Who, Who),
    /// The office certifies a laptop and what keys it had before.
    Admit(Who, Scope),
    /// The office ends a laptop's key.
    End(Who),
    /// Its books are compared with the oracle.
    Look(Who),
}

impl Step {
    /// Whoever must be there for it.
    pub fn cast(&self) -> [Option<Who>; 2] {
        match *self {
            Self::Carry(a, b, ..) | Self::Clone(a, b) => [Some(a), Some(b)],
            Self::Do(_, a, _) | Self::Replay(a, _) | Self::BackUp(a) | Self::Restore(a) => [Some(a), None],
            Self::Admit(a, _) | Self::End(a) | Self::Look(a) => [Some(a), None],
        }
    }
}

/// One history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub seed: u64,
    pub cast: Vec<Who>,
    /// Bundles travel as real, signed and encrypted bytes.
    pub bytes: bool,
    pub steps: Vec<Step>,
}

/// How long a history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// For SQLite: some forty to eighty steps.
    Store,
    /// For the engine in memory: many short ones find more than few long ones.
    Memory,
}

impl History {
    /// The history of a seed.
    pub fn of(seed: u64, length: Length) -> Self {
        let mut chance = Chance::new(seed);
        let short = length == Length::Memory;
        let mut cast: Vec<Who> = (0..2 + chance.of(&[0, 0, 1, 1, if short { 1 } else { 2 }])).map(|n| Who(n as u8)).collect();
        if chance.percent(if short { 12 } else { 30 }) {
            cast.extend((0..1 + chance.below(2)).map(|n| Who(4 + n as u8)));
        }
        cast.push(Who::OFFICE);
        if chance.percent(if short { 20 } else { 40 }) {
            cast.push(Who::STREET);
            if chance.percent(50) {
                cast.push(Who::DISTRICT);
            }
        }
        if chance.percent(8) {
            cast.push(Who::STRANGER);
        }
        let bytes = !short && chance.percent(6);
        let mut steps = Vec::new();
        for &who in cast.iter().filter(|w| w.second().is_some() && **w != Who::STRANGER) {
            match chance.below(100) {
                0..85 => steps.push(Step::Admit(who, Scope::Full)),
                85..90 => steps.push(Step::Admit(who, Scope::Narrow)),
                90..93 => steps.push(Step::Admit(who, Scope::Elsewhere)),
                // Admitted late.
                _ => {}
            }
        }
        let writers: Vec<Who> = cast.iter().copied().filter(|w| *w != Who::STREET && *w != Who::DISTRICT).collect();
        // Everybody begins with the same few records, or hardly anything would be edited twice.
        for _ in 0..if short { 1 } else { 3 } {
            steps.push(Step::Do(Act::Create, cast[0], chance.dice()));
        }
        for &to in &cast[1..] {
            let from = if to.second() == Some(true) { Who::OFFICE } else { cast[0] };
            steps.push(Step::Carry(from, to, Fault::Whole, chance.dice()));
        }
        let mut there = cast.clone();
        for _ in 0..if short { 10 + chance.below(26) } else { 25 + chance.below(50) } {
            let step = one_step(&mut chance, &mut there, &writers, short);
            steps.push(step);
        }
        Self { seed, cast, bytes, steps }
    }
}

/// How often what happens, in a thousand steps.
fn one_step(chance: &mut Chance, there: &mut Vec<Who>, writers: &[Who], short: bool) -> Step {
    let at = chance.of(there);
    match chance.below(1000) {
        0..580 => {
            let copied: Vec<Who> = there.iter().copied().filter(|w| *w == Who::CLONE || *w == Who::CLONE2).collect();
            let who = if !copied.is_empty() && chance.percent(25) { chance.of(&copied) } else { chance.of(writers) };
            let act = match chance.below(100) {
                0..7 => Act::Create,
                7..10 => Act::Month,
                10..68 => Act::Edit,
                68..74 => Act::Delete,
                74..76 => Act::Erase,
                76..81 => Act::Undo,
                81..97 => Act::Decide,
                _ => Act::Publish,
            };
            Step::Do(act, if act == Act::Publish { Who::OFFICE } else { who }, chance.dice())
        }
        580..840 => {
            let others: Vec<Who> = there.iter().copied().filter(|to| partners((at, at.home()), (*to, to.home()))).collect();
            let to = if others.is_empty() { at } else { chance.of(&others) };
            let fault = match chance.below(100) {
                0..38 => Fault::Whole,
                38..55 => Fault::Lost,
                55..90 => Fault::Torn,
                90..95 => Fault::Cut,
                _ => Fault::Flipped,
            };
            Step::Carry(at, to, fault, chance.dice())
        }
        840..875 => Step::Replay(at, chance.dice()),
        875..905 => Step::BackUp(at),
        905..925 => Step::Restore(at),
        925..945 => {
            let copy = if there.contains(&Who::CLONE) { Who::CLONE2 } else { Who::CLONE };
            if at.home().is_some() && !there.contains(&copy) {
                there.push(copy);
                return Step::Clone(at, copy);
            }
            Step::Look(at)
        }
        945..960 => Step::End(at),
        960..980 => Step::Admit(at, chance.of(&[Scope::Full, Scope::Full, Scope::Narrow])),
        _ if short => Step::Replay(at, chance.dice()),
        _ => Step::Look(at),
    }
}

impl Display for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cast: Vec<&str> = self.cast.iter().map(|w| w.name()).collect();
        writeln!(f, "seed {}\ncast {}", self.seed, cast.join(" "))?;
        if self.bytes {
            writeln!(f, "bytes")?;
        }
        for step in &self.steps {
            match step {
                Step::Do(act, who, dice) => writeln!(f, "{} {} {dice}", act.word(), who.name())?,
                Step::Carry(from, to, fault, dice) => writeln!(f, "carry {} {} {} {dice}", from.name(), to.name(), fault.word())?,
                Step::Replay(to, dice) => writeln!(f, "replay {} {dice}", to.name())?,
                Step::BackUp(who) => writeln!(f, "back-up {}", who.name())?,
                Step::Restore(who) => writeln!(f, "restore {}", who.name())?,
                Step::Clone(of, copy) => writeln!(f, "clone {} {}", of.name(), copy.name())?,
                Step::Admit(who, scope) => writeln!(f, "admit {} {}", who.name(), scope.word())?,
                Step::End(who) => writeln!(f, "end {}", who.name())?,
                Step::Look(who) => writeln!(f, "look {}", who.name())?,
            }
        }
        Ok(())
    }
}

impl FromStr for History {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut out = Self { seed: 0, cast: Vec::new(), bytes: false, steps: Vec::new() };
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            out.line(&words).ok_or_else(|| format!("not a step: {line}"))?;
        }
        Ok(out)
    }
}

impl History {
    fn line(&mut self, words: &[&str]) -> Option<()> {
        let who = |name: &&str| Who::NAMES.iter().position(|n| n == name).map(|n| Who(n as u8));
        let step = match *words {
            ["seed", seed] => {
                self.seed = seed.parse().ok()?;
                return Some(());
            }
            ["cast", ref names @ ..] => {
                self.cast = names.iter().map(who).collect::<Option<_>>()?;
                return Some(());
            }
            ["bytes"] => {
                self.bytes = true;
                return Some(());
            }
            ["carry", from, to, fault, dice] => Step::Carry(who(&from)?, who(&to)?, Fault::parse(fault)?, dice.parse().ok()?),
            ["replay", to, dice] => Step::Replay(who(&to)?, dice.parse().ok()?),
            ["back-up", at] => Step::BackUp(who(&at)?),
            ["restore", at] => Step::Restore(who(&at)?),
            ["clone", of, copy] => Step::Clone(who(&of)?, who(&copy)?),
            ["admit", at, scope] => Step::Admit(who(&at)?, Scope::parse(scope)?),
            ["end", at] => Step::End(who(&at)?),
            ["look", at] => Step::Look(who(&at)?),
            [act, at, dice] => Step::Do(Act::parse(act)?, who(&at)?, dice.parse().ok()?),
            _ => return None,
        };
        self.steps.push(step);
        Some(())
    }

    /// The history as a file that says what it showed.
    pub fn file(&self, showed: &str) -> String {
        let mut out = String::new();
        for line in showed.lines().take(12) {
            let _ = writeln!(out, "# {line}");
        }
        let _ = write!(out, "{self}");
        out
    }
}
