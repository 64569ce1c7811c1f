//! Jobs that wait or run, as data.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{Batch, JobId};
use crate::{base::CancelToken, harvest::Options};

/// What a worker takes.
pub(super) type Job = (JobId, Arc<str>, Options, CancelToken);

/// Jobs that wait or run. Any job enters and leaves in logarithmic time.
pub(super) struct Queue {
    /// Those that wait, in order.
    waiting: BTreeMap<JobId, (Arc<str>, Options)>,
    running: HashMap<JobId, CancelToken>,
    /// The logs of both.
    logs: HashMap<Arc<str>, JobId>,
    next: u64,
}

impl Queue {
    pub fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            running: HashMap::new(),
            logs: HashMap::new(),
            next: 1,
        }
    }

    /// Number of jobs that wait or run.
    pub fn len(&self) -> usize {
        self.logs.len()
    }

    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Queues those logs that neither wait nor run.
    pub fn add<K: AsRef<str>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        options: Options,
    ) -> Batch {
        let first = JobId(self.next);
        let mut added = Vec::new();
        for key in keys {
            if self.logs.contains_key(key.as_ref()) {
                continue;
            }
            let (key, job) = (Arc::<str>::from(key.as_ref()), JobId(self.next));
            self.next += 1;
            self.logs.insert(key.clone(), job);
            self.waiting.insert(job, (key.clone(), options));
            added.push(key);
        }
        Batch::new(first, added)
    }

    /// The first job that waits; it runs from now on.
    pub fn start(&mut self) -> Option<Job> {
        let (job, (key, options)) = self.waiting.pop_first()?;
        let token = CancelToken::new();
        self.running.insert(job, token.clone());
        Some((job, key, options, token))
    }

    /// A job that ran is over.
    pub fn end(&mut self, job: JobId, key: &str) {
        self.running.remove(&job);
        self.logs.remove(key);
    }

    /// Tells a job that runs to stop; removes one that waits, and returns it.
    pub fn cancel(&mut self, job: JobId) -> Option<(JobId, Arc<str>)> {
        if let Some(token) = self.running.get(&job) {
            token.cancel();
        }
        let (key, _) = self.waiting.remove(&job)?;
        self.logs.remove(&key);
        Some((job, key))
    }

    /// Tells all jobs that run to stop; removes those that wait, and returns them in order.
    pub fn cancel_all(&mut self) -> Vec<(JobId, Arc<str>)> {
        self.running.values().for_each(CancelToken::cancel);
        let waiting = std::mem::take(&mut self.waiting);
        let removed = waiting.into_iter().map(|(job, (key, _))| (job, key));
        let removed: Vec<_> = removed.collect();
        for (_, key) in &removed {
            self.logs.remove(key);
        }
        removed
    }
}
