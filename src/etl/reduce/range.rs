//! The visible span of time.

/// No zoom goes below this: finer than any recorder samples.
const SHORTEST: i64 = 100;

/// A span of time in microseconds, both ends seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    start: i64,
    end: i64,
}

impl TimeRange {
    /// From one time to another, in either order.
    pub fn new(a: i64, b: i64) -> Self {
        Self {
            start: a.min(b),
            end: a.max(b),
        }
    }

    /// First visible microsecond.
    pub fn start(self) -> i64 {
        self.start
    }

    /// Last visible microsecond.
    pub fn end(self) -> i64 {
        self.end
    }

    /// Both ends.
    pub fn ends(self) -> (i64, i64) {
        (self.start(), self.end())
    }

    /// Microseconds from end to end.
    pub fn span(self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether `time` is visible.
    pub fn contains(self, time: i64) -> bool {
        (self.start..=self.end).contains(&time)
    }

    /// First microsecond of column `c` of `width`.
    pub fn column_start(self, c: usize, width: usize) -> i64 {
        let length = i128::from(self.end) - i128::from(self.start) + 1;
        let width = width.max(1) as i128;
        let offset = (length * c as i128 + width - 1) / width;
        i64::try_from(i128::from(self.start) + offset).unwrap_or(i64::MAX)
    }

    /// The column of `width` in which `time` lies; `None` when it is not visible.
    pub fn column_of(self, time: i64, width: usize) -> Option<usize> {
        if !self.contains(time) || width == 0 {
            return None;
        }
        let length = i128::from(self.end) - i128::from(self.start) + 1;
        let offset = i128::from(time) - i128::from(self.start);
        usize::try_from(offset * width as i128 / length).ok()
    }

    /// Makes the span `factor` times as long, with `around` staying where it is on
    /// the screen (the middle, when it is not visible), within `bounds`.
    pub fn zoom(self, factor: f64, around: i64, bounds: Self) -> Self {
        let around = if self.contains(around) {
            around
        } else {
            self.start + self.span() / 2
        };
        let shortest = SHORTEST.min(bounds.span());
        let span = (self.span() as f64 * factor).round() as i64;
        let span = span.clamp(shortest, bounds.span());
        let share = if self.span() == 0 {
            0.5
        } else {
            (around - self.start) as f64 / self.span() as f64
        };
        let start = around.saturating_sub((span as f64 * share).round() as i64);
        Self::new(start, start.saturating_add(span)).clamp(bounds)
    }

    /// Moves by `share` of its length, within `bounds`.
    pub fn pan(self, share: f64, bounds: Self) -> Self {
        let by = (self.span() as f64 * share).round() as i64;
        Self {
            start: self.start.saturating_add(by),
            end: self.end.saturating_add(by),
        }
        .clamp(bounds)
    }

    /// The same length with `time` in the middle, within `bounds`.
    pub fn centre(self, time: i64, bounds: Self) -> Self {
        let start = time.saturating_sub(self.span() / 2);
        Self::new(start, start.saturating_add(self.span())).clamp(bounds)
    }

    /// Moved (and, when longer, cut) so that it lies within `bounds`.
    pub fn clamp(self, bounds: Self) -> Self {
        let span = self.span().min(bounds.span());
        let start = self.start.clamp(bounds.start, bounds.end - span);
        Self {
            start,
            end: start + span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: TimeRange = TimeRange {
        start: 0,
        end: 1_000_000,
    };

    #[test]
    fn zooming_keeps_the_cursor_in_its_place() {
        let zoomed = BOUNDS.zoom(0.5, 200_000, BOUNDS);
        assert_eq!(zoomed, TimeRange::new(100_000, 600_000));
        assert_eq!(zoomed.zoom(2.0, 200_000, BOUNDS), BOUNDS);
        // A cursor that is out of sight does not drag the view along.
        let far = TimeRange::new(0, 1000).zoom(0.5, 900_000, BOUNDS);
        assert_eq!(far, TimeRange::new(250, 750));
    }

    #[test]
    fn zoom_ends_at_the_shortest_span_and_at_the_whole() {
        let mut range = BOUNDS;
        for _ in 0..100 {
            range = range.zoom(0.5, 500_000, BOUNDS);
        }
        assert_eq!(range.span(), SHORTEST);
        for _ in 0..100 {
            range = range.zoom(2.0, 500_000, BOUNDS);
        }
        assert_eq!(range, BOUNDS);
        let instant = TimeRange::new(5, 5);
        assert_eq!(instant.zoom(0.5, 5, instant), instant);
        assert_eq!(instant.pan(1.0, instant), instant);
    }

    #[test]
    fn panning_stops_at_the_ends() {
        let range = TimeRange::new(100, 200_100);
        assert_eq!(range.pan(0.25, BOUNDS), TimeRange::new(50_100, 250_100));
        assert_eq!(range.pan(-1.0, BOUNDS), TimeRange::new(0, 200_000));
        assert_eq!(range.pan(50.0, BOUNDS), TimeRange::new(800_000, 1_000_000));
        assert_eq!(
            range.centre(500_000, BOUNDS),
            TimeRange::new(400_000, 600_000)
        );
    }

    proptest! {
        #[test]
        fn columns_cover_the_span_without_overlap(a in -1_000_000i64..1_000_000, n in 0i64..1_000_000, width in 1usize..500) {
            let range = TimeRange::new(a, a + n);
            prop_assert_eq!(range.column_start(0, width), a);
            prop_assert_eq!(range.column_start(width, width), a + n + 1);
            for c in 0..width {
                let (from, to) = (range.column_start(c, width), range.column_start(c + 1, width));
                prop_assert!(from <= to);
                if from < to {
                    prop_assert_eq!(range.column_of(from, width), Some(c));
                    prop_assert_eq!(range.column_of(to - 1, width), Some(c));
                }
            }
        }

        #[test]
        fn every_move_stays_within_bounds(a in 0i64..1_000_000, b in 0i64..1_000_000, f in 0.01f64..100.0, at in -10i64..1_000_010) {
            let range = TimeRange::new(a, b);
            for moved in [range.zoom(f, at, BOUNDS), range.pan(f, BOUNDS), range.pan(-f, BOUNDS), range.centre(at, BOUNDS)] {
                prop_assert!(moved.start() >= 0 && moved.end() <= 1_000_000, "{:?}", moved);
            }
        }
    }
}
