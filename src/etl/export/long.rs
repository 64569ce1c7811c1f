//! The samples of a table as long rows: time, channel, value.

use std::sync::Arc;

use super::{ColumnInfo, ColumnType, Options, Values, span};
use crate::{Result, base::CancelToken, lake::run_file::RunFile};

/// Rows written at once.
const BATCH: usize = 1 << 16;

/// The columns after `time`.
pub(super) fn infos() -> [ColumnInfo; 2] {
    [
        ColumnInfo::plain("channel", ColumnType::Text).described("the channel of the sample"),
        ColumnInfo::plain("value", ColumnType::Number)
            .described("the value of the sample, in the unit of its channel"),
    ]
}

/// Reads the samples of the chosen columns in the asked rows, by time and then in the order of the
/// columns, and gives them to `write`, batch by batch.
///
/// # Errors
/// Those of [`RunFile::sample_rows`], [`RunFile::read`] and `write`.
pub(super) fn write(
    table: &RunFile,
    options: &Options,
    cancel: &CancelToken,
    write: &mut dyn FnMut(usize, Vec<Values>) -> Result<()>,
) -> Result<()> {
    let span = span(options)?;
    let sample_rows = table.sample_rows()?;
    let names = options.columns.as_deref().unwrap_or_default();
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut out = Batch::default();
    let channels: Arc<[String]> = names.into();
    for (group, rows) in table.groups().enumerate() {
        cancel.check()?;
        let times = table.group_times(group);
        if times.is_some_and(|(first, last)| first > *span.end() || last < *span.start()) {
            continue;
        }
        let window = table.read(&columns, rows.clone(), cancel)?;
        let samples = columns.iter().map(|column| sample_rows.of(group, column));
        let samples = samples.collect::<Result<Vec<_>>>()?;
        let mut rest: Vec<&[u32]> = samples.iter().map(Vec::as_slice).collect();
        for (row, time) in (0_u32..).zip(&window.times) {
            let is_listed =
                |listed: &Arc<[u64]>| listed.binary_search(&(rows.start + u64::from(row))).is_ok();
            let is_asked = span.contains(time) && options.rows.as_ref().is_none_or(is_listed);
            for ((place, rest), cells) in (0_u32..).zip(&mut rest).zip(&window.columns) {
                if rest.first() != Some(&row) {
                    continue;
                }
                *rest = rest.get(1..).unwrap_or_default();
                if is_asked {
                    out.times.push(Some(*time));
                    out.places.push(place);
                    out.values
                        .push(cells.get(row as usize).copied().unwrap_or(f64::NAN));
                }
            }
            if out.times.len() >= BATCH {
                out.flush(&channels, write)?;
            }
        }
    }
    out.flush(&channels, write)
}

#[derive(Default)]
struct Batch {
    times: Vec<Option<i64>>,
    /// Of the channels.
    places: Vec<u32>,
    values: Vec<f64>,
}

impl Batch {
    fn flush(
        &mut self,
        channels: &Arc<[String]>,
        write: &mut dyn FnMut(usize, Vec<Values>) -> Result<()>,
    ) -> Result<()> {
        let Self {
            times,
            places,
            values,
        } = std::mem::take(self);
        if times.is_empty() {
            return Ok(());
        }
        let rows = times.len();
        let cells = vec![
            Values::Time(times),
            Values::Among(channels.clone(), places),
            Values::Number(values),
        ];
        write(rows, cells)
    }
}
