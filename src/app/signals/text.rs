//! The cursor in words: for its line, and to copy.

use super::Signals;
use crate::{
    app::compare::sheet::offset,
    etl::{
        compare::letter,
        format::{format_delta, format_value},
        time, zone,
    },
};

impl Signals {
    /// Names of the chosen channels.
    pub fn chosen_names(&self) -> impl Iterator<Item = &str> {
        let chosen = self.chosen.iter().filter_map(|c| self.channels.get(*c));
        chosen.map(|c| c.name.as_str())
    }

    /// What the cursor stands on: its time, the pinned one's and the difference; of several
    /// runs also how far they are from the first there, in the chart of the list's cursor (else
    /// the first).
    pub fn cursor_line(&self) -> String {
        let here = self.cursor_time();
        let clock = |time| {
            if self.is_aligned() {
                offset(time)
            } else {
                zone::format_clock_within(time, self.view.bounds.ends())
            }
        };
        let mut text = format!("cursor {}", clock(here));
        if let Some(pin) = self.view.cursor.pin {
            let seconds = (here - pin) as f64 / time::SECOND as f64;
            let change = if self.is_aligned() {
                format_delta(seconds, 3)
            } else {
                format_value(seconds, 3)
            };
            text.push_str(&format!("  pin {}  Δ {change} s", clock(pin)));
        }
        if self.is_aligned() {
            let under = Some(self.row).filter(|row| self.chosen.contains(row));
            let channel = under.or_else(|| self.chosen.first().copied());
            text.extend(channel.and_then(|channel| self.apart(channel)));
        }
        text
    }

    /// How far the runs are from the first at the cursor.
    fn apart(&self, channel: usize) -> Option<String> {
        let known = self.channels.get(channel)?;
        let value = |run| {
            let value = self.value_at(run, channel, self.view.cursor.time)?;
            Some(value).filter(|v| !v.is_nan())
        };
        let first = value(0)?;
        let mut text = String::new();
        for run in 1..self.run_count() {
            if let Some(value) = value(run) {
                let change = format_delta(value - first, known.decimals);
                text.push_str(&format!("  {} − A {change}", letter(run)));
            }
        }
        (!text.is_empty()).then(|| format!("  {}{text} {}", known.name, known.unit))
    }

    /// The chosen channels' values of a single run at the cursor, to copy.
    pub fn copy(&self) -> String {
        let values = self.chosen.iter().filter_map(|at| {
            let value = self.value_at(0, *at, self.view.cursor.time)?;
            let channel = self.channels.get(*at)?;
            Some((channel.name.as_str(), value, channel.unit.as_str()))
        });
        copied_values(self.cursor_time(), values)
    }
}

/// A time and what stands there of several channels (name, value, unit; nothing of those that are
/// null), to copy: `2022-11-23T20:40:00.000Z z_1=-2.0005 mm fz_1=21.412 N`. Values are whole, as
/// programs write them.
pub fn copied_values<'a>(
    at_us: i64,
    values: impl IntoIterator<Item = (&'a str, f64, &'a str)>,
) -> String {
    let mut text = time::format(at_us);
    let known = values.into_iter().filter(|(_, value, _)| !value.is_nan());
    for (name, value, unit) in known {
        text.push_str(&format!(" {name}={value}"));
        if !unit.is_empty() {
            text.push_str(&format!(" {unit}"));
        }
    }
    text
}
