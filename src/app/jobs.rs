//! Harvests of this process, open and ended, and past ones of the catalog. What an event or a
//! key takes here does not grow with the number of jobs.

mod batch_result;
mod open_logs;
pub(crate) mod steps;
mod to_harvest;
mod view;
mod waiting;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

pub use batch_result::BatchResult;
pub use open_logs::OpenLogs;
pub use to_harvest::ToHarvest;
pub use waiting::{Waiting, WaitingJob};

use super::{
    discard::{discard, discard_large},
    lake_queries::ReadHistory,
    query::Pending,
};
use crate::etl::{
    Error,
    base::{Progress, Stage},
    catalog::{HarvestRow, LogState},
    format,
    harvest::Outcome,
    pool::{JobEvent, JobId},
};

/// Finished jobs that are remembered.
const REMEMBERED: usize = 1000;
/// So many past harvests are listed.
const PAST: usize = 1000;

/// One harvest of this process that was started, or cancelled before.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its number in the pool.
    pub id: JobId,
    /// The log's key.
    pub key: String,
    /// When it was queued, in microseconds since 1970, as are all times here.
    pub queued_us: i64,
    /// When a worker took it.
    pub started_us: Option<i64>,
    /// How far it is.
    pub progress: Option<Progress>,
    /// When that was.
    pub progress_us: i64,
    /// Whether it was asked to stop.
    pub stopping: bool,
    /// When and how it ended.
    pub ended: Option<Ended>,
    /// What happened, in order.
    pub messages: Vec<(i64, String)>,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at_us: i64,
    /// `harvested`, `partial`, `current`, `renamed`, `failed`, `cancelled`.
    pub outcome: &'static str,
    /// One sentence.
    pub message: String,
}

impl Job {
    /// What it does now.
    pub fn stage(&self) -> Stage {
        self.progress.map_or(Stage::Queued, |p| p.stage)
    }

    /// Share done, from 0 to 1.
    pub fn share(&self) -> f64 {
        self.progress.map_or(0.0, |p| p.share())
    }

    /// Rows decoded per second; `None` in the first tenth of a second.
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.seconds()?;
        let rows = self.progress?.rows;
        (seconds >= 0.1 && rows > 0).then(|| rows as f64 / seconds)
    }

    /// Seconds that are left, coarsely; `None` while they cannot be estimated.
    pub fn eta_s(&self) -> Option<f64> {
        let (seconds, share) = (self.seconds()?, self.share());
        (seconds >= 0.5 && share > 0.05).then(|| seconds * (1.0 - share) / share)
    }

    /// How long it runs, or ran.
    pub fn seconds(&self) -> Option<f64> {
        let until = self.ended.as_ref().map_or(self.progress_us, |e| e.at_us);
        Some(until.saturating_sub(self.started_us?).max(0) as f64 / 1e6)
    }
}

/// A line of the list of jobs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry<'a> {
    /// A harvest of this process that runs or is over.
    Job(&'a Job),
    /// A harvest of this process that waits.
    Waiting(WaitingJob<'a>),
    /// A harvest of the past, or of another process.
    Past(&'a HarvestRow),
}

impl<'a> Entry<'a> {
    /// The log's key.
    pub fn key(&self) -> &'a str {
        match self {
            Self::Job(job) => &job.key,
            Self::Waiting(job) => job.key,
            Self::Past(row) => &row.key,
        }
    }

    /// The job's number while it waits or runs.
    pub fn open(&self) -> Option<JobId> {
        match self {
            Self::Job(job) => job.ended.is_none().then_some(job.id),
            Self::Waiting(job) => Some(job.id),
            Self::Past(_) => None,
        }
    }

    /// How it ended, once it has: see [`Ended::outcome`].
    pub fn outcome(&self) -> Option<&'a str> {
        match self {
            Self::Job(job) => job.ended.as_ref().map(|ended| ended.outcome),
            Self::Waiting(_) => None,
            Self::Past(row) => Some(&row.outcome),
        }
    }

    /// Whether its log got runs by it, or had them before.
    pub fn has_runs(&self) -> bool {
        matches!(
            self.outcome(),
            Some("harvested" | "partial" | "current" | "renamed")
        )
    }

    /// How it ended in a sentence, once it has.
    pub fn message(&self) -> Option<&'a str> {
        match self {
            Self::Job(job) => job.ended.as_ref().map(|ended| ended.message.as_str()),
            Self::Waiting(_) => None,
            Self::Past(row) => Some(&row.message),
        }
    }

    /// The job, if it was started.
    pub fn job(&self) -> Option<&'a Job> {
        match self {
            Self::Job(job) => Some(job),
            _ => None,
        }
    }

    /// The state of its log while it waits or runs.
    pub fn log_state(&self) -> Option<LogState> {
        self.open().map(|_| match self {
            Self::Waiting(_) => LogState::Queued,
            _ => LogState::Harvesting,
        })
    }
}

/// All jobs: those that run, then those that wait, both in the order in which they were
/// queued, then what was done, latest first.
#[derive(Debug, Default)]
pub struct Jobs {
    /// As many as there are workers.
    running: BTreeMap<JobId, Job>,
    waiting: Waiting,
    done: VecDeque<Job>,
    history: Vec<HarvestRow>,
    /// The logs that are, or were last, harvested together.
    pub batch: BatchResult,
    /// Reads past harvests.
    pub read: Pending<ReadHistory>,
    /// The line under the cursor.
    pub cursor: usize,
    /// Whether the operator chose its job: then it stays on that job when it ends. On the first line,
    /// where it is at first, it stays on what is done now.
    is_on_job: bool,
    /// The first line on the screen.
    pub offset: usize,
    /// What is searched for, in lower case; empty: nothing.
    search: String,
    /// Whether the catalog has more past harvests than are listed.
    is_history_cut: bool,
    /// Whether harvests of this process that ended are not listed any more.
    is_done_cut: bool,
}

impl Jobs {
    /// Number of jobs that wait or run.
    pub fn open_count(&self) -> usize {
        self.running.len() + self.waiting.len()
    }

    /// Whether a job waits or runs.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty() || !self.waiting.is_empty()
    }

    /// Jobs that wait or run, in the order of the list.
    pub fn open(&self) -> impl Iterator<Item = Entry<'_>> {
        let running = self.running.values().map(Entry::Job);
        running.chain(self.waiting.iter().map(Entry::Waiting))
    }

    /// The job of a log that waits or runs.
    pub fn of_log(&self, key: &str) -> Option<Entry<'_>> {
        let running = self.running.values().find(|job| job.key == key);
        let waiting = || self.waiting.of_log(key).map(Entry::Waiting);
        running.map(Entry::Job).or_else(waiting)
    }

    /// The logs whose jobs wait or run now, for a worker or a list.
    pub fn open_logs(&self) -> OpenLogs {
        let running = self.running.values().map(|job| job.key.clone());
        OpenLogs::new(running.collect(), self.waiting.clone())
    }

    /// The jobs as they are now, for a worker.
    pub fn snapshot(&self) -> Self {
        Self {
            running: self.running.clone(),
            waiting: self.waiting.clone(),
            done: self.done.clone(),
            history: self.history.clone(),
            ..Self::default()
        }
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.open_count() + self.done.len() + self.history.len()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All lines, in order.
    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let done = self.done.iter().map(Entry::Job);
        self.open()
            .chain(done)
            .chain(self.history.iter().map(Entry::Past))
    }

    /// How many harvests that ended are listed, where there were more.
    pub fn cut_to(&self) -> Option<usize> {
        let listed = self.done.len() + self.history.len();
        (self.is_done_cut || self.is_history_cut).then_some(listed)
    }

    /// One line.
    pub fn get(&self, line: usize) -> Option<Entry<'_>> {
        if let Some(job) = self.running.values().nth(line) {
            return Some(Entry::Job(job));
        }
        let line = line - self.running.len();
        if let Some(job) = self.waiting.get(line) {
            return Some(Entry::Waiting(job));
        }
        let line = line - self.waiting.len();
        match self.done.get(line) {
            Some(job) => Some(Entry::Job(job)),
            None => self.history.get(line - self.done.len()).map(Entry::Past),
        }
    }

    /// The line under the cursor.
    pub fn current(&self) -> Option<Entry<'_>> {
        self.get(self.cursor)
    }

    /// Past harvests as the catalog has them; those of this process stand in the list
    /// already.
    pub fn set_history(&mut self, mut rows: Vec<HarvestRow>) {
        self.is_history_cut = rows.len() >= PAST;
        let mut own: HashMap<&str, Vec<(i64, i64)>> = HashMap::with_capacity(self.done.len());
        for job in &self.done {
            let ended = job.ended.as_ref().map_or(0, |e| e.at_us);
            own.entry(&job.key)
                .or_default()
                .push((job.queued_us, ended));
        }
        rows.retain(|row| {
            let spans = own.get(row.key.as_str()).into_iter().flatten();
            !spans
                .into_iter()
                .any(|(from, to)| (*from..=*to).contains(&row.at_us))
        });
        discard(std::mem::replace(&mut self.history, rows));
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    /// Records that a job is to stop.
    pub fn stopping(&mut self, id: JobId) {
        if let Some(job) = self.running.get_mut(&id) {
            job.stopping = true;
        }
    }

    /// Records that every job is to stop: those that wait are gone as soon as the pool has
    /// the request.
    pub fn all_stopping(&mut self) {
        for job in self.running.values_mut() {
            job.stopping = true;
        }
    }

    /// Applies what happened; returns the job that was finished by it.
    pub fn apply(&mut self, at_us: i64, event: JobEvent) -> Option<&Job> {
        match event {
            JobEvent::Queued(batch) => {
                if !self.is_busy() && !batch.is_empty() {
                    self.batch = BatchResult::default();
                }
                self.batch.add(batch.len());
                self.waiting.add(batch, at_us);
            }
            JobEvent::Started { job: id } => {
                if let Some((key, queued_us)) = self.waiting.remove(id) {
                    let mut job = Job::new(id, key, queued_us);
                    job.started_us = Some(at_us);
                    job.progress_us = at_us;
                    job.messages.push((at_us, "started".into()));
                    self.running.insert(id, job);
                }
            }
            JobEvent::Progress { job, progress } => {
                if let Some(job) = self.running.get_mut(&job) {
                    if progress.stage != job.stage() {
                        job.messages.push((at_us, progress.stage.word().into()));
                    }
                    job.progress = Some(progress);
                    job.progress_us = at_us;
                }
            }
            JobEvent::Finished {
                job: id,
                key: _,
                result,
            } => {
                let line = self.running.range(..id).count();
                let mut job = self.running.remove(&id)?;
                job.end(at_us, &result);
                // The cursor stays on its job when that ends, or one above it.
                if self.cursor == line && self.is_on_job {
                    self.cursor = self.open_count();
                } else if self.cursor > line && self.cursor < self.open_count() + 1 {
                    self.cursor -= 1;
                }
                if let Some(Ended {
                    outcome, message, ..
                }) = &job.ended
                {
                    self.batch.ended(&job.key, outcome, message);
                }
                self.remember([job]);
                self.finish_batch();
                return self.done.front();
            }
            JobEvent::Cancelled(jobs) => {
                self.batch.cancelled(jobs.len());
                self.cancelled(at_us, jobs);
                self.finish_batch();
            }
        }
        None
    }

    fn finish_batch(&mut self) {
        if !self.is_busy() {
            self.batch.finish();
        }
    }

    /// Jobs that waited were cancelled.
    fn cancelled(&mut self, at_us: i64, jobs: Vec<(JobId, Arc<str>)>) {
        let queued_us: Vec<i64> = if jobs.len() == self.waiting.len() {
            // Those that waited when the pool had the request are those that wait here, for
            // events come in order.
            let all = std::mem::take(&mut self.waiting);
            let times = all.iter().take(REMEMBERED).map(|job| job.queued_us);
            let times = times.collect();
            discard_large(all.len(), all);
            times
        } else {
            let removed = jobs.iter().filter_map(|(id, _)| self.waiting.remove(*id));
            removed.map(|(_, queued_us)| queued_us).collect()
        };
        let ended = jobs.iter().zip(queued_us).map(|((id, key), queued_us)| {
            let mut job = Job::new(*id, key.as_ref().to_owned(), queued_us);
            job.end(at_us, &Err(Error::Cancelled));
            job
        });
        let ended: Vec<Job> = ended.take(REMEMBERED).collect();
        self.remember(ended.into_iter().rev());
        discard(jobs);
    }

    /// Puts jobs that are over, the latest last, on top of what was done.
    fn remember(&mut self, jobs: impl IntoIterator<Item = Job>) {
        for job in jobs {
            self.done.push_front(job);
        }
        self.is_done_cut |= self.done.len() > REMEMBERED;
        self.done.truncate(REMEMBERED);
    }
}

impl Job {
    fn new(id: JobId, key: String, queued_us: i64) -> Self {
        Self {
            id,
            key,
            queued_us,
            started_us: None,
            progress: None,
            progress_us: queued_us,
            stopping: false,
            ended: None,
            messages: vec![(queued_us, "queued".into())],
        }
    }

    fn end(&mut self, at_us: i64, result: &Result<Outcome, Error>) {
        let (outcome, message) = tell(result);
        self.messages.push((at_us, message.clone()));
        if let Ok(Outcome::Harvested(summary)) = result {
            let errors = summary.run_errors.iter();
            self.messages.extend(errors.map(|e| (at_us, e.clone())));
        }
        self.ended = Some(Ended {
            at_us,
            outcome,
            message,
        });
    }
}

/// How a harvest ended: a word and a sentence.
fn tell(result: &Result<Outcome, Error>) -> (&'static str, String) {
    match result {
        Ok(Outcome::Harvested(s)) => {
            let failed = s.run_errors.len();
            let mut text = format!(
                "{}, {} in {}",
                format::count(u64::from(s.runs_ok), "run"),
                format::count(s.rows_in, s.layout.counted()),
                format::seconds(s.seconds),
            );
            if failed > 0 {
                text.push_str(&format!("; {} failed", format::count(failed as u64, "run")));
            }
            (if failed > 0 { "partial" } else { "harvested" }, text)
        }
        Ok(Outcome::Current) => ("current", "harvested and current: nothing to do".into()),
        Ok(Outcome::Renamed { from }) => ("renamed", format!("took over the results of {from}")),
        Err(Error::Cancelled) => (
            "cancelled",
            "cancelled; nothing half-written remains".into(),
        ),
        Err(error) => ("failed", error.to_string()),
    }
}

#[cfg(test)]
mod tests;
