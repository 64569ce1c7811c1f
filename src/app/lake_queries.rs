//! What the browser asks of the catalog for its lists, and has written.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    export::{self, Export, Written},
    jobs::OpenLogs,
    log_list::{LogList, RunList},
    query::{Query, QueryContext, name_of},
    state_file,
    table::Shown,
};
use crate::etl::{
    Error, Result,
    catalog::{HarvestRow, LogDetail, LogRow, LogState, MachineRow, Refresh},
    harvest::RejectedRows,
};

/// Scans the data directory.
#[derive(Debug, PartialEq)]
pub struct RefreshLogs;

impl Query for RefreshLogs {
    type Answer = Refresh;

    const SLOW: bool = true;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let (lake, cancel) = (on.lake, on.cancel);
        on.catalog()?.refresh(lake, cancel)
    }
}

/// All logs, or so many of them, the first by key.
#[derive(Debug, PartialEq)]
pub struct ReadLogs(pub Option<usize>);

impl Query for ReadLogs {
    type Answer = LogList;

    fn repeats(&self) -> Option<u64> {
        self.0.is_none().then_some(0)
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let catalog = on.catalog()?;
        let rows = match self.0 {
            Some(limit) => catalog.first_logs(limit)?,
            None => catalog.logs()?,
        };
        Ok(rows.into())
    }
}

/// How many logs are in each state, with what jobs make of it.
#[derive(Debug, PartialEq)]
pub struct CountLogs {
    /// The logs as they were read.
    pub rows: Shown<LogRow>,
    /// How many were in each state.
    pub read: BTreeMap<LogState, usize>,
    /// The logs whose jobs wait or run.
    pub open: OpenLogs,
}

impl Query for CountLogs {
    type Answer = BTreeMap<LogState, usize>;

    fn repeats(&self) -> Option<u64> {
        Some(0)
    }

    fn run(self, _: &mut QueryContext<'_>) -> Result<Self::Answer> {
        Ok(self.open.count(self.rows.read(), &self.read))
    }
}

/// One log by key; `None`: no such log any more.
#[derive(Debug, PartialEq)]
pub struct ReadLog(pub String);

/// What the panel shows of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPanel {
    /// What the catalog knows.
    pub detail: LogDetail,
    /// Its rejected rows, or why they cannot be read.
    pub rejected: std::result::Result<Option<RejectedRows>, String>,
}

impl Query for ReadLog {
    type Answer = Option<Box<LogPanel>>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let (lake, cancel) = (&on.lake.lake, on.cancel);
        let Some(detail) = on.catalog()?.log_detail(&self.0)? else {
            return Ok(None);
        };
        let drops_rows = detail.ledger.as_ref().is_some_and(|l| l.rows_dropped() > 0);
        let rejected = if drops_rows {
            match RejectedRows::of(lake, &self.0, cancel) {
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                result => result.map_err(|error| error.to_string()),
            }
        } else {
            Ok(None)
        };
        Ok(Some(Box::new(LogPanel { detail, rejected })))
    }
}

/// The runs of one log, or of all.
#[derive(Debug, PartialEq)]
pub struct ReadRunList(pub Option<String>);

impl Query for ReadRunList {
    type Answer = RunList;

    fn repeats(&self) -> Option<u64> {
        Some(name_of(&self.0))
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        Ok(on.catalog()?.runs(self.0.as_deref())?.into())
    }
}

/// All machines over their runs.
#[derive(Debug, PartialEq)]
pub struct ReadMachines;

impl Query for ReadMachines {
    type Answer = Vec<MachineRow>;

    fn repeats(&self) -> Option<u64> {
        Some(0)
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        on.catalog()?.machines()
    }
}

/// At most so many past harvests.
#[derive(Debug, PartialEq)]
pub struct ReadHistory(pub usize);

impl Query for ReadHistory {
    type Answer = Vec<HarvestRow>;

    fn repeats(&self) -> Option<u64> {
        Some(0)
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        on.catalog()?.history(self.0)
    }
}

/// Writes a file below the lake's exports.
#[derive(Debug, PartialEq)]
pub struct WriteExport(pub Box<Export>);

impl Query for WriteExport {
    type Answer = Written;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        export::write(&self.0, on.lake, on.cancel)
    }
}

/// Saves the columns that were chosen.
#[derive(Debug, PartialEq)]
pub struct SaveColumns {
    /// The file.
    pub file: PathBuf,
    /// What shall stand in it.
    pub content: String,
}

impl Query for SaveColumns {
    type Answer = ();

    // What was chosen last is saved though the browser ends.
    const OUTLIVES_VIEW: bool = true;

    fn run(self, _: &mut QueryContext<'_>) -> Result<Self::Answer> {
        state_file::write(&self.file, &self.content, "column settings")
    }
}
