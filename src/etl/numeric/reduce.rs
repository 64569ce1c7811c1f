//! Reductions of many values to a few, in blocks that a compiler can vectorise.

/// Independent lanes, so that the compiler may use wide registers.
const LANES: usize = 8;

/// Smallest and largest value; NaN counts as none. Infinities when there is no value.
pub fn range(values: &[f64]) -> (f64, f64) {
    let smaller = |a: f64, b: f64| if b < a { b } else { a };
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let (mut min, mut max) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for i in 0..LANES {
            min[i] = smaller(min[i], chunk[i]);
            max[i] = larger(max[i], chunk[i]);
        }
    }
    let min = min.iter().chain(rest).copied().fold(f64::INFINITY, smaller);
    let max = max
        .iter()
        .chain(rest)
        .copied()
        .fold(f64::NEG_INFINITY, larger);
    (min, max)
}

/// Sums in blocks, and the blocks pairwise: the error grows with the logarithm of the
/// count (N. J. Higham, "The Accuracy of Floating Point Summation", 1993).
pub fn sums<const N: usize>(values: &[f64], f: impl Fn(f64) -> [f64; N] + Copy) -> [f64; N] {
    const BLOCK: usize = 128;
    if values.len() <= BLOCK {
        let mut lanes = [[0.0; LANES]; N];
        let chunks = values.chunks_exact(LANES);
        let mut rest = [0.0; N];
        for v in chunks.remainder() {
            for (sum, part) in rest.iter_mut().zip(f(*v)) {
                *sum += part;
            }
        }
        for chunk in chunks {
            for (i, v) in chunk.iter().enumerate() {
                let parts = f(*v);
                for n in 0..N {
                    lanes[n][i] += parts[n];
                }
            }
        }
        for (lanes, rest) in lanes.iter().zip(&mut rest) {
            *rest += lanes.iter().sum::<f64>();
        }
        return rest;
    }
    let half = (values.len() / 2).next_multiple_of(BLOCK);
    let (a, b) = values.split_at(half.min(values.len()));
    let (mut a, b) = (sums(a, f), sums(b, f));
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}
