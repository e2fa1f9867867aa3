//! The `xinghuo` command: the same use cases as the window.
//!
//! A face: no rule, no SQL. Each verb becomes one or a few questions to the desk; `--json`
//! prints the answers as they came, otherwise a few Chinese lines. On an error the exit code
//! tells its family and the sentence goes to standard error.

mod ask;
mod print;
mod verbs;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::{Value, json};
use xinghuo_desk::{Desk, Failure};

use verbs::{Cli, Verb};

/// A desk with the passphrase at hand.
pub(crate) struct Session {
    desk: Desk,
    as_json: bool,
    answers: Vec<Value>,
}

impl Session {
    /// Asks and gives the answer back.
    pub(crate) fn ask(&self, question: Value) -> Result<Value, Failure> {
        let file = question["path"].as_str().unwrap_or_default().to_owned();
        let ask = serde_json::from_value(question).map_err(|_| Failure {
            code: "cli.question".to_owned(),
            message: "命令里有一项写得不对（日期用 2024-11-05，类别、状态等用它的中文词或代码）。".to_owned(),
            advice: "用 --help 查看这个命令要填什么。".to_owned(),
            field: None,
            exit: 2,
        })?;
        self.desk.answer(ask).map_err(|failure| of_file(failure, &file))
    }

    /// Asks, and keeps the answer to be printed.
    pub(crate) fn tell(&mut self, question: Value) -> Result<Value, Failure> {
        let answer = self.ask(question)?;
        self.show(answer.clone());
        Ok(answer)
    }

    /// Prints an answer now, or keeps it for the JSON output.
    pub(crate) fn show(&mut self, answer: Value) {
        if self.as_json {
            self.answers.push(answer);
        } else {
            print::answer(&answer);
        }
    }
}

/// A refusal of a file names it: a script may hand over many.
fn of_file(failure: Failure, file: &str) -> Failure {
    let family = failure.code.split('.').next().unwrap_or_default();
    if file.is_empty() || !matches!(family, "roster" | "bundle" | "join" | "file" | "paper" | "backup" | "attachment") {
        return failure;
    }
    Failure { message: format!("{file}：{}", failure.message), ..failure }
}

fn passphrase(new: bool) -> Result<String, Failure> {
    let refused = |message: &str| Failure {
        code: "cli.passphrase".to_owned(),
        message: message.to_owned(),
        advice: "在终端里运行，或设置环境变量 XINGHUO_PASSPHRASE。".to_owned(),
        field: None,
        exit: 2,
    };
    if let Ok(text) = std::env::var("XINGHUO_PASSPHRASE") {
        return Ok(text);
    }
    let first = rpassword::prompt_password("口令：").map_err(|_| refused("没有口令。"))?;
    if new && rpassword::prompt_password("再输一次：").map_err(|_| refused("没有口令。"))? != first {
        return Err(refused("两次输入的口令不同。"));
    }
    Ok(first)
}

fn default_home() -> PathBuf {
    std::env::var_os("XINGHUO_HOME").map(PathBuf::from).unwrap_or_else(|| {
        let base = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let home = std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".local/share"));
        base.or(home).unwrap_or_default().join("xinghuo")
    })
}

fn run(session: &mut Session, compound: Option<&str>, verb: Verb) -> Result<(), Failure> {
    if verb.makes_a_copy() {
        let passphrase = passphrase(verb.chooses_a_passphrase())?;
        return verb.create(session, &passphrase);
    }
    session.ask(json!({ "ask": "unlock", "passphrase": passphrase(false)? }))?;
    if let Some(name) = compound {
        session.look_at(name)?;
    }
    verb.run(session)
}

/// What is wrong with how a command was written, in Chinese like all else.
fn misspelt(error: &clap::Error) -> Failure {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        _ => String::new(),
    };
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    let message = match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识“{argument}”。"),
        ErrorKind::MissingRequiredArgument => format!("还要写：{argument}。"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令。", said(ContextKind::InvalidSubcommand)),
        ErrorKind::ArgumentConflict => format!("“{argument}”不能和别的选项一起用，或写了两次。"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面还要写一个值。"),
        ErrorKind::InvalidValue => format!("“{value}”不能用在 {argument}，可用：{}。", said(ContextKind::ValidValue)),
        ErrorKind::ValueValidation => format!("“{value}”不能用在 {argument}。"),
        _ => "命令写得不对。".to_owned(),
    };
    Failure {
        code: "cli.usage".to_owned(), message, advice: "用 --help 查看这个命令要填什么。".to_owned(), field: None, exit: 2
    }
}

fn complain(failure: &Failure, as_json: bool) -> ExitCode {
    if as_json {
        eprintln!("{}", serde_json::to_string(failure).unwrap_or_default());
    } else {
        eprintln!("{}\n{}", failure.message, failure.advice);
    }
    ExitCode::from(failure.exit.max(1))
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and the version go to standard output.
        Err(asked) if !asked.use_stderr() || asked.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => asked.exit(),
        Err(error) => return complain(&misspelt(&error), std::env::args().any(|word| word == "--json")),
    };
    let mut session = Session { desk: Desk::new(cli.home.unwrap_or_else(default_home)), as_json: cli.json, answers: Vec::new() };
    let result = run(&mut session, cli.compound.as_deref(), cli.verb);
    if session.as_json && !session.answers.is_empty() {
        let out = if session.answers.len() == 1 { session.answers.remove(0) } else { Value::Array(session.answers) };
        print::line(&serde_json::to_string_pretty(&out).unwrap_or_default());
    }
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => complain(&failure, cli.json),
    }
}
