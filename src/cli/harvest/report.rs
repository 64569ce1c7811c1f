//! The result of each log of a harvest.

use serde::Serialize;

use super::select::Selection;
use crate::{
    cli::{exit::Exit, json},
    etl::{
        Error, Result,
        catalog::{LogRow, LogState},
        format::{bytes, count, seconds, thousands},
        harvest::{Outcome, Summary},
        manifest::unread,
        schema::Layout,
    },
};

/// The result of a log, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    /// All its runs are stored.
    Harvested,
    /// Some runs failed.
    Partial,
    /// There was nothing to do.
    Current,
    /// It is a renamed log; it kept its results.
    Renamed,
    /// It could not be harvested, or none of its runs could.
    Failed,
    /// Not now: another process harvests it, or it is being written.
    Skipped,
    /// Cancelled before it was finished.
    Cancelled,
}

impl Word {
    const ALL: [Self; 7] = [
        Self::Harvested,
        Self::Partial,
        Self::Current,
        Self::Renamed,
        Self::Failed,
        Self::Skipped,
        Self::Cancelled,
    ];

    const fn text(self) -> &'static str {
        match self {
            Self::Harvested => "harvested",
            Self::Partial => "partial",
            Self::Current => "current",
            Self::Renamed => "renamed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One log that is over.
#[derive(Debug, Serialize)]
pub struct Done {
    key: String,
    outcome: Word,
    message: String,
    #[serde(skip)]
    layout: Layout,
    pub(in crate::cli) rows_in: Option<u64>,
    pub(in crate::cli) rows_kept: Option<u64>,
    pub(in crate::cli) rows_dropped: Option<u64>,
    runs_ok: Option<u32>,
    run_errors: Vec<String>,
    runs_resumed: Option<u32>,
    pub(in crate::cli) bytes_in: Option<u64>,
    pub(in crate::cli) bytes_out: Option<u64>,
    pub(in crate::cli) seconds: Option<f64>,
    #[serde(skip)]
    exit: Exit,
}

impl Done {
    /// From what the pool says. A log that another process holds, or that is still being
    /// written, is a fault only where the operator named it.
    pub fn new(key: String, result: Result<Outcome>, named: bool) -> Self {
        let (outcome, message, summary, exit) = match result {
            Ok(Outcome::Harvested(s)) => {
                let (word, exit) = match (s.runs_ok, s.run_errors.len()) {
                    (_, 0) => (Word::Harvested, Exit::Ok),
                    (0, _) => (Word::Failed, Exit::SomeFailed),
                    _ => (Word::Partial, Exit::Ok),
                };
                (word, harvested(&s), Some(s), exit)
            }
            Ok(Outcome::Current) => (
                Word::Current,
                "nothing to do: harvested and current".into(),
                None,
                Exit::Ok,
            ),
            Ok(Outcome::Renamed { from }) => (
                Word::Renamed,
                format!("was {from}; its results were kept"),
                None,
                Exit::Ok,
            ),
            Err(e @ (Error::Busy(_) | Error::Moving(_))) if !named => {
                (Word::Skipped, e.to_string(), None, Exit::Ok)
            }
            // It did not fail, it was not tried. But what was asked for was not done.
            Err(e @ Error::Busy(_)) => (Word::Skipped, e.to_string(), None, Exit::of(&e)),
            Err(e @ Error::Cancelled) => (Word::Cancelled, e.to_string(), None, Exit::of(&e)),
            Err(e) => (Word::Failed, e.to_string(), None, Exit::of(&e)),
        };
        let s = summary.as_ref();
        Self {
            key,
            outcome,
            message,
            layout: s.map(|s| s.layout).unwrap_or_default(),
            rows_in: s.map(|s| s.rows_in),
            rows_kept: s.map(|s| s.rows_kept),
            rows_dropped: s.map(|s| s.rows_dropped),
            runs_ok: s.map(|s| s.runs_ok),
            run_errors: s.map(|s| s.run_errors.clone()).unwrap_or_default(),
            runs_resumed: s.map(|s| s.runs_resumed),
            bytes_in: s.map(|s| s.bytes_in),
            bytes_out: s.map(|s| s.bytes_out),
            seconds: s.map(|s| s.seconds),
            exit,
        }
    }

    /// The log.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Every [`Self::word`] that there is.
    pub const WORDS: [&'static str; 7] = {
        let mut words = [""; 7];
        let mut i = 0;
        while i < words.len() {
            words[i] = Word::ALL[i].text();
            i += 1;
        }
        words
    };

    /// The outcome, as in JSON.
    pub fn word(&self) -> &'static str {
        self.outcome.text()
    }

    /// What it means for the exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// With another meaning for the exit code.
    pub fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// Whether results were stored.
    pub fn is_harvested(&self) -> bool {
        matches!(self.outcome, Word::Harvested | Word::Partial)
    }

    /// Whether it was interrupted.
    pub fn is_cancelled(&self) -> bool {
        self.outcome == Word::Cancelled
    }

    /// Whether it belongs to standard error.
    pub fn is_trouble(&self) -> bool {
        matches!(self.outcome, Word::Failed | Word::Skipped)
    }

    /// `harvested  cell-01/…: 4 runs, 55,023 rows in 0.31 s`
    pub fn line(&self) -> String {
        let word = self.word();
        let mut line = format!("{word:<9}  {}", self.key);
        line.push_str(&format!(": {}", self.message));
        if !self.run_errors.is_empty() {
            line.push(':');
        }
        for error in &self.run_errors {
            line.push_str(&format!("\n           {error}"));
        }
        line
    }
}

fn harvested(s: &Summary) -> String {
    let mut text = format!(
        "{}, {}",
        count(s.runs_ok.into(), "run"),
        count(s.rows_in, s.layout.counted())
    );
    if s.rows_dropped > 0 {
        text.push_str(&format!(" ({} dropped)", thousands(s.rows_dropped)));
    }
    if s.runs_resumed > 0 {
        text.push_str(&format!(
            " ({} of the runs finished before)",
            thousands(s.runs_resumed.into())
        ));
    }
    text.push_str(&format!(
        " in {}, {}",
        seconds(s.seconds),
        bytes(s.bytes_out)
    ));
    if !s.run_errors.is_empty() {
        text.push_str(&format!(
            "; {} failed",
            count(s.run_errors.len() as u64, "run")
        ));
    }
    text
}

/// A log that was not current and not harvested.
#[derive(Debug, Serialize)]
struct LeftAlone {
    key: String,
    state: &'static str,
    reason: String,
}

impl From<&LogRow> for LeftAlone {
    fn from(log: &LogRow) -> Self {
        Self {
            key: log.key.clone(),
            state: log.state.word(),
            reason: log
                .leave_alone
                .as_deref()
                .map_or_else(|| log.reason().into_owned(), Into::into),
        }
    }
}

/// `harvest --json`, and the last line of `harvest`.
#[derive(Debug, Serialize)]
pub struct Report {
    version: u32,
    /// Logs that are over, in the order in which they were.
    pub logs: Vec<Done>,
    left_alone: Vec<LeftAlone>,
    seconds: f64,
    /// It was interrupted.
    pub interrupted: bool,
    /// Folders that could not be read.
    #[serde(skip)]
    unread: usize,
    #[serde(skip)]
    nothing: String,
}

impl Report {
    /// Of a harvest that begins.
    pub fn new(selection: &Selection) -> Self {
        Self {
            version: json::VERSION,
            logs: Vec::new(),
            left_alone: selection.left_alone.iter().map(LeftAlone::from).collect(),
            seconds: 0.0,
            interrupted: false,
            unread: selection.unread,
            nothing: nothing(selection),
        }
    }

    /// Of one part of a manifest.
    pub fn of_part() -> Self {
        Self {
            nothing: "nothing to do: the manifest has no lines".into(),
            ..Self::new(&Selection::default())
        }
    }

    /// It took so long.
    pub fn finish(&mut self, seconds: f64) {
        self.seconds = seconds;
    }

    fn number(&self, words: &[Word]) -> u64 {
        self.logs
            .iter()
            .filter(|done| words.contains(&done.outcome))
            .count() as u64
    }

    /// One sentence.
    pub fn summary(&self) -> String {
        if self.logs.is_empty() {
            return self.nothing.clone();
        }
        let harvested = self.number(&[Word::Harvested, Word::Partial]);
        let current = self.number(&[Word::Current]);
        if current > 0 && current == self.logs.len() as u64 {
            return match self.logs.as_slice() {
                [one] => format!("nothing to do: {} is harvested and current", one.key),
                _ => format!(
                    "nothing to do: all {} are harvested and current",
                    thousands(current)
                ),
            };
        }
        let sum = |of: fn(&Done) -> Option<u64>| self.logs.iter().filter_map(of).sum::<u64>();
        let runs = sum(|done| done.runs_ok.map(u64::from));
        let rows = sum(|done| done.rows_in);
        // One profile reads all logs.
        let is_wide = self.logs.iter().any(|done| done.layout == Layout::Wide);
        let layout = if is_wide { Layout::Wide } else { Layout::Long };
        let mut text = format!(
            "{}harvested {} ({}, {}) in {}",
            if self.interrupted {
                "interrupted: "
            } else {
                ""
            },
            count(harvested, "log"),
            count(runs, "run"),
            count(rows, layout.counted()),
            seconds(self.seconds),
        );
        let rest = [
            (self.number(&[Word::Partial]), "with failed runs"),
            (self.number(&[Word::Renamed]), "renamed, its results kept"),
            (current, "current"),
            (self.number(&[Word::Failed]), "failed"),
            (self.number(&[Word::Cancelled]), "cancelled"),
            (self.number(&[Word::Skipped]), "skipped"),
            (self.left_alone.len() as u64, "left alone"),
        ];
        for (n, word) in rest.iter().filter(|(n, _)| *n > 0) {
            text.push_str(&format!("; {} {word}", thousands(*n)));
        }
        if self.unread > 0 {
            text.push_str(&format!("; {}", unread(self.unread)));
        }
        text
    }

    /// The worst of the logs' codes: a call that was stopped, then what nothing can be
    /// done about, then what may pass (also a folder that could not be read), then logs that failed.
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            return Exit::Interrupted;
        }
        let unread = (self.unread > 0).then_some(Exit::Transient);
        worst(self.logs.iter().map(|done| done.exit).chain(unread))
    }
}

/// The code of a call in which logs ended with these.
pub fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    let order = [
        Exit::Interrupted,
        Exit::Fatal,
        Exit::Transient,
        Exit::Usage,
        Exit::FailedForGood,
        Exit::SomeFailed,
    ];
    let rank = |exit: &Exit| order.iter().position(|o| o == exit).unwrap_or(order.len());
    exits.min_by_key(rank).unwrap_or(Exit::Ok)
}

/// Why there is nothing to do.
pub fn nothing(selection: &Selection) -> String {
    let mut parts = Vec::new();
    let mut others = selection.others.clone();
    let current = others.remove(&LogState::Harvested).unwrap_or(0)
        + others.remove(&LogState::Duplicate).unwrap_or(0);
    if current > 0 {
        let is = if current == 1 { "is" } else { "are" };
        parts.push(format!(
            "{} {is} harvested and current",
            count(current as u64, "log")
        ));
    }
    for (state, n) in others {
        parts.push(format!("{} {}", thousands(n as u64), state.word()));
    }
    let mut alone: std::collections::BTreeMap<LogState, u64> = Default::default();
    for log in &selection.left_alone {
        *alone.entry(log.state).or_default() += 1;
    }
    if !alone.is_empty() {
        let states: Vec<String> = alone
            .iter()
            .map(|(s, n)| format!("{} {}", thousands(*n), s.word()))
            .collect();
        parts.push(format!("left alone unless named: {}", states.join(", ")));
    }
    if selection.unread > 0 {
        let unread = unread(selection.unread);
        return match parts.is_empty() {
            true => format!("harvested nothing: {unread}"),
            false => format!("harvested nothing: {}; {unread}", parts.join("; ")),
        };
    }
    if parts.is_empty() {
        let none = match selection.filtered_out {
            0 => "there are no logs".to_owned(),
            n => format!("none of {} passes the filter", count(n as u64, "log")),
        };
        return format!("nothing to do: {none}");
    }
    format!("nothing to do: {}", parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(results: Vec<Result<Outcome>>, named: bool) -> Report {
        let mut report = Report::new(&Selection::default());
        report.logs = results
            .into_iter()
            .enumerate()
            .map(|(n, result)| Done::new(format!("log-{n}"), result, named))
            .collect();
        report
    }

    fn harvested_one() -> Result<Outcome> {
        Ok(Outcome::Harvested(Summary {
            runs_ok: 4,
            rows_in: 1000,
            ..Summary::default()
        }))
    }

    fn io_error() -> Error {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Error::io("write", std::path::Path::new("x"), full)
    }

    #[test]
    fn the_worst_log_decides_the_exit_code() {
        let of = |results, named| report(results, named).exit();
        assert_eq!(
            of(vec![harvested_one(), Ok(Outcome::Current)], false),
            Exit::Ok
        );
        let bad = || Err(Error::Log("bad".into()));
        assert_eq!(of(vec![harvested_one(), bad()], false), Exit::SomeFailed);
        assert_eq!(of(vec![bad(), Err(io_error())], false), Exit::Transient);
        assert_eq!(
            of(
                vec![Err(io_error()), Err(Error::Fatal("gone".into()))],
                false
            ),
            Exit::Fatal
        );
        assert_eq!(
            of(vec![bad(), Err(Error::Cancelled)], false),
            Exit::Interrupted
        );
    }

    #[test]
    fn some_failed_runs_do_not_fail_a_log_but_all_of_them_do() {
        let with = |runs_ok| {
            let errors = vec!["run a: broken".to_owned()];
            Ok(Outcome::Harvested(Summary {
                runs_ok,
                run_errors: errors,
                ..Summary::default()
            }))
        };
        assert_eq!(report(vec![with(3)], false).exit(), Exit::Ok);
        assert_eq!(report(vec![with(0)], false).exit(), Exit::SomeFailed);
        assert!(
            report(vec![with(3)], false)
                .summary()
                .contains("; 1 with failed runs")
        );
    }

    #[test]
    fn a_busy_log_is_a_fault_only_where_it_is_named() {
        let busy = || Err(Error::Busy("another mdtui harvests it".into()));
        assert_eq!(report(vec![busy()], false).exit(), Exit::Ok);
        let named = report(vec![busy()], true);
        assert_eq!(named.exit(), Exit::Transient);
        assert!(
            named.summary().ends_with("; 1 skipped"),
            "{}",
            named.summary()
        );
    }

    #[test]
    fn a_folder_that_cannot_be_read_may_be_another_time() {
        let selection = Selection {
            unread: 2,
            ..Selection::default()
        };
        let mut report = Report::new(&selection);
        assert_eq!(report.exit(), Exit::Transient);
        assert_eq!(
            report.summary(),
            "harvested nothing: 2 folders could not be read, and the logs in them are not known"
        );
        report.logs = vec![Done::new("a".into(), Err(Error::Log("bad".into())), false)];
        assert_eq!(report.exit(), Exit::Transient);
        assert!(report.summary().contains("; 2 folders could not be read"));
    }

    #[test]
    fn doing_nothing_says_why() {
        let mut selection = Selection::default();
        assert_eq!(nothing(&selection), "nothing to do: there are no logs");
        selection.filtered_out = 22;
        assert_eq!(
            nothing(&selection),
            "nothing to do: none of 22 logs passes the filter"
        );
        selection.filtered_out = 0;
        selection.others.insert(LogState::Harvested, 11);
        selection.others.insert(LogState::Duplicate, 1);
        assert_eq!(
            nothing(&selection),
            "nothing to do: 12 logs are harvested and current"
        );
        selection.others.insert(LogState::Missing, 2);
        assert!(nothing(&selection).ends_with("; 2 missing"));
        let named = report(vec![Ok(Outcome::Current)], true);
        assert_eq!(
            named.summary(),
            "nothing to do: log-0 is harvested and current"
        );
    }
}
