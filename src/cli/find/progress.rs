//! How far a search is, on standard error, once it takes longer than a moment.

use std::{
    io::{IsTerminal, stderr},
    sync::{Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{cli::exit, etl::format::thousands};

/// A search that takes no longer says nothing.
const MOMENT: Duration = Duration::from_secs(1);
/// Between two lines where standard error is not a terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// A bar on a terminal, else a line now and then; several threads report to it.
pub struct Progress {
    tables: usize,
    is_terminal: bool,
    bar: OnceLock<ProgressBar>,
    next_line: Mutex<Instant>,
    begin: Instant,
}

impl Progress {
    /// Of a search that reads so many tables.
    pub fn new(tables: usize) -> Self {
        let begin = Instant::now();
        Self {
            tables,
            is_terminal: stderr().is_terminal(),
            bar: OnceLock::new(),
            next_line: Mutex::new(begin + MOMENT),
            begin,
        }
    }

    /// So many tables are read.
    pub fn done(&self, tables: usize) {
        if self.begin.elapsed() < MOMENT {
            return;
        }
        if self.is_terminal {
            let bar = self.bar.get_or_init(|| {
                let style =
                    ProgressStyle::with_template("{bar:24} {pos} of {len} tables, {elapsed}");
                ProgressBar::new(self.tables as u64)
                    .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                    .with_elapsed(self.begin.elapsed())
            });
            bar.set_position(tables as u64);
            return;
        }
        let mut next = self
            .next_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if Instant::now() >= *next {
            *next = Instant::now() + BETWEEN_LINES;
            exit::note(&format!(
                "searched {} of {} tables",
                thousands(tables as u64),
                thousands(self.tables as u64)
            ));
        }
    }

    /// Writes a line that stays.
    pub fn note(&self, line: &str) {
        match self.bar.get() {
            Some(bar) => bar.suspend(|| exit::note(line)),
            None => exit::note(line),
        }
    }

    /// Clears the bar.
    pub fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
