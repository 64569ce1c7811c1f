//! The summary of a run: facts, then the statistics of every channel, on one page
//! that scrolls down, with the statistics scrolling sideways.

use std::ops::Range;

use super::{Goal, grid};
use crate::{
    app::{
        action::Action,
        columns::{Meaning, meaning::verdict_word},
        export::{ExportTable, sheet::ExportColumn},
        scroll::Scroll,
    },
    etl::{
        catalog::RunDetail,
        format::{decimals_for, format_value, thousands},
        lake::{Disposition, Note},
        natural_order,
        stats::{ChannelStatistic, ChannelStats, StatisticUnit, Value},
        time, zone,
    },
};

/// Lines of the table's header: titles, and the blank line above them.
const HEADER: usize = 2;
/// Characters that one column of facts needs.
const FACT: usize = 38;

/// Something known of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub label: String,
    /// How much, or which.
    pub value: String,
    /// What gives the value its style.
    pub meaning: Meaning,
}

impl Fact {
    fn with(self, meaning: impl Into<Meaning>) -> Self {
        Self {
            meaning: meaning.into(),
            ..self
        }
    }
}

/// The page as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Short facts, shown in columns.
    pub facts: Vec<Fact>,
    /// Facts that need a line of their own.
    pub lines: Vec<Fact>,
    /// Titles of the table, the channel's first.
    pub titles: Vec<String>,
    /// One row for each channel.
    pub rows: Vec<Vec<String>>,
    /// Widths of the table's columns.
    pub widths: Vec<usize>,
}

/// Where the page is scrolled to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What is on it.
    pub page: Page,
    /// The first line that is seen.
    pub top: usize,
    /// The first scrolled column of the table.
    pub first_column: usize,
    /// The channel under the cursor.
    pub row: usize,
    /// The column under the cursor: a statistic.
    pub column: usize,
}

/// The first column of a statistic: after the channel and its unit.
const FIRST_STATISTIC: usize = 2;

/// What the cell under the cursor leads to in Signals.
#[derive(Debug, Clone, PartialEq)]
pub enum Leads {
    /// The sample of a channel with this value, or the one nearest to it; what it is called.
    Sample(String, Goal, String),
    /// A time at which a channel has a sample, in microseconds since 1970; what it is called.
    Time(String, i64, String),
    /// Nothing, and why.
    Nothing(String),
}

impl Page {
    /// How many columns of facts stand side by side.
    pub fn fact_columns(width: usize) -> usize {
        (width / FACT).clamp(1, 4)
    }

    /// Lines above the table.
    pub fn fact_lines(&self, width: usize) -> usize {
        self.facts.len().div_ceil(Self::fact_columns(width)) + self.lines.len()
    }
}

impl Summary {
    /// The summary of `detail`, from its top.
    pub fn new(detail: &RunDetail) -> Self {
        // Enter leads somewhere from the first.
        let largest = statistics().iter().position(|s| s.key == "max");
        Self {
            page: page(detail),
            top: 0,
            first_column: 1,
            row: 0,
            column: FIRST_STATISTIC + largest.unwrap_or(0),
        }
    }

    /// Moves the cursor among the statistics, and scrolls where there are none in sight; true
    /// when `action` was a move.
    pub fn update(&mut self, action: Action, size: (usize, usize)) -> bool {
        let last = self.page.titles.len().saturating_sub(1);
        match action {
            Action::Right => self.column = (self.column + 1).min(last),
            Action::Left => self.column = self.column.saturating_sub(1).max(FIRST_STATISTIC),
            action => return self.update_row(action, size),
        }
        self.show_column(size.0);
        true
    }

    fn update_row(&mut self, action: Action, size: (usize, usize)) -> bool {
        let visible = self.visible(size);
        let rows = Scroll::new(self.page.rows.len(), visible.len());
        let Some(to) = rows.step(self.row, action) else {
            return false;
        };
        let lines = Scroll::new(self.lines(size.0), size.1.saturating_sub(HEADER));
        if action == Action::First {
            (self.row, self.top) = (0, 0);
        } else if action == Action::Last {
            self.row = to;
            self.show_row(size);
        } else if to == self.row || to > self.row && self.row >= visible.end {
            // The facts have no cursor: what is above the first channel scrolls.
            self.top = lines.moved(self.top, action);
        } else {
            self.row = to;
            self.show_row(size);
        }
        self.clamp(size);
        true
    }

    /// The channels whose statistics are in sight.
    fn visible(&self, (width, height): (usize, usize)) -> Range<usize> {
        let facts = self.page.fact_lines(width);
        let (first, above) = match facts.checked_sub(self.top) {
            // A blank line, and the titles.
            Some(left) if left > 0 => (0, left + 2),
            _ => (self.top - facts, 1),
        };
        let end = first + height.saturating_sub(above);
        first..end.min(self.page.rows.len()).max(first)
    }

    fn show_row(&mut self, size: (usize, usize)) {
        let facts = self.page.fact_lines(size.0);
        if self.row < self.visible(size).start {
            self.top = facts + self.row;
        }
        let lines = self.lines(size.0);
        while self.row >= self.visible(size).end && self.top < lines {
            self.top += 1;
        }
    }

    /// Scrolls so far that the column under the cursor is on the screen.
    pub fn show_column(&mut self, width: usize) {
        let widths = &self.page.widths;
        self.first_column = grid::first_showing(widths, self.first_column, self.column, width);
    }

    /// Where the cell under the cursor leads.
    pub fn leads(&self, detail: &RunDetail) -> Leads {
        let row = self.page.rows.get(self.row).and_then(|row| row.first());
        let stats = row.and_then(|name| Some((name.clone(), detail.channels.get(name)?)));
        let Some((channel, stats)) = stats else {
            return Leads::Nothing("no statistic is under the cursor".into());
        };
        let at = self.column.saturating_sub(FIRST_STATISTIC);
        let Some(statistic) = statistics().get(at).copied() else {
            let first = stats.first_time.as_deref();
            return match first.and_then(|text| time::parse(text.as_bytes())) {
                Some(time) => Leads::Time(channel, time, "first sample".into()),
                None => Leads::Nothing(format!("{channel} has no samples")),
            };
        };
        let Some(value) = (statistic.of)(stats).number() else {
            return Leads::Nothing(format!("{channel} has no {}", statistic.title));
        };
        let title = statistic.title.to_owned();
        match statistic.key {
            "max" => Leads::Sample(channel, Goal::Largest, title),
            "min" => Leads::Sample(channel, Goal::Smallest, title),
            // Percentiles lie between two samples.
            "p1" | "median" | "p99" | "peak" => Leads::Sample(channel, Goal::Nearest(value), title),
            _ => Leads::Nothing(format!(
                "{title} has no sample of its own: min, max, p1, median, p99 and peak have"
            )),
        }
    }

    /// Keeps the last line at the bottom.
    pub fn clamp(&mut self, (width, height): (usize, usize)) {
        let page = height.max(HEADER + 1);
        self.top = Scroll::new(self.lines(width), page).top(self.top);
        self.row = self.row.min(self.page.rows.len().saturating_sub(1));
        self.show_column(width);
    }

    /// Lines of the whole view in `width` characters.
    fn lines(&self, width: usize) -> usize {
        self.page.fact_lines(width) + HEADER + self.page.rows.len()
    }
}

fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact {
        label: label.into(),
        value: value.into(),
        meaning: Meaning::Text,
    }
}

/// The statistics that have a column of their own.
fn statistics() -> Vec<&'static ChannelStatistic> {
    let all = ChannelStatistic::by_unit().into_iter();
    all.filter(|s| s.unit != StatisticUnit::Time).collect()
}

fn page(detail: &RunDetail) -> Page {
    let statistics = statistics();
    let times = ChannelStatistic::by_unit().into_iter();
    let times: Vec<_> = times.filter(|s| s.unit == StatisticUnit::Time).collect();
    let mut titles = vec!["channel".to_owned(), "unit".to_owned()];
    titles.extend(statistics.iter().map(|statistic| heading(statistic)));
    titles.push(joined(times.iter().map(|time| Some(heading(time)))));
    let run = detail.row.start_us.zip(detail.row.stop_us);
    let rows: Vec<Vec<String>> = detail
        .columns
        .iter()
        .skip(1)
        .map(|name| {
            let mut row = vec![name.clone()];
            match detail.channels.get(name) {
                Some(s) => {
                    row.push(s.unit.clone());
                    row.extend(statistics.iter().map(|statistic| cell(statistic, s)));
                    row.push(joined(times.iter().map(|time| clock((time.of)(s), run))));
                }
                None => row.resize(titles.len(), "·".to_owned()),
            }
            row
        })
        .collect();
    let widths = titles
        .iter()
        .enumerate()
        .map(|(c, title)| {
            let cells = rows
                .iter()
                .filter_map(|r| r.get(c))
                .map(|t| t.chars().count());
            cells.max().unwrap_or(0).max(title.chars().count())
        })
        .collect();
    Page {
        facts: facts(detail),
        lines: lines(detail),
        titles,
        rows,
        widths,
    }
}

fn facts(detail: &RunDetail) -> Vec<Fact> {
    let row = &detail.row;
    let null = || "·".to_owned();
    let when = |t: Option<i64>| t.map_or_else(null, zone::format_screen);
    let mut facts = vec![
        fact("start", when(row.start_us)),
        fact("stop", when(row.stop_us)),
        fact(
            "runtime",
            row.runtime_s.map_or_else(null, time::format_duration),
        ),
        fact("cell", row.cell_id.clone().unwrap_or_else(null)),
        fact("verdict", verdict_word(row.verdict)).with(row.verdict),
        fact("channels", thousands(row.channels.into())),
        fact("rows", thousands(row.rows)),
        fact("samples", thousands(row.samples)),
        fact("complete rows", thousands(row.complete_rows)),
        fact("log rows in", thousands(detail.ledger.rows_in)),
        fact("kept", thousands(detail.ledger.rows_kept)),
        fact("dropped", thousands(detail.ledger.rows_dropped())),
    ];
    for (reason, rows) in &detail.ledger.dropped {
        facts.push(fact(reason.word(), thousands(*rows)));
    }
    if let Some(disposition) = row.disposition {
        facts.push(fact("disposition", disposition.word()).with(disposition));
    }
    facts
}

fn lines(detail: &RunDetail) -> Vec<Fact> {
    let mut lines = Vec::new();
    for (robot, m) in natural_order::sorted(&detail.robots) {
        let distance = figures("distance", &[("", m.distance_mm)], "mm");
        let speed = [("peak ", m.speed_peak), ("max ", m.speed_max)];
        let force = [
            ("peak ", m.force_peak),
            ("max ", m.force_max),
            ("mean ", m.force_mean),
        ];
        let movement: Vec<String> = [distance, figures("speed", &speed, "mm/s")]
            .into_iter()
            .flatten()
            .collect();
        let movement = match movement.is_empty() {
            true => "no distance and no speed: an axis is missing".to_owned(),
            false => movement.join("  "),
        };
        let force = figures("force", &force, "N");
        let force = force.unwrap_or_else(|| "no force: a component is missing".to_owned());
        lines.push(fact(&format!("robot {robot}"), movement));
        lines.push(fact("", force));
    }
    if detail.cells_seen.len() > 1 {
        let value = format!("{} (one run, several cells)", detail.cells_seen.join(", "));
        lines.push(fact("cells seen", value).with(Meaning::Warning));
    }
    if detail.source_lost_precision {
        let value = "its id was stored as a double: neighbours may be merged in it";
        lines.push(fact("precision lost", value).with(Meaning::Error));
    }
    if !detail.row.also_in.is_empty() {
        lines.push(fact("also in", detail.row.also_in.join(", ")));
    }
    lines.extend(detail.notes.iter().flat_map(note));
    lines
}

/// `2026-11-23 04:06:12 anna reject: torn`, and each further line of the text in a line of its own.
fn note(note: &Note) -> Vec<Fact> {
    let at = zone::format_screen(note.at);
    let disposition = note.disposition.map_or("", Disposition::word);
    let head = format!("{at} {} {disposition}", note.author);
    let mut text = note.text.as_deref().unwrap_or_default().lines();
    let first = match text.next() {
        Some(first) => format!("{}: {first}", head.trim_end()),
        None => head,
    };
    let first = fact("note", first);
    let first = match note.disposition {
        Some(disposition) => first.with(disposition),
        None => first,
    };
    let others = text.map(|line| fact("", line));
    std::iter::once(first).chain(others).collect()
}

/// `force peak 2,399.9  max 2,405.4  mean 1,402.2 N`; `None` when none is known.
fn figures(quantity: &str, all: &[(&str, Option<f64>)], unit: &str) -> Option<String> {
    let known = all.iter().filter_map(|(name, value)| {
        let value = format_value((*value)?, 1);
        Some(format!("{name}{value}"))
    });
    let known: Vec<String> = known.collect();
    (!known.is_empty()).then(|| format!("{quantity} {} {unit}", known.join("  ")))
}

/// The statistics of every channel as a list, with the names that a record has for them.
pub fn sheet(detail: &RunDetail) -> ExportTable {
    type Row = (String, ChannelStats);
    let mut columns = vec![
        ExportColumn::text("channel", |row: &Row| Some(row.0.clone())),
        ExportColumn::text("unit", |row: &Row| Some(row.1.unit.clone())),
    ];
    columns.extend(ChannelStatistic::by_unit().into_iter().map(|statistic| {
        let (title, of) = (statistic.key, statistic.of);
        match statistic.unit {
            StatisticUnit::Samples => {
                ExportColumn::whole(title, move |row: &Row| match of(&row.1) {
                    Value::Count(count) => Some(count),
                    _ => None,
                })
            }
            StatisticUnit::Time => ExportColumn::time(title, move |row: &Row| when(of(&row.1))),
            _ => ExportColumn::number(title, move |row: &Row| of(&row.1).number()),
        }
    }));
    let known = |name: &String| Some((name.clone(), detail.channels.get(name)?.clone()));
    let rows: Vec<Row> = detail.columns.iter().filter_map(known).collect();
    ExportTable::few(&columns, rows.iter())
}

/// Title of a column: `interval s`.
fn heading(statistic: &ChannelStatistic) -> String {
    let heading = statistic.heading;
    match statistic.unit {
        StatisticUnit::Share => format!("{heading} %"),
        unit => match unit.symbol("") {
            "" => heading.to_owned(),
            symbol => format!("{heading} {symbol}"),
        },
    }
}

/// A statistic of a channel, with the decimals of what it is measured in.
fn cell(statistic: &ChannelStatistic, stats: &ChannelStats) -> String {
    let value = (statistic.of)(stats);
    let (factor, decimals) = match statistic.unit {
        StatisticUnit::Channel => {
            let (min, max) = (stats.min.unwrap_or(0.0), stats.max.unwrap_or(0.0));
            (1.0, decimals_for(min, max))
        }
        StatisticUnit::Hertz => (1.0, 3),
        StatisticUnit::Seconds => (1.0, 6),
        StatisticUnit::Share => (100.0, 1),
        StatisticUnit::Samples | StatisticUnit::Time => (1.0, 0),
    };
    match value {
        Value::Count(count) => thousands(count),
        value => format_value(value.number().map_or(f64::NAN, |v| v * factor), decimals),
    }
}

/// `first … last`; `·` when one of them is missing.
fn joined(parts: impl Iterator<Item = Option<String>>) -> String {
    let parts: Option<Vec<String>> = parts.collect();
    parts.map_or_else(|| "·".into(), |parts| parts.join(" … "))
}

/// A time of day, with its day where the `run` crosses midnight.
fn clock(value: Value<'_>, run: Option<(i64, i64)>) -> Option<String> {
    let time = when(value)?;
    Some(zone::format_clock_within(time, run.unwrap_or((time, time))))
}

/// A time as records have it, in microseconds.
fn when(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Time(text) => time::parse(text?.as_bytes()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn notes_are_shown_line_by_line_and_the_disposition_as_a_fact() {
        let mut detail = fixture::detail();
        let before = page(&detail);
        let written = |at, disposition, text: &str| Note {
            at,
            id: String::new(),
            run_uuid: detail.row.run,
            author: "anna".into(),
            disposition,
            reference: None,
            part: None,
            text: Some(text.to_owned()).filter(|t| !t.is_empty()),
        };
        detail.notes = vec![
            written(0, None, "odd\nsound"),
            written(1_000_000, Some(Disposition::Reject), ""),
        ];
        detail.row.disposition = Some(Disposition::Reject);
        let after = page(&detail);
        let reject = fact("disposition", "reject").with(Meaning::Error);
        assert_eq!(after.facts.last(), Some(&reject));
        let added = &after.lines[before.lines.len()..];
        let wanted = [
            fact("note", "1970-01-01 00:00:00.000 anna: odd"),
            fact("", "sound"),
            fact("note", "1970-01-01 00:00:01.000 anna reject").with(Meaning::Error),
        ];
        assert_eq!(added, wanted);
    }
}
