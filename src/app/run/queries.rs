//! What a run asks before its tabs do.

use crate::{
    app::query::{Query, QueryContext},
    etl::{Result, catalog::RunDetail, run_id::RunId},
};

/// Everything about a run short of its samples; `None`: no such run any more.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRun {
    /// The log's key.
    pub log_key: String,
    /// The run.
    pub run: RunId,
}

impl Query for ReadRun {
    type Answer = Option<Box<RunDetail>>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let detail = on.catalog()?.run_detail(&self.log_key, self.run)?;
        Ok(detail.map(Box::new))
    }
}
