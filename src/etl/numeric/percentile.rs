//! Percentiles with linear interpolation, as numpy's default.

use super::range;

/// The quantiles `shares` (ascending, each from 0 to 1) of finite values, or `None` when
/// there are none. May reorder `values`.
///
/// Position `h = (n − 1)·q` between the sorted neighbours ⌊h⌋ and ⌊h⌋+1: R. J. Hyndman
/// and Y. Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7.
pub fn of<const N: usize>(values: &mut [f64], shares: &[f64; N]) -> Option<[f64; N]> {
    // Selecting looks at each value several times, counting by bucket twice.
    if values.len() > 2 * BUCKETS && values.iter().all(|v| v.is_finite()) {
        return of_values(values, range(values), shares, &mut Vec::new());
    }
    by_selecting(values, shares)
}

fn by_selecting<const N: usize>(values: &[f64], shares: &[f64; N]) -> Option<[f64; N]> {
    let last = values.len().checked_sub(1)?;
    let mut keys = keys(values);
    let mut out = [0.0; N];
    // Everything before `from` is in place already: later shares are larger.
    let mut from = 0;
    for (share, out) in shares.iter().zip(&mut out) {
        let position = last as f64 * share;
        let low = (position.floor() as usize).clamp(from, last);
        *out = select(&mut keys, &mut from, low, position - low as f64)?;
    }
    Some(out)
}

/// The median of finite values; of an even number the mean of the middle two. `None` when there
/// are none. May reorder `values`.
pub fn median(values: &mut [f64]) -> Option<f64> {
    of(values, &[0.5]).map(|[median]| median)
}

/// As [`median`], of values in ascending order ([`f64::total_cmp`]).
pub fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len().checked_sub(1)? / 2;
    let (at, after) = (*sorted.get(middle)?, sorted.get(middle + 1));
    Some(match after {
        Some(next) if sorted.len().is_multiple_of(2) => between(at, *next, 0.5),
        _ => at,
    })
}

/// 1.4826 × the median distance from `centre`: the standard deviation of normal values (F. R.
/// Hampel, "The Influence Curve and its Role in Robust Estimation", 1974). `None` without
/// values, or where it is larger than a double can be. Overwrites them.
pub fn mad_sigma(values: &mut [f64], centre: f64) -> Option<f64> {
    for value in values.iter_mut() {
        *value = (*value - centre).abs();
    }
    let mad = median(values)?;
    Some(1.4826 * mad).filter(|sigma| sigma.is_finite())
}

/// Whole numbers in the order of the values ([`f64::total_cmp`]): they are compared at once.
fn keys(values: &[f64]) -> Vec<i64> {
    let bits = values.iter().map(|v| v.to_bits().cast_signed());
    bits.map(ordered).collect()
}

/// The value of a key.
fn value(key: i64) -> f64 {
    f64::from_bits(ordered(key).cast_unsigned())
}

/// Turns the order of negative values around, or back.
fn ordered(bits: i64) -> i64 {
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// The value of rank `low`, and `fraction` of the way to the next. Everything before
/// `from` is in place already; moves it on.
fn select(keys: &mut [i64], from: &mut usize, low: usize, fraction: f64) -> Option<f64> {
    let rest = keys
        .get_mut(*from..)
        .filter(|rest| low - *from < rest.len())?;
    let (_, at, above) = rest.select_nth_unstable(low - *from);
    let at = value(*at);
    *from = low;
    if fraction <= 0.0 {
        return Some(at);
    }
    let next = above.iter().copied().min();
    Some(next.map_or(at, |next| between(at, value(next), fraction)))
}

/// The value `fraction` of the way from `at` to `next`; finite where these are.
fn between(at: f64, next: f64, fraction: f64) -> f64 {
    let step = next - at;
    if step.is_finite() {
        at + step * fraction
    } else {
        at * (1.0 - fraction) + next * fraction
    }
}

/// Buckets that [`of_values`] sorts values into; they all stay in the fastest cache.
const BUCKETS: usize = 1024;
/// Adding it to a double from 0 to 2³¹ leaves the nearest whole number in its low bits.
const TO_WHOLE: f64 = (1u64 << 52) as f64;

/// As [`of`], without reordering: `min` and `max` are those of `values`, `scratch` is room
/// that may be used again.
///
/// One pass counts values by bucket, the next keeps only those of the buckets in which the
/// quantiles lie.
pub fn of_values<const N: usize>(
    values: &[f64],
    (min, max): (f64, f64),
    shares: &[f64; N],
    scratch: &mut Vec<f64>,
) -> Option<[f64; N]> {
    let last = values.len().checked_sub(1)?;
    scratch.clear();
    let scale = BUCKETS as f64 / (max - min);
    // Not finite when all values are equal or their range overflows. A few values are not
    // worth the buckets.
    if !scale.is_finite() || scale <= 0.0 || last < BUCKETS {
        scratch.extend_from_slice(values);
        return by_selecting(scratch, shares);
    }
    // Rounding never changes the order, so the buckets are in the order of the values.
    let bucket = |v: f64| ((v - min) * scale + TO_WHOLE).to_bits() as usize & (2 * BUCKETS - 1);
    // Neighbours often share a bucket: counting them apart lets them be counted at once.
    let mut counts = [[0u32; 2 * BUCKETS]; 2];
    let pairs = values.chunks_exact(2);
    for rest in pairs.remainder() {
        counts[0][bucket(*rest)] += 1;
    }
    for pair in pairs {
        counts[0][bucket(pair[0])] += 1;
        counts[1][bucket(pair[1])] += 1;
    }
    let mut wanted = [false; 2 * BUCKETS];
    let mut ranks = [0; N];
    for (share, rank) in shares.iter().zip(&mut ranks) {
        *rank = (last as f64 * share).floor() as usize;
    }
    // Ranks among the values that are kept: less those of the buckets left out before.
    let (mut before, mut left_out) = (0, 0);
    let mut kept_ranks = ranks;
    for at in 0..=BUCKETS {
        let end = before + (counts[0][at] + counts[1][at]) as usize;
        let holds =
            |rank: &usize| (before..end).contains(rank) || (before..end).contains(&(rank + 1));
        wanted[at] = ranks.iter().any(holds);
        if !wanted[at] {
            left_out += end - before;
        }
        for (rank, kept) in ranks.iter().zip(&mut kept_ranks) {
            if (before..end).contains(rank) {
                *kept = rank - left_out;
            }
        }
        before = end;
    }
    scratch.extend(values.iter().filter(|v| wanted[bucket(**v)]));
    let mut keys = keys(scratch);
    let mut out = [0.0; N];
    let mut from = 0;
    for (i, out) in out.iter_mut().enumerate() {
        let fraction = last as f64 * shares[i] - ranks[i] as f64;
        let rank = kept_ranks[i];
        *out = select(&mut keys, &mut from, rank, fraction)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::numeric::percentile::*;

    #[test]
    fn as_numpy_says() {
        // numpy.percentile([1, 2, 4, 8], [25, 50, 75, 99])
        let mut v = [8.0, 1.0, 4.0, 2.0];
        let got = of(&mut v, &[0.25, 0.5, 0.75, 0.99]).unwrap();
        for (got, want) in got.iter().zip([1.75, 3.0, 5.0, 7.88]) {
            assert!((got - want).abs() < 1e-12);
        }
        assert_eq!(of(&mut [], &[0.5]), None);
        assert_eq!(of(&mut [7.0], &[0.01, 0.5, 0.999]), Some([7.0; 3]));
    }

    proptest! {
        #[test]
        fn buckets_give_what_selecting_gives(
            mut v in prop::collection::vec(prop_oneof![20 => -1e3..1e3f64, 5 => -1.0..1.0f64, 5 => Just(0.0), 5 => Just(-0.0)], 1..4000),
            outlier in prop_oneof![3 => Just(None), 1 => Just(Some(1e300)), 1 => Just(Some(-1e6)), 1 => Just(Some(f64::MAX))],
        ) {
            v.extend(outlier);
            let shares = [0.0, 0.01, 0.5, 0.99, 0.999, 1.0];
            let min = v.iter().copied().fold(f64::INFINITY, f64::min);
            let max = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let got = of_values(&v, (min, max), &shares, &mut Vec::new()).unwrap();
            let want = by_selecting(&v, &shares).unwrap().map(f64::to_bits);
            prop_assert_eq!(got.map(f64::to_bits), want);
            prop_assert_eq!(of(&mut v, &shares).unwrap().map(f64::to_bits), want);
        }

        #[test]
        fn of_sorted_values_the_median_is_the_same(
            mut v in prop::collection::vec(prop_oneof![9 => -1e3..1e3f64, 1 => Just(0.0), 1 => Just(-0.0), 1 => Just(f64::MAX)], 0..60),
        ) {
            v.sort_by(f64::total_cmp);
            let got = median_of_sorted(&v).map(f64::to_bits);
            prop_assert_eq!(got, median(&mut v).map(f64::to_bits));
        }

        #[test]
        fn agrees_with_sorting(mut v in prop::collection::vec(-1e6..1e6f64, 1..200)) {
            let shares = [0.0, 0.01, 0.5, 0.95, 0.99, 0.999, 1.0];
            let got = of(&mut v.clone(), &shares).unwrap();
            v.sort_by(f64::total_cmp);
            for (share, got) in shares.iter().zip(got) {
                let h = (v.len() - 1) as f64 * share;
                let (lo, hi) = (v[h.floor() as usize], v[h.ceil() as usize]);
                let want = lo * (1.0 - h.fract()) + hi * h.fract();
                prop_assert!((got - want).abs() < 1e-6, "{} {} {}", share, got, want);
            }
        }
    }
}
