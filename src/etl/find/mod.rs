//! Every stretch of every run in which a condition over the columns of its table holds.
//!
//! * [`targets`]: which runs are searched, and which their stored extremes exclude.
//! * [`scan`]: one table, row group by row group.
//! * [`Tally`]: what was found, in numbers and in a sentence.
//!
//! The condition is evaluated over the rows of the table: values in force, held ones too, and what
//! is null never matches. A stretch lasts from its first row to the first row that does not match;
//! the run's last row ends it at its own time.

mod scan;
mod tally;
mod targets;

#[cfg(test)]
mod tests;

use std::{
    io::ErrorKind,
    num::NonZero,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

pub use crate::expression::Extreme;
pub use tally::Tally;
pub use targets::Target;

use crate::{
    Error, Result,
    base::CancelToken,
    catalog::{Catalog, RunRow},
    error::Unfit,
    expression::Condition,
    filter::Filter,
    lake::{Lake, Record},
    text,
};

/// What is searched for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The condition as it was typed: `fz_1 < -2500 and vz_1 > 10`.
    pub condition: String,
    /// Shorter stretches are left out, in microseconds.
    pub at_least_us: i64,
    /// Which runs are searched.
    pub filter: Filter<RunRow>,
}

/// One stretch, as small as can be: there may be millions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// In which run: its place in [`Search::targets`].
    pub target: u32,
    /// The time of its first row, in microseconds.
    pub start_us: i64,
    /// The time of the first row after it that does not match, else of the run's last row.
    pub stop_us: i64,
    /// Of [`Search::channel`] over its rows; NaN where all its cells are null.
    extreme: f64,
}

impl Stretch {
    /// How long it is, in seconds.
    pub fn seconds(&self) -> f64 {
        self.stop_us.saturating_sub(self.start_us) as f64 / 1e6
    }

    /// Of [`Search::channel`] over its rows, in the unit of [`Target::unit`]; `None` where all its
    /// cells are null.
    pub fn extreme(&self) -> Option<f64> {
        (!self.extreme.is_nan()).then_some(self.extreme)
    }
}

/// What a search tells while it goes on; from several threads.
#[derive(Debug)]
pub enum Event {
    /// The stretches of a run, by time, and how many tables are done of how many.
    Searched {
        /// Maybe none.
        stretches: Vec<Stretch>,
        /// Tables done so far.
        done: usize,
    },
    /// A table that cannot be read, as one sentence that names it.
    Unreadable(Error),
}

/// A search that can be made: the condition makes sense, and the runs are known.
#[derive(Debug)]
pub struct Search {
    /// The first channel that the condition names; `None`: it names only `time`.
    pub channel: Option<String>,
    /// Which extreme of that channel is reported.
    pub extreme: Extreme,
    /// The runs whose tables are read, by start.
    pub targets: Vec<Target>,
    /// Runs of the filter, each once.
    pub runs: usize,
    at_least_us: i64,
    /// Whether statistics may exclude rows: tests do without.
    skips: bool,
}

impl Search {
    /// Reads the runs of the catalog and what it knows of the columns that the condition names.
    ///
    /// # Errors
    /// [`Error::Usage`] for a condition that makes no sense or names a column that no run has,
    /// with one that is meant perhaps; [`Error::Catalog`].
    pub fn new(catalog: &Catalog, query: &Query) -> Result<Self> {
        Self::prepare(catalog, query, true)
    }

    fn prepare(catalog: &Catalog, query: &Query, skips: bool) -> Result<Self> {
        let found = targets::targets(catalog, query, skips)?;
        let channel = found.condition.as_ref().and_then(|condition| {
            let first = condition.channels().first().map(|name| (*name).to_owned());
            first.map(|name| (Extreme::of(condition.relation_of(&name)), name))
        });
        let (extreme, channel) = channel.unzip();
        Ok(Self {
            channel,
            extreme: extreme.unwrap_or(Extreme::Farthest),
            targets: found.targets,
            runs: found.runs,
            at_least_us: query.at_least_us,
            skips,
        })
    }

    /// Reads the tables of some of the targets, several in parallel and of each one row group at a
    /// time, and gives what is found to `event`, run by run as they are done.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; what is wrong with a table is an event.
    pub fn run(
        &self,
        targets: Range<usize>,
        lake: &Lake,
        cancel: &CancelToken,
        event: &(dyn Fn(Event) + Sync),
    ) -> Result<()> {
        let targets = targets.start..targets.end.min(self.targets.len());
        let (next, done) = (AtomicUsize::new(targets.start), AtomicUsize::new(0));
        let work = || {
            loop {
                cancel.check()?;
                let at = next.fetch_add(1, Ordering::Relaxed);
                let target = match self.targets.get(at) {
                    Some(target) if at < targets.end => target,
                    _ => return Ok(()),
                };
                let result = self.search(lake, at, target, cancel);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                match result {
                    Ok(stretches) => event(Event::Searched { stretches, done }),
                    Err(Error::Cancelled) => return Err(Error::Cancelled),
                    Err(e) => event(Event::Unreadable(naming(lake, target, e))),
                }
            }
        };
        // Threads of its own: the shared ones may be busy with a harvest.
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads.min(targets.len()))
                .map(|_| scope.spawn(work))
                .collect();
            let mine = work();
            let theirs = helpers.into_iter().map(|helper| match helper.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            theirs.fold(mine, Result::and)
        })
    }

    /// As [`Search::run`] over all targets; all stretches, sorted.
    ///
    /// # Errors
    /// As [`Search::run`].
    pub fn collect(
        &self,
        lake: &Lake,
        cancel: &CancelToken,
        event: &(dyn Fn(&Event) + Sync),
    ) -> Result<Vec<Stretch>> {
        let all = Mutex::new(Vec::new());
        self.run(0..self.targets.len(), lake, cancel, &|happened| {
            event(&happened);
            if let Event::Searched { stretches, .. } = happened {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.extend(stretches);
            }
        })?;
        let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.sort(&mut all);
        Ok(all)
    }

    /// By start, then log, then run.
    pub fn sort(&self, stretches: &mut [Stretch]) {
        let place = |s: &Stretch| self.target(s).map(|t| (&t.log_key, t.run));
        stretches.sort_by(|a, b| {
            let by_start = a.start_us.cmp(&b.start_us);
            by_start.then_with(|| place(a).cmp(&place(b)))
        });
    }

    /// The run of a stretch; `None` for a stretch of another search.
    pub fn target(&self, stretch: &Stretch) -> Option<&Target> {
        self.targets.get(stretch.target as usize)
    }

    /// The unit of the channel where all runs that are read agree on it, else empty.
    pub fn unit(&self) -> &str {
        let mut units = self.targets.iter().map(|t| t.unit.as_str());
        let first = units.next().unwrap_or_default();
        if units.all(|unit| unit == first) {
            first
        } else {
            ""
        }
    }

    fn search(
        &self,
        lake: &Lake,
        at: usize,
        target: &Target,
        cancel: &CancelToken,
    ) -> Result<Vec<Stretch>> {
        let table = lake.open_table(&target.log_key, &target.file_name)?;
        let mut scan = scan::Scan::new(self, u32::try_from(at).unwrap_or(u32::MAX));
        scan.table(&table, &target.condition, cancel)
    }
}

/// The error with the table's name in it.
fn naming(lake: &Lake, target: &Target, error: Error) -> Error {
    let file = text::visible_path(&lake.location(&target.log_key, &target.file_name));
    let named = |sentence: String| match sentence.contains(&file) {
        true => sentence,
        false => format!("{file}: {sentence}"),
    };
    let is_named = || {
        let record = Record::read(lake, &target.log_key).ok().flatten();
        record.is_some_and(|r| r.files().contains(target.file_name.as_str()))
    };
    match error {
        Error::Log(sentence) => Error::Log(named(sentence)),
        // Trying again finds no table there either, unless a harvest has replaced it.
        Error::Io { source, .. } if Unfit::of(&source).is_some() => {
            Error::Log(format!("{file}: {source}; mdtui check says more"))
        }
        Error::Io { source, .. } if source.kind() == ErrorKind::NotFound && is_named() => {
            Error::Log(format!(
                "{file} is gone, although its record names it; mdtui check says more"
            ))
        }
        // Those of the system name the file that they are about.
        other => other,
    }
}

/// Shared by runs for which it means the same.
type SharedCondition = Arc<Condition>;
