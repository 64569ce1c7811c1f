//! The discrete Fourier transform of as many values as a power of two.

use std::f64::consts::PI;

/// Transforms of one length.
#[derive(Debug)]
pub struct Fourier {
    /// exp(−iπ k ÷ h) at place h + k, for every power of two h below the length and k below h.
    cosines: Vec<f64>,
    sines: Vec<f64>,
}

impl Fourier {
    /// Of the power of two from `least` up.
    pub fn at_least(least: usize) -> Self {
        let length = least.next_power_of_two();
        let angle = |i: usize| {
            let half = i.max(1).ilog2();
            -PI * (i - (1 << half)) as f64 / f64::from(1u32 << half)
        };
        // The first place is not used.
        let angles = (0..length).map(|i| if i == 0 { 0.0 } else { angle(i) });
        let (sines, cosines) = angles.map(f64::sin_cos).unzip();
        Self { cosines, sines }
    }

    /// How many values are transformed.
    pub fn length(&self) -> usize {
        self.cosines.len()
    }

    /// Replaces complex values, as many as [`Fourier::length`], by X(k) = Σ x(j) exp(−2πi jk ÷ n)
    /// (J. W. Cooley and J. W. Tukey, 1965).
    pub fn transform(&self, re: &mut [f64], im: &mut [f64]) {
        let length = self.length();
        let (Some(re), Some(im)) = (re.get_mut(..length), im.get_mut(..length)) else {
            return;
        };
        let bits = length.ilog2();
        for i in 1..length {
            let mirrored = i.reverse_bits() >> (usize::BITS - bits);
            if i < mirrored {
                re.swap(i, mirrored);
                im.swap(i, mirrored);
            }
        }
        let mut half = 1;
        while half < length {
            let (cosines, sines) = (&self.cosines[half..2 * half], &self.sines[half..2 * half]);
            let parts = re.chunks_exact_mut(2 * half);
            for (re, im) in parts.zip(im.chunks_exact_mut(2 * half)) {
                let (re, re_high) = re.split_at_mut(half);
                let (im, im_high) = im.split_at_mut(half);
                for k in 0..half {
                    let (cos, sin) = (cosines[k], sines[k]);
                    let turned_re = re_high[k] * cos - im_high[k] * sin;
                    let turned_im = re_high[k] * sin + im_high[k] * cos;
                    (re_high[k], im_high[k]) = (re[k] - turned_re, im[k] - turned_im);
                    (re[k], im[k]) = (re[k] + turned_re, im[k] + turned_im);
                }
            }
            half *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    #[test]
    fn it_is_the_sum_of_its_definition() {
        for length in [1, 2, 4, 8, 64, 256] {
            let value = |i: usize| ((i * i + 3) as f64 * 0.7).sin() * 100.0;
            let (re, im): (Vec<f64>, Vec<f64>) =
                (0..length).map(|i| (value(i), value(i + 1000))).unzip();
            let fourier = Fourier::at_least(length);
            assert_eq!(fourier.length(), length);
            let (mut found_re, mut found_im) = (re.clone(), im.clone());
            fourier.transform(&mut found_re, &mut found_im);
            for k in 0..length {
                let (mut x, mut y) = (0.0, 0.0);
                for j in 0..length {
                    let angle = -TAU * (j * k % length) as f64 / length as f64;
                    x += re[j] * angle.cos() - im[j] * angle.sin();
                    y += re[j] * angle.sin() + im[j] * angle.cos();
                }
                let error = (x - found_re[k]).abs().max((y - found_im[k]).abs());
                assert!(error < 1e-9, "{length} {k}: {error}");
            }
        }
        assert_eq!(Fourier::at_least(200).length(), 256);
    }
}
