//! The result of a log at the end of a task, from its record, also one of another process.

use super::Line;
use crate::{
    Result,
    catalog::status_of,
    harvest::LogRef,
    lake::{Context, Record},
    source::scan,
};

/// How a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has a current record with results.
    Recorded,
    /// It has a record that says why there can be no results, or it is gone.
    FailedForGood,
    /// It has no current record: another try may help.
    Open,
}

/// How the log of `line` stands now.
///
/// # Errors
/// [`crate::Error::Io`] when its record cannot be read.
pub fn standing_of(context: &Context, line: &Line) -> Result<Standing> {
    if is_gone(context, line) {
        return Ok(Standing::FailedForGood);
    }
    let raw = line.raw();
    let log = LogRef::At {
        key: &line.key,
        raw: &raw,
    };
    let Some(log) = log.found(context) else {
        return Ok(Standing::Open);
    };
    let record = Record::read(&context.lake, &line.key)?;
    let is_of_another = |r: &&Record| !r.damaged && r.source_file != line.key;
    if record.as_ref().filter(is_of_another).is_some() {
        return Ok(Standing::FailedForGood);
    }
    let status = status_of(context, &log, record.as_ref());
    Ok(if status.lacks_record() {
        Standing::Open
    } else if status.has_failed() {
        Standing::FailedForGood
    } else {
        Standing::Recorded
    })
}

/// Whether the log of `line` was removed. An unmounted share leaves an empty data directory, which
/// tells nothing.
pub fn is_gone(context: &Context, line: &Line) -> bool {
    let file = scan::real_path(&context.data_dir, &line.raw());
    let is_missing = file
        .symlink_metadata()
        .is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    let is_mounted = || {
        context
            .data_dir
            .read_dir()
            .is_ok_and(|mut it| it.next().is_some())
    };
    is_missing && is_mounted()
}
