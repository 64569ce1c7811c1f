//! What is slow, on threads of its own: questions to the catalog and the lake, harvests,
//! the keyboard, signals, and the watch over the data directory.

mod hangup;
mod harvests;
mod input;
mod pace;
mod questions;
mod signals;

use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

pub use hangup::watch_for_hangup;
pub use input::read_input;
pub use signals::listen as listen_to_signals;

use self::{harvests::Harvests, questions::Questions};
use super::{
    event::{Event, Message},
    jobs::ToHarvest,
    query::Question,
};
use crate::etl::{Result, lake::Context, pool::JobId, source::watch::Watcher, worker::Executor};

/// How much less than the browser what goes on in the background insists on the processor, as
/// `nice` counts.
const GENTLE: i32 = 10;

/// From now on this thread, and what it starts, lets others go first: keys are answered
/// while all processors are busy with harvests.
fn gently() {
    if let Err(e) = rustix::process::nice(GENTLE) {
        tracing::info!("background work competes with the browser: {e}");
    }
}

/// All workers of a browser. Dropping them cancels harvests and waits for what runs; the state,
/// whose queries end with it, is dropped before.
pub struct Workers {
    questions: Questions,
    harvests: Harvests,
    watcher: Watcher,
}

impl Workers {
    /// Starts the workers; what they find goes to `events`.
    ///
    /// # Errors
    /// [`crate::etl::Error::Fatal`] when a thread cannot be started.
    pub fn start(
        context: &Context,
        executor: Executor,
        jobs: usize,
        events: &Sender<Event>,
    ) -> Result<Self> {
        let (watched, is_watched) = bounded(1);
        let questions = Questions::start(context, events, is_watched)?;
        let harvests = Harvests::start(context.clone(), executor, jobs, events.clone())?;
        let listener = events.clone();
        let changed = move || {
            // The first look waits for the first call; whoever looked before looks again.
            if watched.try_send(()).is_err() {
                let _ = listener.send(Event::Worker(Message::DataChanged));
            }
        };
        let watcher = Watcher::start(
            &context.data_dir,
            context.lake.root(),
            context.links,
            changed,
        );
        Ok(Self {
            questions,
            harvests,
            watcher,
        })
    }

    /// Has a question answered.
    pub fn ask(&self, question: Question) {
        self.questions.ask(question);
    }

    /// Has the data directory scanned after `wait` though nothing changed.
    pub fn rescan_after(&self, wait: Option<Duration>) {
        self.watcher.call_after(wait);
    }

    /// Queues harvests.
    pub fn harvest(&self, logs: ToHarvest) {
        self.harvests.request(harvests::Request::Queue(logs));
    }

    /// Cancels a harvest.
    pub fn cancel(&self, job: JobId) {
        self.harvests.request(harvests::Request::Cancel(job));
    }

    /// Cancels all harvests.
    pub fn cancel_all(&self) {
        self.harvests.request(harvests::Request::CancelAll);
    }
}
