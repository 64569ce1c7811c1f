//! The flags of a run as a list: filtered, sorted, searched as every other list.

use std::cmp::Reverse;

use crossterm::event::MouseEventKind;

use super::tab_list;
use crate::{
    app::{action::Action, choice::Choice, columns::PlacedColumn, table::Table},
    etl::{
        catalog::RunDetail,
        filter::{Filtered, Kind, RowField, Unit, Value, contains},
        quality::{Flag, NotEvaluated, Severity, Verdict},
        time,
    },
};

/// One flag of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagRow {
    /// The flag.
    pub flag: Flag,
    /// From and to, in microseconds.
    pub span: Option<(i64, i64)>,
    /// Start and stop of the run, in microseconds.
    pub run: Option<(i64, i64)>,
    /// Its place in the record: what names it.
    pub(in crate::app) position: usize,
}

impl FlagRow {
    /// The flag at a place of the record, with its span in microseconds.
    pub fn new(flag: Flag, span: Option<(i64, i64)>, position: usize) -> Self {
        Self {
            flag,
            span,
            run: None,
            position,
        }
    }

    /// The channel; of a flag without one the robot that its message is about, else `run`.
    pub fn channel(&self) -> &str {
        let channel = self.flag.channel.as_deref();
        channel.or_else(|| self.robot()).unwrap_or("run")
    }

    /// `robot 2`, where the message begins so.
    fn robot(&self) -> Option<&str> {
        let message = self.flag.message.as_str();
        let name = message.strip_prefix("robot ")?.split(' ').next()?;
        message.get(..message.len().min("robot ".len() + name.len()))
    }

    /// Seconds from its first sample to its last.
    pub fn length_s(&self) -> Option<f64> {
        self.span
            .map(|(from, to)| (to - from) as f64 / time::SECOND as f64)
    }
}

impl Filtered for FlagRow {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(
            &["severity"],
            Kind::Word(|| Severity::ALL.map(Severity::word).to_vec()),
            |r| Value::Word {
                rank: r.flag.severity as u8,
                word: r.flag.severity.word(),
            },
        ),
        RowField::new(&["rule"], Kind::Text, |r| Value::text(Some(&r.flag.rule))),
        RowField::new(&["channel"], Kind::Name, |r| Value::text(Some(r.channel()))),
        RowField::new(&["start", "start_time"], Kind::Time, |r| {
            Value::time(r.span.map(|span| span.0))
        }),
        RowField::new(&["stop", "stop_time"], Kind::Time, |r| {
            Value::time(r.span.map(|span| span.1))
        }),
        RowField::new(&["length"], Kind::Number(Unit::Seconds), |r| {
            Value::number(r.length_s())
        }),
        RowField::new(&["measured", "value"], Kind::Number(Unit::Plain), |r| {
            Value::number(r.flag.value)
        }),
        RowField::new(&["threshold"], Kind::Number(Unit::Plain), |r| {
            Value::number(r.flag.threshold)
        }),
        RowField::new(&["unit"], Kind::Name, |r| Value::text(Some(&r.flag.unit))),
        RowField::new(&["message"], Kind::Text, |r| {
            Value::text(Some(&r.flag.message))
        }),
        RowField::new(&["since"], Kind::Since, |r| {
            Value::time(r.span.map(|span| span.1))
        }),
        RowField::new(&["until"], Kind::Until, |r| {
            Value::time(r.span.map(|span| span.0))
        }),
    ];

    fn contains(&self, text: &str) -> bool {
        let flag = &self.flag;
        contains(&flag.rule, text)
            || contains(self.channel(), text)
            || contains(&flag.shown_message(), text)
    }
}

/// Lines of the sentence that stands in the place of the list.
const NOTICE: u16 = 3;

/// Lines of the parts of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// The list with its header.
    pub list: u16,
    /// The explanation of the flag under the cursor, with the rule above it.
    pub explained: u16,
    /// What was not evaluated.
    pub rest: u16,
}

/// Where the view is.
#[derive(Debug, Clone, Default)]
pub struct Quality {
    /// The flags, filtered and sorted.
    pub table: Table<FlagRow>,
    /// Checks that could not be made.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The run's verdict.
    pub verdict: Verdict,
    /// Which columns were chosen.
    pub choice: Choice,
    /// The time of the charts' cursor, and the flag that stands for it.
    shared: Option<(i64, Option<usize>)>,
}

impl Quality {
    /// The flags of `detail`; the charts' cursor is at `time`.
    pub fn new(detail: &RunDetail, time: i64) -> Self {
        let mut quality = Self {
            not_evaluated: detail.not_evaluated.clone(),
            verdict: detail.row.verdict,
            ..Self::default()
        };
        quality.table.replace(rows(detail));
        let flag = quality.table.current().map(|row| row.position);
        quality.shared = Some((time, flag));
        quality
    }

    /// The charts' cursor is at `time`: when it was moved, the flag at this time is under the
    /// list's cursor (the shortest, for a flag of the whole run says least of a moment), else the
    /// nearest, of several the one that was; when another flag was chosen, gives back the time of
    /// it.
    pub(super) fn share(&mut self, time: i64, lines: usize) -> Option<i64> {
        let current = |table: &Table<FlagRow>| table.current().map(|row| row.position);
        match self.shared {
            Some((before, flag)) if before == time => {
                let now = current(&self.table);
                if flag == now {
                    return None;
                }
                self.shared = Some((time, now));
                let (from, to) = self.table.current()?.span?;
                // A flag of the whole run leaves the cursor where it is.
                let outside = !(from..=to).contains(&time);
                self.shared = Some((if outside { from } else { time }, now));
                outside.then_some(from)
            }
            _ => {
                let rows = (0..self.table.len()).filter_map(|at| {
                    let (from, to) = self.table.get(at)?.span?;
                    let distance = (from - time).max(time - to).max(0);
                    Some((distance, to - from, at != self.table.cursor, at))
                });
                if let Some((.., at)) = rows.min() {
                    self.table.put_cursor(at);
                    self.table.keep_cursor_visible(lines);
                }
                self.shared = Some((time, current(&self.table)));
                None
            }
        }
    }

    /// Replaces an earlier view of the same run.
    pub fn resume(&mut self, earlier: Self) {
        let rows = self.table.rows().to_vec();
        self.table = earlier.table;
        self.table.replace(rows);
        self.choice = earlier.choice;
        self.shared = earlier.shared;
    }

    /// The columns that `width` has room for.
    pub fn columns(&self, width: u16) -> Vec<PlacedColumn> {
        tab_list::columns(&self.table, width, &self.choice)
    }

    /// How a view of `height` lines is shared.
    pub fn parts(&self, height: usize) -> Parts {
        let height = u16::try_from(height).unwrap_or(u16::MAX);
        let explained = if self.table.is_empty() || height < 8 {
            0
        } else {
            (height / 3).clamp(4, 6)
        };
        let left = height - explained;
        let needed = self.not_evaluated.len() as u16 * 2 + 1;
        let rest = if self.not_evaluated.is_empty() || height < 12 {
            0
        } else {
            needed.min(left / 3)
        };
        if self.table.rows().is_empty() && !self.not_evaluated.is_empty() {
            // One sentence, and what it does not hold for right below it.
            let list = left.min(NOTICE);
            return Parts {
                list,
                explained: 0,
                rest: left - list,
            };
        }
        // A short list ends after its last row, and a blank line: what explains it is near.
        let rows = u16::try_from(self.table.len()).unwrap_or(u16::MAX);
        let list = match self.table.is_empty() {
            true => left - rest,
            false => rows.saturating_add(2).min(left - rest),
        };
        Parts {
            list,
            explained,
            rest: if rest > 0 { left - list } else { 0 },
        }
    }

    /// Moves and sorts; false when `action` is none of the view's own.
    pub fn update(&mut self, action: Action, height: usize) -> bool {
        let lines = self.lines(height);
        tab_list::update(&mut self.table, action, lines)
    }

    /// The mouse was used at a place (column, line) of a view of `size`: a click puts the
    /// cursor, on the header it sorts; the wheel moves.
    pub(super) fn mouse(
        &mut self,
        kind: MouseEventKind,
        place: (usize, usize),
        (width, height): (usize, usize),
    ) -> bool {
        let columns = self.columns(u16::try_from(width).unwrap_or(u16::MAX));
        let lines = self.lines(height);
        tab_list::mouse(&mut self.table, kind, place, &columns, lines)
    }

    /// Flags that the list shows at once.
    pub fn lines(&self, height: usize) -> usize {
        usize::from(self.parts(height).list).saturating_sub(1)
    }
}

fn rows(detail: &RunDetail) -> Vec<FlagRow> {
    let run = detail.row.start_us().zip(detail.row.stop_us());
    let row = |(position, flag): (usize, &Flag)| FlagRow {
        run,
        ..FlagRow::new(flag.clone(), flag.span_us(), position)
    };
    let mut rows: Vec<FlagRow> = detail.flags.iter().enumerate().map(row).collect();
    // The worst first, then as they happened; of what begins at once, in the record's order.
    rows.sort_by_key(|row| (Reverse(row.flag.severity), row.span));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_without_a_channel_names_the_robot_of_its_message() {
        let row = |channel: Option<&str>, message: &str| {
            let flag = Flag {
                rule: "missing_axis".into(),
                severity: Severity::Suspect,
                channel: channel.map(str::to_owned),
                start_time: None,
                stop_time: None,
                value: None,
                threshold: None,
                unit: String::new(),
                message: message.into(),
            };
            FlagRow::new(flag, None, 0).channel().to_owned()
        };
        assert_eq!(row(None, "robot 2 has no forces in this run"), "robot 2");
        assert_eq!(row(None, "robot left has no forces"), "robot left");
        assert_eq!(row(Some("z_2"), "robot 2 has no z"), "z_2");
        assert_eq!(row(None, "the clock was set back"), "run");
    }
}
