//! Flags in the charts of a run: which of them are visible, which is nearest, and the way from one to
//! the next.

use super::Signals;
use crate::etl::{
    catalog::RunDetail,
    quality::{Flag, Severity},
    time::SECOND,
};

/// The rule for times without samples.
const GAP: &str = "gap";

/// A flag as the charts know it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// From and to, in microseconds.
    pub span: (i64, i64),
    /// How bad.
    pub severity: Severity,
    /// The check.
    pub rule: String,
    /// The channel by its index; `None`: the whole run, or a channel that the table lacks.
    pub channel: Option<usize>,
    /// What it says.
    pub message: String,
    /// The measured value.
    pub value: Option<f64>,
}

impl Mark {
    fn of(flag: &Flag, channels: &[String]) -> Option<Self> {
        let name = flag.channel.as_deref();
        Some(Self {
            span: flag.span_us()?,
            severity: flag.severity,
            rule: flag.rule.clone(),
            channel: name.and_then(|n| channels.iter().position(|c| c == n)),
            message: flag.shown_message().into_owned(),
            value: flag.value,
        })
    }

    /// How far a time is from it: 0 inside.
    fn distance(&self, time: i64) -> i64 {
        (self.span.0 - time).max(time - self.span.1).max(0)
    }

    fn length(&self) -> i64 {
        self.span.1 - self.span.0
    }
}

/// The flags of a run that have a place, by time.
pub(super) fn marks(detail: &RunDetail) -> Vec<Mark> {
    let channels: Vec<String> = detail.columns.iter().skip(1).cloned().collect();
    let marks = detail.flags.iter().filter_map(|f| Mark::of(f, &channels));
    let mut marks: Vec<Mark> = marks.collect();
    marks.sort_by_key(|m| m.span);
    marks
}

impl Signals {
    /// Flags of the chosen channels and of the whole run, by time.
    pub fn flags(&self) -> impl DoubleEndedIterator<Item = (usize, &Mark)> {
        let chosen = |m: &Mark| m.channel.is_none_or(|c| self.chosen.contains(&c));
        self.marks
            .iter()
            .enumerate()
            .filter(move |(_, m)| chosen(m))
    }

    /// Those of them that are in sight, the longest first: what is short is drawn over it.
    pub fn flags_in_sight(&self) -> Vec<&Mark> {
        let range = self.view.range;
        let seen = |m: &&Mark| m.span.0 <= range.end() && m.span.1 >= range.start();
        let mut seen: Vec<&Mark> = self.flags().map(|(_, m)| m).filter(seen).collect();
        seen.sort_by_key(|m| std::cmp::Reverse(m.length()));
        seen
    }

    /// The flag that `n` or `N` went to, while the cursor stands on it; else the one in sight
    /// that is nearest to the cursor, of several the shortest.
    pub fn flag_at_cursor(&self) -> Option<&Mark> {
        let time = self.view.cursor.time;
        let gone_to = self.at_flag.and_then(|at| self.marks.get(at));
        if let Some(mark) = gone_to.filter(|m| m.span.0 == time) {
            return Some(mark);
        }
        let seen = self.flags_in_sight();
        seen.into_iter()
            .min_by_key(|m| (m.distance(time), m.length()))
    }

    /// For how many seconds a channel has no sample around `time`, if a flag says it of this gap
    /// alone.
    pub fn flagged_gap_s(&self, channel: usize, time: i64) -> Option<f64> {
        let mut gaps = self.marks.iter().filter(|mark| {
            let is_own = mark.channel.is_none_or(|c| c == channel);
            mark.rule == GAP && is_own && mark.distance(time) == 0
        });
        gaps.find_map(|mark| {
            let value = mark.value?;
            let length = mark.length() as f64 / SECOND as f64;
            // A flag of several gaps has the value of the longest of them.
            ((length - value).abs() <= value * 0.01).then_some(value)
        })
    }

    /// Puts the cursor on the next flag, or the one before, around the ends; says what it
    /// means.
    pub fn step_flag(&mut self, forward: bool) -> String {
        let time = self.view.cursor.time;
        let here = self.at_flag.filter(|at| {
            let mark = self.marks.get(*at);
            mark.is_some_and(|m| m.span.0 == time)
        });
        let flags: Vec<(i64, usize)> = self.flags().map(|(at, m)| (m.span.0, at)).collect();
        let next = if forward {
            let after = |f: &&(i64, usize)| match here {
                Some(at) => (f.0, f.1) > (time, at),
                // A flag at the run's start is not behind a cursor that was never moved.
                None => f.0 >= time,
            };
            flags.iter().find(after).or(flags.first())
        } else {
            let before = |f: &&(i64, usize)| match here {
                Some(at) => (f.0, f.1) < (time, at),
                None => f.0 < time,
            };
            flags.iter().rev().find(before).or(flags.last())
        };
        let Some((start, at)) = next.copied() else {
            return if self.marks.is_empty() {
                "the run has no flags".into()
            } else {
                "the chosen channels have no flags; the Quality tab lists all".into()
            };
        };
        self.at_flag = Some(at);
        self.view.go_to(start);
        let mark = self.marks.get(at);
        mark.map(|m| format!("{}: {}", m.rule, m.message))
            .unwrap_or_default()
    }

    /// Shows a flag: its channel is chosen, its span in sight with some margin, the cursor at
    /// its beginning.
    pub fn show_flag(&mut self, span: Option<(i64, i64)>, channel: Option<&str>) {
        let found = channel.and_then(|n| self.channels.iter().position(|c| c.name == n));
        if let Some(at) = found {
            self.row = at;
            self.chosen.insert(at);
        }
        let Some((from, to)) = span else { return };
        let interval = found
            .and_then(|at| self.channels.get(at)?.interval_us(0))
            .unwrap_or(0.0);
        // A point is shown among its neighbours, a span with half of itself on each side.
        let margin = ((to - from) / 2).max((interval * 25.0) as i64).max(100_000);
        self.view
            .show(from.saturating_sub(margin), to.saturating_add(margin));
        self.view.put(from);
        self.at_flag = self
            .marks
            .iter()
            .position(|m| m.span == (from, to) && m.channel == found);
    }
}
