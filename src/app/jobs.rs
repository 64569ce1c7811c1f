//! Harvests of this process: those that wait or run, and what came of the others.

use crate::etl::{
    Error,
    base::{Progress, Stage},
    catalog::{HarvestRow, LogState},
    harvest::Outcome,
    pool::{JobEvent, JobId},
};

/// Finished jobs that are remembered.
const REMEMBERED: usize = 1000;

/// One harvest of this process.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its name in the pool.
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

    /// The state that its log shows while it is open.
    pub fn state(&self) -> LogState {
        if self.started_us.is_some() {
            LogState::Harvesting
        } else {
            LogState::Queued
        }
    }

    /// Rows decoded per second; `None` in the first tenth of a second.
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.seconds()?;
        let rows = self.progress?.rows;
        (seconds >= 0.1 && rows > 0).then(|| rows as f64 / seconds)
    }

    /// Seconds that are left, coarsely; `None` while nobody can tell.
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
    /// A harvest of this process.
    Job(&'a Job),
    /// A harvest of the past, or of another process.
    Past(&'a HarvestRow),
}

impl Entry<'_> {
    /// The log's key.
    pub fn key(&self) -> &str {
        match self {
            Self::Job(job) => &job.key,
            Self::Past(row) => &row.key,
        }
    }
}

/// All jobs: open ones in the order in which they were queued, then what was done,
/// latest first.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    open: Vec<Job>,
    done: Vec<Job>,
    history: Vec<HarvestRow>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub offset: usize,
}

impl Jobs {
    /// Jobs that wait or run.
    pub fn open(&self) -> &[Job] {
        &self.open
    }

    /// The open job of a log.
    pub fn of_log(&self, key: &str) -> Option<&Job> {
        self.open.iter().find(|job| job.key == key)
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.open.len() + self.done.len() + self.history.len()
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One line.
    pub fn get(&self, line: usize) -> Option<Entry<'_>> {
        if let Some(job) = self.open.get(line) {
            return Some(Entry::Job(job));
        }
        let line = line - self.open.len();
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
        rows.retain(|row| {
            !self.done.iter().any(|job| {
                let ended = job.ended.as_ref().map_or(0, |e| e.at_us);
                job.key == row.key && (job.queued_us..=ended).contains(&row.at_us)
            })
        });
        self.history = rows;
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    /// Notes that a job was asked to stop.
    pub fn stopping(&mut self, id: JobId) {
        if let Some(job) = self.open.iter_mut().find(|job| job.id == id) {
            job.stopping = true;
        }
    }

    /// Takes in what happened; the job when it is over.
    pub fn take(&mut self, at_us: i64, event: JobEvent) -> Option<&Job> {
        match event {
            JobEvent::Queued { job, key } => {
                self.open.push(Job {
                    id: job,
                    key,
                    queued_us: at_us,
                    started_us: None,
                    progress: None,
                    progress_us: at_us,
                    stopping: false,
                    ended: None,
                    messages: vec![(at_us, "queued".into())],
                });
            }
            JobEvent::Started { job } => {
                if let Some(job) = self.open_mut(job) {
                    job.started_us = Some(at_us);
                    job.progress_us = at_us;
                    job.messages.push((at_us, "started".into()));
                }
            }
            JobEvent::Progress { job, progress } => {
                if let Some(job) = self.open_mut(job) {
                    if progress.stage != job.stage() {
                        job.messages.push((at_us, progress.stage.word().into()));
                    }
                    job.progress = Some(progress);
                    job.progress_us = at_us;
                }
            }
            JobEvent::Finished {
                job,
                key: _,
                result,
            } => {
                let at = self.open.iter().position(|open| open.id == job)?;
                let mut job = self.open.remove(at);
                let (outcome, message) = tell(&result);
                job.messages.push((at_us, message.clone()));
                if let Ok(Outcome::Harvested(summary)) = &result {
                    job.messages
                        .extend(summary.run_errors.iter().map(|e| (at_us, e.clone())));
                }
                job.ended = Some(Ended {
                    at_us,
                    outcome,
                    message,
                });
                // The cursor stays on a job that waits or runs when one above it ends.
                if self.cursor > at && self.cursor < self.open.len() + 1 {
                    self.cursor -= 1;
                }
                self.done.insert(0, job);
                self.done.truncate(REMEMBERED);
                return self.done.first();
            }
        }
        None
    }

    fn open_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.open.iter_mut().find(|job| job.id == id)
    }
}

/// How a harvest ended: a word and a sentence.
fn tell(result: &Result<Outcome, Error>) -> (&'static str, String) {
    match result {
        Ok(Outcome::Harvested(s)) => {
            let failed = s.run_errors.len();
            let mut text = format!(
                "{}, {} rows in {}",
                super::words::count(u64::from(s.runs_ok), "run", "runs"),
                super::words::thousands(s.rows_in),
                super::words::seconds(s.seconds),
            );
            if failed > 0 {
                text.push_str(&format!(
                    "; {} failed",
                    super::words::count(failed as u64, "run", "runs")
                ));
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
