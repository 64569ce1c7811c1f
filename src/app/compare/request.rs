//! What the comparison of runs asks of workers, and what it is answered.

use crate::{
    app::signals::{Part, SignalsAnswer, SignalsQuery},
    etl::{
        Result,
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
    /// Something for the charts of the run with this index.
    Signals(usize, Part),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum CompareRequest {
    /// Everything about the runs (log key, id) short of samples.
    Details(Vec<(String, RunId)>),
    /// Something for the charts.
    Signals(SignalsQuery),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum CompareAnswer {
    /// To [`CompareRequest::Details`], one for each run; `None`: no such run any more.
    Details(Vec<Option<RunDetail>>),
    /// To [`CompareRequest::Signals`].
    Signals(SignalsAnswer),
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
        CompareRequest::Signals(query) => query.answer(context, cancel).map(CompareAnswer::Signals),
    }
}
