//! Values that repeat.

/// Samples from `first` to `last`, both included, that have one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub first: usize,
    pub last: usize,
}

impl Stretch {
    pub fn samples(self) -> usize {
        self.last - self.first + 1
    }
}

/// All stretches of at least `least` (≥ 2) samples with one value.
pub(super) fn stretches(values: &[f64], least: usize) -> Vec<Stretch> {
    let mut out = Vec::new();
    let mut first = 0;
    let mut close = |first: usize, end: usize| {
        if end - first >= least {
            out.push(Stretch {
                first,
                last: end - 1,
            });
        }
    };
    for (i, pair) in values.windows(2).enumerate() {
        if pair[0] != pair[1] {
            close(first, i + 1);
            first = i + 1;
        }
    }
    close(first, values.len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let v = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0];
        let found = stretches(&v, 2);
        assert_eq!(
            found,
            [Stretch { first: 0, last: 1 }, Stretch { first: 3, last: 5 }]
        );
        assert_eq!(stretches(&v, 3), [Stretch { first: 3, last: 5 }]);
        assert_eq!(stretches(&[7.0; 4], 4)[0].samples(), 4);
        assert!(stretches(&[], 2).is_empty());
        // Zero has one value, whatever its sign.
        assert_eq!(stretches(&[0.0, -0.0], 2).len(), 1);
    }
}
