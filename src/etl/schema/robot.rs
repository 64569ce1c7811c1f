//! The name of a robot: a whole number or a word.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A robot of a cell as the profile names it. A whole number is written as one (`1`), also
/// where the profile has it in quotes, so that both are one robot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Robot(String);

impl Robot {
    /// The number, for a robot that is named by one. Logs may write it as any number type or
    /// as text; a word must be in the log exactly as it is in the profile.
    pub fn number(&self) -> Option<i64> {
        let number: i64 = self.0.parse().ok()?;
        (number.to_string() == self.0).then_some(number)
    }
}

impl From<i64> for Robot {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<&str> for Robot {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl Deref for Robot {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Robot {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.number() {
            Some(number) => s.serialize_i64(number),
            None => s.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Robot {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct NumberOrWord;
        impl de::Visitor<'_> for NumberOrWord {
            type Value = Robot;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a robot: a whole number or a word")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Robot, E> {
                Ok(number.into())
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Robot, E> {
                Ok(Robot(number.to_string()))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Robot, E> {
                Ok(word.into())
            }
        }
        d.deserialize_any(NumberOrWord)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_stored_as_they_are_written() {
        let robots: Vec<Robot> = serde_json::from_str(r#"[1, "left", "2", "02"]"#).unwrap();
        let numbers: Vec<Option<i64>> = robots.iter().map(Robot::number).collect();
        assert_eq!(numbers, [Some(1), None, Some(2), None]);
        let written = serde_json::to_string(&robots).unwrap();
        assert_eq!(written, r#"[1,"left",2,"02"]"#);
        assert_eq!(robots[2], Robot::from(2));
    }
}
