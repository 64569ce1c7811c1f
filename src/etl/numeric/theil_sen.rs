//! The Theil–Sen slope.

/// A slope and its 95 % interval, in the unit of y by that of x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TheilSen {
    /// Median of the slopes of all pairs of points.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Points that are compared with each other; of more, evenly spaced ones are.
const MOST: usize = 1000;
/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The median slope of all pairs of `points` (x, y; finite) with different x, and its 95 %
/// interval from the variance of Kendall's statistic, ties counted: P. K. Sen, "Estimates of the
/// Regression Coefficient Based on Kendall's Tau", 1968. `None` for fewer than three points or
/// when they have one x. Of more than 1,000 points, evenly spaced ones are taken.
pub fn theil_sen(points: &[(f64, f64)]) -> Option<TheilSen> {
    let every = points.len().div_ceil(MOST).max(1);
    let points: Vec<(f64, f64)> = points.iter().copied().step_by(every).collect();
    if points.len() < 3 {
        return None;
    }
    let mut slopes = Vec::with_capacity(points.len() * (points.len() - 1) / 2);
    for (i, a) in points.iter().enumerate() {
        let others = points[i + 1..].iter().filter(|b| b.0 != a.0);
        slopes.extend(others.map(|b| (b.1 - a.1) / (b.0 - a.0)));
    }
    slopes.sort_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let value = (slopes[last / 2] + slopes[last.div_ceil(2)]) / 2.0;
    let ties = |of: fn(&(f64, f64)) -> f64| ties(points.iter().map(of).collect());
    let variance = (kendall(points.len()) - ties(|p| p.0) - ties(|p| p.1)) / 18.0;
    let half = Z * variance.max(0.0).sqrt();
    let rank = |rank: f64| rank.round_ties_even().clamp(0.0, last as f64) as usize;
    let pairs = slopes.len() as f64;
    Some(TheilSen {
        value,
        low: slopes[rank((pairs - half) / 2.0 - 1.0)],
        high: slopes[rank((pairs + half) / 2.0)],
    })
    .filter(|slope| {
        [slope.value, slope.low, slope.high]
            .iter()
            .all(|v| v.is_finite())
    })
}

/// 18 times the variance of Kendall's statistic over `n` values without ties.
fn kendall(n: usize) -> f64 {
    let n = n as f64;
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// What equal values take from it.
fn ties(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let groups = values.chunk_by(|a, b| a == b);
    groups.map(|group| kendall(group.len())).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_scipy_says() {
        // scipy.stats.theilslopes(y, x, 0.95) of scipy 1.11.
        let y = [2.0, 1.0, 4.0, 3.5, 6.0, 5.0, 9.0, 7.0];
        let points: Vec<(f64, f64)> = (0..8).map(f64::from).zip(y).collect();
        let got = theil_sen(&points).unwrap();
        // The 28 slopes by hand: the median lies between ranks 13 and 14; σ = √(8·7·21 ÷ 18) =
        // 8.0829, so the ends are ranks round((28 − 15.842) ÷ 2) − 1 = 5 and round(21.92) = 22.
        let mut slopes: Vec<f64> = Vec::new();
        for i in 0..8 {
            for j in i + 1..8 {
                slopes.push((y[j] - y[i]) / (j - i) as f64);
            }
        }
        slopes.sort_by(f64::total_cmp);
        assert_eq!(got.value, (slopes[13] + slopes[14]) / 2.0);
        assert_eq!((got.low, got.high), (slopes[5], slopes[22]));
    }

    #[test]
    fn a_line_with_a_bad_point_keeps_its_slope() {
        let mut points: Vec<(f64, f64)> = (0..20)
            .map(|i| (f64::from(i), 3.0 * f64::from(i)))
            .collect();
        points[7].1 = 1e6;
        let got = theil_sen(&points).unwrap();
        assert_eq!((got.value, got.low, got.high), (3.0, 3.0, 3.0));
        assert_eq!(theil_sen(&points[..2]), None);
        assert_eq!(theil_sen(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
        let many: Vec<(f64, f64)> = (0..5000).map(|i| (f64::from(i), -f64::from(i))).collect();
        assert_eq!(theil_sen(&many).unwrap().value, -1.0);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_slope(y in prop::collection::vec(-1e3..1e3f64, 3..40)) {
            let points: Vec<(f64, f64)> = (0..).map(f64::from).zip(y).collect();
            let got = theil_sen(&points).unwrap();
            prop_assert!(got.low <= got.value && got.value <= got.high);
        }
    }
}
