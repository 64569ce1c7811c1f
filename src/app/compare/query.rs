//! What the comparison of runs asks; their channels are asked as those of one run are.

use crate::{
    app::{
        query::{Query, QueryContext},
        run::OpenedRun,
    },
    etl::{Result, run_id::RunId},
};

/// Everything about runs (log key, id) short of samples.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRuns(pub Vec<(String, RunId)>);

impl Query for ReadRuns {
    /// One for each run; `None`: no such run any more.
    type Answer = Vec<Option<OpenedRun>>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let runs = self.0.iter();
        runs.map(|(key, run)| OpenedRun::read(on, key, *run))
            .collect()
    }
}

/// The run of the same machine before a run (log key, id); `None`: there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct FindPrevious(pub String, pub RunId);

impl Query for FindPrevious {
    type Answer = Option<(String, RunId)>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        on.catalog()?.previous_run(&self.0, self.1)
    }
}
