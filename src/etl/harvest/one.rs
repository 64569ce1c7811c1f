//! One log, from its bytes to its record.

use super::{CancelToken, Context, Options, Outcome, ProgressSink};
use crate::etl::{Error, Result};

/// Harvests the log `key`.
///
/// A log that is harvested and current is left alone (unless forced). What an
/// interrupted harvest finished is used. A failure is written to the log's record.
///
/// # Errors
/// [`Error::Usage`] for an unknown key; [`Error::Log`] when the log is at fault;
/// [`Error::Io`], [`Error::Moving`] and [`Error::Busy`] when trying again may help;
/// [`Error::Cancelled`].
pub fn harvest_log(
    _context: &Context,
    key: &str,
    _options: Options,
    _sink: &dyn ProgressSink,
    _cancel: &CancelToken,
) -> Result<Outcome> {
    Err(Error::Usage(format!("no log {key}")))
}

/// What a caught panic says, as one sentence.
pub(super) fn panic_sentence(panic: &(dyn std::any::Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    format!("a library gave up on it: {}", crate::etl::text::quoted(&what, 300))
}
