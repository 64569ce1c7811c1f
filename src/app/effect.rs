//! What `update` asks of the world, and what the world answers. Workers do it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use super::{
    compare::{CompareAnswer, CompareRequest, CompareSlot},
    export::{Export, Written},
    jobs::{OpenLogs, ToHarvest},
    log_list::LogList,
    run::{RunAnswer, RunRequest, RunSlot},
    table::{Arranged, Found, Shown, Sought, Wanted},
};
use crate::etl::{
    catalog::{HarvestRow, LogDetail, LogRow, LogState, MachineRow, Refresh, RunRow},
    pool::JobId,
};

/// One thing to do outside of the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Have a worker answer `request`. A newer request of the same slot cancels it,
    /// and the older answer is thrown away: the latest wins.
    Ask {
        /// Who asks.
        slot: Slot,
        /// What.
        request: Request,
    },
    /// Nobody waits for this slot's answer any longer.
    Forget(Slot),
    /// Harvest these logs.
    Harvest(ToHarvest),
    /// Look at the data directory again after this time though nothing moves, unless a later
    /// effect says otherwise; `None`: only when something moves.
    LookAgain(Option<Duration>),
    /// Cancel a harvest.
    CancelJob(JobId),
    /// Cancel all harvests.
    CancelAllJobs,
    /// Hand this text to the terminal's clipboard.
    Copy(String),
    /// Give the terminal back and sleep until woken.
    Suspend,
    /// Draw everything anew: somebody else wrote on the screen.
    Redraw,
    /// End the browser.
    Quit,
}

/// Who asks. Each has at most one request under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The look at the data directory.
    Refresh,
    /// The first of the logs, for the first frame.
    FirstLogs,
    /// The list of logs.
    Logs,
    /// How many logs are in each state while very many of them are queued.
    LogCounts,
    /// The panel beside the list of logs.
    LogDetail,
    /// The list of all runs.
    Runs,
    /// The list of one log's runs.
    LogRuns,
    /// The machines over their runs.
    Machines,
    /// What was done.
    History,
    /// The export that is being written.
    Export,
    /// The columns that were chosen.
    Columns,
    /// Filter and order of a list of very many rows.
    Arrange(List),
    /// The next hit of a search in such a list.
    Seek(List),
    /// A part of the run that is open.
    Run(RunSlot),
    /// A part of the comparison that is open.
    Compare(CompareSlot),
}

/// A list that may have very many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// The logs.
    Logs,
    /// The runs of all logs.
    Runs,
    /// The runs of one log.
    LogRuns,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Look at the data directory.
    Refresh,
    /// So many of the logs, the first by key.
    FirstLogs(usize),
    /// All logs.
    Logs,
    /// How many logs are in each state, with what jobs make of it.
    CountLogs {
        /// The logs as they were read.
        rows: Shown<LogRow>,
        /// How many were in each state.
        read: BTreeMap<LogState, usize>,
        /// The logs whose jobs wait or run.
        open: OpenLogs,
    },
    /// One log by key.
    LogDetail(String),
    /// The runs of one log, or of all.
    Runs(Option<String>),
    /// All machines over their runs.
    Machines,
    /// At most so many past harvests.
    History(usize),
    /// Write a file below the lake's exports.
    Export(Box<Export>),
    /// Remember the columns that were chosen.
    Remember {
        /// The file.
        file: PathBuf,
        /// What shall stand in it.
        content: String,
    },
    /// Filter and sort logs.
    ArrangeLogs(Wanted<LogRow>),
    /// Filter and sort runs.
    ArrangeRuns(Wanted<RunRow>),
    /// Where the list of logs has what is searched for.
    SeekLogs(Sought<LogRow>),
    /// Where a list of runs has it.
    SeekRuns(Sought<RunRow>),
    /// Something about the run that is open.
    Run(RunRequest),
    /// Something about the runs that are compared.
    Compare(CompareRequest),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To [`Request::Refresh`].
    Refreshed(Refresh),
    /// To [`Request::Logs`] and [`Request::FirstLogs`].
    Logs(LogList),
    /// To [`Request::CountLogs`].
    CountedLogs(BTreeMap<LogState, usize>),
    /// To [`Request::LogDetail`]; `None`: no such log any more.
    LogDetail(Option<Box<LogDetail>>),
    /// To [`Request::Runs`].
    Runs(Vec<RunRow>),
    /// To [`Request::Machines`].
    Machines(Vec<MachineRow>),
    /// To [`Request::History`].
    History(Vec<HarvestRow>),
    /// To [`Request::Export`].
    Exported(Written),
    /// To [`Request::Remember`].
    Remembered,
    /// To [`Request::ArrangeLogs`].
    ArrangedLogs(Arranged<LogRow>),
    /// To [`Request::ArrangeRuns`].
    ArrangedRuns(Arranged<RunRow>),
    /// To [`Request::SeekLogs`].
    FoundLogs(Found<LogRow>),
    /// To [`Request::SeekRuns`].
    FoundRuns(Found<RunRow>),
    /// To [`Request::Run`].
    Run(RunAnswer),
    /// To [`Request::Compare`].
    Compare(CompareAnswer),
}
