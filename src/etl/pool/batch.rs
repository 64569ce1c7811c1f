//! Logs that are queued together.

use std::sync::Arc;

use super::JobId;

/// Logs that are queued together, as jobs with consecutive numbers. Tens of thousands of logs
/// are one such value: it is shared, never copied, and the job of a log is found by binary
/// search.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    first: u64,
    keys: Vec<Arc<str>>,
    /// Indices of `keys` in the order of the keys.
    by_key: Vec<u32>,
}

impl Batch {
    /// Jobs for `keys`, numbered from `first` on. No key may come twice.
    pub fn new(first: JobId, keys: Vec<Arc<str>>) -> Self {
        let mut by_key: Vec<u32> = (0..keys.len() as u32).collect();
        by_key.sort_by_key(|at| keys.get(*at as usize));
        Self {
            first: first.0,
            keys,
            by_key,
        }
    }

    /// Number of jobs.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no log was queued: all of them waited or ran already.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The jobs in their order, with the keys of their logs.
    pub fn jobs(&self) -> impl Iterator<Item = (JobId, &Arc<str>)> {
        (self.first..).map(JobId).zip(&self.keys)
    }

    /// The job at index `at`, with the key of its log.
    pub fn get(&self, at: usize) -> Option<(JobId, &Arc<str>)> {
        let key = self.keys.get(at)?;
        Some((JobId(self.first + at as u64), key))
    }

    /// The index of a job.
    pub fn index(&self, job: JobId) -> Option<usize> {
        let at = usize::try_from(job.0.checked_sub(self.first)?).ok()?;
        (at < self.keys.len()).then_some(at)
    }

    /// The index of the job that harvests a log.
    pub fn index_of_log(&self, key: &str) -> Option<usize> {
        let key_at = |at: &u32| self.keys.get(*at as usize).map(AsRef::as_ref);
        let found = self
            .by_key
            .binary_search_by(|at| key_at(at).cmp(&Some(key)));
        found
            .ok()
            .and_then(|at| self.by_key.get(at))
            .map(|at| *at as usize)
    }
}
