//! Measuring: CPU time of this process, its memory, and the figures in the end.

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use cpu_time::ProcessTime;

/// What a group of figures may answer.
pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// User and system time of this process that `work` took, and what it gave.
pub fn cpu<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(Duration, T)> {
    let begun = ProcessTime::try_now()?;
    let value = work()?;
    Ok((begun.try_elapsed()?, value))
}

/// Milliseconds, for people.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which `share` (0–1) of the values lie.
pub fn share(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(at).copied().unwrap_or(f64::NAN)
}

/// The value in the middle.
pub fn median(values: &mut [f64]) -> f64 {
    share(values, 0.5)
}

/// Memory of a process that is its own or its part of what is shared (PSS), else resident, KiB.
pub fn memory(process: &str) -> Option<f64> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|l| l.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A line of this process's memory, MiB: `VmRSS` is what is resident now, `VmHWM` the most it ever was.
pub fn resident(line: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib: f64 = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'))?.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Lets `VmHWM` count anew from what is resident now; what was needed to prepare is not measured.
pub fn forget_peak() {
    // Where the system does not allow it, the peak only comes out too high.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Bytes as MiB.
pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1 << 20) as f64
}

/// The figures so far.
#[derive(Default)]
pub struct Report {
    lines: String,
}

impl Report {
    /// A figure with a promise: the value may be at most `goal`.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, goal: f64) {
        let verdict = if value <= goal { "ok" } else { "short" };
        let _ = writeln!(self.lines, "figure {name}: {value:.2} {unit} (goal <= {goal}) {verdict}");
    }

    /// A figure without one, to compare with.
    pub fn note(&mut self, name: &str, value: f64, unit: &str) {
        let _ = writeln!(self.lines, "figure {name}: {value:.2} {unit}");
    }

    /// A figure that could not be measured.
    pub fn missing(&mut self, name: &str, why: &str) {
        let _ = writeln!(self.lines, "figure {name}: not measured ({why})");
    }

    /// Says them all.
    pub fn print(&self) {
        print!("{}", self.lines);
    }
}
