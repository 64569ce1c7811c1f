//! Samples that stand out: the Hampel filter for forces, impossible speed for positions.

/// A sample far from the median of the seven around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// Which sample.
    pub index: usize,
    /// Its distance from the median.
    pub distance: f64,
    /// The distance from which on it is a spike.
    pub limit: f64,
}

/// Samples on each side of the one that is judged.
const HALF: usize = 3;
const WINDOW: usize = 2 * HALF + 1;
/// A normal distribution's deviation ÷ its median absolute deviation.
const MAD: f64 = 1.482_602_218_505_602;
/// Differences that are looked at to estimate noise.
const DIFFERENCES: usize = 4096;

/// Samples that are more than `sigma` deviations from the median of the seven samples around
/// them. Empty for a channel that never changes. The deviation is that of the window (1.4826
/// × its median absolute deviation) or of the whole channel's noise, whichever is larger: seven
/// samples may by chance be very close together.
///
/// F. R. Hampel, "The influence curve and its role in robust estimation", 1974; as a filter:
/// R. K. Pearson, "Outliers in process modeling and identification", 2002.
pub fn spikes(values: &[f64], sigma: f64) -> Vec<Spike> {
    let mut out = Vec::new();
    let Some(noise) = noise(values) else {
        return out;
    };
    let least = sigma * noise;
    // Four of the six neighbours of a spike are further from it than the limit, so of any three
    // of them one is: where three are near, nothing has to be sorted.
    let near = |a: f64, b: f64| (a - b).abs() <= least;
    for (at, window) in values.windows(WINDOW).enumerate() {
        let value = window[HALF];
        if near(value, window[HALF - 1])
            && near(value, window[HALF + 1])
            && near(value, window[HALF + 2])
        {
            continue;
        }
        let mut sorted = [0.0; WINDOW];
        sorted.copy_from_slice(window);
        judge(values, at, median_of_seven(sorted), sigma, noise, &mut out);
    }
    out
}

/// Samples that are off the parabola through their six neighbours (three on each side) by more
/// than `least` and by more than `sigma` deviations of these from it, and on the same side of the
/// lines through the three before and the three after by half of `least`: a slope or a turn,
/// which makes a window's own deviation large, does not hide them; a step, a corner or a sample
/// that came late makes none. Only single samples are found: of two in a row each bends the
/// other's parabola.
pub(super) fn lone(times: &[i64], values: &[f64], sigma: f64, least: f64) -> Vec<Spike> {
    let mut out = Vec::new();
    for (at, w) in values.windows(WINDOW).enumerate() {
        // Least squares over −3 … 3 without 0: the value at 0.
        let middle = (6.0 * (w[2] + w[4]) + 3.0 * (w[1] + w[5]) - 2.0 * (w[0] + w[6])) / 14.0;
        let distance = (w[HALF] - middle).abs();
        if distance > least {
            let limit = least.max(sigma * deviation_of_six(w, middle));
            let times = times.get(at..at + WINDOW).unwrap_or_default();
            if distance > limit && beyond_lines(times, w) > least / 2.0 {
                out.push(Spike {
                    index: at + HALF,
                    distance,
                    limit,
                });
            }
        }
    }
    out
}

/// How far the middle of a window is above, or below, both of the lines through the three
/// samples before and after it, by their times; 0 where it is between them.
fn beyond_lines(times: &[i64], w: &[f64]) -> f64 {
    let Some(now) = times.get(HALF) else {
        return 0.0;
    };
    // Least squares through three samples, at the time of the middle.
    let line = |from: usize| {
        let at = from..from + HALF;
        let x: Vec<f64> = times[at.clone()].iter().map(|t| (t - now) as f64).collect();
        let y = &w[at];
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (x_mean, y_mean) = (mean(&x), mean(y));
        let sums = x.iter().zip(y).map(|(x, y)| (x - x_mean, y - y_mean));
        let (xy, xx) = sums.fold((0.0, 0.0), |s, (x, y)| (s.0 + x * y, s.1 + x * x));
        y_mean - xy / xx * x_mean
    };
    let (before, after) = (line(0), line(HALF + 1));
    let above = w[HALF] - before.max(after);
    let below = before.min(after) - w[HALF];
    above.max(below).max(0.0)
}

/// The deviation of the six neighbours in a window from their parabola, whose value in the
/// middle is `middle`: 1.4826 × the median of their distances, × √2 because three of six
/// numbers are fitted.
fn deviation_of_six(w: &[f64], middle: f64) -> f64 {
    let pair = |k: usize| (w[HALF - k], w[HALF + k]);
    let (mut slope, mut bend) = (0.0, 0.0);
    for k in 1..=HALF {
        let ((a, b), x) = (pair(k), k as f64);
        slope += x * (b - a) / 28.0;
        bend += (x * x - 14.0 / 3.0) * (a + b) / 2.0 / (98.0 / 3.0);
    }
    let mut off = [0.0; WINDOW - 1];
    for k in 1..=HALF {
        let ((a, b), x) = (pair(k), k as f64);
        let curve = middle + bend * x * x;
        off[2 * k - 2] = (a - curve + slope * x).abs();
        off[2 * k - 1] = (b - curve - slope * x).abs();
    }
    off.sort_by(f64::total_cmp);
    MAD * std::f64::consts::SQRT_2 * (off[2] + off[3]) / 2.0
}

/// The window that begins at `at`, whose median is `median`.
fn judge(values: &[f64], at: usize, median: f64, sigma: f64, noise: f64, out: &mut Vec<Spike>) {
    let distance = (values[at + HALF] - median).abs();
    if distance <= sigma * noise {
        return;
    }
    let mut around = [0.0; WINDOW];
    for (to, value) in around.iter_mut().zip(&values[at..]) {
        *to = (value - median).abs();
    }
    let limit = sigma * noise.max(MAD * median_of_seven(around));
    if distance > limit {
        out.push(Spike {
            index: at + HALF,
            distance,
            limit,
        });
    }
}

/// The noise of a whole channel: the median size of its steps, steps of zero aside, as the
/// deviation of normal noise that would give it. `None` when it never changes.
fn noise(values: &[f64]) -> Option<f64> {
    let stride = (values.len() / DIFFERENCES).max(1);
    let mut steps: Vec<f64> = values
        .windows(2)
        .step_by(stride)
        .map(|w| (w[1] - w[0]).abs())
        .filter(|d| *d > 0.0)
        .collect();
    let middle = steps.len().checked_sub(1)? / 2;
    let (_, median, _) = steps.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*median * MAD / std::f64::consts::SQRT_2)
}

/// The median of seven finite numbers.
pub fn median_of_seven(mut v: [f64; 7]) -> f64 {
    // Thirteen exchanges that bring the median to the middle.
    // N. Devillard, "Fast median search: an ANSI C implementation", 1998.
    const EXCHANGES: [(usize, usize); 13] = [
        (0, 5),
        (0, 3),
        (1, 6),
        (2, 4),
        (0, 1),
        (3, 5),
        (2, 6),
        (2, 3),
        (3, 6),
        (4, 5),
        (1, 4),
        (1, 3),
        (3, 4),
    ];
    for (a, b) in EXCHANGES {
        if v[b] < v[a] {
            v.swap(a, b);
        }
    }
    v[HALF]
}

/// Intervals in which a position moved faster than `max_speed` (units per second): the index
/// of the sample after it, and the speed. Times that are closer together than the median
/// interval count as that: a hurried time stamp is no speed.
pub(super) fn leaps(
    times: &[i64],
    values: &[f64],
    median_us: f64,
    max_speed: f64,
) -> Vec<(usize, f64)> {
    let mut out = Vec::new();
    let per_us = max_speed / 1e6;
    let least = per_us * median_us;
    for (i, (t, v)) in times.windows(2).zip(values.windows(2)).enumerate() {
        let distance = (v[1] - v[0]).abs();
        if distance > least {
            let interval = ((t[1] - t[0]) as f64).max(median_us);
            if distance > per_us * interval {
                out.push((i + 1, distance / interval * 1e6));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The filter by its definition, with sorting.
    fn by_definition(values: &[f64], sigma: f64) -> Vec<usize> {
        let median = |mut v: Vec<f64>| {
            v.sort_by(f64::total_cmp);
            v[v.len() / 2]
        };
        let Some(noise) = noise(values) else {
            return Vec::new();
        };
        let middle = 3..values.len().saturating_sub(3);
        middle
            .filter(|i| {
                let window = &values[i - 3..=i + 3];
                let m = median(window.to_vec());
                let mad = median(window.iter().map(|v| (v - m).abs()).collect());
                (values[*i] - m).abs() > sigma * (MAD * mad).max(noise)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn the_network_finds_the_median(v in prop::array::uniform7(-1e6..1e6f64)) {
            let mut sorted = v;
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(median_of_seven(v), sorted[3]);
        }

        #[test]
        fn the_filter_agrees_with_its_definition(
            noise in prop::collection::vec(-1.0..1.0f64, 0..200),
            peaks in prop::collection::vec((0usize..200, -50.0..50.0f64), 0..8),
            sigma in 2.0..10.0f64,
        ) {
            let mut values = noise;
            for (at, height) in peaks {
                if let Some(v) = values.get_mut(at) {
                    *v += height;
                }
            }
            let got: Vec<usize> = spikes(&values, sigma).iter().map(|s| s.index).collect();
            prop_assert_eq!(got, by_definition(&values, sigma));
        }
    }

    #[test]
    fn noise_is_that_of_the_steps() {
        // Steps of 1 and none: the deviation is 1.4826 ÷ √2.
        let v: Vec<f64> = (0..100).map(|i| f64::from(i / 2 % 2)).collect();
        assert!((noise(&v).unwrap() - 1.048_358).abs() < 1e-4);
        assert_eq!(noise(&[5.0; 50]), None);
        assert_eq!(noise(&[]), None);
    }

    #[test]
    fn a_step_is_no_spike_and_a_short_peak_is() {
        let wave = |i: usize| (i as f64 * 0.7).sin();
        let step: Vec<f64> = (0..100)
            .map(|i| wave(i) + if i < 50 { 0.0 } else { 1000.0 })
            .collect();
        assert!(spikes(&step, 8.0).is_empty());
        let mut peak: Vec<f64> = (0..100).map(wave).collect();
        peak[50] += 100.0;
        peak[51] += 100.0;
        let found = spikes(&peak, 8.0);
        assert_eq!(found.iter().map(|s| s.index).collect::<Vec<_>>(), [50, 51]);
        assert!(found[0].distance > 90.0 && found[0].limit < 20.0);
    }

    #[test]
    fn a_lone_sample_stands_out_on_slopes_and_turns() {
        let wave = |i: usize| (i as f64 * 0.7).sin();
        let curves: [fn(f64) -> f64; 3] =
            [|x| 40.0 * x, |x| 7.0 * x * x, |x| 900.0 * (x / 9.0).sin()];
        for curve in curves {
            let mut values: Vec<f64> = (0..60).map(|i| curve(i as f64 - 30.0) + wave(i)).collect();
            let times: Vec<i64> = (0..60).map(|i| i * 10_000).collect();
            assert!(lone(&times, &values, 8.0, 8.0).is_empty());
            values[30] += 20.0;
            let found = lone(&times, &values, 8.0, 8.0);
            assert_eq!(found.iter().map(|s| s.index).collect::<Vec<_>>(), [30]);
            assert!((found[0].distance - 20.0).abs() < 3.0, "{found:?}");
        }
    }

    proptest! {
        /// Corners, starts, stops and steps, wherever they lie between two samples.
        #[test]
        fn a_corner_or_a_step_is_no_lone_sample(
            at in 20.0..40.0f64, before in -9.0..9.0f64, after in -9.0..9.0f64, step in -99.0..99.0f64,
        ) {
            let corner = |i: usize| {
                let x = i as f64 - at;
                x * if x < 0.0 { before } else { after }
            };
            let corner: Vec<f64> = (0..60).map(corner).collect();
            let times: Vec<i64> = (0..60).map(|i| i * 10_000).collect();
            prop_assert!(lone(&times, &corner, 8.0, 1e-6).is_empty());
            let step: Vec<f64> = (0..60).map(|i| if (i as f64) < at { 0.0 } else { step }).collect();
            prop_assert!(lone(&times, &step, 8.0, 1e-6).is_empty());
        }
    }

    #[test]
    fn a_leap_is_faster_than_anything_and_a_hurried_stamp_is_none() {
        // 12 ms at 100 mm/s, then 60 mm in one interval and back.
        let times: Vec<i64> = (0..10).map(|i| i * 12_000).collect();
        let mut values: Vec<f64> = (0..10).map(|i| f64::from(i) * 1.2).collect();
        assert!(leaps(&times, &values, 12_000.0, 3000.0).is_empty());
        values[5] += 60.0;
        let found = leaps(&times, &values, 12_000.0, 3000.0);
        assert_eq!(found.iter().map(|l| l.0).collect::<Vec<_>>(), [5, 6]);
        assert!((found[0].1 - 61.2 / 0.012).abs() < 1e-6);
        // 1.2 mm in a tenth of a millisecond.
        assert!(leaps(&[0, 12_000, 12_100], &[0.0, 1.2, 2.4], 12_000.0, 3000.0).is_empty());
    }
}
