//! Long work: how far it is, and the word to stop. The same call that reports hears the stop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::open::lock;
use crate::views::Progress;

/// At most one long job is looked at; pages poll it.
#[derive(Default)]
pub(crate) struct Job {
    progress: Mutex<Option<Progress>>,
    stop: AtomicBool,
}

impl Job {
    pub fn progress(&self) -> Option<Progress> {
        lock(&self.progress).clone()
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Runs a job; its pace function reports at most every 100 ms and answers `false` once
    /// somebody asked to stop.
    pub fn run<T>(&self, what: &str, work: impl FnOnce(&mut dyn FnMut(u64, u64) -> bool) -> Result<T>) -> Result<T> {
        self.stop.store(false, Ordering::Relaxed);
        *lock(&self.progress) = Some(Progress { what: what.to_owned(), done: 0, total: 0 });
        let mut last = Instant::now();
        let result = work(&mut |done, total| {
            if last.elapsed() >= Duration::from_millis(100) {
                last = Instant::now();
                if let Some(p) = lock(&self.progress).as_mut() {
                    (p.done, p.total) = (done, total);
                }
            }
            !self.stop.load(Ordering::Relaxed)
        });
        *lock(&self.progress) = None;
        result
    }
}
