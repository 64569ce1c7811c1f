//! What charts ask of a run's table, and how it is answered on a worker's thread.

use std::{ops::Range, sync::Arc};

use super::{Distribution, ReadDistribution};

use crate::{
    app::{
        chart::{Reduced, Series, TimeRange},
        query::{Query, QueryContext},
        run::TableRef,
    },
    etl::{
        Result,
        base::CancelToken,
        lake::{Context, run_file::RunFile},
        overview::{self, Of, Overview},
        profile::Profile,
        reduce::{Reducer, Spans, WindowStats},
        schema::{Field, Hold},
    },
};

/// Row groups that are decoded together where rows pass by: enough for all threads, and few
/// megabytes.
const GROUPS: usize = 8;

/// Which part of the charts asks. Of each run each part has at most one query under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Sparklines and sketches.
    Overview,
    /// A channel.
    Channel,
    /// The values at the cursor.
    CursorRow,
    /// The times of rows that were typed.
    RowTimes,
    /// The histogram.
    Distribution,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Overview,
        Self::Channel,
        Self::CursorRow,
        Self::RowTimes,
        Self::Distribution,
    ];
}

/// What is asked of a run's table.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalsQuery {
    /// Where.
    pub table: TableRef,
    /// What.
    pub ask: Ask,
}

/// See [`SignalsQuery`].
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Channels in a few hundred spans, or a few thousand of a long run.
    Overview {
        /// Which, in order.
        channels: Vec<String>,
        /// First and last time of the run.
        span: (i64, i64),
        /// Rows of the table.
        rows: u64,
        /// Only if it is stored: reading the table takes long.
        stored: bool,
    },
    /// What a chart of a channel shows.
    Channel(ReadChannel),
    /// The row at or before a time.
    CursorRow {
        /// Which channels, in order.
        channels: Vec<String>,
        /// Microseconds since 1970.
        time: i64,
    },
    /// The times of rows.
    RowTimes(Vec<u64>),
    /// The histogram of a channel.
    Distribution(ReadDistribution),
}

/// A channel over a visible span: rows where they fit into the memory for them, else their
/// reduction.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadChannel {
    /// The channel.
    pub channel: String,
    /// Its median interval in microseconds: it decides what is a gap.
    pub interval_us: Option<f64>,
    /// What is visible, in microseconds since 1970.
    pub range: TimeRange,
    /// Columns of the chart.
    pub columns: usize,
    /// Rows that may be kept. A table that has no more is read whole.
    pub most_rows: u64,
    /// Times of rows of the table that are in memory: if they are the same they are not read.
    pub known: Option<Times>,
}

/// Times of rows that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    /// The first of the rows within the table.
    pub first_row: u64,
    /// Microseconds since 1970.
    pub times: Arc<[i64]>,
}

/// Rows of a channel that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The first of them within the table.
    pub first_row: u64,
    /// Their times and values.
    pub series: Arc<Series>,
}

/// The answer to a [`ReadChannel`]. `limits` are those of the profile for the channel.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelRead {
    /// Rows around what is visible, or all.
    Rows {
        /// The rows.
        rows: Rows,
        /// Within this span they give what all rows of the table would give.
        covers: TimeRange,
        /// Limit lines.
        limits: Vec<f64>,
    },
    /// Of too many rows what is visible of them.
    Reduced {
        /// What was visible.
        range: TimeRange,
        /// Its columns.
        reduced: Reduced,
        /// Its statistics; `None` without a value.
        stats: Option<WindowStats>,
        /// Limit lines.
        limits: Vec<f64>,
    },
}

/// The answer to a [`SignalsQuery`].
#[derive(Debug, Clone, PartialEq)]
pub enum SignalsAnswer {
    /// To [`Ask::Overview`]; `None`: it is not stored.
    Overview(Option<Overview>),
    /// To [`Ask::Channel`].
    Channel(Box<ChannelRead>),
    /// To [`Ask::CursorRow`]: one value for each channel, NaN where it is null.
    CursorRow(Vec<f64>),
    /// To [`Ask::RowTimes`], one for each row.
    RowTimes(Vec<i64>),
    /// To [`Ask::Distribution`]; `None`: no value is visible.
    Distribution(Option<Box<Distribution>>),
}

impl Query for SignalsQuery {
    type Answer = SignalsAnswer;

    fn run(self, on: &mut QueryContext<'_>) -> Result<SignalsAnswer> {
        self.answer(on.lake, on.cancel)
    }
}

impl SignalsQuery {
    /// The part that asks.
    pub fn part(&self) -> Part {
        match self.ask {
            Ask::Overview { .. } => Part::Overview,
            Ask::Channel(_) => Part::Channel,
            Ask::CursorRow { .. } => Part::CursorRow,
            Ask::RowTimes(_) => Part::RowTimes,
            Ask::Distribution(_) => Part::Distribution,
        }
    }

    /// Finds the answer.
    ///
    /// # Errors
    /// Whatever the run's table refuses; [`Error::Cancelled`](crate::etl::Error::Cancelled).
    pub fn answer(&self, context: &Context, cancel: &CancelToken) -> Result<SignalsAnswer> {
        match &self.ask {
            Ask::Overview {
                channels,
                span,
                rows,
                stored,
            } => {
                let of = Of {
                    log_key: &self.table.log_key,
                    file_name: &self.table.file_name,
                    span: *span,
                    rows: *rows,
                };
                let names: Vec<&str> = channels.iter().map(String::as_str).collect();
                self.overview(context, of, &names, *stored, cancel)
                    .map(SignalsAnswer::Overview)
            }
            Ask::Channel(read) => {
                let file = self.table.open(context)?;
                let read = read.from_table(&file, &context.profile, cancel)?;
                Ok(SignalsAnswer::Channel(Box::new(read)))
            }
            Ask::CursorRow { channels, time } => {
                let file = self.table.open(context)?;
                let names: Vec<&str> = channels.iter().map(String::as_str).collect();
                // `row_at` is the first row at or after: one microsecond later, the row
                // before it is the one at or before.
                let row = file.row_at(time.saturating_add(1))?.saturating_sub(1);
                let window = file.read(&names, row..row + 1, cancel)?;
                let before_all = window.times.first().is_none_or(|t| t > time);
                let value = |c: &Vec<f64>| c.first().copied().filter(|_| !before_all);
                let values = window.columns.iter();
                let values = values.map(|c| value(c).unwrap_or(f64::NAN)).collect();
                Ok(SignalsAnswer::CursorRow(values))
            }
            Ask::Distribution(read) => {
                let file = self.table.open(context)?;
                let found = read.from_table(&file, &context.profile, cancel)?;
                Ok(SignalsAnswer::Distribution(found.map(Box::new)))
            }
            Ask::RowTimes(rows) => {
                let file = self.table.open(context)?;
                let times = rows.iter().map(|row| {
                    let window = file.read(&[], *row..*row + 1, cancel)?;
                    Ok(window.times.first().copied().unwrap_or_default())
                });
                Ok(SignalsAnswer::RowTimes(times.collect::<Result<_>>()?))
            }
        }
    }

    /// The stored overview of a long run; else, unless only that is asked for, one made from
    /// the table, and stored for the next time when the run is long.
    fn overview(
        &self,
        context: &Context,
        of: Of<'_>,
        channels: &[&str],
        only_stored: bool,
        cancel: &CancelToken,
    ) -> Result<Option<Overview>> {
        let long = of.rows >= overview::LONG;
        if long && let Some(found) = overview::stored(&context.lake, of, channels, cancel)? {
            return Ok(Some(found));
        }
        if only_stored {
            return Ok(None);
        }
        let file = self.table.open(context)?;
        let mut builder = overview::Builder::new(of.spans(), channels.len());
        for group in file.groups() {
            cancel.check()?;
            builder.add(&file.read(channels, group, cancel)?);
        }
        let made = builder.finish();
        if long && let Err(e) = overview::store(&context.lake, of, channels, &made, cancel) {
            tracing::info!("the overview of {} is not stored: {e}", of.file_name);
        }
        Ok(Some(made))
    }
}

impl ReadChannel {
    /// Reads the channel from an open table.
    ///
    /// # Errors
    /// As [`RunFile::read`].
    pub fn from_table(
        &self,
        file: &RunFile,
        profile: &Profile,
        cancel: &CancelToken,
    ) -> Result<ChannelRead> {
        let limits = limits(profile, &self.channel);
        let rows = if file.rows() <= self.most_rows {
            0..file.rows()
        } else {
            // The row before what is visible and the one after it say where lines go on.
            let from = file.row_at(self.range.start())?.saturating_sub(1);
            let to = file.row_at(self.range.end().saturating_add(1))? + 1;
            from..to.min(file.rows())
        };
        let visible = rows.end - rows.start;
        if visible > self.most_rows {
            return self.reduce(file, profile, rows, limits, cancel);
        }
        // As much again on both sides, for what is panned to next.
        let margin = visible.min((self.most_rows - visible) / 2);
        let rows = rows.start.saturating_sub(margin)..(rows.end + margin).min(file.rows());
        self.window(file, profile, rows, limits, cancel)
    }

    fn window(
        &self,
        file: &RunFile,
        profile: &Profile,
        rows: Range<u64>,
        limits: Vec<f64>,
        cancel: &CancelToken,
    ) -> Result<ChannelRead> {
        let same = |known: &&Times| {
            known.first_row == rows.start && known.times.len() as u64 == rows.end - rows.start
        };
        let known = self.known.as_ref().filter(same);
        let names = [self.channel.as_str()];
        let mut window = match known {
            Some(_) => file.read_values(&names, rows.clone(), cancel)?,
            None => file.read(&names, rows.clone(), cancel)?,
        };
        cancel.check()?;
        let values = window.columns.pop().unwrap_or_default();
        let times = match known {
            Some(known) => known.times.clone(),
            None => window.times.into(),
        };
        let first = times.first().map(|t| t + 1).filter(|_| rows.start > 0);
        let last = times.last().map(|t| t - 1);
        let last = last.filter(|_| rows.end < file.rows());
        let covers = TimeRange::new(first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX));
        let gap_us = gap_limit(profile.hold, self.interval_us);
        let series = Series::new(times, values, gap_us);
        let series = series.with_statistics(self.interval_us.unwrap_or(f64::NAN));
        Ok(ChannelRead::Rows {
            rows: Rows {
                first_row: rows.start,
                series: Arc::new(series),
            },
            covers,
            limits,
        })
    }

    fn reduce(
        &self,
        file: &RunFile,
        profile: &Profile,
        rows: Range<u64>,
        limits: Vec<f64>,
        cancel: &CancelToken,
    ) -> Result<ChannelRead> {
        let gap_us = gap_limit(profile.hold, self.interval_us);
        let spans = Spans::new(self.range, self.columns);
        let usual_us = self.interval_us.unwrap_or(f64::NAN);
        let mut reducer = Reducer::new(spans, gap_us, usual_us);
        let groups: Vec<Range<u64>> = file.groups().collect();
        for groups in groups.chunks(GROUPS) {
            let (Some(first), Some(last)) = (groups.first(), groups.last()) else {
                continue;
            };
            let piece = first.start.max(rows.start)..last.end.min(rows.end);
            if piece.start < piece.end {
                let window = file.read(&[&self.channel], piece, cancel)?;
                if let Some(values) = window.columns.first() {
                    reducer.add(&window.times, values);
                }
            }
        }
        let (reduced, stats) = reducer.finish();
        Ok(ChannelRead::Reduced {
            range: self.range,
            reduced,
            stats,
            limits,
        })
    }
}

/// The limit lines of the field behind a channel; derived channels have none.
fn limits(profile: &Profile, channel: &str) -> Vec<f64> {
    let limits = profile.field_of(channel).map(Field::limits);
    let (min, max) = limits.unwrap_or_default();
    [min, max].into_iter().flatten().collect()
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
#[path = "query_tests.rs"]
mod tests;
