//! Texts of records in little room: a look at the data directory has those of a hundred thousand logs.

use std::fmt;

use crate::time;

/// The hash of a log's content.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum ContentHash {
    /// 64 hexadecimal digits in lower case.
    Usual([u8; 32]),
    Other(Box<str>),
}

/// A time as a record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RecordTime {
    /// As [`time::format`] writes it.
    Usual(i64),
    Other(Box<str>),
}

impl From<&str> for ContentHash {
    fn from(text: &str) -> Self {
        let mut bytes = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Self::Other(text.into());
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Self::Other(text.into()),
            }
        }
        Self::Usual(bytes)
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// The text that it is made of.
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<&str> for RecordTime {
    fn from(text: &str) -> Self {
        match time::parse(text.as_bytes()) {
            Some(us) if time::format(us) == text => Self::Usual(us),
            _ => Self::Other(text.into()),
        }
    }
}

/// The text that it is made of.
impl fmt::Display for RecordTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual(us) => f.write_str(&time::format(*us)),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_hash_is_the_text_that_it_was(
            a in prop_oneof!["[0-9a-f]{64}", "[0-9a-fA-F]{62,66}", any::<String>()],
            b in "[0-9a-f]{64}",
        ) {
            let (of_a, of_b) = (ContentHash::from(&*a), ContentHash::from(&*b));
            prop_assert_eq!(of_a == of_b, a == b);
            prop_assert_eq!(of_a.to_string(), a);
            prop_assert!(matches!(of_b, ContentHash::Usual(_)));
        }

        #[test]
        fn a_time_is_the_text_that_it_was(
            text in prop_oneof![
                (0..9_000_000_000_000_000_i64).prop_map(time::format),
                "202[0-9]-1[0-2]-2[0-9]T20:40:0[0-9](\\.[0-9]{1,9})?(Z|\\+01:00)?",
                any::<String>(),
            ],
        ) {
            prop_assert_eq!(RecordTime::from(&*text).to_string(), text);
        }
    }

    #[test]
    fn what_this_program_writes_needs_no_other_memory() {
        let time = RecordTime::from(&*time::format(1_669_236_000_123_456));
        assert_eq!(time, RecordTime::Usual(1_669_236_000_123_456));
    }
}
