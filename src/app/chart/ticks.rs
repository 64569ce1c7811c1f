//! Round values and round times for axes.

use super::TimeRange;
use crate::etl::{
    format::{decimals_for, format_value},
    time::{SECOND, format, format_clock},
    zone::{self, Zone},
};

/// At most `most` round values within `min..=max`, ascending, and the digits after
/// the point that their step needs. A range without length, up to rounding, has its value as a
/// tick.
pub(super) fn value_ticks(min: f64, max: f64, most: usize) -> (Vec<f64>, usize) {
    if most == 0 || !min.is_finite() || !max.is_finite() {
        return (Vec::new(), 0);
    }
    // Steps of less than this are the rounding of the values, not the values.
    if max - min <= min.abs().max(max.abs()) * 1e-12 {
        return (vec![min], decimals_for(min, max));
    }
    let fine = (max - min) / (most as f64 + 1.0);
    // Denormal numbers have no round steps, and a range beyond the largest double none at all.
    if !fine.is_normal() {
        return (vec![min], decimals_for(min, min));
    }
    let mut step = 10f64.powf(fine.log10().floor());
    let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
    // 1, 2, 5, 10, 20, 50, … until few enough fit.
    let count = |step: f64| (max / step).floor() - (min / step).ceil() + 1.0;
    while count(step) > most as f64 {
        step *= factors.next().unwrap_or(2.0);
    }
    let (first, last) = ((min / step).ceil(), (max / step).floor());
    let ticks = (0..)
        .map(|i| first + f64::from(i))
        .take_while(|k| *k <= last)
        .map(|k| k * step)
        .collect();
    let decimals = (-step.log10() + 1e-9).ceil().clamp(0.0, 12.0) as usize;
    (ticks, decimals)
}

/// A value on an axis.
pub(super) fn format_tick(value: f64, decimals: usize) -> String {
    format_value(value, decimals)
}

/// Steps of a time axis from a second to a week, in seconds.
const STEPS: [i64; 20] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
    172_800, 604_800,
];

/// At most `most` round times within the visible span, ascending, and their step in
/// microseconds.
pub(super) fn time_ticks(range: TimeRange, most: usize) -> (Vec<i64>, i64) {
    if most == 0 {
        return (Vec::new(), SECOND);
    }
    let count = |step: i64| range.end().div_euclid(step) - (range.start() - 1).div_euclid(step);
    let fine = (0..6).flat_map(|e| [1, 2, 5].map(|m| m * 10i64.pow(e)));
    let coarse = STEPS.iter().map(|s| s * SECOND);
    let weeks = (1..40).map(|e| STEPS[19].saturating_mul(SECOND).saturating_mul(1 << e));
    let step = fine
        .chain(coarse)
        .chain(weeks)
        .find(|step| count(*step) <= most as i64);
    let Some(step) = step else {
        return (Vec::new(), SECOND);
    };
    let first = (range.start() - 1).div_euclid(step) + 1;
    let ticks = (first..first + count(step)).map(|k| k * step).collect();
    (ticks, step)
}

/// A time on an axis whose ticks are `step` microseconds apart: `20:43:10`, with as
/// much fraction as the step needs, with its date where steps are days.
fn format_time_tick(time: i64, step: i64) -> String {
    if step >= 86_400 * SECOND {
        return format(time).chars().take(10).collect();
    }
    if step >= SECOND {
        return format_clock(time).chars().take(8).collect();
    }
    let digits = (1..=6).find(|d| step % 10i64.pow(6 - d) == 0).unwrap_or(6);
    let text = format(time);
    let clock = text.split_once('T').map_or("", |(_, c)| c);
    clock.chars().take(9 + digits as usize).collect()
}

/// Characters that an axis leaves to a label at least.
pub(super) const LABEL: usize = 12;
/// The same for labels with a date before the time.
const DATED: usize = 19;

/// Round times within `range` with their texts, for an axis of `width` characters. Where
/// the span crosses midnight the first label, and the first of each day, have the date.
pub fn time_labels(range: TimeRange, width: usize) -> Vec<(i64, String)> {
    time_labels_in(zone::shown(), range, width)
}

/// As [`time_labels`], of what clocks of a zone show.
fn time_labels_in(zone: &Zone, range: TimeRange, width: usize) -> Vec<(i64, String)> {
    let clocks = TimeRange::new(zone.to_clock(range.start()), zone.to_clock(range.end()));
    let labels = clock_labels(clocks, width).into_iter();
    // An hour that clocks skip, or show twice, may have a label too many.
    let inside =
        |(clock, text)| Some((zone.clock_to_utc(clock), text)).filter(|l| range.contains(l.0));
    labels.filter_map(inside).collect()
}

fn clock_labels(range: TimeRange, width: usize) -> Vec<(i64, String)> {
    const DAY: i64 = 86_400 * SECOND;
    let day = |time: i64| time.div_euclid(DAY);
    let dated = day(range.start()) != day(range.end());
    let (mut ticks, mut step) = time_ticks(range, (width / LABEL).max(1));
    if dated && step < DAY {
        (ticks, step) = time_ticks(range, (width / DATED).max(1));
    }
    let mut last = None;
    let label = |time: i64| {
        let mut text = format_time_tick(time, step);
        if dated && step < DAY {
            if step % (60 * SECOND) == 0 {
                text.truncate("20:43".len());
            }
            if last.replace(day(time)) != Some(day(time)) {
                let date: String = format(time).chars().skip(5).take(5).collect();
                text = format!("{date} {text}");
            }
        }
        (time, text)
    };
    ticks.into_iter().map(label).collect()
}

/// Round whole numbers of `range` with their texts, for an axis of `width` characters.
pub(super) fn number_labels(range: TimeRange, width: usize) -> Vec<(i64, String)> {
    let (from, to) = (range.start(), range.end());
    let (ticks, _) = value_ticks(from as f64, to as f64, (width / LABEL).max(2));
    let whole = ticks.into_iter().filter(|tick| tick.fract() == 0.0);
    whole
        .map(|tick| (tick as i64, format_tick(tick, 0)))
        .collect()
}

/// As [`time_labels`] for times counted from somewhere.
pub fn offset_labels(range: TimeRange, width: usize) -> Vec<(i64, String)> {
    let (ticks, step) = time_ticks(range, (width / LABEL).max(1));
    let label = |time: i64| (time, format_offset_tick(time, step));
    ticks.into_iter().map(label).collect()
}

/// As [`format_time_tick`] for a time counted from somewhere: `+12.5 s`.
fn format_offset_tick(offset: i64, step: i64) -> String {
    format!("{} s", format_offset(offset, step))
}

/// The same without its unit.
pub(super) fn format_offset(offset: i64, step: i64) -> String {
    let digits = (0..=6).find(|d| step % 10i64.pow(6 - d) == 0).unwrap_or(6);
    let text = format_value(offset as f64 / SECOND as f64, digits as usize);
    let sign = if offset > 0 { "+" } else { "" };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_round() {
        let (ticks, decimals) = value_ticks(-1749.4, -1268.5, 5);
        assert_eq!(
            (ticks, decimals),
            (vec![-1700.0, -1600.0, -1500.0, -1400.0, -1300.0], 0)
        );
        assert_eq!(value_ticks(0.0, 1.0, 3), (vec![0.0, 0.5, 1.0], 1));
        assert_eq!(value_ticks(5.0, 5.0, 3), (vec![5.0], 2));
        assert_eq!(value_ticks(f64::NAN, 1.0, 3).0, Vec::<f64>::new());
        assert_eq!(format_tick(-1700.0, 0), "−1,700");
    }

    #[test]
    fn times_are_round() {
        // 2022-11-23T20:43:07Z for 37 s.
        let start = 1_669_236_187_000_000;
        let (ticks, step) = time_ticks(TimeRange::new(start, start + 37 * SECOND), 4);
        assert_eq!(step, 10 * SECOND);
        let text: Vec<_> = ticks.iter().map(|t| format_time_tick(*t, step)).collect();
        assert_eq!(text, ["20:43:10", "20:43:20", "20:43:30", "20:43:40"]);
        assert_eq!(format_time_tick(start + 20_000, 20_000), "20:43:07.02");
        assert_eq!(format_time_tick(start, 86_400 * SECOND), "2022-11-23");
    }

    #[test]
    fn labels_are_round_in_the_zone_and_name_the_day_after_midnight() {
        // 2022-11-23T22:30:00Z is 23:30 in Berlin; two hours.
        let start = 1_669_242_600 * SECOND;
        let range = TimeRange::new(start, start + 7200 * SECOND);
        let texts = |zone: &Zone| {
            let labels = time_labels_in(zone, range, 80).into_iter();
            labels.map(|(_, text)| text).collect::<Vec<_>>()
        };
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        assert_eq!(texts(&berlin), ["11-24 00:00", "01:00"]);
        let kolkata = Zone::parse("Asia/Kolkata").unwrap();
        assert_eq!(texts(&kolkata)[..2], ["04:00:00", "04:30:00"]);
        let first = time_labels_in(&kolkata, range, 80)[0].0;
        assert_eq!(first, start, "04:00 there is 22:30 in UTC");
    }

    #[test]
    fn offsets_have_the_digits_of_their_step() {
        assert_eq!(format_offset_tick(12_500_000, 500_000), "+12.5 s");
        assert_eq!(format_offset_tick(-120_000_000, 60_000_000), "−120 s");
        assert_eq!(format_offset_tick(0, SECOND), "0 s");
        assert_eq!(format_offset_tick(1_020, 20), "+0.00102 s");
    }

    #[test]
    fn ranges_at_the_ends_of_the_doubles_have_one_tick() {
        for (min, max) in [
            (-5e-324, 5e-324),
            (0.0, 1e-310),
            (f64::MIN, f64::MAX),
            (0.0, f64::MIN_POSITIVE),
        ] {
            assert_eq!(value_ticks(min, max, 5).0, [min], "{min} {max}");
        }
        for (min, max) in [(0.0, 1e-306), (-1e307, 1e307), (0.0, f64::MAX)] {
            let ticks = value_ticks(min, max, 5).0;
            assert!((1..=5).contains(&ticks.len()), "{min} {max}: {ticks:?}");
            assert!(
                ticks.iter().all(|t| t.is_finite()),
                "{min} {max}: {ticks:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_and_are_few(a in -1e6f64..1e6, n in 1e-6f64..1e6, most in 1usize..20) {
            let (ticks, _) = value_ticks(a, a + n, most);
            prop_assert!(ticks.len() <= most);
            let slack = n * 1e-6;
            prop_assert!(ticks.iter().all(|t| *t >= a - slack && *t <= a + n + slack));
            prop_assert!(ticks.windows(2).all(|w| w[0] < w[1]));
        }

        #[test]
        fn time_ticks_lie_inside_and_are_few(a in -1_000_000_000_000i64..1_000_000_000_000, n in 1i64..10_000_000_000_000, most in 1usize..20) {
            let range = TimeRange::new(a, a + n);
            let (ticks, step) = time_ticks(range, most);
            prop_assert!(ticks.len() <= most);
            prop_assert!(ticks.iter().all(|t| range.contains(*t) && t.rem_euclid(step) == 0));
            prop_assert!(most < 4 || n < 1000 || !ticks.is_empty());
        }
    }
}
