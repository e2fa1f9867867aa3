//! `cargo xtask demo`: sets up, builds, and does the main job once with made-up data, saying at
//! each step what happened and where the result lies: demo branch → roster → council → minutes →
//! bundle → office → receipt. Then it opens the window where there is a screen.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::steps::{Steps, root, whole};
use crate::{setup, window};

/// The demo's passphrase; it guards nothing but invented people.
const PASSPHRASE: &str = "星火示范口令";

/// The verb. Everything it makes lies in `target/demo`, apart from anybody's real data.
pub fn verb(steps: &mut Steps, _arguments: &[String]) {
    let built = setup::everything(steps)
        && window::pages(steps)
        && steps.command("build the window and the command line", &mut whole("build", &["--bins", "--example", "messy_roster"]));
    if !built {
        return;
    }
    let demo = Demo { dir: root().join("target/demo") };
    if demo.main_job(steps) {
        demo.open_window(steps);
    }
}

struct Demo {
    dir: PathBuf,
}

impl Demo {
    fn at(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn xinghuo(&self, home: &str, words: &[&str]) -> Command {
        let mut command = Command::new(root().join("target/debug/xinghuo"));
        command.arg("--home").arg(self.at(home)).args(words);
        command.env("XINGHUO_PASSPHRASE", PASSPHRASE).env("XINGHUO_STATE", self.at("state")).current_dir(&self.dir);
        command
    }

    fn do_it(&self, steps: &mut Steps, name: &str, home: &str, words: &[&str]) -> bool {
        steps.command(name, &mut self.xinghuo(home, words))
    }

    /// The fingerprint that a command prints, as it would be read aloud on the telephone.
    fn heard(&self, home: &str, words: &[&str]) -> Result<String, String> {
        let output = self.xinghuo(home, words).output().map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines()
            .filter_map(|line| line.split_once('：'))
            .find(|(before, _)| before.ends_with("指纹"))
            .map(|(_, digits)| digits.trim().to_owned())
            .ok_or_else(|| format!("no fingerprint in: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    fn main_job(&self, steps: &mut Steps) -> bool {
        let fresh = steps.step("an empty place for the demo", || {
            let _ = std::fs::remove_dir_all(&self.dir);
            std::fs::create_dir_all(&self.dir).map_err(|e| e.to_string())
        });
        fresh
            && self.do_it(steps, "a branch with a year of invented records", "branch", &["demo", "branch"])
            && self.do_it(
                steps,
                "a community office",
                "office",
                &["new", "office", "--district", "黄岩区", "--street", "示范街道", "--community", "星岩社区", "--person", "周管理"],
            )
            && steps.command(
                "a roster as people really keep it",
                Command::new(root().join("target/debug/examples/messy_roster")).arg(self.at("花名册.xlsx")),
            )
            && self.do_it(
                steps,
                "import it: preview, store, and the same file back with 结果 and 原因",
                "branch",
                &["roster", "import", "花名册.xlsx", "--result", "花名册_结果.xlsx"],
            )
            && self.do_it(steps, "import it again: nothing changes", "branch", &["roster", "import", "花名册.xlsx"])
            && self.do_it(steps, "find somebody by room", "branch", &["find", "3-2-501"])
            && self.do_it(steps, "the month's council", "branch", &["council", "show"])
            && self.do_it(steps, "its minutes as PDF", "branch", &["print", "minutes", "纪要.pdf"])
            && self.do_it(
                steps,
                "and as an editable .docx with a red head",
                "branch",
                &["print", "minutes", "--form", "red_head", "纪要.docx"],
            )
            && self.do_it(steps, "the sign-in sheet", "branch", &["print", "sign-in", "签到表.pdf"])
            && self.join(steps)
            && self.do_it(steps, "a signed, encrypted bundle for the office", "branch", &["bundle", "export", "给社区.xinghuo"])
            && self.do_it(steps, "the office takes it in", "office", &["bundle", "import", "给社区.xinghuo"])
            && self.do_it(steps, "and once more: nothing changes", "office", &["bundle", "import", "给社区.xinghuo"])
            && self.do_it(steps, "the office's receipt", "office", &["bundle", "export", "回执.xinghuo"])
            && self.do_it(steps, "the branch reads it", "branch", &["bundle", "import", "回执.xinghuo"])
            && self.do_it(steps, "every chain is checked", "office", &["check"])
            && steps.step("where everything lies", || {
                println!("   {}", self.dir.display());
                for name in ["花名册_结果.xlsx", "纪要.pdf", "纪要.docx", "签到表.pdf", "给社区.xinghuo", "回执.xinghuo"] {
                    let size = std::fs::metadata(self.at(name)).map_err(|e| format!("{name}: {e}"))?.len();
                    println!("   {name}  {} KB", size.div_ceil(1024));
                }
                println!("   branch and office are the two copies; passphrase: {PASSPHRASE}");
                Ok(())
            })
    }

    fn join(&self, steps: &mut Steps) -> bool {
        let mut office = String::new();
        let mut branch = String::new();
        let asked = steps.step("the branch asks to join, and reads its fingerprint aloud", || {
            branch = self.heard("branch", &["join", "入网申请.xinghuo-join"])?;
            println!("   {branch}");
            Ok(())
        });
        let admitted = asked
            && steps.step("the office compares it, admits the branch, and reads its own", || {
                office = self.heard("office", &["admit", "入网申请.xinghuo-join", "--fingerprint", &branch, "--out", "欢迎包.xinghuo"])?;
                println!("   {office}");
                Ok(())
            });
        admitted && self.do_it(steps, "the branch opens the welcome bundle", "branch", &["join", "欢迎包.xinghuo", "--welcome", &office])
    }

    fn open_window(&self, steps: &mut Steps) {
        let program = root().join(window::PROGRAM);
        let home = self.at("branch");
        if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
            println!("\nNo screen here, so the window stays closed. On a desktop, open it with:");
            println!("   XINGHUO_STATE={} {} --home {}", self.at("state").display(), program.display(), home.display());
            return;
        }
        steps.step("the window (close it to end)", || open(&program, &home, &self.at("state")));
    }
}

fn open(program: &Path, home: &Path, state: &Path) -> Result<(), String> {
    println!("   passphrase: {PASSPHRASE}");
    crate::steps::run(Command::new(program).arg("--home").arg(home).env("XINGHUO_STATE", state))
}
