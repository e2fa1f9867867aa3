//! Answers as a few Chinese lines.

use std::io::Write;

use serde_json::Value;

/// Prints a line; a closed pipe (`| head`) is no error.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// A state or kind as people say it; what is no such word stays as it is.
fn spoken(value: &Value, name: &str) -> String {
    use xinghuo_desk::words::{MeetingState, RequestState, TaskState, TopicState};
    let code = text(value, name);
    let kind = [
        ("person", "人员"),
        ("request", "诉求"),
        ("mediation", "调解"),
        ("opinion", "民意"),
        ("topic", "议题"),
        ("delegate", "代表"),
        ("task", "事项"),
    ];
    // A meeting's and a request's «closed» are different words.
    let meeting = value.get("held_at").and_then(|_| MeetingState::parse(code)).map(MeetingState::zh);
    meeting
        .or_else(|| TopicState::parse(code).map(TopicState::zh))
        .or_else(|| RequestState::parse(code).map(RequestState::zh))
        .or_else(|| TaskState::parse(code).map(TaskState::zh))
        .or_else(|| kind.iter().find(|(k, _)| *k == code).map(|(_, zh)| *zh))
        .unwrap_or(code)
        .to_owned()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or(0)
}

/// Prints any answer, by its shape.
pub(crate) fn answer(value: &Value) {
    match value {
        Value::Null => line("（没有）"),
        Value::String(s) => line(s),
        Value::Array(items) if items.is_empty() => line("（没有）"),
        Value::Array(items) => items.iter().for_each(item),
        Value::Object(_) => object(value),
        other => line(&other.to_string()),
    }
}

fn item(v: &Value) {
    if v.get("fate").is_some() {
        report(v);
    } else if v.get("sides").is_some() {
        conflict(v);
    } else if v.get("days_silent").is_some() {
        card(v);
    } else if v.get("action").is_some() {
        let change = match (v["old"].as_str(), v["new"].as_str()) {
            (Some(old), Some(new)) => format!("{old} → {new}"),
            (None, Some(new)) => new.to_owned(),
            (Some(old), None) => format!("{old} → （空）"),
            (None, None) => String::new(),
        };
        line(&format!(
            "{}  {} {}：{change}  （{}，{}）",
            &text(v, "at")[..16.min(text(v, "at").len())],
            text(v, "action"),
            text(v, "field"),
            text(v, "person"),
            text(v, "copy")
        ));
    } else if v.get("media").is_some() {
        let here = if v["here"] == true { "" } else { "  内容还没收到" };
        line(&format!(
            "{}  {}  {} KB  {}{here}  [{}]",
            text(v, "on"),
            text(v, "name"),
            number(v, "size") / 1024 + 1,
            text(v, "person"),
            text(v, "id")
        ));
    } else if v.get("title").is_some() {
        line(&format!("{}  {}  {}  [{}]", spoken(v, "kind"), text(v, "title"), text(v, "detail"), text(v, "id")));
    } else {
        line(&v.to_string());
    }
}

/// A compound of the overview.
fn card(v: &Value) {
    line(&format!(
        "{} {} {}：逾期 {} 件，诉求未办完 {} 件",
        text(v, "street"),
        text(v, "community"),
        text(&v["compound"], "name"),
        number(v, "overdue"),
        number(v, "open_requests")
    ));
    steps(v);
}

fn report(v: &Value) {
    line(&format!("{}：", text(v, "file")));
    for sentence in v["sentences"].as_array().into_iter().flatten() {
        line(&format!("  {}", sentence.as_str().unwrap_or_default()));
    }
}

fn conflict(v: &Value) {
    line(&format!("{}  [{}] {}", text(v, "title"), text(v, "record"), text(v, "group")));
    for (at, side) in v["sides"].as_array().into_iter().flatten().enumerate() {
        let values: Vec<String> = side["values"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|p| format!("{}：{}", p[0].as_str().unwrap_or_default(), p[1].as_str().unwrap_or_default()))
            .collect();
        line(&format!(
            "  {at}. {}  （{}，{}，{}）",
            values.join("，"),
            text(side, "person"),
            text(side, "copy"),
            &text(side, "at")[..16.min(text(side, "at").len())]
        ));
    }
}

fn steps(v: &Value) {
    for step in v["steps"].as_array().into_iter().flatten() {
        line(&format!(
            "  {}  {} 至 {}  {}  {} 项",
            text(step, "title"),
            text(step, "from"),
            text(step, "to"),
            text(step, "state_zh"),
            number(step, "count")
        ));
    }
}

fn object(v: &Value) {
    if v.get("fate").is_some() {
        report(v);
    } else if v.get("unknown_columns").is_some() {
        line(&format!(
            "名册 {}：{} 行。新增 {}，变更 {}，相同 {}，存疑 {}，跳过 {}，未导入 {}。",
            text(v, "file"),
            number(v, "rows"),
            number(v, "new"),
            number(v, "changed"),
            number(v, "same"),
            number(v, "suspect"),
            number(v, "skipped"),
            number(v, "refused")
        ));
        let unknown: Vec<&str> = v["unknown_columns"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !unknown.is_empty() {
            line(&format!("不认识、没有导入的列：{}。", unknown.join("、")));
        }
    } else if v.get("mentions").is_some() {
        line(&format!("抹去{}：姓名、房号、电话、证件号、备注等全部内容，不能撤销。", text(v, "name")));
        for (title, list) in [("可连同抹去（--cases）", "cases"), ("还提到这个名字，请逐条核对", "mentions")] {
            line(&format!("{title}："));
            answer(&v[list]);
        }
    } else if v.get("due_today").is_some() {
        line(text(v, "sentence"));
        steps(v);
        for (title, list) in [("今天到期", "due_today"), ("已逾期", "overdue"), ("等回音", "waiting")] {
            line(&format!("{title}："));
            for due in v[list].as_array().into_iter().flatten() {
                line(&format!("  {}  {}  {}", text(due, "due_on"), text(due, "title"), text(due, "detail")));
            }
        }
    } else if v.get("meetings").is_some() {
        council(v);
    } else if v.get("requests").is_some() && v.get("overdue").is_some() {
        line(&format!("未办完 {} 件，其中逾期 {} 件。", number(v, "open"), number(v, "overdue")));
        for r in v["requests"].as_array().into_iter().flatten() {
            line(&format!("  {}  期限 {}  {}  {}", text(r, "number"), text(r, "due_on"), spoken(r, "state"), text(r, "text")));
        }
    } else if v.get("course").is_some() {
        let r = &v["request"];
        line(&format!("{}  {}  {}", text(r, "number"), text(r, "place"), text(r, "text")));
        for c in v["course"].as_array().into_iter().flatten() {
            line(&format!("  {}  {}  {}", text(c, "on"), text(c, "text"), text(c, "person")));
        }
    } else if v.get("state_hash").is_some() {
        for fork in v["forks"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            line(fork);
        }
        for sentence in v["sentences"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            line(sentence);
        }
        line(&format!("状态校验值 {}", &text(v, "state_hash")[..16]));
        if number(v, "newer") > 0 {
            line(&format!("另有 {} 处由更新版本写成，已保留，升级后可用。", number(v, "newer")));
        }
        for problem in v["problems"].as_array().into_iter().flatten() {
            line(&format!("  {}", problem.as_str().unwrap_or_default()));
        }
    } else if v.get("suggested_name").is_some() && v.get("any").is_some() {
        line(&format!("{}要补下面的记录：", text(v, "name")));
        for sentence in v["sentences"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            line(&format!("  {sentence}"));
        }
    } else if v.get("missing").is_some() && v.get("side").is_some() {
        line(text(v, "text"));
    } else if v.get("fingerprint").is_some() && v.get("compound").is_some() {
        line(&format!(
            "{}（{}）{} · {}\n指纹：{}",
            text(v, "compound"),
            text(v, "place"),
            text(v, "person"),
            text(v, "copy"),
            text(v, "fingerprint")
        ));
    } else if v.get("version").is_some() {
        let unsent = number(v, "unsent");
        line(&format!("{}  {}  {}（{}）", text(v, "place"), text(v, "title"), text(v, "person"), text(v, "copy")));
        line(&format!("未交出的改动 {unsent}，冲突 {}。", number(v, "conflicts")));
        if let Some(notice) = v["notice"].as_str() {
            line(notice);
        }
    } else if let Some(message) = v["message"].as_str() {
        match (v["id"].as_str(), v["save"].as_i64()) {
            (Some(id), Some(save)) => line(&format!("{message}  [{id}] save={save}")),
            _ => line(message),
        }
    } else {
        line(&serde_json::to_string_pretty(v).unwrap_or_default());
    }
}

fn council(v: &Value) {
    line(&format!("{}：{}", text(v, "title"), text(v, "sentence")));
    steps(v);
    for o in v["opinions"].as_array().into_iter().flatten() {
        line(&format!("  民意 {}  {}  [{}]", text(&o["opinion"], "on"), text(&o["opinion"], "text"), text(&o["opinion"], "id")));
    }
    for t in v["topics"].as_array().into_iter().flatten() {
        line(&format!("  议题 {}  {}  [{}]", spoken(&t["topic"], "state"), text(&t["topic"], "title"), text(&t["topic"], "id")));
    }
    for m in v["meetings"].as_array().into_iter().flatten() {
        line(&format!(
            "  会议 {}  {}  {}  [{}]",
            text(&m["meeting"], "held_at"),
            spoken(&m["meeting"], "state"),
            text(m, "quorum_sentence"),
            text(&m["meeting"], "id")
        ));
    }
    for t in v["tasks"].as_array().into_iter().flatten() {
        line(&format!(
            "  事项 {}  期限 {}  {}  [{}]",
            spoken(&t["task"], "state"),
            text(&t["task"], "due_on"),
            text(&t["task"], "text"),
            text(&t["task"], "id")
        ));
    }
}
