//! Shows how a harvest goes: bars on a terminal, a line for each log otherwise.

use std::{
    collections::HashMap,
    io::{IsTerminal, stderr, stdout},
    sync::Arc,
    time::Instant,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Done;
use crate::{
    cli::exit,
    etl::pool::{JobEvent, JobId},
};

/// Steps of a bar: finer than any terminal shows.
const STEPS: f64 = 1000.0;

/// Follows the jobs of one harvest.
pub struct Follow {
    bars: Option<Bars>,
    keys: HashMap<JobId, Arc<str>>,
    begin: Instant,
}

struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    running: HashMap<JobId, ProgressBar>,
}

impl Follow {
    /// Whether it shows how far each log is, and not only how it ended.
    pub fn shows_jobs() -> bool {
        stderr().is_terminal()
    }

    /// For so many logs.
    pub fn new(logs: usize) -> Self {
        let bars = Self::shows_jobs().then(|| {
            let all = MultiProgress::new();
            let total = all.add(
                ProgressBar::new(logs as u64)
                    .with_style(style("{bar:24} {pos} of {len} logs, {elapsed}")),
            );
            // Drawn from the beginning, so that nothing jumps when the first log is done.
            total.tick();
            Bars {
                all,
                total,
                running: HashMap::new(),
            }
        });
        Self {
            bars,
            keys: HashMap::new(),
            begin: Instant::now(),
        }
    }

    /// Since the beginning.
    pub fn seconds(&self) -> f64 {
        self.begin.elapsed().as_secs_f64()
    }

    /// A job was queued, began or went on.
    pub fn event(&mut self, event: JobEvent) {
        match event {
            JobEvent::Queued(batch) => {
                let jobs = batch.jobs();
                self.keys.extend(jobs.map(|(job, key)| (job, key.clone())));
            }
            JobEvent::Started { job } => {
                let (Some(bars), Some(key)) = (&mut self.bars, self.keys.get(&job)) else {
                    return;
                };
                let bar = ProgressBar::new(STEPS as u64)
                    .with_style(style("{bar:24} {percent:>3} %  {prefix}  {msg}"))
                    .with_prefix(key.to_string());
                let bar = bars.all.insert_before(&bars.total, bar);
                bars.running.insert(job, bar);
            }
            JobEvent::Progress { job, progress } => {
                let Some(bar) = self.bars.as_ref().and_then(|b| b.running.get(&job)) else {
                    return;
                };
                bar.set_position((progress.share() * STEPS) as u64);
                bar.set_message(progress.stage.word());
            }
            JobEvent::Finished { .. } | JobEvent::Cancelled(_) => {}
        }
    }

    /// A job is over, and its log will be tried again; says why.
    pub fn retried(&mut self, job: JobId, why: Option<&str>) {
        self.clear(job);
        if let Some(why) = why {
            self.outside(|| exit::note(why));
        }
    }

    /// The bar of a job that is over goes.
    fn clear(&mut self, job: JobId) {
        self.keys.remove(&job);
        if let Some(bars) = &mut self.bars
            && let Some(bar) = bars.running.remove(&job)
        {
            bar.finish_and_clear();
            bars.all.remove(&bar);
        }
    }

    /// A log is over, whose job was this; says so.
    pub fn finished(&mut self, job: Option<JobId>, done: &Done, json: bool) {
        if let Some(job) = job {
            self.clear(job);
        }
        if let Some(bars) = &self.bars {
            bars.total.inc(1);
        }
        // What was cancelled is counted in the summary: there may be thousands.
        if done.is_cancelled() {
            return;
        }
        // With JSON, standard output is the JSON's; trouble still shows at once.
        let line = done.line();
        if done.is_trouble() {
            self.outside(|| exit::note(&line));
        } else if !json {
            // A reader that went away shows at the summary.
            self.outside(|| {
                let _ = exit::print(&format!("{line}\n"));
            });
        }
    }

    /// It was interrupted: the bars stay as they are. Wiping them would miss a line,
    /// for the terminal's echo of Ctrl-c has moved the cursor.
    pub fn interrupted(&mut self) {
        if let Some(bars) = self.bars.take() {
            bars.all.set_draw_target(ProgressDrawTarget::hidden());
            exit::note("");
        }
        exit::note("stopping: unfinished harvests are cancelled");
    }

    /// Writes a line without tearing the bars.
    fn outside(&self, write: impl FnOnce()) {
        match &self.bars {
            Some(bars) if stderr().is_terminal() || stdout().is_terminal() => {
                bars.all.suspend(write)
            }
            _ => write(),
        }
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        if let Some(bars) = &self.bars {
            bars.total.finish_and_clear();
            let _ = bars.all.clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are fixed; a test of the bars on a terminal reads them.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
