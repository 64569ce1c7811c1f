//! What the comparison of runs asks; their channels are asked as those of one run are.

use crate::{
    app::query::{Query, QueryContext},
    etl::{Result, catalog::RunDetail, run_id::RunId},
};

/// Everything about runs (log key, id) short of samples.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRuns(pub Vec<(String, RunId)>);

impl Query for ReadRuns {
    /// One for each run; `None`: no such run any more.
    type Answer = Vec<Option<RunDetail>>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let catalog = on.catalog()?;
        let details = self
            .0
            .iter()
            .map(|(key, run)| catalog.run_detail(key, *run));
        details.collect()
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
