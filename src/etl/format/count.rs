//! Counts, alone and with their nouns: `54,967`, `1 run`, `15.2 k`.

/// Digits in groups of three: `1,577,762`.
pub fn thousands(n: u64) -> String {
    grouped(&n.to_string())
}

/// A count with its noun, whose plural takes an `s`: `1 run`, `4 runs`.
pub fn count(n: u64, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {one}{s}", thousands(n))
}

/// As [`count`], for a noun with another plural: `1 entry`, `4 entries`.
pub fn count_of(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// Digits, with or without a sign, in groups of three.
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + sign.len());
    out.push_str(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1.58 M`, `15.2 k`, `361`: a count, three digits.
pub fn short(n: u64) -> String {
    let (number, prefix) = scaled(n);
    format!("{number} {prefix}").trim_end().to_owned()
}

/// A count in three digits, and the prefix of its unit.
pub(super) fn scaled(n: u64) -> (String, &'static str) {
    let mut value = n as f64;
    let mut prefix = "";
    for next in ["k", "M", "G", "T"] {
        // What would be written as 1000 belongs to the next unit.
        if n < 1000 || value < 999.5 {
            break;
        }
        (value, prefix) = (value / 1000.0, next);
    }
    let decimals = match (prefix, value) {
        ("", _) => 0,
        (_, v) if v < 9.995 => 2,
        (_, v) if v < 99.95 => 1,
        _ => 0,
    };
    (format!("{value:.decimals$}"), prefix)
}
