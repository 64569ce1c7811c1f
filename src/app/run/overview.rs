//! All channels of a run in a few hundred spans each, from one pass over its table.

use crate::{app::chart::TimeRange, etl::lake::run_file::Window};

/// Spans that a run is divided into: more than any sparkline has characters.
pub const SPANS: usize = 512;

/// Smallest and largest value of a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

impl Bucket {
    /// Of both spans.
    pub fn merge(self, other: Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// Per channel: what it did over the whole run. `None`: a span without a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// In the order in which the channels were asked for.
    pub channels: Vec<Vec<Option<Bucket>>>,
}

/// Takes a table in window by window.
pub struct OverviewBuilder {
    range: TimeRange,
    overview: Overview,
}

impl OverviewBuilder {
    /// For `channels` channels over the run's span of time.
    pub fn new(range: TimeRange, channels: usize) -> Self {
        Self {
            range,
            overview: Overview {
                channels: vec![vec![None; SPANS]; channels],
            },
        }
    }

    /// Takes in the next rows; `window.columns` are the channels in their order.
    pub fn add(&mut self, window: &Window) {
        let spans: Vec<Option<usize>> = window
            .times
            .iter()
            .map(|t| self.range.column_of(*t, SPANS))
            .collect();
        for (channel, values) in self.overview.channels.iter_mut().zip(&window.columns) {
            for (value, span) in values.iter().zip(&spans).filter(|(v, _)| v.is_finite()) {
                if let Some(bucket) = span.and_then(|s| channel.get_mut(s)) {
                    let this = Bucket {
                        min: *value,
                        max: *value,
                    };
                    *bucket = Some(bucket.map_or(this, |b| b.merge(this)));
                }
            }
        }
    }

    /// What was taken in so far.
    pub fn finish(self) -> Overview {
        self.overview
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_add_up_to_the_whole() {
        let n = 5000i64;
        let value = |i: i64| {
            if (1000..2000).contains(&i) {
                f64::NAN
            } else {
                (i * 37 % 101) as f64
            }
        };
        let mut builder = OverviewBuilder::new(TimeRange::new(0, n - 1), 1);
        for from in (0..n).step_by(700) {
            let rows: Vec<i64> = (from..(from + 700).min(n)).collect();
            builder.add(&Window {
                first_row: from as u64,
                columns: vec![rows.iter().map(|i| value(*i)).collect()],
                times: rows,
            });
        }
        let overview = builder.finish();
        for (span, bucket) in overview.channels[0].iter().enumerate() {
            let inside = (0..n)
                .filter(|i| (i * SPANS as i64 / n) as usize == span)
                .map(value)
                .filter(|v| !v.is_nan());
            assert_eq!(
                bucket.map(|b| b.min),
                inside.clone().reduce(f64::min),
                "{span}"
            );
            assert_eq!(bucket.map(|b| b.max), inside.reduce(f64::max), "{span}");
        }
        assert!(overview.channels[0].iter().any(Option::is_none));
    }
}
