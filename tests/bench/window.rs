//! The window on the demonstration's office, against a window of the same kit with an empty page:
//! until its first page is painted, and the memory of all its processes once the overview stands.
//!
//! Both are opened by the driver of the window tests, so that each reads its own paint time; the
//! wait for the passphrase's key is not part of a start and has a line of its own.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use xinghuo_tests::{Opening, PASSPHRASE, Page, Place, root};

use crate::gauge::{Outcome, Report, median, memory};

const ROUNDS: usize = 5;
/// Drawn and at rest by then.
const REST: Duration = Duration::from_millis(2500);

/// One start of a program.
struct Start {
    /// From the process's birth to the first paint, ms of the clock on the wall.
    painted: f64,
    /// From Enter on the passphrase to the overview, ms.
    unlocked: f64,
    /// CPU time of all its processes when its first page had been painted, ms.
    cpu: f64,
    /// Memory of all its processes at rest (PSS), MiB.
    memory: f64,
}

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let (ours, bare) = (Opening::default().program, root().join("target/debug/examples/bare"));
    if !ours.exists() || !bare.exists() || std::env::var_os("DISPLAY").is_none() {
        report.missing("window_start", "no window is built, or there is no screen");
        report.missing("window_memory", "no window is built, or there is no screen");
        return Ok(());
    }
    let run = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let office = Place::whole_office().map_err(|why| why.to_string())?;
    let mut starts = [vec![], vec![]];
    for round in 0..=ROUNDS {
        for (at, program) in [&bare, &ours].into_iter().enumerate() {
            let opening = Opening { program: program.clone(), pictures: false };
            let place = office.again().map_err(|why| why.to_string())?;
            let start = run.block_on(start(place, opening, at == 1)).map_err(|why| why.to_string())?;
            println!(
                "{}: painted after {:.0} ms, {:.0} ms CPU, unlocked in {:.0} ms, {:.1} MiB",
                ["bare", "ours"][at],
                start.painted,
                start.cpu,
                start.unlocked,
                start.memory
            );
            // The first of each only fills the computer's caches.
            if round > 0 {
                starts[at].push(start);
            }
        }
    }
    let middle = |at: usize, of: fn(&Start) -> f64| median(&mut starts[at].iter().map(of).collect::<Vec<_>>());
    let ratio = |of: fn(&Start) -> f64| middle(1, of) / middle(0, of);
    report.note("window_start", middle(1, |s| s.painted), "ms");
    report.figure("window_start_to_bare", ratio(|s| s.painted), "times", 1.5);
    report.note("window_start_cpu_to_bare", ratio(|s| s.cpu), "times");
    report.note("window_unlock", middle(1, |s| s.unlocked), "ms");
    report.note("window_memory", middle(1, |s| s.memory), "MiB PSS");
    report.figure("window_memory_to_bare", ratio(|s| s.memory), "times", 1.5);
    Ok(())
}

async fn start(place: Place, opening: Opening, unlocks: bool) -> xinghuo_tests::Tried<Start> {
    let name = opening.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let page = Page::open_as(place, opening).await?;
    let painted =
        "return performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now())";
    let painted = page.run(painted, vec![]).await?.as_f64().ok_or("no time of the first paint")?;
    let ours = window(page.driver(), &name).ok_or("the window's process was not found")?;
    let born = stat(ours).ok_or("the window's process ended")?.born;
    let cpu = family(ours).iter().filter_map(|id| stat(*id)).map(|it| it.cpu).sum();
    let mut unlocked = 0.0;
    if unlocks {
        page.type_into("口令", PASSPHRASE).await?;
        let press = "const done = arguments[arguments.length - 1], begun = performance.now();
            document.querySelector('form').requestSubmit();
            (function look() {
                if (document.body.innerText.includes('24 个小区')) done(performance.now() - begun);
                else requestAnimationFrame(look);
            })();";
        unlocked = page.run_until_called(press, vec![]).await?.as_f64().ok_or("no time of the unlocking")?;
    }
    tokio::time::sleep(REST).await;
    let kib: f64 = family(ours).iter().filter_map(|id| memory(&id.to_string())).sum();
    page.close().await?;
    Ok(Start { painted: painted - born, unlocked, cpu, memory: kib / 1024.0 })
}

/// What the system says of a process.
struct Stat {
    name: String,
    parent: u32,
    /// User and system time, ms.
    cpu: f64,
    /// When it was started, ms since 1970.
    born: f64,
}

fn stat(id: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (head, tail) = text.rsplit_once(')')?;
    let words: Vec<&str> = tail.split_whitespace().collect();
    // Linux counts hundredths of a second here.
    let hundredths = |at: usize| words.get(at).and_then(|word| word.parse::<f64>().ok()).map(|ticks| ticks * 10.0);
    let up = std::fs::read_to_string("/proc/uptime").ok()?;
    let up: f64 = up.split_whitespace().next()?.parse().ok()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs_f64() * 1000.0;
    Some(Stat {
        name: head.split_once('(')?.1.to_owned(),
        parent: words.get(1)?.parse().ok()?,
        cpu: hundredths(11)? + hundredths(12)?,
        born: now - up * 1000.0 + hundredths(19)?,
    })
}

/// A process and all it started.
fn family(first: u32) -> BTreeSet<u32> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32)> = all
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .filter_map(|id| stat(id).map(|it| (id, it.parent)))
        .collect();
    let mut family = BTreeSet::from([first]);
    loop {
        let before = family.len();
        family.extend(all.iter().filter(|(_, parent)| family.contains(parent)).map(|(id, _)| *id).collect::<Vec<_>>());
        if family.len() == before {
            return family;
        }
    }
}

/// The window among what the driver started. The system keeps fifteen letters of a name.
fn window(driver: u32, name: &str) -> Option<u32> {
    let kept: String = name.chars().take(15).collect();
    family(driver).into_iter().find(|id| stat(*id).is_some_and(|it| it.name == kept))
}
