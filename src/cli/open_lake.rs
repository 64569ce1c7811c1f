//! What every command that reads the lake does first, and names of logs and runs.

use std::{ffi::OsStr, path::Path};

use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{Catalog, LogRow, RunDetail, RunRow},
    lake::{Context, ReadOnly},
    text,
};

use super::{exit, settings::Settings};

/// Candidates that an error lists.
const MOST_CANDIDATES: usize = 8;

/// That the data directory does not exist.
pub fn no_directory(data_dir: &Path) -> Error {
    Error::Fatal(format!(
        "there is no directory {}; name the one with the logs with --data-dir, or see synthetic logs with mdtui demo",
        text::visible_path(data_dir)
    ))
}

/// The catalog, brought up to date with the data directory.
pub struct OpenLake {
    /// Where everything is.
    pub context: Context,
    /// Up to date.
    pub catalog: Catalog,
    /// Records and notes that cannot be used, one sentence each, which were printed.
    problems: Vec<String>,
}

impl OpenLake {
    /// Opens the catalog and scans the data directory. Says so when the lake can only be
    /// read.
    ///
    /// # Errors
    /// Those of [`Settings::context`], [`Catalog::open_for_reading`] and [`Catalog::refresh`].
    pub fn new(settings: &Settings, cancel: &CancelToken) -> Result<Self> {
        let context = settings.context()?;
        let read_only = ReadOnly::of(&context.lake);
        if let Some(read_only) = &read_only {
            exit::note(&read_only.note());
        } else if !context.data_dir.is_dir() && !context.lake.local().catalog().exists() {
            // Before the catalog: a mistyped directory should not leave one behind.
            return Err(no_directory(&context.data_dir));
        }
        let mut catalog = Catalog::open_for_reading(&context.lake)?;
        let refresh = catalog.refresh(&context, cancel)?;
        for note in refresh.notes.iter().chain(&refresh.problems) {
            exit::note(note);
        }
        Ok(Self {
            context,
            catalog,
            problems: refresh.problems,
        })
    }

    /// An error of a log that was not printed when the lake was opened; else a shorter one.
    pub fn unless_noted(&self, error: Error, shorter: impl FnOnce() -> String) -> Error {
        match error {
            Error::Log(sentence) if self.problems.contains(&sentence) => Error::Log(shorter()),
            other => other,
        }
    }

    /// Prints those of these sentences that were not printed when the lake was opened.
    pub fn note_new(&self, sentences: &[String]) {
        let new = sentences.iter().filter(|s| !self.problems.contains(s));
        new.for_each(|sentence| exit::note(sentence));
    }

    /// The log that `name` means.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown log, with those that are meant perhaps.
    pub fn log(&self, name: &OsStr) -> Result<LogRow> {
        match self.find_log(name)? {
            Some(log) => Ok(log),
            None => {
                let name = text::visible_os(name);
                let logs = self.catalog.logs()?;
                let near = near(&name, logs.iter().map(|log| log.key.as_str()));
                Err(Error::Usage(unknown("log", &name, &near, logs.len())))
            }
        }
    }

    /// The log that `name` means, if there is one.
    ///
    /// # Errors
    /// [`Error::Catalog`].
    pub fn find_log(&self, name: &OsStr) -> Result<Option<LogRow>> {
        match name.to_str() {
            Some(exact) => self.catalog.find_log(&self.context, exact),
            // Names that are not UTF-8 are known by their harmless form.
            None => {
                let known = |shown: &str| self.catalog.find_log(&self.context, shown);
                match known(&text::visible_os(name))? {
                    Some(log) => Ok(Some(log)),
                    None => self.below(name).map_or(Ok(None), |shown| known(&shown)),
                }
            }
        }
    }

    /// A path to a file as its harmless form below the data directory.
    fn below(&self, path: &OsStr) -> Option<String> {
        let file = Path::new(path).canonicalize().ok()?;
        let data = self.context.data_dir.canonicalize().ok()?;
        Some(text::visible_os(file.strip_prefix(data).ok()?.as_os_str()))
    }

    /// The one run that `part` means; `None` when it means none.
    ///
    /// # Errors
    /// [`Error::Usage`] when it means several, with the candidates.
    pub fn find_run(&self, part: &str) -> Result<Option<RunRow>> {
        let mut runs = self.catalog.find_runs(part)?;
        if runs.len() > 1 {
            return Err(Error::Usage(ambiguous(part, &runs)));
        }
        Ok(runs.pop())
    }

    /// The one run that `part` means.
    ///
    /// # Errors
    /// [`Error::Usage`] when it means none or several.
    pub fn run(&self, part: &str) -> Result<RunRow> {
        if let Some(run) = self.find_run(part)? {
            return Ok(run);
        }
        let runs = self.catalog.runs(None)?;
        let ids: Vec<String> = runs.iter().map(|r| r.run.short()).collect();
        let near = near(part, ids.iter().map(String::as_str));
        Err(Error::Usage(unknown(
            "run",
            &text::visible(part),
            &near,
            runs.len(),
        )))
    }

    /// Everything about a run that was found.
    ///
    /// # Errors
    /// [`Error::Moving`] when it is there no more, [`Error::Catalog`].
    pub fn detail(&self, row: &RunRow) -> Result<RunDetail> {
        self.catalog
            .run_detail(&row.log_key, row.run)?
            .ok_or_else(|| gone(&format!("{}:{}", row.log_key, row.run)))
    }
}

/// Another process changed the catalog between two questions.
pub fn gone(name: &str) -> Error {
    Error::Moving(format!(
        "{name} was being harvested again just now; try again"
    ))
}

/// Names that contain `name`, or begin as it does.
fn near<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let last = name.rsplit('/').next().unwrap_or_default().to_owned();
    let stem = last.split('.').next().unwrap_or_default().to_owned();
    all.filter(|other| {
        let other = other.to_lowercase();
        other.contains(&name) || (!stem.is_empty() && other.contains(&stem))
    })
    .collect()
}

fn unknown(what: &str, name: &str, near: &[&str], all: usize) -> String {
    let name = text::quoted(name, 120);
    let list = if what == "run" { "runs" } else { "list" };
    match near {
        [] if all == 0 => format!("there is no {what} \"{name}\": there are no {what}s at all"),
        [] => format!("there is no {what} \"{name}\"; `mdtui {list}` prints the {all} there are"),
        near => format!(
            "there is no {what} \"{name}\"; is one of these meant: {}?",
            join(near)
        ),
    }
}

fn ambiguous(part: &str, runs: &[RunRow]) -> String {
    let same_run = runs
        .windows(2)
        .all(|w| matches!(w, [a, b] if a.run == b.run));
    let names: Vec<String> = runs
        .iter()
        .map(|r| format!("{}:{}", r.log_key, r.run))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let part = text::quoted(part, 120);
    if same_run {
        format!(
            "the run \"{part}\" stands in {} logs; name one of {}",
            runs.len(),
            join(&names)
        )
    } else {
        format!(
            "\"{part}\" names {} runs; name one of {}",
            runs.len(),
            join(&names)
        )
    }
}

fn join(names: &[&str]) -> String {
    let shown = names
        .iter()
        .take(MOST_CANDIDATES)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(MOST_CANDIDATES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_brings_those_that_are_meant_perhaps() {
        let all = [
            "cell-01/2022-11-23T2040",
            "cell-02/2022-11-23T2040",
            "faults/gap",
        ];
        assert_eq!(near("GAP.parquet", all.into_iter()), ["faults/gap"]);
        assert_eq!(near("x/2022-11-23T2040.parquet", all.into_iter()).len(), 2);
        assert!(near("zebra", all.into_iter()).is_empty());
        assert!(unknown("log", "z", &[], 3).contains("`mdtui list` prints the 3"));
        assert!(unknown("log", "z", &[], 0).contains("no logs at all"));
    }

    #[test]
    fn long_lists_of_candidates_are_cut() {
        let names: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(join(&names), "0, 1, 2, 3, 4, 5, 6, 7 and 3 more");
    }
}
