//! Rows in which a condition holds, put together to stretches.

use std::ops::Range;

use super::{Cells, Condition, Relation};
use crate::Result;

/// Which extreme of the channel a stretch tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extreme {
    /// The smallest value: the condition asks for what is below something.
    Lowest,
    /// The largest value: the condition asks for what is above something.
    Highest,
    /// The value farthest from zero: the condition asks for neither.
    Farthest,
}

impl Extreme {
    /// The one that a condition with this relation asks for.
    pub fn of(relation: Option<Relation>) -> Self {
        match relation {
            Some(Relation::Less | Relation::AtMost) => Self::Lowest,
            Some(Relation::More | Relation::AtLeast) => Self::Highest,
            Some(Relation::Equal | Relation::Unequal) | None => Self::Farthest,
        }
    }

    /// The word for headings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lowest => "min",
            Self::Highest => "max",
            Self::Farthest => "extreme",
        }
    }

    /// How extreme a value is: the larger the more.
    pub fn rank(self, value: f64) -> f64 {
        match self {
            Self::Lowest => -value,
            Self::Highest => value,
            Self::Farthest => value.abs(),
        }
    }

    /// The more extreme of two values; NaN is none.
    fn of_two(self, a: f64, b: f64) -> f64 {
        if self.rank(b) > self.rank(a) || a.is_nan() {
            b
        } else {
            a
        }
    }
}

/// A stretch of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowStretch {
    /// The time of its first row, in microseconds.
    pub start_us: i64,
    /// The time of the first row after it in which the condition does not hold, else of the last row.
    pub stop_us: i64,
    /// Of the channel over its rows; NaN where all its cells are null.
    pub extreme: f64,
}

/// The stretches of a table in which a condition holds, from its rows in order.
#[derive(Debug)]
pub struct Stretches {
    extreme: Extreme,
    at_least_us: i64,
    open: Option<RowStretch>,
    found: Vec<RowStretch>,
}

impl Stretches {
    /// Those that last `at_least_us` microseconds or longer; `extreme` is that of the first channel
    /// that the condition names.
    pub fn new(extreme: Extreme, at_least_us: i64) -> Self {
        Self {
            extreme,
            at_least_us,
            open: None,
            found: Vec::new(),
        }
    }

    /// Whether the last row fulfilled the condition.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The next rows. Of `cells` only what decides is read, and times only where a row matches.
    ///
    /// # Errors
    /// Those of `cells`.
    pub fn rows(&mut self, condition: &Condition, cells: &mut impl Cells) -> Result<()> {
        let matching = condition.matching(cells)?;
        if matching.is_empty() && self.open.is_none() {
            return Ok(());
        }
        let rows = cells.rows();
        let steps = match condition.channels().first() {
            Some(channel) => cells.steps(channel)?,
            None => None,
        };
        let extreme_of = |part: &Range<u32>| {
            let values = steps.map_or(&[][..], |steps| steps.values_in(part.start, part.end));
            values
                .iter()
                .fold(f64::NAN, |a, b| self.extreme.of_two(a, *b))
        };
        let extremes: Vec<f64> = matching.iter().map(extreme_of).collect();
        // The rows that bound stretches: first of all that at which the open one ends.
        let ends_open = matching.first().is_none_or(|first| first.start > 0);
        let mut bounds = Vec::with_capacity(2 * matching.len() + 1);
        bounds.extend(ends_open.then_some(0));
        for part in &matching {
            bounds.push(part.start);
            bounds.extend((part.end < rows).then_some(part.end));
        }
        let mut times = cells.times_at(&bounds)?.into_iter();
        let mut time = || times.next().unwrap_or_default();
        if ends_open {
            self.close(time());
        }
        for (part, extreme) in matching.into_iter().zip(extremes) {
            self.extend(time(), extreme);
            if part.end < rows {
                self.close(time());
            }
        }
        Ok(())
    }

    /// Begins a stretch at a time unless one goes on; `value` is its next extreme, NaN for none.
    fn extend(&mut self, time_us: i64, value: f64) {
        let open = self.open.get_or_insert(RowStretch {
            start_us: time_us,
            stop_us: time_us,
            extreme: f64::NAN,
        });
        open.extreme = self.extreme.of_two(open.extreme, value);
    }

    /// Ends the stretch that goes on, if one does, and keeps it if it is long enough: at the time of
    /// the first row that does not fulfil the condition, or of the table's last row.
    pub fn close(&mut self, stop_us: i64) {
        let Some(mut stretch) = self.open.take() else {
            return;
        };
        stretch.stop_us = stop_us;
        if stop_us.saturating_sub(stretch.start_us) >= self.at_least_us {
            self.found.push(stretch);
        }
    }

    /// Those that ended so far, by time.
    pub fn take(&mut self) -> Vec<RowStretch> {
        std::mem::take(&mut self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Steps, *};

    /// Cells of one channel, in memory.
    struct Memory(Steps, Vec<i64>);

    impl Cells for Memory {
        fn rows(&self) -> u32 {
            self.0.rows()
        }

        fn steps(&mut self, channel: &str) -> Result<Option<&Steps>> {
            Ok((channel == "fz_1").then_some(&self.0))
        }

        fn times(&mut self) -> Result<&[i64]> {
            Ok(&self.1)
        }
    }

    #[test]
    fn stretches_end_where_the_condition_does() {
        let condition = Condition::parse("fz_1 < -1", &["fz_1".to_owned()], 0).unwrap();
        let mut stretches = Stretches::new(Extreme::Lowest, 20);
        let mut next = |cells: &[f64], from: i64| {
            let times = (0..cells.len() as i64).map(|i| from + 10 * i).collect();
            stretches
                .rows(&condition, &mut Memory(Steps::of(cells), times))
                .unwrap();
        };
        // Across two parts; one that is too short; and one that the table ends.
        next(&[0.0, -2.0], 0);
        next(&[-5.0, -3.0, f64::NAN, 0.0, -4.0, 0.0], 20);
        next(&[0.0, -2.0, -2.0, -7.0], 80);
        assert!(stretches.is_open());
        stretches.close(110);
        let found = stretches.take();
        let told: Vec<(i64, i64, f64)> = found
            .iter()
            .map(|s| (s.start_us, s.stop_us, s.extreme))
            .collect();
        assert_eq!(told, [(10, 40, -5.0), (90, 110, -7.0)]);
    }

    #[test]
    fn the_relation_tells_the_extreme() {
        for (relation, extreme, value) in [
            (Some(Relation::AtMost), Extreme::Lowest, -4.0),
            (Some(Relation::More), Extreme::Highest, 3.0),
            (Some(Relation::Unequal), Extreme::Farthest, -4.0),
            (None, Extreme::Farthest, -4.0),
        ] {
            assert_eq!(Extreme::of(relation), extreme);
            let most = [f64::NAN, 3.0, -4.0, 1.0];
            let most = most.into_iter().fold(f64::NAN, |a, b| extreme.of_two(a, b));
            assert_eq!(most, value);
        }
    }
}
