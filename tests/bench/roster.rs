//! A roster of 20,000 rows through the desk: read, previewed, stored.

use chrono::DateTime;
use xinghuo_bundle::Cost;
use xinghuo_desk::ask::NewBranch;
use xinghuo_desk::{Ask, Desk, Home};
use xinghuo_roster::sample::clean_workbook;

use crate::gauge::{Outcome, Report, cpu, ms};

const ROWS: u32 = 20_000;

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("花名册.xlsx");
    std::fs::write(&path, clean_workbook(7, ROWS, 0))?;
    let now = DateTime::parse_from_rfc3339("2026-11-20T09:00:00+08:00")?;
    let home = Home { dir: folder.path().join("home"), state: folder.path().join("state") };
    let desk = Desk::at(home, Box::new(move || now), Cost::LEAST);
    let ask = |question: Ask| desk.answer(question).map_err(|f| format!("{}: {}", f.code, f.message));
    ask(Ask::CreateBranch(NewBranch {
        district: "黄岩区".to_owned(),
        street: "示范街道".to_owned(),
        community: "星岩社区".to_owned(),
        compound: "示范花园".to_owned(),
        prefix: None,
        person: "王秀兰".to_owned(),
        copy: "一号电脑".to_owned(),
        passphrase: "示范口令一二三".to_owned(),
    }))?;
    let (previewed, preview) = cpu(|| Ok(ask(Ask::RosterPreview { path: path.clone() })?))?;
    let (listed, _) = cpu(|| Ok(ask(Ask::RosterRows { verdict: None, offset: 0 })?))?;
    let (stored, answer) = cpu(|| Ok(ask(Ask::RosterStore)?))?;
    println!("read and compared {previewed:.1?}, first rows {listed:.1?}, stored {stored:.1?}");
    println!("new {}, suspect {}, refused {}; stored {}", preview["new"], preview["suspect"], preview["refused"], answer["added"]);
    if answer["added"].as_u64().unwrap_or(0) < u64::from(ROWS) * 9 / 10 {
        return Err("too few rows were stored".into());
    }
    report.figure("roster_20k_rows", ms(previewed + listed + stored) / 1000.0, "s CPU", 3.0);
    Ok(())
}
