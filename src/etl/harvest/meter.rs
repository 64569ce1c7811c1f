//! One picture of how far a harvest is, from all its threads.

use std::sync::{Mutex, PoisonError};

use crate::base::{Progress, ProgressSink, Stage};

/// Gathers the progress of a log's threads and passes it on.
pub(super) struct Meter<'a> {
    sink: &'a dyn ProgressSink,
    progress: Mutex<Progress>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(sink: &'a dyn ProgressSink, bytes: u64) -> Self {
        Self {
            sink,
            progress: Mutex::new(Progress::start(bytes)),
        }
    }

    pub(super) fn stage(&self, stage: Stage) {
        self.update(|p| p.stage = stage);
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Progress)) {
        let now = {
            let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut progress);
            *progress
        };
        self.sink.report(&now);
    }
}
