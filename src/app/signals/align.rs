//! Where runs lie over each other: each at its start, or at a place that was set in it. The
//! times of a single run are those since 1970.

use super::Signals;
use crate::{
    app::{chart::TimeRange, compare::sheet::offset},
    etl::compare::letter,
};

impl Signals {
    /// Whether there are several runs, whose times count from where they are aligned.
    pub fn is_aligned(&self) -> bool {
        self.runs.len() > 1
    }

    /// How many runs there are, those that are gone included.
    pub fn run_count(&self) -> usize {
        self.runs.len()
    }

    /// First and last sample of a run, in microseconds since 1970.
    pub(super) fn span(&self, run: usize) -> Option<(i64, i64)> {
        self.runs.get(run)?.span
    }

    /// The time in a run, in microseconds since 1970, that is 0 on the axis of time.
    pub(super) fn origin(&self, run: usize) -> i64 {
        let run = self.runs.get(run).filter(|_| self.is_aligned());
        run.and_then(|r| r.place.or(r.span.map(|s| s.0)))
            .unwrap_or_default()
    }

    /// The visible span in the times of a run.
    pub(super) fn own_range(&self, run: usize) -> TimeRange {
        let own = |t: i64| t.saturating_add(self.origin(run));
        let range = self.view.range;
        TimeRange::new(own(range.start()), own(range.end()))
    }

    /// How far into a run its place lies, in microseconds; `None`: at its start.
    pub fn place(&self, run: usize) -> Option<i64> {
        let run = self.runs.get(run)?;
        Some(run.place? - run.span?.0)
    }

    /// Whether any run has a place of its own.
    pub fn has_places(&self) -> bool {
        self.runs.iter().any(|r| r.place.is_some())
    }

    /// Where the runs lie over each other, in words.
    pub fn alignment(&self) -> &'static str {
        match self.has_places() {
            true => "aligned at chosen times",
            false => "aligned at their starts",
        }
    }

    /// Chooses the run whose place is set next, if it has samples.
    pub fn set_turn(&mut self, run: usize) {
        if self.span(run).is_some() {
            self.turn = run;
        }
    }

    pub(super) fn next_run(&mut self) {
        let n = self.runs.len().max(1);
        let mut after = (1..=n).map(|by| (self.turn + by) % n);
        if let Some(run) = after.find(|run| self.span(*run).is_some()) {
            self.turn = run;
        }
    }

    /// Aligns the selected run at the cursor; returns a message.
    pub(super) fn align_here(&mut self) -> String {
        let turn = self.turn;
        let Some((start, stop)) = self.span(turn) else {
            return "no run has samples to align".into();
        };
        let place = self.origin(turn).saturating_add(self.view.cursor.time);
        let place = place.clamp(start, stop);
        if let Some(run) = self.runs.get_mut(turn) {
            run.place = Some(place);
        }
        // What lies under the cursor stays where it is on the screen.
        let (by, range) = (self.view.cursor.time, self.view.range);
        if range != self.view.bounds {
            self.view.range = TimeRange::new(range.start() - by, range.end() - by);
        }
        self.rebound(0);
        self.next_run();
        let (run, next) = (letter(turn), letter(self.turn));
        let at = offset(place - start);
        format!("run {run} is aligned at {at} from its start; the next is run {next}")
    }

    /// Aligns all runs at their starts; says so.
    pub(super) fn align_at_start(&mut self) -> String {
        for run in &mut self.runs {
            run.place = None;
        }
        self.rebound(self.view.cursor.time);
        "the runs are aligned at their starts".into()
    }

    /// The same is visible where there still is something, and the whole when it was the whole.
    fn rebound(&mut self, cursor: i64) {
        self.view.cursor.pin = None;
        self.view.rebound(self.bounds(), cursor);
    }

    /// From the first sample of all runs to the last.
    pub(super) fn bounds(&self) -> TimeRange {
        let ends = (0..self.runs.len()).filter_map(|run| {
            let ((start, stop), origin) = (self.span(run)?, self.origin(run));
            Some((start - origin, stop - origin))
        });
        let whole = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        whole.map_or(TimeRange::new(0, 0), |(a, b)| TimeRange::new(a, b))
    }
}
