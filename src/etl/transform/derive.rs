//! Velocity and acceleration over a channel's own samples.

/// Differences quotients `Δvalue/Δt` per second between consecutive samples: result `i`
/// belongs to sample `i`; the first is NaN, and so is what is not finite.
///
/// `times` in microseconds, strictly increasing; same length as `values`. A NaN value
/// gives NaN in the two quotients that need it, so that the derivative of a velocity
/// has none at its first two samples.
pub fn per_second(times: &[i64], values: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    if !values.is_empty() {
        out.push(f64::NAN);
    }
    for (t, v) in times.windows(2).zip(values.windows(2)) {
        let seconds = (t[1] - t[0]) as f64 / 1e6;
        let quotient = (v[1] - v[0]) / seconds;
        out.push(if quotient.is_finite() {
            quotient
        } else {
            f64::NAN
        });
    }
    out
}

/// Velocity and acceleration of a position: [`per_second`] and [`per_second`] of that, in
/// one pass.
pub fn derivatives(times: &[i64], values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut velocity = Vec::with_capacity(values.len());
    let mut acceleration = Vec::with_capacity(values.len());
    if !values.is_empty() {
        velocity.push(f64::NAN);
        acceleration.push(f64::NAN);
    }
    let finite = |q: f64| if q.is_finite() { q } else { f64::NAN };
    let mut before = f64::NAN;
    for (t, x) in times.windows(2).zip(values.windows(2)) {
        let seconds = (t[1] - t[0]) as f64 / 1e6;
        let v = finite((x[1] - x[0]) / seconds);
        velocity.push(v);
        acceleration.push(finite((v - before) / seconds));
        before = v;
    }
    (velocity, acceleration)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_parabola_has_constant_acceleration() {
        let times: Vec<i64> = (0..6).map(|i| i * 500_000).collect();
        let x: Vec<f64> = (0..6).map(|i| f64::from(i) * f64::from(i)).collect();
        let v = per_second(&times, &x);
        assert!(v[0].is_nan());
        assert_eq!(v[1..], [2.0, 6.0, 10.0, 14.0, 18.0]);
        let a = per_second(&times, &v);
        assert!(a[0].is_nan() && a[1].is_nan());
        assert_eq!(a[2..], [8.0; 4]);
    }

    #[test]
    fn what_overflows_is_no_number() {
        let v = per_second(&[0, 1, 2], &[-1e308, 1e308, 1e308]);
        assert!(v[1].is_nan());
        assert_eq!(v[2], 0.0);
        assert!(per_second(&[], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn both_in_one_pass_are_both_in_two(
            steps in prop::collection::vec((1i64..100_000, prop_oneof![9 => -1e3..1e3f64, 1 => -1e308..1e308]), 0..50),
        ) {
            let mut now = 0;
            let (times, values): (Vec<i64>, Vec<f64>) = steps
                .into_iter()
                .map(|(dt, x)| {
                    now += dt;
                    (now, x)
                })
                .unzip();
            let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            let (velocity, acceleration) = derivatives(&times, &values);
            let alone = per_second(&times, &values);
            prop_assert_eq!(bits(&velocity), bits(&alone));
            prop_assert_eq!(bits(&acceleration), bits(&per_second(&times, &alone)));
        }

        // Summing the quotients back must give the values.
        #[test]
        fn integrates_back(steps in prop::collection::vec((1i64..100_000, -1e3..1e3f64), 1..50)) {
            let (mut t, mut x) = (vec![0], vec![0.0]);
            for (dt, dx) in steps {
                t.push(t[t.len() - 1] + dt);
                x.push(x[x.len() - 1] + dx);
            }
            let v = per_second(&t, &x);
            let mut sum = x[0];
            for i in 1..t.len() {
                sum += v[i] * ((t[i] - t[i - 1]) as f64 / 1e6);
                prop_assert!((sum - x[i]).abs() < 1e-6);
            }
        }
    }
}
