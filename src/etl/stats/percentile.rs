//! Percentiles with linear interpolation, as numpy's default.

/// The quantiles `shares` (ascending, each from 0 to 1) of finite values, or `None` when
/// there are none. Reorders `values`.
///
/// Position `h = (n − 1)·q` between the sorted neighbours ⌊h⌋ and ⌊h⌋+1: R. J. Hyndman
/// and Y. Fan, "Sample Quantiles in Statistical Packages", 1996, definition 7.
pub fn of<const N: usize>(values: &mut [f64], shares: &[f64; N]) -> Option<[f64; N]> {
    let last = values.len().checked_sub(1)?;
    let mut out = [0.0; N];
    // Everything before `from` is in place already: later shares are larger.
    let mut from = 0;
    for (share, out) in shares.iter().zip(&mut out) {
        let position = last as f64 * share;
        let low = (position.floor() as usize).clamp(from, last);
        let (_, at, above) = values[from..].select_nth_unstable_by(low - from, f64::total_cmp);
        let at = *at;
        let fraction = position - low as f64;
        *out = match above.iter().copied().min_by(f64::total_cmp) {
            Some(next) if fraction > 0.0 => at + (next - at) * fraction,
            _ => at,
        };
        from = low;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
