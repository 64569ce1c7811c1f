//! Many occurrences of one fault on one channel become a few findings: those close together
//! are one, and beyond a number the smaller ones are summed up.

use super::{
    Severity, Thresholds,
    thresholds::{MAX_FLAGS, MERGE_S},
};

/// One place in a channel where a rule applies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Occurrence {
    /// Microseconds, `from` ≤ `to`.
    pub from: i64,
    pub to: i64,
    pub value: f64,
    pub threshold: f64,
    pub severity: Severity,
}

/// One or more occurrences that become one finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cluster {
    pub from: i64,
    pub to: i64,
    /// The largest value, and its threshold.
    pub value: f64,
    pub threshold: f64,
    /// The worst.
    pub severity: Severity,
    /// Number of occurrences.
    pub count: usize,
    /// Sum of the values.
    pub total: f64,
    /// Whether these are the ones beyond the maximum, which do not lie together.
    pub rest: bool,
}

/// How occurrences become findings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clustering {
    /// Occurrences at most so many microseconds apart are one.
    pub within_us: i64,
    /// Clusters that are kept.
    pub max: usize,
}

impl Clustering {
    /// Of a channel with this median interval, in microseconds. Samples that follow each other,
    /// or have one between them, are one event however slowly they were taken.
    pub fn new(thresholds: &Thresholds, median_us: Option<f64>) -> Self {
        let within_us = thresholds.get(&MERGE_S) * 1e6;
        Self {
            within_us: within_us.max(2.0 * median_us.unwrap_or(0.0)) as i64,
            max: thresholds.count(&MAX_FLAGS),
        }
    }
}

/// Merges occurrences that are close together, keeps the largest clusters, the worst first, and
/// sums up the others in one more. In time order, the sum last.
pub(super) fn clusters(mut occurrences: Vec<Occurrence>, clustering: Clustering) -> Vec<Cluster> {
    let Clustering { within_us, max } = clustering;
    occurrences.sort_by_key(|s| (s.from, s.to));
    let mut clusters: Vec<Cluster> = Vec::new();
    for occurrence in occurrences {
        let new = Cluster {
            from: occurrence.from,
            to: occurrence.to,
            value: occurrence.value,
            threshold: occurrence.threshold,
            severity: occurrence.severity,
            count: 1,
            total: occurrence.value,
            rest: false,
        };
        match clusters.last_mut() {
            Some(last) if occurrence.from.saturating_sub(last.to) <= within_us => last.absorb(&new),
            _ => clusters.push(new),
        }
    }
    if clusters.len() <= max {
        return clusters;
    }
    clusters.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(b.value.total_cmp(&a.value))
            .then(a.from.cmp(&b.from))
    });
    let mut others = clusters.split_off(max).into_iter();
    clusters.sort_by_key(|g| g.from);
    if let Some(mut sum) = others.next() {
        others.for_each(|g| sum.absorb(&g));
        sum.rest = true;
        clusters.push(sum);
    }
    clusters
}

impl Cluster {
    fn absorb(&mut self, other: &Self) {
        if other.value > self.value {
            (self.value, self.threshold) = (other.value, other.threshold);
        }
        self.from = self.from.min(other.from);
        self.to = self.to.max(other.to);
        self.severity = self.severity.max(other.severity);
        self.count += other.count;
        self.total += other.total;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn occurrence(from: i64, to: i64, value: f64) -> Occurrence {
        Occurrence {
            from,
            to,
            value,
            threshold: 1.0,
            severity: Severity::Suspect,
        }
    }

    fn by(within_us: i64, max: usize) -> Clustering {
        Clustering { within_us, max }
    }

    #[test]
    fn samples_that_follow_each_other_are_one_event_at_any_rate() {
        let within = |median_us| Clustering::new(&Thresholds::default(), median_us).within_us;
        assert_eq!(within(Some(10_000.0)), 1_000_000);
        assert_eq!(within(Some(1_667_000.0)), 3_334_000);
        assert_eq!(within(None), 1_000_000);
    }

    #[test]
    fn neighbours_become_one_and_the_small_ones_are_summed_up() {
        let occurrences = vec![
            occurrence(500, 510, 2.0),
            occurrence(0, 10, 1.0),
            occurrence(20, 30, 5.0),
            occurrence(900, 900, 3.0),
        ];
        let all = clusters(occurrences.clone(), by(10, 9));
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].from, all[0].to, all[0].count), (0, 30, 2));
        assert_eq!((all[0].value, all[0].total), (5.0, 6.0));
        let few = clusters(occurrences, by(10, 1));
        assert_eq!(few.len(), 2);
        assert_eq!((few[0].value, few[0].rest), (5.0, false));
        assert!(few[1].rest);
        assert_eq!((few[1].from, few[1].to, few[1].count), (500, 900, 2));
        assert_eq!((few[1].value, few[1].total), (3.0, 5.0));
    }

    #[test]
    fn the_worst_are_kept_however_small() {
        let bad = Occurrence {
            severity: Severity::Fail,
            ..occurrence(50, 50, 0.1)
        };
        let kept = clusters(
            vec![occurrence(0, 0, 9.0), bad, occurrence(99, 99, 8.0)],
            by(0, 1),
        );
        assert_eq!(kept[0].severity, Severity::Fail);
        assert_eq!((kept[1].count, kept[1].severity), (2, Severity::Suspect));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(
            occurrences in prop::collection::vec((0i64..10_000, 0i64..50, 0.0..9.0f64), 0..60),
            within in 0i64..200,
            max in 1usize..8,
        ) {
            let occurrences: Vec<Occurrence> = occurrences.into_iter().map(|(a, n, v)| occurrence(a, a + n, v)).collect();
            let out = clusters(occurrences.clone(), by(within, max));
            prop_assert!(out.len() <= max + 1);
            prop_assert_eq!(out.iter().map(|g| g.count).sum::<usize>(), occurrences.len());
            let total: f64 = occurrences.iter().map(|s| s.value).sum();
            prop_assert!((out.iter().map(|g| g.total).sum::<f64>() - total).abs() < 1e-9);
            for s in &occurrences {
                prop_assert!(out.iter().any(|g| g.from <= s.from && s.to <= g.to));
            }
            let kept: Vec<_> = out.iter().filter(|g| !g.rest).collect();
            prop_assert!(kept.windows(2).all(|w| w[0].to < w[1].from));
        }
    }
}
