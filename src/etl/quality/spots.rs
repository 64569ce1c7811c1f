//! Many findings of one rule on one channel become a few flags: those close together are
//! one, and beyond a number of flags the smaller ones are summed up.

use super::Severity;

/// One finding, before anything is merged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    /// Microseconds, `from` ≤ `to`.
    pub from: i64,
    pub to: i64,
    pub value: f64,
    pub threshold: f64,
    pub severity: Severity,
}

/// One or more findings that become one flag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Group {
    pub from: i64,
    pub to: i64,
    /// The largest value, and what it was held against.
    pub value: f64,
    pub threshold: f64,
    /// The worst.
    pub severity: Severity,
    /// Findings in it.
    pub count: usize,
    /// Sum of the values.
    pub total: f64,
    /// Whether these are the ones left over, which do not lie together.
    pub rest: bool,
}

/// Merges findings that are at most `within_us` apart, keeps the `max` largest groups, the
/// worst first, and sums up the others in one more. In time order, the sum last.
pub(super) fn groups(mut spots: Vec<Spot>, within_us: i64, max: usize) -> Vec<Group> {
    spots.sort_by_key(|s| (s.from, s.to));
    let mut groups: Vec<Group> = Vec::new();
    for spot in spots {
        let new = Group {
            from: spot.from,
            to: spot.to,
            value: spot.value,
            threshold: spot.threshold,
            severity: spot.severity,
            count: 1,
            total: spot.value,
            rest: false,
        };
        match groups.last_mut() {
            Some(last) if spot.from.saturating_sub(last.to) <= within_us => last.take(&new),
            _ => groups.push(new),
        }
    }
    if groups.len() <= max {
        return groups;
    }
    groups.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(b.value.total_cmp(&a.value))
            .then(a.from.cmp(&b.from))
    });
    let mut others = groups.split_off(max).into_iter();
    groups.sort_by_key(|g| g.from);
    if let Some(mut sum) = others.next() {
        others.for_each(|g| sum.take(&g));
        sum.rest = true;
        groups.push(sum);
    }
    groups
}

impl Group {
    fn take(&mut self, other: &Self) {
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

    fn spot(from: i64, to: i64, value: f64) -> Spot {
        Spot {
            from,
            to,
            value,
            threshold: 1.0,
            severity: Severity::Suspect,
        }
    }

    #[test]
    fn neighbours_become_one_and_the_small_ones_are_summed_up() {
        let spots = vec![
            spot(500, 510, 2.0),
            spot(0, 10, 1.0),
            spot(20, 30, 5.0),
            spot(900, 900, 3.0),
        ];
        let all = groups(spots.clone(), 10, 9);
        assert_eq!(all.len(), 3);
        assert_eq!((all[0].from, all[0].to, all[0].count), (0, 30, 2));
        assert_eq!((all[0].value, all[0].total), (5.0, 6.0));
        let few = groups(spots, 10, 1);
        assert_eq!(few.len(), 2);
        assert_eq!((few[0].value, few[0].rest), (5.0, false));
        assert!(few[1].rest);
        assert_eq!((few[1].from, few[1].to, few[1].count), (500, 900, 2));
        assert_eq!((few[1].value, few[1].total), (3.0, 5.0));
    }

    #[test]
    fn the_worst_are_kept_however_small() {
        let bad = Spot {
            severity: Severity::Fail,
            ..spot(50, 50, 0.1)
        };
        let kept = groups(vec![spot(0, 0, 9.0), bad, spot(99, 99, 8.0)], 0, 1);
        assert_eq!(kept[0].severity, Severity::Fail);
        assert_eq!((kept[1].count, kept[1].severity), (2, Severity::Suspect));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(
            spots in prop::collection::vec((0i64..10_000, 0i64..50, 0.0..9.0f64), 0..60),
            within in 0i64..200,
            max in 1usize..8,
        ) {
            let spots: Vec<Spot> = spots.into_iter().map(|(a, n, v)| spot(a, a + n, v)).collect();
            let out = groups(spots.clone(), within, max);
            prop_assert!(out.len() <= max + 1);
            prop_assert_eq!(out.iter().map(|g| g.count).sum::<usize>(), spots.len());
            let total: f64 = spots.iter().map(|s| s.value).sum();
            prop_assert!((out.iter().map(|g| g.total).sum::<f64>() - total).abs() < 1e-9);
            for s in &spots {
                prop_assert!(out.iter().any(|g| g.from <= s.from && s.to <= g.to));
            }
            let kept: Vec<_> = out.iter().filter(|g| !g.rest).collect();
            prop_assert!(kept.windows(2).all(|w| w[0].to < w[1].from));
        }
    }
}
