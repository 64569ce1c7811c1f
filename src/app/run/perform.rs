//! Answers what the views of a run ask for. Runs on workers' threads.

use super::{OverviewBuilder, RunAnswer, RunRequest, request::TableRef};
use crate::{
    app::chart::{Series, TimeRange},
    etl::{
        Error, Result,
        catalog::Catalog,
        harvest::{CancelToken, Context},
        lake::run_file::RunFile,
        profile::Hold,
        text,
    },
};

/// Rows read at a time where a whole table is walked through: about a row group.
const STRIDE: u64 = 65_536;

/// Answers a request.
///
/// # Errors
/// Whatever the catalog or the run's file refuse; [`Error::Cancelled`].
pub fn perform(
    request: &RunRequest,
    context: &Context,
    catalog: &Catalog,
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    cancel.check()?;
    match request {
        RunRequest::Detail { log_key, run } => {
            let detail = catalog.run_detail(log_key, *run)?;
            Ok(RunAnswer::Detail(detail.map(Box::new)))
        }
        RunRequest::Overview {
            table,
            channels,
            span,
        } => overview(&open(context, table)?, channels, *span, cancel),
        RunRequest::Channel {
            table,
            channel,
            interval_us,
        } => {
            let file = open(context, table)?;
            let mut window = file.read(&[channel], 0..file.rows(), cancel)?;
            let values = window.columns.pop().unwrap_or_default();
            let gap = gap_limit(context.profile.hold, *interval_us);
            Ok(RunAnswer::Channel {
                channel: channel.clone(),
                series: Series::new(window.times.into(), values, gap),
            })
        }
        RunRequest::CursorRow {
            table,
            channels,
            time,
        } => {
            let file = open(context, table)?;
            // `row_at` is the first row at or after: one microsecond later, the row
            // before it is the one at or before.
            let row = file.row_at(time.saturating_add(1))?.saturating_sub(1);
            let window = file.read(&names(channels), row..row + 1, cancel)?;
            let before_all = window.times.first().is_none_or(|t| t > time);
            let value = |c: &Vec<f64>| c.first().copied().filter(|_| !before_all);
            Ok(RunAnswer::CursorRow {
                asked: *time,
                values: window
                    .columns
                    .iter()
                    .map(|c| value(c).unwrap_or(f64::NAN))
                    .collect(),
            })
        }
        RunRequest::Rows {
            table,
            channels,
            rows,
        } => {
            let window = open(context, table)?.read(&names(channels), rows.clone(), cancel)?;
            Ok(RunAnswer::Rows(window))
        }
        RunRequest::Locate { table, time } => {
            Ok(RunAnswer::Located(open(context, table)?.row_at(*time)?))
        }
    }
}

fn names(channels: &[String]) -> Vec<&str> {
    channels.iter().map(String::as_str).collect()
}

fn open(context: &Context, table: &TableRef) -> Result<RunFile> {
    let path = context.lake.log_file(&table.log_key, &table.file_name);
    match RunFile::open(&path) {
        Err(_) if !path.exists() => Err(Error::Log(format!(
            "the run's table {} is gone; harvest {} again with --force to have it back",
            text::visible_path(&path),
            table.log_key
        ))),
        result => result,
    }
}

fn overview(
    file: &RunFile,
    channels: &[String],
    (start, stop): (i64, i64),
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    let mut builder = OverviewBuilder::new(TimeRange::new(start, stop), channels.len());
    let mut from = 0;
    while from < file.rows() {
        cancel.check()?;
        let to = file.rows().min(from + STRIDE);
        builder.add(&file.read(&names(channels), from..to, cancel)?);
        from = to;
    }
    Ok(RunAnswer::Overview(builder.finish()))
}

/// Rows further apart than this are not joined by a line: the time for which the
/// channel would have held its value. Where nothing is held (samples only), the
/// usual ten intervals.
fn gap_limit(hold: Hold, interval_us: Option<f64>) -> i64 {
    match hold.limit_us(interval_us) {
        0 if interval_us.is_some() => Hold::default().limit_us(interval_us),
        limit => limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_where_a_value_would_not_be_held() {
        assert_eq!(gap_limit(Hold::Intervals(3.0), Some(10_000.0)), 30_000);
        assert_eq!(gap_limit(Hold::Intervals(0.0), Some(10_000.0)), 100_000);
        assert_eq!(gap_limit(Hold::Unlimited, Some(10_000.0)), i64::MAX);
        assert_eq!(gap_limit(Hold::default(), None), 0);
    }
}
