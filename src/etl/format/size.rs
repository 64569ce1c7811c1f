//! Sizes of files and limits of memory: `14.8 MB`, `256 MiB`.

use super::count::scaled;

/// `14.8 MB`, `512 B`: powers of 1000, three digits.
pub fn bytes(n: u64) -> String {
    match scaled(n) {
        (number, "") => format!("{number} B"),
        (number, prefix) => format!("{number} {prefix}B"),
    }
}

/// `1 GiB`, `1.5 GiB`, `256 MiB`: a limit as an operator writes it.
pub fn binary_bytes(bytes: u64) -> String {
    let (unit, word) = match bytes {
        n if n >= 1 << 30 => (1u64 << 30, "GiB"),
        n if n >= 1 << 20 => (1 << 20, "MiB"),
        n if n >= 1 << 10 => (1 << 10, "KiB"),
        n => return format!("{n} bytes"),
    };
    let tenths = (bytes as f64 / unit as f64 * 10.0).round() / 10.0;
    format!("{tenths} {word}")
}
