//! From verbs to questions.

use std::io::Read;

use serde_json::{Value, json};
use xinghuo_desk::Failure;
use xinghuo_desk::words::{Category, ErasureReason, OwnerMatter, Party, Presence, RequestState, Satisfaction, Source, TopicState};

use crate::Session;
use crate::print;
use crate::verbs::*;

type Told = Result<(), Failure>;

fn wrong(message: String) -> Failure {
    Failure { code: "cli.word".to_owned(), message, advice: "用 --help 查看可用的词。".to_owned(), field: None, exit: 2 }
}

/// A word of a closed list, by its Chinese form or its code.
macro_rules! word {
    ($list:ident, $text:expr) => {
        $list::parse($text).map(|w| w.code()).ok_or_else(|| {
            let all: Vec<&str> = $list::ALL.iter().map(|w| w.zh()).collect();
            wrong(format!("没有“{}”这个词，可用：{}。", $text, all.join("、")))
        })
    };
}

impl Session {
    fn today(&self) -> Result<String, Failure> {
        Ok(self.ask(json!({ "ask": "status" }))?["today"].as_str().unwrap_or_default().to_owned())
    }

    fn day(&self, on: Option<String>) -> Result<String, Failure> {
        on.map_or_else(|| self.today(), Ok)
    }

    /// Turns an office to one of its compounds.
    pub(crate) fn look_at(&self, name: &str) -> Result<(), Failure> {
        let cards = self.ask(json!({ "ask": "overview" }))?;
        let cards: Vec<&Value> = cards.as_array().into_iter().flatten().collect();
        let Some(card) = cards.iter().find(|card| card["compound"]["name"] == name) else {
            let names: Vec<&str> = cards.iter().filter_map(|card| card["compound"]["name"].as_str()).collect();
            return Err(wrong(format!("没有小区“{name}”。有：{}。", names.join("、"))));
        };
        self.ask(json!({ "ask": "look_at", "compound": card["compound"]["id"] })).map(drop)
    }

    /// The key of the copy that is meant; without a name, a branch's office or the only one.
    fn partner(&self, name: Option<&str>) -> Result<String, Failure> {
        let exchange = self.ask(json!({ "ask": "exchange" }))?;
        let partners: Vec<&Value> = exchange["partners"].as_array().into_iter().flatten().collect();
        let said = |p: &Value, field: &str| p[field].as_str().unwrap_or_default().to_owned();
        let is = |p: &Value, name: &str| {
            said(p, "name") == name || said(p, "key") == name || said(p, "detail").split(" · ").any(|part| part == name)
        };
        let meant: Vec<&&Value> = match name {
            Some(name) => partners.iter().filter(|p| is(p, name)).collect(),
            // A branch's first partner is its office.
            None if ["secretary", "committee"].iter().any(|role| exchange["role"] == *role) => partners.iter().take(1).collect(),
            None => partners.iter().collect(),
        };
        if let [partner] = meant[..] {
            return Ok(said(partner, "key"));
        }
        let among = if meant.is_empty() { partners.iter().collect() } else { meant };
        let names: Vec<String> = among.iter().map(|p| format!("{}（{}）", said(p, "name"), said(p, "detail"))).collect();
        let names = if names.is_empty() { "还没有，请先入网".to_owned() } else { names.join("、") };
        Err(wrong(format!("请写明是哪一个。可选：{names}。")))
    }

    /// The one person who is meant by a name, a room or an id.
    fn person_id(&self, text: &str) -> Result<String, Failure> {
        if text.len() == 36 {
            return Ok(text.to_owned());
        }
        let hits = self.ask(json!({ "ask": "find", "text": text }))?;
        let people: Vec<&Value> = hits.as_array().into_iter().flatten().filter(|hit| hit["kind"] == "person").collect();
        let said = |hit: &Value, field: &str| hit[field].as_str().unwrap_or_default().to_owned();
        match people[..] {
            [person] => Ok(said(person, "id")),
            [] => Err(wrong(format!("没有找到“{text}”。"))),
            _ => {
                let all: Vec<String> = people.iter().map(|p| format!("{} {}", said(p, "title"), said(p, "id"))).collect();
                Err(wrong(format!("有 {} 位相符，请写编号：\n{}\n", all.len(), all.join("\n"))))
            }
        }
    }

    /// A request by its human number or id.
    fn request_id(&self, text: &str) -> Result<String, Failure> {
        if text.len() == 36 {
            return Ok(text.to_owned());
        }
        let hits = self.ask(json!({ "ask": "find", "text": text }))?;
        let found =
            hits.as_array().into_iter().flatten().find(|h| h["detail"].as_str().is_some_and(|d| d.starts_with(&format!("{text} "))));
        match found {
            Some(hit) => Ok(hit["id"].as_str().unwrap_or_default().to_owned()),
            None => Err(wrong(format!("找不到编号 {text}。"))),
        }
    }

    /// The last bundle that came and has a receipt slip.
    fn last_slip(&self) -> Result<i64, Failure> {
        let exchange = self.ask(json!({ "ask": "exchange" }))?;
        let slips = exchange["bundles"].as_array().into_iter().flatten().filter_map(|bundle| bundle["slip"].as_i64());
        slips.max().ok_or_else(|| wrong("还没有收到过数据包，没有回执单。".to_owned()))
    }

    fn meeting_month(&self, meeting: &str) -> Result<Value, Failure> {
        let view = self.ask(json!({ "ask": "council", "month": null }))?;
        for month in view["months"].as_array().into_iter().flatten() {
            let view = self.ask(json!({ "ask": "council", "month": month }))?;
            for m in view["meetings"].as_array().into_iter().flatten() {
                if m["meeting"]["id"] == meeting || meeting.is_empty() {
                    return Ok(m.clone());
                }
            }
        }
        Err(wrong("找不到这次会议。".to_owned()))
    }
}

/// Checks or audits; what is wrong shows in the exit code.
fn sound(s: &mut Session, how: &str) -> Told {
    let report = s.tell(json!({ "ask": how }))?;
    match report["problems"].as_array() {
        Some(problems) if !problems.is_empty() => Err(Failure {
            code: format!("{how}.problems"),
            message: format!("发现 {} 处问题。", problems.len()),
            advice: "请不要继续在这份数据上登记，先联系社区，用备份或对方的数据包恢复。".to_owned(),
            field: None,
            exit: 27,
        }),
        _ => Ok(()),
    }
}

/// An option without which a paper cannot be told.
fn needs(option: &str) -> Failure {
    Failure {
        code: "cli.usage".to_owned(),
        message: format!("还要写：{option}。"),
        advice: "用 --help 查看这个命令要填什么。".to_owned(),
        field: None,
        exit: 2,
    }
}

fn format_of(out: &std::path::Path) -> &'static str {
    if out.extension().is_some_and(|e| e == "docx") { "docx" } else { "pdf" }
}

impl Verb {
    /// Whether this verb makes a new copy instead of opening one.
    pub fn makes_a_copy(&self) -> bool {
        matches!(self, Self::New(_) | Self::Demo { .. } | Self::Restore { .. })
    }

    /// Whether the passphrase is chosen now, and so asked for twice.
    pub fn chooses_a_passphrase(&self) -> bool {
        self.makes_a_copy() && !matches!(self, Self::Restore { .. })
    }

    pub fn create(self, s: &mut Session, passphrase: &str) -> Told {
        let question = match self {
            Self::New(New::Branch { district, street, community, compound, prefix, person, copy }) => json!({
                "ask": "create_branch", "district": district, "street": street, "community": community, "compound": compound,
                "prefix": prefix, "person": person, "copy": copy, "passphrase": passphrase,
            }),
            Self::New(New::Office { district, street, community, person, copy }) => json!({
                "ask": "create_office", "level": "community", "district": district, "street": street, "community": community,
                "person": person, "copy": copy, "passphrase": passphrase,
            }),
            Self::New(New::Street { district, street, person, copy }) => json!({
                "ask": "create_office", "level": "street", "district": district, "street": street,
                "person": person, "copy": copy, "passphrase": passphrase,
            }),
            Self::New(New::District { district, person, copy }) => json!({
                "ask": "create_office", "level": "district", "district": district,
                "person": person, "copy": copy, "passphrase": passphrase,
            }),
            Self::Demo { role } => json!({ "ask": "create_demo", "role": role, "passphrase": passphrase }),
            Self::Restore { file } => json!({ "ask": "restore", "path": file, "passphrase": passphrase }),
            _ => return Ok(()),
        };
        s.tell(question).map(drop)
    }

    pub fn run(self, s: &mut Session) -> Told {
        match self {
            Self::New(_) | Self::Demo { .. } | Self::Restore { .. } => Ok(()),
            Self::Status => s.tell(json!({ "ask": "status" })).map(drop),
            Self::Today => s.tell(json!({ "ask": "today" })).map(drop),
            Self::Overview => s.tell(json!({ "ask": "overview" })).map(drop),
            Self::Join { file, welcome: Some(fingerprint) } => {
                s.tell(json!({ "ask": "welcome", "path": file, "fingerprint": fingerprint })).map(drop)
            }
            Self::Join { file, welcome: None } => {
                s.tell(json!({ "ask": "join_request", "path": file }))?;
                let exchange = s.ask(json!({ "ask": "exchange" }))?;
                s.show(json!({ "message": format!("本机指纹：{}", exchange["fingerprint"].as_str().unwrap_or_default()), "fingerprint": exchange["fingerprint"] }));
                Ok(())
            }
            Self::Admit { request, fingerprint: Some(fingerprint), out: Some(out) } => {
                s.tell(json!({ "ask": "admit", "path": request, "fingerprint": fingerprint, "out": out }))?;
                let exchange = s.ask(json!({ "ask": "exchange" }))?;
                s.show(json!({ "message": format!("本机指纹：{}", exchange["fingerprint"].as_str().unwrap_or_default()), "fingerprint": exchange["fingerprint"] }));
                Ok(())
            }
            Self::Admit { request, .. } => s.tell(json!({ "ask": "inspect_join", "path": request })).map(drop),
            Self::End { copy, reason } => s.tell(json!({ "ask": "end_copy", "key": s.partner(Some(&copy))?, "reason": reason })).map(drop),
            Self::Roster(Roster::Import { file, preview, result }) => {
                s.tell(json!({ "ask": "roster_preview", "path": file }))?;
                if !preview {
                    s.tell(json!({ "ask": "roster_store" }))?;
                }
                if let Some(path) = result {
                    s.tell(json!({ "ask": "roster_return", "path": path }))?;
                }
                Ok(())
            }
            Self::Roster(Roster::Blank { file }) => s.tell(json!({ "ask": "roster_blank", "path": file })).map(drop),
            Self::Find { text } => s.tell(json!({ "ask": "find", "text": text.join(" ") })).map(drop),
            Self::Erase { person, reason, cases } => {
                let id = s.person_id(&person)?;
                match reason {
                    Some(reason) => {
                        let reason = word!(ErasureReason, &reason)?;
                        s.tell(json!({ "ask": "erase", "id": id, "cases": cases, "reason": reason })).map(drop)
                    }
                    None => s.tell(json!({ "ask": "erasure", "id": id })).map(drop),
                }
            }
            Self::Request(request) => request.run(s),
            Self::Council(council) => council.run(s),
            Self::Print { paper, bundle, out, .. } if paper == "receipt" => {
                let bundle = bundle.map_or_else(|| s.last_slip(), Ok)?;
                s.tell(json!({ "ask": "save_paper", "paper": { "kind": "receipt", "bundle": bundle }, "format": format_of(&out), "path": out })).map(drop)
            }
            Self::Print { paper, meeting, form, bundle: _, party, of, out } => {
                let choice = match paper.as_str() {
                    "slip" => json!({ "kind": "task_slip", "task": of }),
                    "reply" => json!({ "kind": "opinion_reply", "opinion": of }),
                    "publicity" => json!({ "kind": "publicity", "publicity": of }),
                    "rule" => json!({ "kind": "house_rule", "rule": of }),
                    "demand" => json!({ "kind": "demand", "demand": of }),
                    of_a_meeting => {
                        let view = s.meeting_month(meeting.as_deref().unwrap_or_default())?;
                        let id = &view["meeting"]["id"];
                        match of_a_meeting {
                            "minutes" => json!({ "kind": "minutes", "meeting": id, "form": form }),
                            "notice" => json!({ "kind": "notice", "meeting": id }),
                            "invitation" => {
                                let party = party.ok_or_else(|| needs("--party"))?;
                                json!({ "kind": "invitation", "meeting": id, "party": word!(Party, &party)? })
                            }
                            _ => json!({ "kind": "sign_in", "meeting": id }),
                        }
                    }
                };
                if choice.as_object().is_some_and(|choice| choice.values().any(Value::is_null)) {
                    return Err(needs("--of"));
                }
                s.tell(json!({ "ask": "save_paper", "paper": choice, "format": format_of(&out), "path": out })).map(drop)
            }
            Self::Ask { question } => {
                let question = match question.as_str() {
                    // What is asked may name people: it need not stand in the shell's history.
                    "-" => std::io::read_to_string(std::io::stdin().lock()).unwrap_or_default(),
                    _ => question,
                };
                let question =
                    serde_json::from_str(&question).map_err(|_| wrong("问题要写成 JSON，例如 {\"ask\":\"publicities\"}。".to_owned()))?;
                let answer = s.ask(question)?;
                print::line(&serde_json::to_string_pretty(&answer).unwrap_or_default());
                Ok(())
            }
            Self::File(file) => file.run(s),
            Self::Bundle(bundle) => bundle.run(s),
            Self::Conflict(Conflict::List) => s.tell(json!({ "ask": "conflicts" })).map(drop),
            Self::Conflict(Conflict::Decide { record, group, side }) => {
                s.tell(json!({ "ask": "decide", "record": record, "group": group, "side": side, "third": null })).map(drop)
            }
            Self::History { record } => {
                let record = s.request_id(&record)?;
                s.tell(json!({ "ask": "history", "record": record })).map(drop)
            }
            Self::Undo { save: Some(save) } => s.tell(json!({ "ask": "undo_save", "save": save })).map(drop),
            Self::Undo { save: None } => s.tell(json!({ "ask": "undo" })).map(drop),
            Self::Check => sound(s, "check"),
            Self::Audit => sound(s, "audit"),
            Self::Rebuild => s.tell(json!({ "ask": "rebuild" })).map(drop),
            Self::Backup { file } => s.tell(json!({ "ask": "backup", "path": file })).map(drop),
        }
    }
}

impl Request {
    fn run(self, s: &mut Session) -> Told {
        let question = match self {
            Self::Add { text, place, category, source, urgent, requester, handler, on, due, photo } => json!({
                "ask": "add_request", "accepted_on": s.day(on)?, "category": word!(Category, &category)?, "source": word!(Source, &source)?,
                "urgency": if urgent { "urgent" } else { "normal" }, "requester": requester, "place": place, "text": text,
                "handler": handler, "due_on": due, "paths": photo,
            }),
            Self::List { which } => json!({ "ask": "requests", "which": which, "category": null, "offset": 0 }),
            Self::Show { id } => json!({ "ask": "request", "id": s.request_id(&id)? }),
            Self::Step { id, to, result, satisfaction, on } => json!({
                "ask": "step_request", "id": s.request_id(&id)?, "to": word!(RequestState, &to)?, "on": s.day(on)?, "result": result,
                "satisfaction": satisfaction.map(|t| word!(Satisfaction, &t)).transpose()?,
            }),
            Self::Note { id, text, on } => json!({ "ask": "note_request", "id": s.request_id(&id)?, "on": s.day(on)?, "text": text }),
        };
        s.tell(question).map(drop)
    }
}

impl Council {
    fn run(self, s: &mut Session) -> Told {
        let question = match self {
            Self::Show { month } => json!({ "ask": "council", "month": month }),
            Self::Opinion { text, category, source, on, photo } => json!({
                "ask": "add_opinion", "on": s.day(on)?, "source": word!(Source, &source)?, "category": word!(Category, &category)?, "text": text, "person": null,
                "paths": photo,
            }),
            Self::Topic { title, month, opinion, sponsor, benefit, owner_matter } => json!({
                "ask": "add_topic", "month": match month { Some(m) => m, None => s.today()?[..7].to_owned() }, "title": title, "opinions": opinion,
                "benefit": benefit, "owner_matter": owner_matter.map(|t| word!(OwnerMatter, &t)).transpose()?, "sponsor": sponsor,
            }),
            Self::Decide { topic, to, reason } => json!({
                "ask": "decide_topic", "id": topic, "to": word!(TopicState, &to)?, "on": s.today()?, "reason": reason,
            }),
            Self::Delegate { name, party, unit, title, since } => json!({
                "ask": "save_delegate", "id": null, "party": word!(Party, &party)?, "name": name, "person": null, "unit": unit, "title": title,
                "since": match since { Some(d) => d, None => format!("{}-01-01", &s.today()?[..4]) }, "until": null,
            }),
            Self::Plan { at, place, chair, recorder, month } => {
                // Meetings are held on Chinese time; a bare time means that.
                let held = match at.len() {
                    16 => format!("{at}:00+08:00"),
                    19 => format!("{at}+08:00"),
                    _ => at.clone(),
                };
                json!({
                    "ask": "plan_meeting", "month": month.unwrap_or_else(|| held.chars().take(7).collect()), "kind": "council", "held_at": held,
                    "place": place, "chair": chair, "recorder": recorder, "agenda": [],
                })
            }
            Self::SignIn { meeting, delegate, presence, name, note, all } => {
                let presence = word!(Presence, &presence)?;
                let delegates = if all {
                    s.ask(json!({ "ask": "delegates" }))?.as_array().into_iter().flatten().map(|d| d["id"].clone()).collect()
                } else {
                    vec![delegate.map_or(Value::Null, Value::String)]
                };
                for delegate in delegates {
                    s.tell(json!({ "ask": "sign_in", "meeting": meeting, "delegate": delegate, "presence": presence, "name": name, "note": note }))?;
                }
                return Ok(());
            }
            Self::Open { meeting } => json!({ "ask": "open_meeting", "id": meeting }),
            Self::Speech { meeting, topic, speaker, text } => {
                json!({ "ask": "add_speech", "meeting": meeting, "topic": topic, "speaker": speaker, "text": text })
            }
            Self::Vote { meeting, topic, yes, no, abstain, recused } => json!({
                "ask": "record_vote", "meeting": meeting, "topic": topic, "method": "hands", "present": yes.saturating_add(no).saturating_add(abstain),
                "yes": yes, "no": no, "abstain": abstain, "recused": recused, "ballots": [],
            }),
            Self::Resolve { meeting, topic, text, party, owner, due } => {
                let task = match (party, owner, due) {
                    (Some(party), Some(owner), Some(due)) => {
                        json!({ "text": text, "party": word!(Party, &party)?, "owner": owner, "due_on": due })
                    }
                    (None, None, None) => Value::Null,
                    _ => return Err(wrong("交办要同时写明责任方、责任人和期限。".to_owned())),
                };
                json!({ "ask": "add_resolution", "meeting": meeting, "topic": topic, "text": text, "task": task })
            }
            Self::Close { meeting } => json!({ "ask": "close_meeting", "id": meeting }),
            Self::Check { meeting, by } => json!({ "ask": "check_minutes", "id": meeting, "by": by }),
            Self::Final { meeting } => json!({ "ask": "finalise_minutes", "id": meeting, "on": s.today()? }),
            Self::Done { task, outcome, on } => {
                json!({ "ask": "step_task", "id": task, "to": "done", "on": s.day(on)?, "outcome": outcome, "due_on": null })
            }
            Self::Feedback { task, to, supervisor, channel, satisfaction, on } => json!({
                "ask": "give_feedback", "task": task, "on": s.day(on)?, "to": to, "channel": word!(Source, &channel)?,
                "satisfaction": word!(Satisfaction, &satisfaction)?, "supervisor": supervisor,
            }),
        };
        s.tell(question).map(drop)
    }
}

impl FileVerb {
    fn run(self, s: &mut Session) -> Told {
        match self {
            Self::Add { record, files } => {
                let record = s.request_id(&record)?;
                files.iter().try_for_each(|file| s.tell(json!({ "ask": "add_attachment", "record": record, "path": file })).map(drop))
            }
            Self::List { record } => s.tell(json!({ "ask": "attachments", "record": s.request_id(&record)? })).map(drop),
            Self::Save { id, out } => s.tell(json!({ "ask": "save_attachment", "id": id, "path": out })).map(drop),
            Self::Remove { id } => s.tell(json!({ "ask": "remove_attachment", "id": id })).map(drop),
        }
    }
}

/// A size as people write it: 10MB, 500KB, 1048576.
fn bytes(text: &str) -> Result<u64, Failure> {
    let text = text.trim().to_ascii_uppercase();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim();
    let times = match text[number.len()..].trim() {
        "" | "B" => 1,
        "K" | "KB" => 1 << 10,
        "M" | "MB" => 1 << 20,
        "G" | "GB" => 1 << 30,
        _ => 0u64,
    };
    match number.parse::<u64>().ok().and_then(|n| n.checked_mul(times)) {
        Some(size) if size > 0 => Ok(size),
        _ => Err(wrong(format!("“{text}”不是大小，请写成 10MB 或 500KB。"))),
    }
}

impl Bundle {
    fn run(self, s: &mut Session) -> Told {
        match self {
            Self::Export { file, to, volume_size } => {
                let key = s.partner(to.as_deref())?;
                let size = volume_size.map(|text| bytes(&text)).transpose()?;
                s.tell(json!({ "ask": "export", "audience": key, "path": file, "volume_size": size })).map(drop)
            }
            Self::Inspect { file } => s.tell(json!({ "ask": "inspect_bundle", "path": file })).map(drop),
            Self::Import { files } => {
                let reports = s.tell(json!({ "ask": "import", "paths": files }))?;
                // A refused file must show in the exit code, with its own number.
                let refused = reports.as_array().into_iter().flatten().find(|r| r["fate"] == "refused");
                match refused {
                    Some(r) => Err(Failure {
                        code: r["code"].as_str().unwrap_or("bundle.refused").to_owned(),
                        message: format!(
                            "{}：没有导入。{}",
                            r["file"].as_str().unwrap_or_default(),
                            r["sentences"][0].as_str().unwrap_or_default()
                        ),
                        advice: "其余的文件不受影响。".to_owned(),
                        field: None,
                        exit: xinghuo_desk::exit_code(r["code"].as_str().unwrap_or("bundle.refused")),
                    }),
                    None => Ok(()),
                }
            }
            Self::Want { picture } => {
                s.tell(json!({ "ask": "want" }))?;
                match picture {
                    Some(path) => s.tell(json!({ "ask": "want_picture", "path": path })).map(drop),
                    None => Ok(()),
                }
            }
            Self::Answer { file, text } => {
                let text = match text {
                    Some(text) => text,
                    None => {
                        std::io::read_to_string(std::io::stdin().take(1 << 16)).map_err(|_| wrong("没有读到对方发来的话。".to_owned()))?
                    }
                };
                s.tell(json!({ "ask": "read_want", "text": text }))?;
                match file {
                    Some(path) => s.tell(json!({ "ask": "answer_want", "text": text, "path": path })).map(drop),
                    None => Ok(()),
                }
            }
        }
    }
}
