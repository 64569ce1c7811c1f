//! Counts as sentences and screens write them: `1 run`, `54,967 rows`.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_agree_with_their_noun() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_577_762), "1,577,762");
        assert_eq!(grouped("-54967"), "-54,967");
        assert_eq!(count(1, "run"), "1 run");
        assert_eq!(count(0, "run"), "0 runs");
        assert_eq!(count(54_967, "row"), "54,967 rows");
        assert_eq!(count_of(2, "entry", "entries"), "2 entries");
    }
}
