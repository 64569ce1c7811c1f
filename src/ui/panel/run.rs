//! What is known of the run under the cursor, and each of its channels as a small picture.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use ratatui::{Frame, layout::Rect, style::Style, text::Span};
use unicode_width::UnicodeWidthStr;

use super::Text;
use crate::{
    app::{
        columns::{Meaning, meaning::verdict_word},
        runs::Runs,
        sparkline::sparkline,
    },
    etl::{
        catalog::{RunDetail, RunRow},
        format::{decimals_for, format_fit, thousands},
        natural_order,
        overview::Overview,
        quality::{Severity, Verdict},
        stats::RobotStats,
        time, zone,
    },
    ui::{text::fit, theme::Theme},
};

/// Characters for the name of a figure of a robot, and for its value.
const FIGURE: (u16, u16) = (12, 12);

/// Characters for each end of the range of a channel.
const END: usize = 10;

/// The least characters of a picture that tells something.
const PICTURE: usize = 8;

/// A figure of a robot.
type Figure = fn(&RobotStats) -> Option<f64>;

/// Draws the panel.
pub fn draw(frame: &mut Frame, area: Rect, runs: &Runs, theme: &Theme) {
    let Some(row) = runs.table.current() else {
        return;
    };
    let panel = &runs.panel;
    let title = row.run.short();
    let mut text = Text::new(&title, panel.panel.has_keys, area, theme);
    text.run(row);
    match panel.detail(row) {
        Some(Ok(detail)) => text.read(detail, panel.sketch()),
        Some(Err(sentence)) => text.sentence(sentence, theme.error),
        None => {}
    }
    text.draw(frame, area, panel.panel.scroll);
}

impl Text<'_> {
    /// What the list knows: it is there at once.
    fn run(&mut self, row: &RunRow) {
        let theme = self.theme;
        self.sentence(row.log_key(), theme.text);
        if !row.also_in().is_empty() {
            self.sentence(
                &format!("also in {}", row.also_in().join(", ")),
                theme.muted,
            );
        }
        match row.error() {
            Some(error) => self.sentence(&format!("✗ failed, not harvested: {error}"), theme.error),
            None => {
                let verdict = row.verdict;
                let text = format!("{}: {}", verdict_word(verdict), verdict.meaning());
                self.sentence(&text, theme.of(verdict));
            }
        }
        self.heading("run");
        self.pair("id", &row.run.to_string(), "");
        self.pair("cell", row.cell_id().unwrap_or("unknown"), "");
        for (name, us) in [("start", row.start_us()), ("stop", row.stop_us())] {
            if let Some(us) = us {
                self.pair(name, &zone::format_screen(us), zone::shown().short_name());
            }
        }
        if let Some(seconds) = row.runtime_s() {
            self.pair("runtime", &time::format_duration(seconds), "");
        }
        if row.error().is_none() {
            self.pair("samples", &thousands(row.samples()), "");
        }
        if let Some(disposition) = row.disposition {
            let style = theme.of(disposition);
            self.push(vec![
                Span::styled(fit("note", super::NAME, false), theme.muted),
                Span::styled(disposition.word().to_owned(), style),
            ]);
        }
        if let Some(note) = row.note() {
            self.sentence(note, theme.text);
        }
    }

    /// What the catalog knows of it.
    fn read(&mut self, detail: &RunDetail, sketch: Option<Result<&Overview, &str>>) {
        self.flags(detail);
        self.robots(&detail.robots);
        self.signals(detail, sketch);
    }

    /// The figures of each robot in a column of its own.
    fn robots(&mut self, robots: &BTreeMap<String, RobotStats>) {
        let (name, value) = FIGURE;
        let room = usize::from(self.width.saturating_sub(name + 5) / value);
        let robots: Vec<(&String, &RobotStats)> = natural_order::sorted(robots)
            .into_iter()
            .take(room)
            .collect();
        if robots.is_empty() {
            return;
        }
        self.heading("robots");
        let theme = self.theme;
        let mut line = |title: &str, cells: Vec<String>, unit: &str, style: Style| {
            if cells.iter().all(String::is_empty) {
                return;
            }
            let mut spans = vec![Span::styled(fit(title, name, false), theme.muted)];
            let cells = cells.iter().map(|cell| fit(cell, value, true));
            spans.extend(cells.map(|cell| Span::styled(cell, style)));
            spans.push(Span::styled(format!(" {unit}"), theme.muted));
            self.push(spans);
        };
        let names = robots.iter().map(|(robot, _)| (*robot).clone());
        line("", names.collect(), "", theme.muted);
        let states = robots.iter().map(|(_, stats)| stats.state);
        let states = states.map(|state| state.map_or_else(String::new, |s| s.word().to_owned()));
        line("state", states.collect(), "", theme.text);
        let figures: [(&str, &str, Figure); 5] = [
            ("distance", "mm", |s| s.distance_mm),
            ("peak speed", "mm/s", |s| s.speed_peak),
            ("peak force", "N", RobotStats::contact_peak),
            ("mean force", "N", RobotStats::contact_mean),
            // What load cells read on a robot that touched nothing is no force of forming.
            ("load cell", "N", |s| {
                s.force_peak.filter(|_| !s.may_have_formed())
            }),
        ];
        for (title, unit, of) in figures {
            let cells = robots.iter().map(|(_, stats)| {
                of(stats).map_or_else(String::new, |v| format_fit(v, 1, usize::from(value) - 1))
            });
            line(title, cells.collect(), unit, theme.text);
        }
    }

    /// How often each rule found something, and where; the worst first.
    fn flags(&mut self, detail: &RunDetail) {
        type Found<'a> = (u64, Vec<&'a str>);
        let mut rules: BTreeMap<(Reverse<Severity>, &str), Found<'_>> = BTreeMap::new();
        for flag in &detail.flags {
            let found = rules
                .entry((Reverse(flag.severity), &flag.rule))
                .or_default();
            found.0 += 1;
            if let Some(channel) = &flag.channel
                && !found.1.contains(&channel.as_str())
            {
                found.1.push(channel);
            }
        }
        if rules.is_empty() && detail.not_evaluated.is_empty() {
            return;
        }
        self.heading("flags");
        let theme = self.theme;
        let longest = rules
            .keys()
            .map(|(_, rule)| rule.width())
            .max()
            .unwrap_or(0);
        let mut skipped = BTreeSet::new();
        for part in &detail.not_evaluated {
            for rule in &part.rules {
                // Of a rule that found something, the channels that it could not judge.
                let is_found = rules.keys().any(|(_, found)| found == rule);
                skipped.insert(match part.channels.as_slice() {
                    [] => rule.clone(),
                    channels if is_found => format!("{rule} of {}", channels.join(", ")),
                    _ => rule.clone(),
                });
            }
        }
        for ((Reverse(severity), rule), (flags, channels)) in rules {
            let rule = fit(rule, longest as u16 + 1, false);
            self.push(vec![
                Span::styled(
                    fit(verdict_word(severity.into()), super::NAME, false),
                    theme.of(severity),
                ),
                Span::styled(rule, theme.text),
                Span::styled(fit(&thousands(flags), 6, true), theme.text),
                Span::styled(format!("  {}", channels.join(", ")), theme.muted),
            ]);
        }
        if !skipped.is_empty() {
            let rules = Vec::from_iter(skipped).join(", ");
            self.sentence(&format!("not evaluated: {rules}"), theme.muted);
        }
    }

    /// Each channel over the whole run, in the colour of its verdict, and its range.
    fn signals(&mut self, detail: &RunDetail, sketch: Option<Result<&Overview, &str>>) {
        let theme = self.theme;
        if detail.row.file_name().is_none() {
            return;
        }
        self.heading("signals");
        if let Some(Err(sentence)) = sketch {
            self.sentence(sentence, theme.error);
        }
        let names = detail.columns.iter().skip(1);
        let lines: Vec<Signal<'_>> = names.map(|name| Signal::of(detail, name)).collect();
        let longest = |of: for<'l> fn(&'l Signal<'_>) -> &'l str| {
            let widths = lines.iter().map(|line| of(line).width());
            widths.max().unwrap_or(0).min(16)
        };
        let (name, unit) = (longest(|l| l.name), longest(|l| l.unit));
        let (low, high) = (longest(|l| &l.low), longest(|l| &l.high));
        let fixed = name + 2 + 2 + low + 3 + high + 1 + unit;
        let width = usize::from(self.width).saturating_sub(fixed).max(PICTURE);
        for (at, line) in lines.into_iter().enumerate() {
            let buckets = sketch.and_then(|s| s.ok()?.channels.get(at));
            let (picture, style) = match (line.has_samples(), buckets, line.verdict) {
                (false, ..) => ("no samples".to_owned(), theme.muted),
                (true, None, _) if matches!(sketch, Some(Err(_))) => (String::new(), theme.muted),
                (true, None, _) => ("…".to_owned(), theme.muted),
                (true, Some(buckets), Some(verdict @ (Verdict::Suspect | Verdict::Fail))) => {
                    (sparkline(buckets, width), theme.of(verdict))
                }
                (true, Some(buckets), _) => (sparkline(buckets, width), theme.of(Meaning::Picture)),
            };
            let between = if line.has_samples() { "…" } else { " " };
            let range = format!("  {:>low$} {between} {:>high$}", line.low, line.high);
            self.push(vec![
                Span::styled(fit(line.name, name as u16 + 2, false), theme.text),
                Span::styled(fit(&picture, width as u16, false), style),
                Span::styled(range, theme.text),
                Span::styled(format!(" {}", line.unit), theme.muted),
            ]);
        }
    }
}

/// A channel in a line.
struct Signal<'a> {
    name: &'a str,
    unit: &'a str,
    /// Its smallest and largest sample; empty without one.
    low: String,
    high: String,
    verdict: Option<Verdict>,
}

impl<'a> Signal<'a> {
    fn of(detail: &'a RunDetail, name: &'a str) -> Self {
        let stats = detail.channels.get(name);
        let extent = stats.and_then(|s| s.min.zip(s.max));
        let (low, high) = extent.map_or_else(Default::default, |(min, max)| {
            let decimals = decimals_for(min, max).saturating_sub(1);
            let end = |v| format_fit(v, decimals, END);
            (end(min), end(max))
        });
        Self {
            name,
            unit: stats.map_or("", |s| s.unit.as_str()),
            low,
            high,
            verdict: detail.verdicts.get(name).copied(),
        }
    }

    fn has_samples(&self) -> bool {
        !self.low.is_empty()
    }
}
