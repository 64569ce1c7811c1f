//! What the comparison of runs asks of workers, and what it is answered.

use crate::{
    app::{
        chart::Series,
        run::{self, RunAnswer, RunRequest, TableRef},
    },
    etl::{
        Error, Result,
        base::CancelToken,
        catalog::{Catalog, RunDetail},
        lake::Context,
        run_id::RunId,
    },
};

/// Which part of the view asks. Each has at most one request under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompareSlot {
    /// Everything about the runs short of samples.
    Details,
    /// A channel of the run with this index.
    Channel(usize),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum CompareRequest {
    /// Everything about the runs (log key, id) short of samples.
    Details(Vec<(String, RunId)>),
    /// One channel of one run, whole.
    Channel {
        /// Where.
        table: TableRef,
        /// Which.
        channel: String,
        /// Its median interval in microseconds: it decides what is a gap.
        interval_us: Option<f64>,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum CompareAnswer {
    /// To [`CompareRequest::Details`], one for each run; `None`: no such run any more.
    Details(Vec<Option<RunDetail>>),
    /// To [`CompareRequest::Channel`].
    Channel {
        /// Which.
        channel: String,
        /// All of it.
        series: Series,
    },
}

/// Answers a request.
///
/// # Errors
/// Whatever the catalog or the run's file refuse; [`Error::Cancelled`].
pub fn perform(
    request: &CompareRequest,
    context: &Context,
    catalog: &Catalog,
    cancel: &CancelToken,
) -> Result<CompareAnswer> {
    cancel.check()?;
    match request {
        CompareRequest::Details(runs) => {
            let detail = |(key, run): &(String, RunId)| catalog.run_detail(key, *run);
            let details: Result<Vec<_>> = runs.iter().map(detail).collect();
            Ok(CompareAnswer::Details(details?))
        }
        CompareRequest::Channel {
            table,
            channel,
            interval_us,
        } => {
            let request = RunRequest::Channel {
                table: table.clone(),
                channel: channel.clone(),
                interval_us: *interval_us,
                times: None,
            };
            match run::perform(&request, context, catalog, cancel)? {
                RunAnswer::Channel {
                    channel, series, ..
                } => Ok(CompareAnswer::Channel { channel, series }),
                _ => Err(Error::Fatal("the answer is to another question".into())),
            }
        }
    }
}
