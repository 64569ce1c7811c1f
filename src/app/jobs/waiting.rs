//! Jobs that wait, as they were queued: a batch of any length is one entry.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use super::steps::step;
use crate::{
    app::discard::discard_large,
    etl::pool::{Batch, JobId},
};

/// A job that no worker has started yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingJob<'a> {
    /// Its number in the pool.
    pub id: JobId,
    /// The log's key.
    pub key: &'a str,
    /// When it was queued, in microseconds since 1970.
    pub queued_us: i64,
}

/// Jobs that wait, in order. Adding a batch, taking the first job and dropping all take the
/// same time whatever their number; so does a clone, for the batches are shared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waiting {
    parts: VecDeque<Part>,
}

/// What is left of a batch.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    batch: Arc<Batch>,
    queued_us: i64,
    /// All jobs before this index have left.
    from: usize,
    /// Indices, behind `from`, of jobs that have left: those that were cancelled one by one.
    left: BTreeSet<usize>,
}

impl Part {
    fn len(&self) -> usize {
        self.batch.len() - self.from - self.left.len()
    }

    fn has(&self, at: usize) -> bool {
        at >= self.from && at < self.batch.len() && !self.left.contains(&at)
    }

    fn job(&self, at: usize) -> Option<WaitingJob<'_>> {
        step();
        let (id, key) = self.batch.get(at)?;
        Some(WaitingJob {
            id,
            key,
            queued_us: self.queued_us,
        })
    }

    /// The job at a position among those that are left.
    fn nth(&self, position: usize) -> Option<WaitingJob<'_>> {
        let mut at = self.from + position;
        for left in &self.left {
            step();
            if *left > at {
                break;
            }
            at += 1;
        }
        self.job(at)
    }

    fn remove(&mut self, at: usize) {
        self.left.insert(at);
        while self.left.remove(&self.from) {
            self.from += 1;
        }
    }
}

impl Waiting {
    /// Number of jobs.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The jobs of `batch` wait from `queued_us` on, behind all others.
    pub fn add(&mut self, batch: Arc<Batch>, queued_us: i64) {
        if !batch.is_empty() {
            self.parts.push_back(Part {
                batch,
                queued_us,
                from: 0,
                left: BTreeSet::new(),
            });
        }
    }

    /// The job at a position.
    pub fn get(&self, mut position: usize) -> Option<WaitingJob<'_>> {
        for part in &self.parts {
            if position < part.len() {
                return part.nth(position);
            }
            position -= part.len();
        }
        None
    }

    /// The job of a log.
    pub fn of_log(&self, key: &str) -> Option<WaitingJob<'_>> {
        self.parts.iter().find_map(|part| {
            let at = part.batch.index_of_log(key)?;
            part.has(at).then(|| part.job(at))?
        })
    }

    /// All jobs in order.
    pub fn iter(&self) -> impl Iterator<Item = WaitingJob<'_>> {
        self.parts.iter().flat_map(|part| {
            let left = (part.from..part.batch.len()).filter(|at| !part.left.contains(at));
            left.filter_map(|at| part.job(at))
        })
    }

    /// A job waits no more: its key, and when it was queued.
    pub fn remove(&mut self, job: JobId) -> Option<(String, i64)> {
        let found = self.parts.iter_mut().enumerate().find_map(|(n, part)| {
            let at = part.batch.index(job).filter(|at| part.has(*at))?;
            Some((n, at, part))
        });
        let (n, at, part) = found?;
        let (_, key) = part.batch.get(at)?;
        let removed = (key.as_ref().to_owned(), part.queued_us);
        part.remove(at);
        if part.len() == 0
            && let Some(part) = self.parts.remove(n)
        {
            discard_large(part.batch.len(), part);
        }
        Some(removed)
    }
}
