//! The length of a robot's path.

/// `Σ‖Δp‖` in the axes' unit, over the times at which any axis has a sample, the others
/// held without limit, from the first time at which all have a value. `None` when an
/// axis has no sample, there is no axis, or the sum is larger than a double can be.
///
/// Each axis is `(times, values)`: times in microseconds, strictly increasing.
pub fn path_length(axes: &[(&[i64], &[f64])]) -> Option<f64> {
    if axes.is_empty() || axes.iter().any(|(times, _)| times.is_empty()) {
        return None;
    }
    let (first_times, _) = axes[0];
    let mut sum = Sum::default();
    if axes.iter().all(|(times, _)| *times == first_times) {
        for i in 1..first_times.len() {
            sum.add(chord(axes.iter().map(|(_, v)| v[i] - v[i - 1])));
        }
        return sum.value();
    }
    match axes {
        [x, y, z] => of_own_clocks([*x, *y, *z], [0; 3], [0.0; 3]),
        _ => of_own_clocks(axes, vec![0; axes.len()], vec![0.0; axes.len()]),
    }
}

/// As [`path_length`], of axes with samples at different times; `next` and `point` are zeros, as many.
fn of_own_clocks<'a>(
    axes: impl AsRef<[(&'a [i64], &'a [f64])]>,
    mut next: impl AsMut<[usize]>,
    mut point: impl AsMut<[f64]> + Clone,
) -> Option<f64> {
    let (axes, mut steps) = (axes.as_ref(), point.clone());
    let (next, point, steps) = (next.as_mut(), point.as_mut(), steps.as_mut());
    let start = axes.iter().map(|(times, _)| times[0]).max()?;
    // The next sample of each axis, and the point where the tool is.
    for (((times, values), next), at) in axes.iter().zip(&mut *next).zip(&mut *point) {
        *next = times.partition_point(|t| *t <= start);
        *at = values[*next - 1];
    }
    let mut sum = Sum::default();
    loop {
        let ahead = axes.iter().zip(&*next);
        let now = ahead.filter_map(|((t, _), n)| t.get(*n).copied()).min();
        let Some(now) = now else {
            return sum.value();
        };
        let places = next.iter_mut().zip(&mut *point).zip(&mut *steps);
        for ((times, values), ((next, at), step)) in axes.iter().zip(places) {
            *step = 0.0;
            if times.get(*next) == Some(&now) {
                *step = values[*next] - *at;
                *at = values[*next];
                *next += 1;
            }
        }
        sum.add(chord(steps.iter().copied()));
    }
}

/// The length of a step by its components; infinite only where it is larger than a double can be.
pub(crate) fn chord(steps: impl Iterator<Item = f64> + Clone) -> f64 {
    let square: f64 = steps.clone().map(|step| step * step).sum();
    if square.is_finite() {
        square.sqrt()
    } else {
        // Slower, but its squares do not overflow.
        steps.fold(0.0, f64::hypot)
    }
}

/// Neumaier's compensated sum (A. Neumaier, ZAMM 54, 1974): hundreds of thousands of
/// tiny steps must not drown.
#[derive(Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let t = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() {
            (self.sum - t) + x
        } else {
            (x - t) + self.sum
        };
        self.sum = t;
    }

    fn value(&self) -> Option<f64> {
        Some(self.sum + self.lost).filter(|sum| sum.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_square() {
        let t = [0, 1, 2, 3, 4];
        let x = [0.0, 1.0, 1.0, 0.0, 0.0];
        let y = [0.0, 0.0, 1.0, 1.0, 0.0];
        assert_eq!(
            path_length(&[(&t, &x), (&t, &y), (&t, &[5.0; 5])]),
            Some(4.0)
        );
        assert_eq!(path_length(&[(&t, &x), (&[], &[])]), None);
        assert_eq!(path_length(&[]), None);
    }

    #[test]
    fn steps_whose_squares_overflow_count_and_too_long_a_path_has_no_length() {
        let (t, other) = ([0, 1, 2], [0, 2, 3]);
        let still = [5.0; 3];
        let path = |x: &[f64], times: &[i64]| path_length(&[(&t, x), (times, &still)]);
        for times in [&t, &other] {
            assert_eq!(path(&[0.0, 1e200, 0.0], times), Some(2e200));
            assert_eq!(
                path(&[0.0, f64::MAX, 0.0], times),
                None,
                "the sum overflows"
            );
            assert_eq!(path(&[f64::MAX, -f64::MAX, 0.0], times), None);
        }
    }

    /// By the definition, time by time.
    fn by_definition(axes: &[(Vec<i64>, Vec<f64>)]) -> f64 {
        let times: BTreeSet<i64> = axes.iter().flat_map(|(t, _)| t.iter().copied()).collect();
        let at = |axis: &(Vec<i64>, Vec<f64>), now| {
            (0..axis.0.len())
                .rev()
                .find(|i| axis.0[*i] <= now)
                .map(|i| axis.1[i])
        };
        let points: Vec<Vec<f64>> = times
            .iter()
            .filter_map(|now| {
                axes.iter()
                    .map(|a| at(a, *now))
                    .collect::<Option<Vec<f64>>>()
            })
            .collect();
        points
            .windows(2)
            .map(|w| {
                w[0].iter()
                    .zip(&w[1])
                    .map(|(a, b)| (b - a) * (b - a))
                    .sum::<f64>()
                    .sqrt()
            })
            .sum()
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            axes in prop::collection::vec(prop::collection::btree_map(0i64..200, -1e3..1e3f64, 1..30), 3),
        ) {
            let axes: Vec<(Vec<i64>, Vec<f64>)> =
                axes.into_iter().map(|a| a.into_iter().unzip()).collect();
            let views: Vec<(&[i64], &[f64])> =
                axes.iter().map(|(t, v)| (t.as_slice(), v.as_slice())).collect();
            let got = path_length(&views).unwrap();
            prop_assert!((got - by_definition(&axes)).abs() < 1e-6);
        }
    }
}
