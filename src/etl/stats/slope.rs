//! Where a figure of a machine goes over its runs.

use crate::time::SECOND;

const DAY: f64 = 86_400.0 * SECOND as f64;

/// Runs below which no slope is told: two points always lie on a line.
const RUNS: usize = 3;

/// The slope of the line of least squares through `points` (start in microseconds, value
/// if the run has one), in the value's unit per day: Σ(t−t̄)(v−v̄) ÷ Σ(t−t̄)².
///
/// `None` for fewer than three runs with a value, and when they span less than a day:
/// minutes say nothing of what a day brings.
pub fn slope_per_day(points: impl Iterator<Item = (i64, Option<f64>)> + Clone) -> Option<f64> {
    let known = points.filter_map(|(t, v)| v.filter(|v| v.is_finite()).map(|v| (t, v)));
    let first = known.clone().map(|(t, _)| t).min()?;
    let last = known.clone().map(|(t, _)| t).max()?;
    let n = known.clone().count();
    if n < RUNS || (last.saturating_sub(first) as f64) < DAY {
        return None;
    }
    // From the first run on: whole microseconds since 1970 would cost digits.
    let days = known.map(|(t, v)| (t.saturating_sub(first) as f64 / DAY, v));
    let (mut t_mean, mut v_mean) = (0.0, 0.0);
    for (t, v) in days.clone() {
        t_mean += t / n as f64;
        v_mean += v / n as f64;
    }
    let (mut above, mut below) = (0.0, 0.0);
    for (t, v) in days {
        above += (t - t_mean) * (v - v_mean);
        below += (t - t_mean) * (t - t_mean);
    }
    Some(above / below).filter(|slope| slope.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600 * SECOND;
    /// 2022-11-23T20:40:00Z
    const START: i64 = 1_669_236_000_000_000;

    fn slope(points: &[(i64, Option<f64>)]) -> Option<f64> {
        slope_per_day(points.iter().copied())
    }

    #[test]
    fn a_line_has_its_slope() {
        let line: Vec<_> = (0..10)
            .map(|i| (START + i * 12 * HOUR, Some(2000.0 + 5.5 * i as f64)))
            .collect();
        assert!((slope(&line).unwrap() - 11.0).abs() < 1e-9);
        let flat: Vec<_> = line.iter().map(|(t, _)| (*t, Some(7.0))).collect();
        assert_eq!(slope(&flat), Some(0.0));
    }

    #[test]
    fn too_little_says_nothing() {
        let at = |hours: i64, v| (START + hours * HOUR, v);
        assert_eq!(slope(&[]), None);
        assert_eq!(slope(&[at(0, Some(1.0)), at(48, Some(2.0))]), None);
        let short = [at(0, Some(1.0)), at(10, Some(2.0)), at(23, Some(3.0))];
        assert_eq!(slope(&short), None, "less than a day");
        let null = [
            at(0, Some(1.0)),
            at(24, None),
            at(48, Some(2.0)),
            at(72, Some(f64::NAN)),
        ];
        assert_eq!(slope(&null), None, "two runs have a force");
        let day = [at(0, Some(1.0)), at(12, Some(2.0)), at(24, Some(3.0))];
        assert!((slope(&day).unwrap() - 2.0).abs() < 1e-9);
    }

    proptest! {
        /// Least squares as the mean slope of all pairs, weighted by their distance squared.
        #[test]
        fn it_is_the_weighted_mean_of_all_pairs(
            points in prop::collection::vec((0i64..30 * 24, 0f64..5000.0), 3..30),
        ) {
            let points: Vec<_> = points.iter().map(|(h, v)| (START + h * HOUR, Some(*v))).collect();
            let (mut above, mut below) = (0.0, 0.0);
            for (i, (ta, va)) in points.iter().enumerate() {
                for (tb, vb) in &points[i + 1..] {
                    let days = (tb - ta) as f64 / DAY;
                    above += days * (vb.unwrap() - va.unwrap());
                    below += days * days;
                }
            }
            if let Some(slope) = slope(&points) {
                let want = above / below;
                prop_assert!((slope - want).abs() <= 1e-6 * (1.0 + want.abs()), "{slope} {want}");
            }
        }
    }
}
