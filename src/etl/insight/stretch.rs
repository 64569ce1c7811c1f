//! Stretches of time.

/// From one time to another, both included, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first time.
    pub from: i64,
    /// Its last time, not before the first.
    pub to: i64,
}

impl Stretch {
    /// Seconds that it lasts.
    pub fn seconds(self) -> f64 {
        (self.to - self.from) as f64 / 1e6
    }

    /// The indices of `times` (ascending) within it.
    pub fn indices(self, times: &[i64]) -> std::ops::Range<usize> {
        let start = times.partition_point(|t| *t < self.from);
        let end = times.partition_point(|t| *t <= self.to);
        start..end.max(start)
    }

    /// What it has in common with another.
    pub fn common(self, other: Self) -> Option<Self> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Self { from, to })
    }
}

/// What two lists of stretches have in common; in each they ascend and do not overlap.
pub(super) fn common(a: &[Stretch], b: &[Stretch]) -> Vec<Stretch> {
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        out.extend(x.common(*y));
        if x.to < y.to {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

/// What is left of `whole` without `parts`, which ascend and do not overlap.
pub(super) fn without(whole: Stretch, parts: &[Stretch]) -> Vec<Stretch> {
    let mut out = Vec::new();
    let mut from = whole.from;
    for part in parts {
        if part.from > from {
            out.extend(whole.common(Stretch {
                from,
                to: part.from,
            }));
        }
        from = from.max(part.to);
    }
    out.extend(whole.common(Stretch { from, to: whole.to }));
    out
}

/// Seconds of all.
pub(super) fn seconds(stretches: &[Stretch]) -> f64 {
    stretches.iter().fold(0.0, |sum, s| sum + s.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(i64, i64)]) -> Vec<Stretch> {
        pairs
            .iter()
            .map(|(from, to)| Stretch {
                from: *from,
                to: *to,
            })
            .collect()
    }

    #[test]
    fn lists_of_stretches() {
        let (a, b) = (of(&[(0, 10), (20, 30)]), of(&[(5, 22), (25, 26), (29, 40)]));
        assert_eq!(common(&a, &b), of(&[(5, 10), (20, 22), (25, 26), (29, 30)]));
        assert_eq!(common(&b, &a), common(&a, &b));
        let whole = Stretch { from: 2, to: 28 };
        assert_eq!(without(whole, &a), of(&[(10, 20)]));
        assert_eq!(without(whole, &b), of(&[(2, 5), (22, 25), (26, 28)]));
        assert_eq!(without(whole, &[]), [whole]);
        assert_eq!(seconds(&a), 20e-6);
        assert_eq!(whole.indices(&[1, 2, 3, 28, 29]), 1..4);
    }
}
