//! What a channel did in a span of time, in four numbers.

/// Smallest and largest value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extent {
    pub min: f64,
    pub max: f64,
}

impl Extent {
    /// Of no value.
    pub const EMPTY: Self = Self {
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
    };

    /// NaN (null) is neither smaller nor larger. These comparisons are single
    /// instructions, other than those of `f64::min` and `f64::max`.
    pub fn with(self, min: f64, max: f64) -> Self {
        Self {
            min: if min < self.min { min } else { self.min },
            max: if max > self.max { max } else { self.max },
        }
    }
}

/// What a channel did in a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Earliest value.
    pub first: f64,
    /// Latest value.
    pub last: f64,
}

impl Bucket {
    /// Of a single value.
    pub fn at(value: f64) -> Self {
        Self {
            min: value,
            max: value,
            first: value,
            last: value,
        }
    }

    /// Of this span and a later one.
    #[must_use]
    pub fn merge(self, later: Self) -> Self {
        Self {
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            first: self.first,
            last: later.last,
        }
    }

    /// Of values in the order of time; NaN stands for null. `None` when all are null.
    pub fn of(values: &[f64]) -> Option<Self> {
        let known = |v: &&f64| v.is_finite();
        let first = *values.iter().find(known)?;
        let last = *values.iter().rfind(known)?;
        let extent = values.iter().filter(known);
        let extent = extent.fold(Extent::EMPTY, |e, v| e.with(*v, *v));
        Some(Self {
            min: extent.min,
            max: extent.max,
            first,
            last,
        })
    }
}
