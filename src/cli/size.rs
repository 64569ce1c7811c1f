//! Amounts of memory as people write them: `1GiB`, `512 MB`.

/// No harvest gets by with less.
pub const LEAST: u64 = 64 << 20;

/// What is allowed, in words.
pub const ALLOWED: &str =
    "a number and MB, GB, MiB or GiB, such as 1GiB or \"512 MB\"; at least 64MiB";

/// Bytes of `text`.
///
/// # Errors
/// What is allowed.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("allowed is {ALLOWED}");
    let text = text.trim();
    let at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let unit: f64 = match unit.to_ascii_lowercase().as_str() {
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "m" | "mib" => f64::from(1 << 20),
        "g" | "gib" => f64::from(1 << 30),
        "t" | "tib" => f64::from(1 << 30) * 1024.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let bytes = number * unit;
    // More than there ever was is as good as no limit.
    if bytes.is_finite() && bytes >= LEAST as f64 {
        Ok(bytes as u64)
    } else {
        Err(wrong())
    }
}

/// What [`parse`] reads as so many bytes.
pub fn text(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    if bytes.is_multiple_of(MIB) {
        format!("{}MiB", bytes / MIB)
    } else {
        format!("{}MB", bytes as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        assert_eq!(parse("1GiB"), Ok(1 << 30));
        assert_eq!(parse("1.5 gib"), Ok(3 << 29));
        assert_eq!(parse("512MB"), Ok(512_000_000));
        assert_eq!(parse("64M"), Ok(LEAST));
        for bytes in [LEAST, 1 << 30, 300_000_000, 123_456_789] {
            assert_eq!(parse(&text(bytes)), Ok(bytes));
        }
        for wrong in ["", "1", "GiB", "1 GiBs", "63MiB", "nanGB", "infGB", "-1GB"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
