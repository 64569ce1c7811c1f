//! What the browser asks of the catalog for its lists, and has written.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    export::{self, Export, Written},
    jobs::OpenLogs,
    log_list::LogList,
    query::{Query, QueryContext, name_of},
    save_columns,
    table::Shown,
};
use crate::etl::{
    Result,
    catalog::{HarvestRow, LogDetail, LogRow, LogState, MachineRow, Refresh, RunRow},
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

impl Query for ReadLog {
    type Answer = Option<Box<LogDetail>>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        Ok(on.catalog()?.log_detail(&self.0)?.map(Box::new))
    }
}

/// The runs of one log, or of all.
#[derive(Debug, PartialEq)]
pub struct ReadRunList(pub Option<String>);

impl Query for ReadRunList {
    type Answer = Vec<RunRow>;

    fn repeats(&self) -> Option<u64> {
        Some(name_of(&self.0))
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        on.catalog()?.runs(self.0.as_deref())
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
        save_columns::write(&self.file, &self.content)
    }
}
