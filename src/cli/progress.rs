//! How far a command is: a line on standard error, where that is a terminal and the command takes
//! longer than a moment.

use std::{
    io::{IsTerminal, stderr},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::exit;
use crate::etl::format::bytes;

/// A command that takes no longer shows nothing.
const MOMENT: Duration = Duration::from_secs(1);
/// Between two looks at how far it is.
const STEP: Duration = Duration::from_millis(100);

/// A line that says what is done and how far it is, until it is dropped. Several threads may
/// report to it.
pub struct Progress {
    shared: Arc<Shared>,
    /// Drawn by a thread of its own, for what takes long need not report.
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

/// What is known of it.
struct Shared {
    what: String,
    unit: Unit,
    done: AtomicU64,
    all: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things of this name, of a number that is known.
    Things(&'static str),
    /// Bytes; how many there will be is not known.
    Bytes,
    /// Nothing.
    Nothing,
}

impl Progress {
    /// Of something that is not counted: `rebuilding the catalog`.
    pub fn new(what: impl Into<String>) -> Self {
        Self::counting(what, Unit::Nothing)
    }

    /// Of something that is counted.
    pub fn counting(what: impl Into<String>, unit: Unit) -> Self {
        let shared = Arc::new(Shared {
            what: what.into(),
            unit,
            done: AtomicU64::new(0),
            all: AtomicU64::new(0),
            bar: OnceLock::new(),
        });
        let drawing = stderr().is_terminal().then(|| {
            let (end, ended) = channel();
            let shared = shared.clone();
            let draw = move || {
                let mut wait = MOMENT;
                while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    shared.draw();
                    wait = STEP;
                }
                shared.clear();
            };
            (end, std::thread::spawn(draw))
        });
        Self { shared, drawing }
    }

    /// So many are done.
    pub fn done(&self, done: u64) {
        self.shared.done.store(done, Relaxed);
    }

    /// So many of `all` are done.
    pub fn done_of(&self, done: u64, all: u64) {
        self.shared.all.store(all, Relaxed);
        self.done(done);
    }

    /// Writes a line that stays.
    pub fn note(&self, line: &str) {
        match self.shared.bar.get() {
            Some(bar) => bar.suspend(|| exit::note(line)),
            None => exit::note(line),
        }
    }
}

impl Drop for Progress {
    /// Clears the line.
    fn drop(&mut self) {
        if let Some((end, thread)) = self.drawing.take() {
            drop(end);
            // A thread that panicked has nothing to clear.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn draw(&self) {
        let (done, all) = (self.done.load(Relaxed), self.all.load(Relaxed));
        let bar = self.bar.get_or_init(|| {
            let style = ProgressStyle::with_template(self.template());
            ProgressBar::new(all)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_elapsed(MOMENT)
        });
        bar.set_length(all);
        bar.set_position(done);
        bar.set_message(self.message(done, all));
        bar.tick();
    }

    fn template(&self) -> &'static str {
        match self.unit {
            Unit::Things(_) => "{bar:24} {wide_msg}",
            Unit::Bytes | Unit::Nothing => "{spinner} {wide_msg}",
        }
    }

    fn message(&self, done: u64, all: u64) -> String {
        let what = &self.what;
        match self.unit {
            Unit::Things(name) => format!("{what}: {done} of {all} {name}"),
            Unit::Bytes => format!("{what}: {}", bytes(done)),
            Unit::Nothing => format!("{what} …"),
        }
    }

    fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_is_done_and_how_far_it_is() {
        let message = |unit, done, all| {
            let progress = Progress::counting("checking the lake", unit);
            progress.shared.message(done, all)
        };
        let counted = message(Unit::Things("records"), 3, 120);
        assert_eq!(counted, "checking the lake: 3 of 120 records");
        assert_eq!(
            message(Unit::Bytes, 1_234_000, 0),
            "checking the lake: 1.23 MB"
        );
        assert_eq!(message(Unit::Nothing, 0, 0), "checking the lake …");
    }
}
