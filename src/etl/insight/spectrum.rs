//! How strongly a force oscillates in a band of frequencies.

use std::{f64::consts::TAU, ops::RangeInclusive};

use super::{Stretch, signals::Signal};
use crate::numeric::Fourier;

/// The band of chatter in Hz, both ends included.
const BAND_HZ: (f64, f64) = (5.0, 30.0);
/// With fewer samples a second the band is not covered.
const LEAST_HZ: f64 = 70.0;
/// Seconds that a segment lasts at least: its frequencies are at most half a hertz apart.
const SEGMENT_S: f64 = 2.0;
/// An interval between samples that is longer than so many median ones is a gap.
const GAP: f64 = 2.0;

/// RMS of `force` in N in the band during `contact` (ascending), averaged over segments by the
/// method of P. D. Welch (1967). `None` below 70 samples a second, and where no contact without a
/// gap lasts as long as a segment.
pub(super) fn chatter_rms(force: &Signal<'_>, contact: &[Stretch]) -> Option<f64> {
    let interval_us = force.stats.interval_median_s? * 1e6;
    let rate_hz = 1e6 / interval_us;
    if rate_hz < LEAST_HZ || contact.is_empty() {
        return None;
    }
    let mut welch = Welch::new(rate_hz);
    let mut grid = Vec::new();
    for stretch in contact {
        let mut from = stretch.indices(force.times);
        let times = &force.times[from.clone()];
        for times in times.chunk_by(|a, b| (b - a) as f64 <= GAP * interval_us) {
            let values = &force.values[from.start..from.start + times.len()];
            from.start += times.len();
            evenly(times, values, interval_us, &mut grid);
            welch.add(&grid);
        }
    }
    welch.rms()
}

/// Puts values at even intervals from the first time to the last into `grid`: on the straight
/// lines between samples.
fn evenly(times: &[i64], values: &[f64], interval_us: f64, grid: &mut Vec<f64>) {
    grid.clear();
    let Some(start) = times.first() else {
        return;
    };
    for (span, ends) in times.windows(2).zip(values.windows(2)) {
        let (from, to) = ((span[0] - start) as f64, (span[1] - start) as f64);
        let slope = (ends[1] - ends[0]) / (to - from);
        loop {
            let at = grid.len() as f64 * interval_us;
            if at >= to {
                break;
            }
            grid.push(ends[0] + slope * (at - from));
        }
    }
    // The last point of a grid that ends on the last sample.
    if let (Some(last), Some(value)) = (times.last(), values.last())
        && grid.len() as f64 * interval_us <= (last - start) as f64
    {
        grid.push(*value);
    }
}

/// Averages the power in the band over segments that overlap by half, each less its mean and
/// weighted by a Hann window.
struct Welch {
    fourier: Fourier,
    window: Vec<f64>,
    /// Sum of the squares of `window`.
    weight: f64,
    /// Which frequencies are in the band.
    band: RangeInclusive<usize>,
    /// Two segments at a time: one in each.
    re: Vec<f64>,
    im: Vec<f64>,
    /// Mean squares of the segments in the band, and how many there are.
    power: f64,
    segments: usize,
}

impl Welch {
    fn new(rate_hz: f64) -> Self {
        let fourier = Fourier::at_least((SEGMENT_S * rate_hz).ceil() as usize);
        let length = fourier.length();
        let turn = |i: usize| TAU * i as f64 / length as f64;
        let window: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * turn(i).cos()).collect();
        let bin = |hertz: f64| hertz * length as f64 / rate_hz;
        Self {
            fourier,
            weight: window.iter().map(|w| w * w).sum(),
            window,
            band: bin(BAND_HZ.0).ceil() as usize..=bin(BAND_HZ.1).floor() as usize,
            re: vec![0.0; length],
            im: vec![0.0; length],
            power: 0.0,
            segments: 0,
        }
    }

    /// Adds the segments of values at even intervals; what is left at the end is not looked at.
    fn add(&mut self, values: &[f64]) {
        let length = self.window.len();
        let starts = (0..values.len()).step_by(length / 2);
        let mut segments = starts.map_while(|start| values.get(start..start + length));
        while let Some(segment) = segments.next() {
            self.segments += 1;
            weighted(segment, &self.window, &mut self.re);
            match segments.next() {
                Some(segment) => {
                    self.segments += 1;
                    weighted(segment, &self.window, &mut self.im);
                }
                None => self.im.fill(0.0),
            }
            self.fourier.transform(&mut self.re, &mut self.im);
            // For real a and b, |A(k)|² + |B(k)|² is half of |Z(k)|² + |Z(n − k)|² of a + ib. The
            // power is twice that: each frequency stands for its negative too.
            let square = |k: usize| self.re[k] * self.re[k] + self.im[k] * self.im[k];
            let squares: f64 = self
                .band
                .clone()
                .map(|k| square(k) + square(length - k))
                .sum();
            self.power += squares / (length as f64 * self.weight);
        }
    }

    fn rms(&self) -> Option<f64> {
        let rms = (self.power / self.segments as f64).sqrt();
        rms.is_finite().then_some(rms)
    }
}

/// Puts a segment less its mean, weighted, into `out`.
fn weighted(segment: &[f64], window: &[f64], out: &mut [f64]) {
    let mean = segment.iter().sum::<f64>() / segment.len() as f64;
    for ((cell, value), weight) in out.iter_mut().zip(segment).zip(window) {
        *cell = (value - mean) * weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{ChannelStats, channel_stats};

    /// Times in microseconds and values of one force.
    #[derive(Default)]
    struct Made(Vec<i64>, Vec<f64>);

    impl Made {
        fn new(rate: f64, seconds: f64, value: impl Fn(f64) -> f64) -> Self {
            let times: Vec<i64> = (0..(rate * seconds) as i64)
                .map(|i| (i as f64 * 1e6 / rate).round() as i64)
                .collect();
            let values = times.iter().map(|t| value(*t as f64 / 1e6)).collect();
            Self(times, values)
        }

        fn stats(&self) -> ChannelStats {
            channel_stats(&self.0, &self.1, "N")
        }

        fn chatter(&self, contact: &[(i64, i64)]) -> Option<f64> {
            let stats = self.stats();
            let force = Signal {
                name: "fz_1",
                axis: "z",
                times: &self.0,
                values: &self.1,
                stats: &stats,
                clock: 0,
            };
            let contact = contact.iter().map(|(from, to)| Stretch {
                from: *from,
                to: *to,
            });
            chatter_rms(&force, &contact.collect::<Vec<_>>())
        }
    }

    const ALL: [(i64, i64); 1] = [(0, i64::MAX)];
    const AMPLITUDE: f64 = 40.0;

    fn sine(hertz: f64) -> impl Fn(f64) -> f64 {
        move |t| AMPLITUDE * (TAU * hertz * t + 0.3).sin()
    }

    #[test]
    fn a_sine_in_the_band_has_its_rms_and_others_have_none() {
        let rms = AMPLITUDE / 2f64.sqrt();
        for rate in [80.0, 100.0, 500.0] {
            for hertz in [7.0, 12.3, 21.0, 28.5] {
                let found = Made::new(rate, 30.0, |t| 900.0 + sine(hertz)(t)).chatter(&ALL);
                let found = found.unwrap();
                assert!((found / rms - 1.0).abs() < 1e-3, "{rate} {hertz}: {found}");
            }
        }
        for hertz in [0.7, 2.5, 35.0, 45.0] {
            let found = Made::new(100.0, 30.0, sine(hertz)).chatter(&ALL).unwrap();
            assert!(found < 0.01 * rms, "{hertz}: {found}");
        }
        // Two sines add up as their squares do.
        let both = Made::new(100.0, 30.0, |t| sine(8.0)(t) + sine(19.0)(t));
        let found = both.chatter(&ALL).unwrap();
        assert!((found / (rms * 2f64.sqrt()) - 1.0).abs() < 1e-3, "{found}");
    }

    #[test]
    fn only_contact_counts() {
        let made = Made::new(100.0, 60.0, |t| if t < 30.0 { 0.0 } else { sine(12.0)(t) });
        let rms = AMPLITUDE / 2f64.sqrt();
        let second = 1_000_000;
        assert!(made.chatter(&[(0, 29 * second)]).unwrap() < 1e-9);
        let late = made.chatter(&[(31 * second, 60 * second)]).unwrap();
        assert!((late / rms - 1.0).abs() < 1e-3, "{late}");
        // As long in each: half of the power.
        let both = [(0, 20 * second), (35 * second, 55 * second)];
        let both = made.chatter(&both).unwrap();
        assert!((both / (rms / 2f64.sqrt()) - 1.0).abs() < 1e-3, "{both}");
        assert_eq!(made.chatter(&[]), None);
    }

    #[test]
    fn slow_channels_and_short_contacts_have_none() {
        assert_eq!(Made::new(69.0, 30.0, sine(12.0)).chatter(&ALL), None);
        assert!(Made::new(71.0, 30.0, sine(12.0)).chatter(&ALL).is_some());
        // A segment at 100 Hz has 256 samples.
        let made = Made::new(100.0, 30.0, sine(12.0));
        assert_eq!(made.chatter(&[(0, 2_540_000)]), None);
        assert!(made.chatter(&[(0, 2_550_000)]).is_some());
        // Contact is long enough, but not without a gap.
        let samples = made.0.iter().zip(&made.1);
        let (times, values) = samples.filter(|(t, _)| **t % 2_000_000 < 1_960_000).unzip();
        let gaps = Made(times, values);
        assert_eq!(gaps.chatter(&ALL), None);
        assert_eq!(Made::default().chatter(&ALL), None);
    }

    /// As [`chatter_rms`], from the definitions alone: a sum over all samples for each frequency,
    /// each point of the grid looked up on its own.
    fn by_definition(made: &Made, contact: &[(i64, i64)], length: usize) -> f64 {
        let interval = made.stats().interval_median_s.unwrap() * 1e6;
        let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
        for (from, to) in contact {
            parts.push(Vec::new());
            let mut before = None;
            for (time, value) in made.0.iter().zip(&made.1) {
                if time < from || time > to {
                    continue;
                }
                if before.is_some_and(|before| (time - before) as f64 > 2.0 * interval) {
                    parts.push(Vec::new());
                }
                before = Some(*time);
                parts.last_mut().unwrap().push((*time as f64, *value));
            }
        }
        let mut powers = Vec::new();
        for part in parts.iter().filter(|part| part.len() > 1) {
            let end = part.last().unwrap().0;
            let mut grid = Vec::new();
            while part[0].0 + grid.len() as f64 * interval <= end {
                let at = part[0].0 + grid.len() as f64 * interval;
                let next = part.iter().position(|(time, _)| *time >= at).unwrap();
                let ((a, before), (b, after)) = (part[next.max(1) - 1], part[next.max(1)]);
                grid.push(before * (b - at) / (b - a) + after * (at - a) / (b - a));
            }
            let mut start = 0;
            while start + length <= grid.len() {
                let segment = &grid[start..start + length];
                let mean = segment.iter().sum::<f64>() / length as f64;
                let hann = |i: usize| {
                    (std::f64::consts::PI * i as f64 / length as f64)
                        .sin()
                        .powi(2)
                };
                let squares: f64 = (0..length).map(|i| hann(i).powi(2)).sum();
                let mut power = 0.0;
                for bin in 1..length / 2 {
                    let hertz = bin as f64 * 1e6 / interval / length as f64;
                    if !(5.0..=30.0).contains(&hertz) {
                        continue;
                    }
                    let (mut re, mut im) = (0.0, 0.0);
                    for (i, value) in segment.iter().enumerate() {
                        let angle = TAU * (bin * i % length) as f64 / length as f64;
                        re += (value - mean) * hann(i) * angle.cos();
                        im -= (value - mean) * hann(i) * angle.sin();
                    }
                    power += 2.0 * (re * re + im * im) / (length as f64 * squares);
                }
                powers.push(power);
                start += length / 2;
            }
        }
        (powers.iter().sum::<f64>() / powers.len() as f64).sqrt()
    }

    #[test]
    fn it_is_what_the_definition_says() {
        let mut state = 7u64;
        let mut random = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / (1u64 << 31) as f64 - 0.5
        };
        // Jitter, gaps, noise, sines, a trend.
        let mut made = Made::default();
        let mut time = 0;
        for i in 0..3000 {
            time += 10_000 + (4000.0 * random()) as i64;
            if i == 900 || i == 1800 {
                time += 150_000;
            }
            let t = time as f64 / 1e6;
            let value = 700.0 + 3.0 * t + sine(11.0)(t) + 60.0 * random();
            made.0.push(time);
            made.1.push(value);
        }
        let contact = [(1_000_000, 14_000_000), (15_000_000, 29_500_000)];
        let (found, wanted) = (
            made.chatter(&contact).unwrap(),
            by_definition(&made, &contact, 256),
        );
        assert!((found / wanted - 1.0).abs() < 1e-9, "{found} {wanted}");
        assert!(found > 0.8 * AMPLITUDE / 2f64.sqrt(), "{found}");
    }
}
