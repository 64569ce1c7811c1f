//! The charts of one machine: zoom, pan, cursor, typed places and the mouse.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{Figure, LABEL, MachineScreen, Pane};
use crate::{
    app::{action::Action, chart::gutter, layout, scroll::Scroll},
    etl::{
        format::{count, decimals_for, format_delta, format_fit},
        position::{Origin, Position, read_span},
        time, zone,
    },
};

/// What is understood of a place, for messages.
const FORMS: &str = "2022-11-24, 2022-11-24 20:43, +2d from the first run, the number of a run, \
                     or from..to";

/// Titles of the panes, in the order of the screen.
pub const PANES: [(Pane, &str); 2] = [(Pane::Trends, "Charts"), (Pane::Runs, "Runs")];

impl MachineScreen {
    /// Does what only this view knows; false for any other action. Follow every other one
    /// with [`MachineScreen::follow`].
    pub fn act(&mut self, action: Action) -> bool {
        let last = Figure::ALL.len() - 1;
        match (action, self.pane) {
            (Action::NextPane | Action::PreviousPane, Pane::Runs) => self.pane = Pane::Trends,
            (Action::NextPane | Action::PreviousPane, Pane::Trends) => self.pane = Pane::Runs,
            // In the list of runs these are for its columns.
            (Action::Left | Action::Right, Pane::Runs) => return false,
            (
                Action::Down
                | Action::Up
                | Action::First
                | Action::Last
                | Action::HalfDown
                | Action::HalfUp
                | Action::PageDown
                | Action::PageUp,
                Pane::Trends,
            ) => self.first = Scroll::new(Figure::ALL.len(), last).moved(self.first, action),
            _ => {
                let times = self.times();
                let before = self.view.cursor.time;
                if !self.view.update(action, &times) {
                    return false;
                }
                if self.view.cursor.time != before {
                    self.lead();
                }
            }
        }
        true
    }

    /// The charts' cursor goes to the run under the cursor of the list.
    pub fn follow(&mut self) {
        if let Some(time) = self.cursor_time()
            && time != self.view.cursor.time
        {
            self.view.go_to(time);
        }
    }

    /// The cursor of the list goes to the run at or before the charts' cursor.
    fn lead(&mut self) {
        let time = self.view.cursor.snap(&self.times());
        self.view.put(time);
        let starts = |at: &usize| self.table.get(*at).is_some_and(|p| p.start_us == time);
        if !starts(&self.table.cursor)
            && let Some(at) = (0..self.table.len()).find(starts)
        {
            self.table.cursor = at;
        }
    }

    /// How far the cursor is from the pinned place, that place and the cursor's; where no chart
    /// has room for them ([`MachineScreen::at_cursor`]), also what changed of each figure, before
    /// these places. `None` when nothing is pinned.
    pub fn pinned(&self, has_charts: bool) -> Option<Vec<String>> {
        let (here, pin) = (self.view.cursor.time, self.view.cursor.pin?);
        let apart = time::format_duration((here - pin).abs() as f64 / time::SECOND as f64);
        let sign = if here < pin { "−" } else { "" };
        let mut words = vec![format!("Δ {sign}{apart}")];
        for figure in Figure::ALL.into_iter().filter(|_| !has_charts) {
            if let [value, change] = self.at_cursor(figure).as_slice() {
                let (title, unit) = (figure.title(), figure.unit());
                words.push(format!("{title} {value} {unit} ({change})"));
            }
        }
        words.push(format!("pin {}", second(pin)));
        words.push(format!("cursor {}", second(here)));
        Some(words)
    }

    /// A figure's value at the cursor, and its difference to that at the pinned place, each in
    /// [`LABEL`] characters; nothing where no place is pinned or there is no value.
    pub fn at_cursor(&self, figure: Figure) -> Vec<String> {
        let Some(pin) = self.view.cursor.pin else {
            return Vec::new();
        };
        let value = |time| {
            let sample = self.series(figure)?.at_or_before(time)?;
            Some(sample.value).filter(|v| !v.is_nan())
        };
        let Some(now) = value(self.view.cursor.time) else {
            return Vec::new();
        };
        let mut words = vec![format_fit(now, 1, LABEL)];
        words.extend(value(pin).map(|then| {
            let change = now - then;
            let text = |decimals| format!("Δ {}", format_delta(change, decimals));
            let most = decimals_for(0.0, change.abs()).min(3);
            let mut decimals = (0..=most).rev();
            let fitting = decimals.find(|d| text(*d).chars().count() <= LABEL);
            text(fitting.unwrap_or(0))
        }));
        words
    }

    /// Takes a place that was typed.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, text: &str) -> Result<(), String> {
        let times = self.times();
        let bounds = self.view.bounds;
        let run = |text: &str| {
            let mut runs = self.table.rows().iter();
            runs.find(|point| point.run.matches(text))
                .map(|point| point.start_us)
        };
        let read = |text: &str, end: bool| match place(text, bounds.start(), end) {
            Some(Position::Time(time)) => Ok(time),
            Some(Position::Row(row)) => {
                let at = usize::try_from(row)
                    .ok()
                    .and_then(|r| times.get(r).copied());
                // An id may begin with digits.
                at.or_else(|| run(text)).ok_or_else(|| match times.len() {
                    1 => "there is 1 run".to_owned(),
                    n => format!("there are {}", count(n as u64, "run")),
                })
            }
            None => run(text)
                .ok_or_else(|| format!("`{}` is not a position: type {FORMS}", text.trim())),
        };
        let outside = |from: i64, to: i64| {
            let (first, last) = (
                zone::format_minute(bounds.start()),
                zone::format_minute(bounds.end()),
            );
            let message = || format!("outside of the runs, which begin from {first} to {last}");
            (to < bounds.start() || from > bounds.end()).then(message)
        };
        if times.is_empty() {
            return Err("there is no run to go to".into());
        }
        match text.split_once("..") {
            None => {
                // A day means its runs: its first moment may lie before all of them.
                let (time, until) = (read(text, false)?, read(text, true)?);
                if let Some(message) = outside(time, until) {
                    return Err(message);
                }
                let next = times.partition_point(|t| *t < time);
                self.view.go_to(match times.get(next) {
                    Some(run) if *run <= until => *run,
                    _ => time,
                });
            }
            Some((from, to)) => {
                let (from, to) = (read(from, false)?, read(to, true)?);
                if from > to {
                    return Err("the span ends before it begins".into());
                }
                if let Some(message) = outside(from, to) {
                    return Err(message);
                }
                self.view
                    .show(from.max(bounds.start()), to.min(bounds.end()));
            }
        }
        self.lead();
        Ok(())
    }

    /// The mouse was used in a terminal of `size`; false where it was not over the heading
    /// or the charts.
    pub fn mouse(&mut self, mouse: MouseEvent, size: (u16, u16)) -> bool {
        let parts = self.parts(size);
        let at = (mouse.column, mouse.row).into();
        let clicked = mouse.kind == MouseEventKind::Down(MouseButton::Left);
        if parts.heading.contains(at) {
            let titled = layout::titled_at(&PANES, self.pane, parts.heading.width, mouse.column);
            if let Some(pane) = titled.filter(|_| clicked) {
                self.pane = pane;
            }
            return true;
        }
        if !parts.charts.union(parts.axis).contains(at) || parts.charts.is_empty() {
            // The wheel over the list moves its cursor, whatever had the keys.
            if mouse.kind != MouseEventKind::Moved {
                self.pane = Pane::Runs;
            }
            return false;
        }
        if clicked {
            self.pane = Pane::Trends;
        }
        let left = gutter(LABEL);
        let (x, width) = (usize::from(mouse.column), usize::from(parts.charts.width));
        if (left..width).contains(&x) {
            let time = self.view.time_at(x - left, width - left, &self.times());
            let before = self.view.cursor.time;
            self.view.mouse(mouse.kind, time);
            if self.view.cursor.time != before {
                self.lead();
            }
        }
        true
    }
}

/// `2022-11-24 20:43:05`
fn second(us: i64) -> String {
    zone::format_screen(us).chars().take(19).collect()
}

/// What a run's views take too; of a day, a minute or a second the first microsecond, or the
/// last when it is the `end` of a span.
fn place(text: &str, start_us: i64, end: bool) -> Option<Position> {
    match (
        Position::read(text, start_us)?,
        read_span(text, Origin::Run(start_us)),
    ) {
        (Position::Time(_), Some((_, last))) if end => Some(Position::Time(last)),
        (position, _) => Some(position),
    }
}

#[cfg(test)]
#[path = "trends_tests.rs"]
mod tests;
