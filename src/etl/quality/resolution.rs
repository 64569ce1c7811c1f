//! How finely a sensor tells values apart: its noise, and the steps of its converter.

/// Neighbouring samples that are measured, spread over the channel.
const MEASURED: usize = 4096;

/// What a channel's values say of its sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Resolution {
    /// Deviation of its noise, slow changes aside.
    pub noise: f64,
    /// The step of its values where that is larger than the noise: then samples repeat values
    /// without a fault.
    pub coarse_step: Option<f64>,
}

impl Resolution {
    /// `None` for a channel whose values never bend. `size` is its largest magnitude: what is
    /// a billionth of it comes from rounding. Of values among which some are out of all proportion
    /// (a sentinel for a missing one), those do not count.
    ///
    /// Noise is taken from second differences, in which slopes cancel: the mean of the smallest
    /// nine tenths of their sizes, those of zero aside, so that steps and spikes do not count.
    pub fn of(values: &[f64], size: f64) -> Option<Self> {
        /// Mean size of the smallest nine tenths of normal numbers of deviation 1.
        const TRIMMED: f64 = 0.657_3;
        /// No signal is larger than so many times the lower quartile of its values other than zero.
        const PROPORTION: f64 = 1e4;
        let stride = (values.len() / MEASURED).max(1);
        let triples = || values.windows(3).step_by(stride);
        let mut sizes: Vec<f64> = triples()
            .map(|w| w[1].abs())
            .filter(|size| *size > 0.0)
            .collect();
        let quarter = sizes.len() / 4;
        let size = match sizes.get(quarter) {
            Some(_) => {
                let (_, quartile, _) = sizes.select_nth_unstable_by(quarter, f64::total_cmp);
                size.min(PROPORTION * *quartile)
            }
            None => size,
        };
        let least = 1e-9 * size;
        let mut bends: Vec<f64> = triples()
            .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
            .filter(|bend| *bend > least && bend.is_finite())
            .collect();
        let last = bends.len().checked_sub(1)?;
        let end = last * 9 / 10;
        bends.select_nth_unstable_by(end, f64::total_cmp);
        let sum: f64 = bends[..=end].iter().sum();
        let noise = sum / (end + 1) as f64 / TRIMMED / 6f64.sqrt();

        let steps = || {
            triples()
                .map(|w| (w[1] - w[0]).abs())
                .filter(|s| *s > least)
        };
        let smallest = steps().fold(f64::INFINITY, f64::min);
        let is_multiple = |step: f64| {
            let times = step / smallest;
            (times - times.round()).abs() < 0.01
        };
        let coarse = smallest.is_finite() && smallest > noise && steps().all(is_multiple);
        Some(Self {
            noise,
            coarse_step: coarse.then_some(smallest),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Normal enough: the sum of twelve even numbers, deviation 1.
    fn noise(i: usize) -> f64 {
        let even = |k: u64| {
            let mut h = (i as u64 * 12 + k + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            h = (h ^ h >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
            h = (h ^ h >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
            (h >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..12).map(even).sum::<f64>() - 6.0
    }

    fn of(step: f64, deviation: f64, slope: f64) -> Resolution {
        let value = |i: usize| {
            let exact = 0.9 + slope * i as f64 + deviation * noise(i);
            if step > 0.0 {
                (exact / step).round() * step
            } else {
                exact
            }
        };
        let values: Vec<f64> = (0..5000).map(value).collect();
        let size = values.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        Resolution::of(&values, size).unwrap()
    }

    #[test]
    fn noise_is_measured_on_slopes_and_with_steps() {
        for slope in [0.0, 0.3, 3.7] {
            for step in [0.0, 0.001, 0.1, 0.7] {
                let found = of(step, 3.0, slope);
                assert!((found.noise - 3.0).abs() < 0.3, "{slope} {step} {found:?}");
                assert_eq!(found.coarse_step, None);
            }
        }
    }

    #[test]
    fn steps_above_the_noise_are_told() {
        for slope in [0.0, 0.3, 3.7] {
            for deviation in [0.2, 0.5, 1.0] {
                let step = of(2.0, deviation, slope).coarse_step;
                assert!(
                    step.is_some_and(|s| (s - 2.0).abs() < 1e-6),
                    "{deviation} {slope}"
                );
            }
            assert_eq!(of(2.0, 3.0, slope).coarse_step, None);
        }
    }

    #[test]
    fn values_out_of_all_proportion_say_nothing_of_the_sensor() {
        let plain: Vec<f64> = (0..4000).map(|i| 800.0 + 5.0 * noise(i)).collect();
        let usual = Resolution::of(&plain, 820.0).unwrap();
        for sentinel in [1e10, 1e12, f64::from(f32::MAX), f64::MAX] {
            for length in [1, 600, 2400] {
                let mut values = plain.clone();
                values[1000..1000 + length].fill(-sentinel);
                let found = Resolution::of(&values, sentinel).unwrap();
                assert!(
                    (found.noise - usual.noise).abs() < 1.0,
                    "{sentinel} {found:?}"
                );
                assert_eq!(found.coarse_step, None, "{sentinel} {length}");
            }
        }
    }

    #[test]
    fn few_samples_without_steps_are_not_coarse() {
        let values = [0.3, 7.1, -2.2, 5.9, 0.0, 8.3, -4.4, 3.1, 2.5, 9.7];
        assert_eq!(Resolution::of(&values, 9.7).unwrap().coarse_step, None);
        assert_eq!(Resolution::of(&[5.0; 40], 5.0), None);
        assert_eq!(Resolution::of(&[], 0.0), None);
        // A straight line in binary fractions that are not exact.
        let line: Vec<f64> = (0..100).map(|i| f64::from(i) * 0.1).collect();
        assert_eq!(Resolution::of(&line, 9.9), None);
    }
}
