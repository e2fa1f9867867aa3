//! Minutes as PDF from a warm press, and whether the press forgets what it printed.

use xinghuo_paper::sample::{sample_minutes, sample_plain_minutes};
use xinghuo_paper::{Minutes, Paper, Press, font_dirs};

use crate::gauge::{Outcome, Report, cpu, median, memory, ms, share};

const PAPERS: u32 = 200;
/// From here on the memory must stay as it is.
const SETTLED: u32 = 50;

/// Measures.
pub fn measure(report: &mut Report) -> Outcome {
    let (opened, press) = cpu(|| Ok(Press::open(&font_dirs())?))?;
    let (first, _) = cpu(|| Ok(press.pdf(&Paper::from(minutes(999)))?))?;
    println!("press opened in {opened:.1?}, first paper in {first:.1?}");
    let mut times = Vec::new();
    let mut settled = None;
    let mut bytes = 0;
    for n in 0..PAPERS {
        let paper = Paper::from(minutes(n));
        let (time, pdf) = cpu(|| Ok(press.pdf(&paper)?))?;
        bytes += pdf.len();
        times.push(ms(time));
        if n + 1 == SETTLED {
            settled = memory("self");
        }
    }
    println!("{PAPERS} papers, {} KiB each", bytes / 1024 / PAPERS as usize);
    report.figure("minutes_pdf_warm", median(&mut times), "ms CPU", 50.0);
    report.note("minutes_pdf_warm_95_percent", share(&mut times, 0.95), "ms CPU");
    match (settled, memory("self")) {
        (Some(before), Some(after)) => {
            println!("memory after {SETTLED}: {:.1} MiB, after {PAPERS}: {:.1} MiB", before / 1024.0, after / 1024.0);
            report.figure("minutes_pdf_memory_growth", (after / before - 1.0) * 100.0, "%", 10.0);
        }
        _ => report.missing("minutes_pdf_memory_growth", "no /proc here"),
    }
    Ok(())
}

fn minutes(n: u32) -> Minutes {
    if n.is_multiple_of(2) { sample_minutes(n) } else { sample_plain_minutes(n) }
}
