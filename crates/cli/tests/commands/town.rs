//! A folder with copies in it, and what the command said about them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub const PASSPHRASE: &str = "三棵树下石榴红";

/// A folder of homes and files.
pub struct Town(TempDir);

impl Town {
    pub fn new() -> Town {
        Town(tempfile::tempdir().unwrap())
    }

    /// With a branch (橘香里) called `branch`.
    pub fn with_branch() -> Town {
        let town = Town::new();
        town.found_branch("branch", "橘香里");
        town
    }

    pub fn found_branch(&self, home: &str, compound: &str) {
        let at = ["--district", "临江区", "--street", "望湖街道", "--community", "星岩社区"];
        self.does(home, &[&["new", "branch", "--compound", compound, "--person", "林书记"], &at[..]].concat());
    }

    pub fn found_office(&self, home: &str) {
        let at = ["--district", "临江区", "--street", "望湖街道", "--community", "星岩社区"];
        self.does(home, &[&["new", "office", "--person", "周主任"], &at[..]].concat());
    }

    pub fn found_street(&self, home: &str) {
        self.does(home, &["new", "street", "--district", "临江区", "--street", "望湖街道", "--person", "孙科长"]);
    }

    pub fn found_district(&self, home: &str) {
        self.does(home, &["new", "district", "--district", "临江区", "--person", "钱科长"]);
    }

    /// A branch in an office, both with nothing else in them.
    pub fn joined() -> Town {
        let town = Town::with_branch();
        town.found_office("office");
        town.join("branch", "office");
        town
    }

    pub fn join(&self, branch: &str, office: &str) {
        let heard = |said: &str| said.lines().find_map(|line| line.split_once("指纹：")).unwrap().1.to_owned();
        let request = format!("{branch}.xinghuo-join");
        let welcome = format!("{branch}-欢迎.xinghuo");
        let ours = heard(&self.does(branch, &["join", &request]));
        let theirs = heard(&self.does(office, &["admit", &request, "--fingerprint", &ours, "--out", &welcome]));
        self.does(branch, &["join", &welcome, "--welcome", &theirs]);
    }

    /// Copies a whole disk: the home, and what the computer remembers of it.
    pub fn clone_disk(&self, home: &str, to: &str) {
        self.carry(home, to);
        self.carry(&format!("state-{home}"), &format!("state-{to}"));
    }

    /// Carries a home to another laptop, as people copy a folder.
    pub fn carry(&self, home: &str, to: &str) {
        std::fs::create_dir(self.file(to)).unwrap();
        for entry in std::fs::read_dir(self.file(home)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), self.file(to).join(entry.file_name())).unwrap();
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).unwrap()
    }

    /// The command, not yet run, on one of the homes.
    pub fn command(&self, home: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xinghuo"));
        command.args(["--home", home]).args(words).current_dir(self.0.path());
        command.env("XINGHUO_PASSPHRASE", PASSPHRASE).env("XINGHUO_STATE", self.file(&format!("state-{home}")));
        command
    }

    pub fn run(&self, home: &str, words: &[&str]) -> Output {
        self.command(home, words).output().unwrap()
    }

    /// Runs what must go well, and gives what it printed.
    #[track_caller]
    pub fn does(&self, home: &str, words: &[&str]) -> String {
        let output = self.run(home, words);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// The same as JSON.
    #[track_caller]
    pub fn tells(&self, home: &str, words: &[&str]) -> Value {
        serde_json::from_str(&self.does(home, &[words, &["--json"]].concat())).unwrap()
    }

    /// Runs what must be refused with this exit code, changing nothing; gives the sentence.
    #[track_caller]
    pub fn refuses(&self, home: &str, code: i32, words: &[&str]) -> String {
        let before = self.state(home);
        let output = self.run(home, words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert_eq!(self.state(home), before, "{words:?} changed something");
        said
    }

    /// What the store holds, in one line: state hash, entries, records.
    pub fn state(&self, home: &str) -> String {
        let report = self.tells(home, &["check"]);
        assert_eq!(report["problems"], Value::Array(vec![]), "{home}");
        format!("{} {} {}", report["state_hash"], report["entries"], report["records"])
    }
}

/// What a saved record is called by other commands.
pub fn id(saved: &Value) -> String {
    saved["id"].as_str().unwrap().to_owned()
}

/// Whether a file begins as a PDF or, for a .docx, as a zip.
#[track_caller]
pub fn begins(file: &Path, with: &[u8]) {
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(with) && bytes.len() > 2000, "{}: {} bytes", file.display(), bytes.len());
}
