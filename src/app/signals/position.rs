//! Going to a position that was typed: a time, a row of a single run, or a span.

use super::Signals;
use crate::{
    app::compare::sheet::offset,
    etl::{
        format::count,
        parse_error::ParseError,
        position::{FORMS, Position},
        time, zone,
    },
};

/// What is understood of several runs, for messages.
const OFFSETS: &str = "12.5, +1m30s, -2s, or from..to, counted from where the runs are aligned";

/// A position that waits for the times of the rows that it names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    text: String,
    rows: Vec<u64>,
    asked: bool,
}

impl Typed {
    /// The rows whose times are needed, once.
    pub fn rows_to_ask(&mut self) -> Option<Vec<u64>> {
        let asked = std::mem::replace(&mut self.asked, true);
        (!asked).then(|| self.rows.clone())
    }
}

impl Signals {
    /// Takes a position that was typed. Where it names rows whose times are not in memory, it
    /// is gone to once they are read.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text.
    pub fn submit(&mut self, text: &str) -> Result<(), ParseError> {
        let start = self.view.bounds.start();
        let positions = parse(text, self.is_aligned(), start)?;
        let (mut times, mut rows) = (Vec::new(), Vec::new());
        for position in &positions {
            match position {
                Position::Time(time) => times.push(self.inside(*time)?),
                Position::Row(row) => {
                    let total = self.runs.first().map_or(0, |r| r.rows);
                    if *row >= total {
                        let rows = count(total, "row");
                        return Err(format!("the table has {rows}").into());
                    }
                    rows.push(*row);
                    times.extend(self.data.time_of_row(0, *row));
                }
            }
        }
        self.typed = None;
        if times.len() == positions.len() {
            self.show_times(&times);
        } else {
            self.typed = Some(Typed {
                text: text.to_owned(),
                rows,
                asked: false,
            });
        }
        Ok(())
    }

    /// Goes to the position that waits: these are the times of its rows.
    pub(super) fn go_to_rows(&mut self, times: &[i64]) -> Option<String> {
        let typed = self.typed.take()?;
        let positions = parse(&typed.text, false, self.view.bounds.start());
        let mut rows = times.iter().copied();
        let times = positions.ok()?.into_iter().filter_map(|p| match p {
            Position::Time(time) => self.inside(time).ok(),
            Position::Row(_) => rows.next(),
        });
        let times: Vec<i64> = times.collect();
        self.show_times(&times);
        None
    }

    fn show_times(&mut self, times: &[i64]) {
        match times {
            [time] => self.view.go_to(*time),
            [from, to] => self.view.show(*from, *to),
            _ => {}
        }
    }

    /// A time within the run, or the runs; one typed without a fraction may lie just before the
    /// first sample: it means that.
    ///
    /// # Errors
    /// One sentence that says from when to when there are samples.
    pub fn inside(&self, time: i64) -> Result<i64, String> {
        let bounds = self.view.bounds;
        let (from, to) = (bounds.start(), bounds.end());
        if self.is_aligned() {
            if bounds.contains(time) {
                return Ok(time);
            }
            let [time, from, to] = [time, from, to].map(offset);
            return Err(format!(
                "{time} is outside: the runs last from {from} to {to}"
            ));
        }
        let near = time < from && time > from - time::SECOND;
        let time = if near { from } else { time };
        if bounds.contains(time) {
            return Ok(time);
        }
        let (time, from) = (zone::format_screen(time), zone::format_screen(from));
        let to = zone::format_clock_within(to, bounds.ends());
        Err(format!(
            "{time} is outside of the run, which lasts from {from} to {to}"
        ))
    }
}

/// Whether a text has the form of a position; nothing is known of the runs yet.
///
/// # Errors
/// One sentence that names the forms.
pub fn check_form(text: &str, aligned: bool) -> Result<(), ParseError> {
    parse(text, aligned, 0).map(|_| ())
}

/// One position, or the two ends of a span.
fn parse(text: &str, aligned: bool, start: i64) -> Result<Vec<Position>, ParseError> {
    let is_span = text.contains("..");
    let read = |text: &str| {
        if is_span && text.trim().is_empty() {
            return Err("a span needs both ends: from..to".into());
        }
        if !aligned {
            return read_position(text, start);
        }
        let time = read_offset(text).ok_or_else(|| no_position(text, OFFSETS))?;
        Ok(Position::Time(time))
    };
    text.splitn(2, "..").map(read).collect()
}

/// One position in a run that begins at `start`.
///
/// # Errors
/// One sentence that names the forms.
pub fn read_position(text: &str, start: i64) -> Result<Position, ParseError> {
    Position::read(text, start).ok_or_else(|| no_position(text, FORMS))
}

fn no_position(text: &str, forms: &str) -> ParseError {
    format!("`{}` is not a position: type {forms}", text.trim()).into()
}

/// Microseconds from where the runs are aligned: `12.5`, `+1m30s`, `-2s`.
fn read_offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    match Position::read(&format!("+{text}"), 0)? {
        Position::Time(time) => Some(sign * time),
        Position::Row(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_of_several_runs_are_counted_from_the_alignment() {
        assert_eq!(read_offset("12.5"), Some(12_500_000));
        assert_eq!(read_offset(" +1m30s "), Some(90_000_000));
        assert_eq!(read_offset("-2s"), Some(-2_000_000));
        assert_eq!(read_offset("−250ms"), Some(-250_000));
        for bad in ["", "+", "--2", "+-2", "x", "20:40", "-"] {
            assert_eq!(read_offset(bad), None, "{bad:?}");
        }
    }
}
