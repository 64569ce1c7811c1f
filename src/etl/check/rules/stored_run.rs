//! The rules of a profile applied to a stored run: to the samples that its table tells.

use std::sync::Arc;

use crate::{
    Result,
    base::CancelToken,
    clean::{Channel, Reason, RowFaults, RunSamples},
    expression::{Bounds, Cells},
    insight::run_insight,
    lake::{
        record::RunResult,
        run_file::{GroupCells, RunFile},
    },
    profile::Profile,
    quality::{self, Evaluation, Flag, NotEvaluated, Unevaluated, recheck, within},
    run_id::ParsedRun,
    time,
    transform::transform,
};

/// A stored run, and the rules that are applied to it.
#[derive(Clone, Copy)]
pub(super) struct StoredRun<'a> {
    pub table: &'a RunFile,
    pub result: &'a RunResult,
    pub profile: &'a Profile,
    pub cancel: &'a CancelToken,
}

/// What the rules say of a run.
pub(super) struct Found {
    pub flags: Vec<Flag>,
    pub not_evaluated: Vec<NotEvaluated>,
    /// Whether all rules were applied, and not only those of values.
    pub in_full: bool,
}

/// Times in microseconds and values of a channel's samples.
type Samples = (Vec<i64>, Vec<f64>);

/// A user rule over a run, unless the run lacks a channel.
type Evaluated<'a> = Result<Evaluation<'a>, Unevaluated>;

impl<'a> StoredRun<'a> {
    /// What the rules say; `reads_as`: the table is what the profile would make of the log.
    ///
    /// # Errors
    /// Those of reading the table; [`crate::Error::Cancelled`].
    pub fn flags(self, reads_as: bool) -> Result<Found> {
        // Rows in conflict are not in the table, and clocks are judged by them too.
        let conflicts = self.result.ledger.dropped.get(&Reason::Conflict);
        if reads_as
            && conflicts.is_none_or(|rows| *rows == 0)
            && let Some(channels) = self.all_channels()?
        {
            return self.in_full(&self.samples(channels));
        }
        let limited = self.ids().filter(|id| self.is_limited(*id)).collect();
        let limited = self.channels(limited)?;
        let (flags, not_evaluated) = recheck(
            &self.samples(limited),
            &self.profile.settings(),
            &self.result.channels,
            self.evaluations()?,
        );
        Ok(Found {
            flags,
            not_evaluated,
            in_full: false,
        })
    }

    /// As a harvest does it.
    fn in_full(self, samples: &RunSamples) -> Result<Found> {
        let (profile, stats) = (self.profile, &self.result.channels);
        let table = transform(samples, profile, self.cancel)?;
        let robots = run_insight(&table, stats, profile, &profile.insight);
        self.cancel.check()?;
        let cells = &self.result.cells_seen;
        let settings = profile.settings();
        let found = quality::check(samples, &table, &settings, stats, &robots, cells);
        Ok(Found {
            flags: found.flags,
            not_evaluated: found.not_evaluated,
            in_full: true,
        })
    }

    /// The raw channels of the profile that the run has.
    fn ids(self) -> impl Iterator<Item = usize> {
        let channels = 0..self.profile.channel_count();
        channels.filter(move |id| {
            let name = self.name(*id);
            let is_column = self.table.columns().contains(&name);
            is_column && self.result.channels.contains_key(&name)
        })
    }

    fn name(self, id: usize) -> String {
        self.profile.raw_name(id).to_string()
    }

    /// All raw channels; `None` where the table does not tell all of their samples.
    fn all_channels(self) -> Result<Option<Vec<Channel>>> {
        let channels = self.channels(self.ids().collect())?;
        let is_all = self.ids().all(|id| {
            let stats = self.result.channels.get(&self.name(id));
            let told = channels.iter().find(|channel| channel.id == id);
            let told = told.map_or(0, |channel| channel.times.len() as u64);
            stats.is_some_and(|stats| stats.count == told)
        });
        Ok(is_all.then_some(channels))
    }

    /// These channels with the samples that the table tells; without those of which it tells none.
    fn channels(self, ids: Vec<usize>) -> Result<Vec<Channel>> {
        let mut channels: Vec<Channel> = Vec::new();
        for (id, (times, values)) in ids.iter().zip(self.told(&ids)?) {
            if times.is_empty() {
                continue;
            }
            // Those of one sensor share a clock.
            let same = channels.iter().find(|c| *c.times == times);
            channels.push(Channel {
                id: *id,
                times: same.map_or_else(|| Arc::new(times), |same| same.times.clone()),
                values: values.into(),
            });
        }
        Ok(channels)
    }

    fn samples(self, channels: Vec<Channel>) -> RunSamples {
        RunSamples {
            run: ParsedRun {
                id: self.result.run_uuid,
                exact: !self.result.source_lost_precision,
            },
            ledger: self.result.ledger.clone(),
            faults: vec![RowFaults::default(); channels.len()],
            channels,
            order: None,
            conflicts: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Whether a sample of a channel may be beyond a limit or change too fast.
    fn is_limited(self, id: usize) -> bool {
        let (field, _) = self.profile.channel(id);
        let (min, max) = field.limits();
        let stats = self.result.channels.get(&self.name(id));
        let range = stats.and_then(|stats| stats.min.zip(stats.max));
        field.rate_limit().is_some()
            || range.is_some_and(|(lowest, highest)| {
                min.is_some_and(|min| lowest < min) || max.is_some_and(|max| highest > max)
            })
    }

    /// The samples of these channels that the table tells: all, but in tables of older versions.
    fn told(self, ids: &[usize]) -> Result<Vec<Samples>> {
        let names: Vec<String> = ids.iter().map(|id| self.name(*id)).collect();
        let Ok(sample_rows) = self.table.sample_rows() else {
            return names.iter().map(|name| self.changes(name)).collect();
        };
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut told = vec![Samples::default(); columns.len()];
        for (group, rows) in self.table.groups().enumerate() {
            let window = self.table.read(&columns, rows, self.cancel)?;
            for ((column, cells), samples) in columns.iter().zip(&window.columns).zip(&mut told) {
                for row in sample_rows.of(group, column)? {
                    let row = row as usize;
                    if let (Some(time), Some(value)) = (window.times.get(row), cells.get(row)) {
                        samples.0.push(*time);
                        samples.1.push(*value);
                    }
                }
            }
        }
        Ok(told)
    }

    /// The samples of a channel that a table tells which was written by an older version: those that
    /// do not repeat the value before them.
    fn changes(self, name: &str) -> Result<Samples> {
        let mut samples = Samples::default();
        let mut before = f64::NAN;
        for group in 0..self.table.groups().count() {
            self.cancel.check()?;
            let mut cells = GroupCells::new(self.table, group, self.cancel);
            let steps = cells.steps(name)?.cloned().unwrap_or_default();
            let rows = cells.times()?;
            let mut first = 0;
            for (value, end) in steps.iter() {
                // What is in force where a row group begins stands in both.
                let is_sample = !value.is_nan() && (first > 0 || value != before);
                if let Some(time) = rows.get(first).filter(|_| is_sample) {
                    samples.0.push(*time);
                    samples.1.push(value);
                }
                (first, before) = (end as usize, value);
            }
        }
        Ok(samples)
    }

    /// The user rules over the rows of the table.
    fn evaluations(self) -> Result<Vec<Evaluated<'a>>> {
        let time = |text: &str| time::parse(text.as_bytes());
        let stats = self.result.run_stats.as_ref();
        let span = stats.and_then(|s| time(&s.start_time).zip(time(&s.stop_time)));
        let span = match span {
            Some(span) => span,
            None => self.table.span()?.unwrap_or_default(),
        };
        let has = |name: &str| self.table.columns().iter().any(|column| column == name);
        let rules = self.profile.user_rules.iter();
        rules
            .map(|rule| self.evaluated(Evaluation::new(rule, &self.profile.schema, has, span)))
            .collect()
    }

    /// A user rule over the rows of the table: only row groups are read in which it may hold.
    fn evaluated<'e>(self, evaluation: Evaluated<'e>) -> Result<Evaluated<'e>> {
        let within = |name: &str| within(self.result.channels.get(name));
        let mut evaluation = match evaluation {
            Ok(evaluation) if evaluation.may_hold(within) => evaluation,
            other => return Ok(other),
        };
        for (group, rows) in self.table.groups().enumerate() {
            self.cancel.check()?;
            if evaluation.may_hold(|name| Bounds::in_group(self.table, group, name)) {
                evaluation.rows(&mut GroupCells::new(self.table, group, self.cancel))?;
            } else if let Some(time) = self.first_time(group, rows.start)? {
                evaluation.skip(time);
            }
        }
        Ok(Ok(evaluation))
    }

    fn first_time(self, group: usize, row: u64) -> Result<Option<i64>> {
        if let Some((first, _)) = self.table.group_times(group) {
            return Ok(Some(first));
        }
        let window = self.table.read(&[], row..row + 1, self.cancel)?;
        Ok(window.times.first().copied())
    }
}
