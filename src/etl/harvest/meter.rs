//! One picture of how far a harvest is, from all its threads.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    base::{Progress, ProgressSink, Stage},
    text,
};

/// Gathers the progress of a log's threads and passes it on.
pub(super) struct Meter<'a> {
    sink: &'a dyn ProgressSink,
    /// The log, in the program's log.
    key: &'a str,
    progress: Mutex<(Progress, Instant)>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(sink: &'a dyn ProgressSink, key: &'a str, bytes: u64) -> Self {
        Self {
            sink,
            key,
            progress: Mutex::new((Progress::start(bytes), Instant::now())),
        }
    }

    /// Begins a stage, which reads the log anew.
    pub(super) fn stage(&self, stage: Stage) {
        self.update(|p| (p.stage, p.bytes) = (stage, 0));
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Progress)) {
        let now = {
            let mut guard = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
            let (progress, since) = &mut *guard;
            let before = progress.stage;
            change(progress);
            if progress.stage != before {
                self.note(before, since.elapsed());
                *since = Instant::now();
            }
            *progress
        };
        self.sink.report(&now);
    }

    /// Says in the program's log how long a stage took.
    fn note(&self, stage: Stage, took: Duration) {
        if stage != Stage::Queued {
            let (key, seconds) = (text::quoted(self.key, 200), took.as_secs_f64());
            tracing::debug!("{key}: {} took {seconds:.3} s", stage.word());
        }
    }
}

/// The last stage ends with the harvest.
impl Drop for Meter<'_> {
    fn drop(&mut self) {
        let guard = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, since) = &*guard;
        self.note(progress.stage, since.elapsed());
    }
}
