//! What every command that reads the lake does first, and names of logs and runs.

use std::{ffi::OsStr, path::Path};

use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::{Catalog, LogRow, RunDetail, RunRow},
    compare::letter,
    lake::{Context, ReadOnly},
    run_id::RunId,
    text,
};

use super::{exit, names, progress::Progress, settings::Settings};

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
    /// How many folders of the data directory could not be read, each of which was printed: the logs in them are not
    /// known as they are now.
    pub unread: usize,
    /// Records and notes that cannot be used, one sentence each, which were printed.
    problems: Vec<String>,
}

impl OpenLake {
    /// Opens the catalog to look at the lake, and scans the data directory. Says so when the lake
    /// can only be read, or its disk is full.
    ///
    /// # Errors
    /// Those of [`Settings::context`], [`Catalog::open_for_reading`] and [`Catalog::refresh`].
    pub fn new(settings: &Settings, cancel: &CancelToken) -> Result<Self> {
        let context = settings.context()?;
        let lake = context.lake.to_look_at();
        Self::open(Context { lake, ..context }, cancel)
    }

    /// As [`OpenLake::new`], for a command that writes: a full disk is an error.
    ///
    /// # Errors
    /// Those of [`OpenLake::new`].
    pub fn to_write(settings: &Settings, cancel: &CancelToken) -> Result<Self> {
        Self::open(settings.context()?, cancel)
    }

    fn open(context: Context, cancel: &CancelToken) -> Result<Self> {
        let read_only = ReadOnly::of(&context.lake);
        if let Some(read_only) = &read_only {
            exit::note(&read_only.note());
        } else if !context.data_dir.is_dir() && !context.lake.local().catalog().exists() {
            // Before the catalog: a mistyped directory should not leave one behind.
            return Err(no_directory(&context.data_dir));
        }
        let progress = Progress::new("reading the lake and the folders of logs");
        let mut catalog = Catalog::open_for_reading(&context.lake)?;
        let refresh = catalog.look(&context, cancel)?;
        drop(progress);
        for note in refresh.notes.iter().chain(&refresh.problems) {
            exit::note(note);
        }
        Ok(Self {
            context,
            catalog,
            unread: refresh.unread.len(),
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
                let runs = self.catalog.find_runs(&name)?;
                let sentence = match runs.as_slice() {
                    [run] => names::run_for_log(&name, run),
                    _ => names::unknown_log(&name, &self.catalog.logs()?),
                };
                Err(Error::Usage(sentence))
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
            return Err(Error::Usage(names::ambiguous_run(part, &runs)));
        }
        Ok(runs.pop())
    }

    /// Whether `name` names a run of a log that there is (`LOG:RUN`), whether the log has that run or not.
    ///
    /// # Errors
    /// [`Error::Catalog`].
    pub fn is_run_of_a_log(&self, name: &str) -> Result<bool> {
        for sign in [':', '/'] {
            if let Some((log, _)) = name.rsplit_once(sign)
                && self.catalog.log(log)?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The one run that `part` means. The name of a log is never taken for a part of an id; it may
    /// be a whole one.
    ///
    /// # Errors
    /// [`Error::Usage`] when it means none or several.
    pub fn run(&self, part: &str) -> Result<RunRow> {
        let log = self.find_log(OsStr::new(part))?;
        let mut runs = self.catalog.find_runs(part)?;
        if log.is_some() {
            let id = part.parse::<RunId>();
            runs.retain(|run| id == Ok(run.run));
        }
        let sentence = match (runs.len(), log) {
            (0, Some(log)) => names::log_for_run(part, &self.catalog.runs(Some(&log.key))?),
            (0, None) => names::unknown_run(part, &self.catalog.runs(None)?),
            (1, _) => return Ok(runs.remove(0)),
            _ => names::ambiguous_run(part, &runs),
        };
        Err(Error::Usage(sentence))
    }

    /// Everything about the runs that `names` mean, in that order.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown run, a name that means several, and a run that is named
    /// twice; those of [`OpenLake::detail`].
    pub fn distinct_runs(&self, names: &[String]) -> Result<Vec<RunDetail>> {
        let mut runs: Vec<RunDetail> = Vec::with_capacity(names.len());
        for name in names {
            let row = self.run(name)?;
            let same = |r: &RunDetail| (r.row.run, r.row.log_key()) == (row.run, row.log_key());
            if let Some(at) = runs.iter().position(same) {
                return Err(Error::Usage(format!(
                    "the run {}:{} is named twice: it is run {} already",
                    row.log_key(),
                    row.run,
                    letter(at)
                )));
            }
            runs.push(self.detail(&row)?);
        }
        Ok(runs)
    }

    /// Everything about a run that was found.
    ///
    /// # Errors
    /// [`Error::Moving`] when it is there no more, [`Error::Catalog`].
    pub fn detail(&self, row: &RunRow) -> Result<RunDetail> {
        self.catalog
            .run_detail(row.log_key(), row.run)?
            .ok_or_else(|| gone(&format!("{}:{}", row.log_key(), row.run)))
    }
}

/// Another process changed the catalog between two questions.
pub fn gone(name: &str) -> Error {
    Error::Moving(format!(
        "{name} was being harvested again just now; try again"
    ))
}
