//! The cursor of a chart: it stands on a row, and a pinned one beside it measures.

/// Where the cursor stands and, when pinned, what it is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Microseconds since 1970.
    pub time: i64,
    /// The pinned cursor's time.
    pub pin: Option<i64>,
}

impl Cursor {
    /// At `time`, nothing pinned.
    pub fn at(time: i64) -> Self {
        Self { time, pin: None }
    }

    /// Pins the cursor's place, or lets the pinned one go.
    pub fn toggle_pin(&mut self) {
        self.pin = match self.pin {
            None => Some(self.time),
            Some(_) => None,
        };
    }

    /// The row at or before the cursor (the first row, when it stands before all).
    pub fn snap(&self, times: &[i64]) -> i64 {
        let at = times.partition_point(|t| *t <= self.time);
        times
            .get(at.saturating_sub(1))
            .copied()
            .unwrap_or(self.time)
    }

    /// Moves by about `by` microseconds (one column of the chart), but at least to
    /// the next row in that direction. Without rows it moves freely.
    pub fn step(&mut self, times: &[i64], by: i64) {
        let here = self.snap(times);
        let there = Self::at(self.time.saturating_add(by)).snap(times);
        self.time = if times.is_empty() || (there > here) == (by > 0) && there != here {
            there
        } else if by > 0 {
            let next = times.partition_point(|t| *t <= here);
            times.get(next).copied().unwrap_or(here)
        } else {
            let at = times.partition_point(|t| *t < here);
            times.get(at.saturating_sub(1)).copied().unwrap_or(here)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: [i64; 4] = [100, 200, 300, 1000];

    #[test]
    fn it_snaps_to_the_row_at_or_before() {
        assert_eq!(Cursor::at(250).snap(&TIMES), 200);
        assert_eq!(Cursor::at(5).snap(&TIMES), 100);
        assert_eq!(Cursor::at(5000).snap(&TIMES), 1000);
        assert_eq!(Cursor::at(77).snap(&[]), 77);
    }

    #[test]
    fn a_step_always_reaches_another_row() {
        let mut cursor = Cursor::at(100);
        let mut seen = vec![];
        for _ in 0..5 {
            cursor.step(&TIMES, 1);
            seen.push(cursor.time);
        }
        assert_eq!(seen, [200, 300, 1000, 1000, 1000]);
        cursor.step(&TIMES, -1);
        assert_eq!(cursor.time, 300);
        cursor.step(&TIMES, -250);
        assert_eq!(cursor.time, 100);
        cursor.step(&TIMES, 250);
        assert_eq!(cursor.time, 300);
        cursor.step(&[], 40);
        assert_eq!(cursor.time, 340);
    }

    #[test]
    fn a_pin_stays_where_it_was_set() {
        let mut cursor = Cursor::at(5);
        cursor.toggle_pin();
        cursor.time = 9;
        assert_eq!(cursor.pin, Some(5));
        cursor.toggle_pin();
        assert_eq!(cursor.pin, None);
    }
}
