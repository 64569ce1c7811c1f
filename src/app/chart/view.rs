//! What charts over one axis of time share: the visible span, the cursor and its pin, what
//! lines are drawn with. Keys and mouse change it in the same way in every view.

use crossterm::event::{MouseButton, MouseEventKind};

use super::{Cursor, Marker, TimeRange};
use crate::app::action::Action;

/// A key pans by this share of what is seen.
const PAN: f64 = 0.1;
/// The wheel zooms by this factor, and back.
const WHEEL: f64 = 0.8;
/// A step of the cursor is this part of what is seen.
const STEPS: i64 = 100;

/// Where charts over one axis of time are. Times are microseconds, since 1970 or from
/// where runs are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeView {
    /// The whole that there is to see.
    pub bounds: TimeRange,
    /// What the charts show of it.
    pub range: TimeRange,
    /// The cursor and its pin.
    pub cursor: Cursor,
    /// What lines are drawn with.
    pub marker: Marker,
}

impl TimeView {
    /// The whole of `bounds`, the cursor at its start.
    pub fn new(bounds: TimeRange) -> Self {
        Self {
            bounds,
            range: bounds,
            cursor: Cursor::at(bounds.start()),
            marker: Marker::default(),
        }
    }

    /// Pans, zooms, steps, pins; `times` are those of the rows that the cursor stands on
    /// (empty: it moves freely). False when `action` is none of these.
    pub fn update(&mut self, action: Action, times: &[i64]) -> bool {
        match action {
            Action::Left => self.range = self.range.pan(-PAN, self.bounds),
            Action::Right => self.range = self.range.pan(PAN, self.bounds),
            Action::ZoomIn => self.zoom(0.5),
            Action::ZoomOut => self.zoom(2.0),
            Action::ZoomFit => self.range = self.bounds,
            Action::CursorLeft => self.step(-1, times),
            Action::CursorRight => self.step(1, times),
            Action::Pin => self.cursor.toggle_pin(),
            Action::Marker => self.marker = self.marker.next(),
            _ => return false,
        }
        true
    }

    fn zoom(&mut self, factor: f64) {
        self.range = self.range.zoom(factor, self.cursor.time, self.bounds);
    }

    fn step(&mut self, direction: i64, times: &[i64]) {
        let time = self.cursor.time;
        // A cursor that was left behind by panning comes back at the edge.
        let seen = time.clamp(self.range.start(), self.range.end());
        if seen != time {
            self.cursor.time = seen;
            return;
        }
        let mut cursor = self.cursor;
        cursor.step(times, (self.range.span() / STEPS).max(1) * direction);
        self.go_to(cursor.time);
    }

    /// Puts the cursor at `time` and leaves what is seen.
    pub fn put(&mut self, time: i64) {
        self.cursor.time = time.clamp(self.bounds.start(), self.bounds.end());
    }

    /// Puts the cursor at `time`, in the middle of what is seen when it was not.
    pub fn go_to(&mut self, time: i64) {
        self.put(time);
        if !self.range.contains(self.cursor.time) {
            self.range = self.range.centre(self.cursor.time, self.bounds);
        }
    }

    /// Shows a span of time; the cursor comes along.
    pub fn show(&mut self, from: i64, to: i64) {
        self.range = TimeRange::new(from, to).clamp(self.bounds);
        if self.range.span() < self.bounds.span().min(100) {
            self.range = self.range.zoom(100.0, from, self.bounds);
        }
        self.cursor.time = self.cursor.time.clamp(self.range.start(), self.range.end());
    }

    /// Other bounds: the whole stays the whole, and else what is seen as far as it is
    /// still there. The cursor goes to `cursor`.
    pub fn rebound(&mut self, bounds: TimeRange, cursor: i64) {
        self.range = if self.range == self.bounds {
            bounds
        } else {
            self.range.clamp(bounds)
        };
        self.bounds = bounds;
        self.go_to(cursor);
    }

    /// Replaces an earlier view of what is now within this one's bounds.
    pub fn resume(&mut self, earlier: &Self) {
        let bounds = std::mem::replace(&mut self.bounds, earlier.bounds);
        (self.range, self.cursor, self.marker) = (earlier.range, earlier.cursor, earlier.marker);
        self.rebound(bounds, earlier.cursor.time);
    }

    /// The time under column `column` of a plot of `columns` characters: of the first row
    /// there, which is what the cursor reads, else of the column's middle.
    pub fn time_at(&self, column: usize, columns: usize, times: &[i64]) -> i64 {
        let from = self.range.column_start(column, columns);
        let until = self.range.column_start(column + 1, columns);
        let row = times.partition_point(|t| *t < from);
        let row = times.get(row).copied().filter(|t| *t < until);
        row.unwrap_or(from + (until - from) / 2)
    }

    /// The mouse was used over the charts at `time`: a click or a drag puts the cursor, the
    /// wheel zooms around the mouse, to the sides it pans. False for anything else.
    pub fn mouse(&mut self, kind: MouseEventKind, time: i64) -> bool {
        use MouseEventKind::{Down, Drag, ScrollDown, ScrollLeft, ScrollRight, ScrollUp};
        match kind {
            Down(MouseButton::Left) | Drag(MouseButton::Left) => self.put(time),
            ScrollUp => self.range = self.range.zoom(WHEEL, time, self.bounds),
            ScrollDown => self.range = self.range.zoom(1.0 / WHEEL, time, self.bounds),
            ScrollLeft => self.range = self.range.pan(-PAN, self.bounds),
            ScrollRight => self.range = self.range.pan(PAN, self.bounds),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn view() -> TimeView {
        TimeView::new(TimeRange::new(0, 100 * SECOND))
    }

    #[test]
    fn the_cursor_stays_within_the_bounds_and_in_sight() {
        let mut view = view();
        for _ in 0..6 {
            view.update(Action::ZoomIn, &[]);
        }
        assert!(view.range.span() < 2 * SECOND);
        for _ in 0..300 {
            view.update(Action::CursorRight, &[]);
            assert!(view.range.contains(view.cursor.time));
        }
        assert!(view.cursor.time > 3 * SECOND);
        for _ in 0..10_000 {
            view.update(Action::CursorRight, &[]);
        }
        assert_eq!(view.cursor.time, view.bounds.end());
        view.update(Action::ZoomFit, &[]);
        assert_eq!(view.range, view.bounds);
        // Left behind by panning, it comes back at the edge.
        view.show(0, 10 * SECOND);
        view.put(SECOND);
        for _ in 0..20 {
            view.update(Action::Right, &[]);
        }
        view.update(Action::CursorLeft, &[]);
        assert_eq!(view.cursor.time, view.range.start());
        assert!(!view.update(Action::Down, &[]));
    }

    #[test]
    fn other_bounds_keep_what_is_seen_where_it_is_still_there() {
        let mut whole = view();
        whole.rebound(TimeRange::new(-SECOND, 50 * SECOND), 70 * SECOND);
        assert_eq!(whole.range, whole.bounds);
        assert_eq!(whole.cursor.time, 50 * SECOND);
        let mut part = view();
        part.show(20 * SECOND, 30 * SECOND);
        part.rebound(TimeRange::new(0, 25 * SECOND), 22 * SECOND);
        assert_eq!(part.range, TimeRange::new(15 * SECOND, 25 * SECOND));
        let mut again = TimeView::new(TimeRange::new(0, 200 * SECOND));
        again.resume(&part);
        assert_eq!((again.range, again.cursor), (part.range, part.cursor));
        assert_eq!(again.bounds.end(), 200 * SECOND);
    }

    #[test]
    fn the_mouse_points_at_rows_and_zooms_around_itself() {
        let mut view = view();
        let times = [10 * SECOND, 11 * SECOND, 60 * SECOND];
        assert_eq!(view.time_at(10, 100, &times), 11 * SECOND);
        assert_eq!(view.time_at(5, 10, &times), 60 * SECOND);
        assert_eq!(view.time_at(2, 10, &times), 25_000_001, "no row there");
        let time = view.time_at(30, 100, &times);
        assert!(view.mouse(MouseEventKind::ScrollUp, time));
        assert_eq!(view.range.span(), 80 * SECOND);
        assert_eq!(view.range.column_of(time, 100), Some(30));
        assert!(view.mouse(MouseEventKind::Down(MouseButton::Left), 60 * SECOND));
        assert_eq!(view.cursor.time, 60 * SECOND);
        let before = view.range;
        assert!(view.mouse(MouseEventKind::ScrollRight, time));
        assert!(view.range.start() > before.start());
        assert!(!view.mouse(MouseEventKind::Moved, time));
    }
}
