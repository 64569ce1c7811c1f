//! A visible span of a channel, reduced to the columns of a chart.

use super::Bucket;

/// What one column of a chart shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// All values whose times fall into it.
    pub bucket: Bucket,
    /// Whether a line leads from the sample before (in an earlier column or left of
    /// the visible span) to the first value, without a gap between them.
    pub joined: bool,
}

/// A visible span reduced to columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reduced {
    /// One entry per column; `None` where no sample falls into it.
    pub columns: Vec<Option<Column>>,
    /// The mean over time of each column's values, NaN where it has none; empty: not known.
    pub means: Vec<f64>,
    /// Height at which the line enters at the left edge, when it comes from outside.
    pub enter: Option<f64>,
    /// Height at which the line leaves at the right edge, when it goes on outside.
    pub leave: Option<f64>,
    /// Gaps that leave columns empty: the last sample before each, and the first after it,
    /// in microseconds.
    pub gaps: Vec<(i64, i64)>,
    /// Single samples to be marked (time, value); see
    /// [`Series::changed_samples`](super::Series::changed_samples).
    pub samples: Vec<(i64, f64)>,
}

impl Reduced {
    /// Smallest and largest height that is visible.
    pub fn extent(&self) -> Option<(f64, f64)> {
        let edges = self.enter.iter().chain(self.leave.iter()).map(|v| (*v, *v));
        let columns = self.columns.iter().flatten();
        columns
            .map(|c| (c.bucket.min, c.bucket.max))
            .chain(edges)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Bytes it takes in memory.
    pub fn bytes(&self) -> usize {
        let columns = self.columns.len() * size_of::<Option<Column>>();
        columns + self.means.len() * size_of::<f64>() + self.gaps.len() * 16
    }

    /// Stretches of empty columns: the first of each, and the one after its last.
    pub fn empty_stretches(&self) -> impl Iterator<Item = (usize, usize)> {
        empty_stretches(&self.columns)
    }
}

pub(super) fn empty_stretches(columns: &[Option<Column>]) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    let stretches = columns.chunk_by(|a, b| a.is_none() == b.is_none());
    stretches.filter_map(move |stretch| {
        let begin = from;
        from += stretch.len();
        let empty = stretch.first().is_some_and(Option::is_none);
        empty.then_some((begin, from))
    })
}

/// Height at `time` of the line from one sample (time, value) to the next.
pub(super) fn height_at((t0, v0): (i64, f64), (t1, v1): (i64, f64), time: i64) -> f64 {
    let share = (time - t0) as f64 / (t1 - t0).max(1) as f64;
    v0 + (v1 - v0) * share.clamp(0.0, 1.0)
}
