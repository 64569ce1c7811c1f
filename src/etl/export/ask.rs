//! Times and steps as an operator writes them.

use crate::{
    Error, Result,
    position::{Origin, TIME_FORMS, duration, read_time},
    text,
};

/// A time in any form of [`read_time`], in microseconds; `+90s` and times of day count from
/// `start_us`.
///
/// # Errors
/// [`Error::Usage`] that quotes what is neither.
pub fn parse_time(asked: &str, start_us: i64) -> Result<i64> {
    read_time(asked, Origin::Run(start_us)).ok_or_else(|| {
        Error::Usage(format!(
            "`{}` is not a time: write {TIME_FORMS}",
            text::quoted(asked, 60)
        ))
    })
}

/// A step such as `10ms`, in whole microseconds, at least one.
///
/// # Errors
/// [`Error::Usage`] that quotes what is none.
pub fn parse_step(asked: &str) -> Result<i64> {
    // A number alone may be meant in anything.
    let step = Some(asked.trim()).filter(|asked| asked.contains(char::is_alphabetic));
    step.and_then(duration).filter(|us| *us > 0).ok_or_else(|| {
        Error::Usage(format!(
            "`{}` is not a step: write a number above 0 and us, ms, s, m, h or d, such as 10ms; \
             the shortest is 1us",
            text::quoted(asked, 60)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_a_unit_and_are_above_zero() {
        assert_eq!(parse_step(" 10ms ").unwrap(), 10_000);
        assert_eq!(parse_step("1.50m").unwrap(), 90_000_000);
        for bad in ["", "10", "ms", "0ms", "-1s", "1 s", "0.5us"] {
            let error = parse_step(bad).unwrap_err().to_string();
            assert!(error.contains("is not a step"), "{bad}: {error}");
        }
    }

    #[test]
    fn times_are_those_of_logs_or_count_from_the_start() {
        let start = 1_669_236_000_000_000;
        assert_eq!(parse_time("+90s", start).unwrap(), start + 90_000_000);
        assert_eq!(
            parse_time("2022-11-23 20:41:30", start).unwrap(),
            start + 90_000_000
        );
        assert_eq!(
            parse_time("2022-11-23T22:41:30+0200", start).unwrap(),
            start + 90_000_000
        );
        assert_eq!(parse_time("20:41:30", start).unwrap(), start + 90_000_000);
        assert_eq!(
            parse_time("2022-11-23 20:41", start).unwrap(),
            start + 60_000_000
        );
        for bad in ["90s", "+-1s", "", "90"] {
            assert!(parse_time(bad, start).is_err(), "{bad}");
        }
    }
}
