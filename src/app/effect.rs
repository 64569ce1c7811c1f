//! What `update` asks of the world.

use std::time::Duration;

use super::{jobs::ToHarvest, query::Question};
use crate::etl::pool::JobId;

/// One thing to do outside of the state.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Have a worker answer this.
    Ask(Question),
    /// Harvest these logs.
    Harvest(ToHarvest),
    /// Scan the data directory again after this time though nothing changed, unless a later
    /// effect says otherwise; `None`: only when something moves.
    RescanAfter(Option<Duration>),
    /// Cancel a harvest.
    CancelJob(JobId),
    /// Cancel all harvests.
    CancelAllJobs,
    /// Hand this text to the terminal's clipboard.
    Copy(String),
    /// Give the terminal back and sleep until woken.
    Suspend,
    /// Redraw everything: another program wrote on the screen.
    Redraw,
    /// End the browser.
    Quit,
}
