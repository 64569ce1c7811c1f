//! The summary of a run: facts, then the statistics of every channel, on one page
//! that scrolls down, with the statistics scrolling sideways.

use std::ops::Range;

use super::{
    Goal, grid, heading,
    robot_table::{RobotColumn, RobotTable},
    summary_facts::{self, Fact},
};
use crate::{
    app::{
        action::Action,
        export::{ExportTable, sheet::ExportColumn},
        scroll::Scroll,
    },
    etl::{
        catalog::RunDetail,
        format::{decimals_for, format_value, thousands},
        stats::{ChannelStatistic, ChannelStats, StatisticUnit, Value},
        time, zone,
    },
};

/// Lines of the table's header: titles, and the blank line above them.
const HEADER: usize = 2;
/// Characters that one column of facts needs: a label and a time.
const FACT: usize = 40;

/// The page as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What the heading of the run says where it is wide enough: see [`heading::whole`].
    heading: Vec<String>,
    /// The same as facts: verdict, start and runtime.
    headed: [Fact; 3],
    /// The other short facts.
    facts: Vec<Fact>,
    /// The robots, one row each.
    pub robots: RobotTable,
    /// Facts that need a line of their own.
    pub lines: Vec<Fact>,
    /// Titles of the table, the channel's first.
    pub titles: Vec<String>,
    /// One row for each channel, and one above those of a unit, which has the group's name and the
    /// unit: see [`Page::group`].
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
    /// What is searched for, in lower case; empty: nothing.
    pub(super) search: String,
    /// Whether the cursor was put where it may be out of sight.
    pub(super) must_show: bool,
}

/// The first column of a statistic: after the channel.
const FIRST_STATISTIC: usize = 1;

/// A line above the statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Above<'a> {
    /// Nothing.
    Blank,
    /// Short facts, one in each of the columns: see [`Page::fact_columns`].
    Facts(Vec<&'a Fact>),
    /// The titles of columns of the robots' table.
    Titles(Vec<&'a RobotColumn>),
    /// A robot, by its row, in such columns.
    Robot(usize, Vec<&'a RobotColumn>),
    /// A fact of its own.
    Fact(&'a Fact),
}

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

impl Leads {
    /// Whether it leads to a sample or a time.
    pub fn is_somewhere(&self) -> bool {
        !matches!(self, Self::Nothing(_))
    }
}

impl Page {
    /// How many columns of facts stand side by side.
    pub fn fact_columns(width: usize) -> usize {
        (width / FACT).clamp(1, 4)
    }

    /// The short facts, shown in columns: what the heading has no room for, and the others.
    pub fn short_facts(&self, width: usize) -> Vec<&Fact> {
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let (has_all, has_verdict) = heading::has(&self.heading, width);
        let missing = match (has_all, has_verdict) {
            (true, _) => self.headed.len(),
            (false, true) => 1,
            (false, false) => 0,
        };
        self.headed
            .iter()
            .skip(missing)
            .chain(&self.facts)
            .collect()
    }

    /// The lines above the table, parted by blank lines.
    pub fn above(&self, width: usize) -> Vec<Above<'_>> {
        let short = self.short_facts(width);
        let lines = short.len().div_ceil(Self::fact_columns(width)).max(1);
        let line = |at| Above::Facts(short.iter().skip(at).step_by(lines).copied().collect());
        let facts = (0..lines).map(line).collect();
        let mut robots = Vec::new();
        // Before the first column is a blank.
        for part in self.robots.parts(width.saturating_sub(1)) {
            robots.push(Above::Titles(part.clone()));
            robots.extend((0..self.robots.robots()).map(|row| Above::Robot(row, part.clone())));
        }
        let own: Vec<Above<'_>> = self.lines.iter().map(Above::Fact).collect();
        let parts: [Vec<Above<'_>>; 3] = [facts, robots, own];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(&Above::Blank)
    }

    /// Lines above the table.
    pub fn fact_lines(&self, width: usize) -> usize {
        self.above(width).len()
    }

    /// What a row says that stands above those of a group: its name and the unit.
    pub fn group(&self, row: usize) -> Option<(&str, &str)> {
        match self.rows.get(row)?.as_slice() {
            [name, unit] => Some((name, unit)),
            _ => None,
        }
    }

    /// The row of a channel at `row`, or beside it where a group's name is there: below where the
    /// cursor goes `down` or nothing is above.
    pub(super) fn channel_at(&self, row: usize, down: bool) -> usize {
        match (self.group(row), row.checked_sub(1)) {
            (None, _) => row,
            (Some(_), Some(above)) if !down => above,
            (Some(_), _) => row + 1,
        }
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
            // Above the first channel stands the name of its group.
            row: 1,
            column: FIRST_STATISTIC + largest.unwrap_or(0),
            search: String::new(),
            must_show: false,
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
        let to = self.page.channel_at(to, to > self.row);
        let lines = Scroll::new(self.lines(size.0), size.1.saturating_sub(HEADER));
        if action == Action::First {
            (self.row, self.top) = (self.page.channel_at(0, true), 0);
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

    /// The rows that are channels.
    pub(super) fn channels(&self) -> impl Iterator<Item = usize> {
        (0..self.page.rows.len()).filter(|row| self.page.group(*row).is_none())
    }

    /// Scrolls to a channel that was found.
    pub(super) fn show_found(&mut self, size: (usize, usize)) {
        if std::mem::take(&mut self.must_show) {
            self.show_row(size);
        }
    }

    /// A click at a column and line of a view of `size` puts the cursor; true where it was there
    /// already: what it leads to is to be opened.
    pub(super) fn click(&mut self, (x, y): (usize, usize), size: (usize, usize)) -> bool {
        let (first, above) = self.first_row(size.0);
        let row = y.checked_sub(above).map(|line| first + line);
        // Left of the grid is its margin.
        let column = x.checked_sub(1);
        let column =
            column.and_then(|x| grid::column_at(&self.page.widths, self.first_column, size.0, x));
        let (Some(row), Some(column)) = (row, column) else {
            return false;
        };
        if row >= self.page.rows.len() || self.page.group(row).is_some() {
            return false;
        }
        let before = (self.row, self.column);
        // A click on a channel's name leaves the statistic.
        let column = if column < FIRST_STATISTIC {
            self.column
        } else {
            column
        };
        (self.row, self.column) = (row, column);
        before == (row, column)
    }

    /// The first row of the table in sight, and how many lines stand above it.
    fn first_row(&self, width: usize) -> (usize, usize) {
        let facts = self.page.fact_lines(width);
        match facts.checked_sub(self.top) {
            // A blank line, and the titles.
            Some(left) if left > 0 => (0, left + 2),
            _ => (self.top - facts, 1),
        }
    }

    /// The channels whose statistics are in sight.
    fn visible(&self, (width, height): (usize, usize)) -> Range<usize> {
        let (first, above) = self.first_row(width);
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
        let last = self.page.rows.len().saturating_sub(1);
        self.row = self.page.channel_at(self.row.min(last), true);
        self.show_column(width);
    }

    /// Lines of the whole view in `width` characters.
    fn lines(&self, width: usize) -> usize {
        self.page.fact_lines(width) + HEADER + self.page.rows.len()
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
    let mut titles = vec!["channel".to_owned()];
    titles.extend(statistics.iter().map(|statistic| heading(statistic)));
    titles.push(joined(times.iter().map(|time| Some(heading(time)))));
    let run = detail.row.start_us().zip(detail.row.stop_us());
    let mut groups: Vec<(&str, Vec<Vec<String>>)> = Vec::new();
    for name in detail.columns.iter().skip(1) {
        let mut row = vec![name.clone()];
        let stats = detail.channels.get(name);
        match stats {
            Some(s) => {
                row.extend(statistics.iter().map(|statistic| cell(statistic, s)));
                row.push(joined(times.iter().map(|time| clock((time.of)(s), run))));
            }
            None => row.resize(titles.len(), "·".to_owned()),
        }
        let unit = stats.map_or("", |s| s.unit.as_str());
        match groups.iter_mut().find(|(known, _)| *known == unit) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((unit, vec![row])),
        }
    }
    let mut rows = Vec::new();
    for (unit, channels) in groups {
        rows.push(vec![group_name(unit).to_owned(), unit.to_owned()]);
        rows.extend(channels);
    }
    for column in FIRST_STATISTIC..titles.len().saturating_sub(1) {
        align_points(&mut rows, column);
    }
    let widths = titles.iter().enumerate().map(|(c, title)| {
        let channels = rows.iter().filter(|row| row.len() == titles.len());
        let cells = channels.filter_map(|r| r.get(c)).map(|t| t.chars().count());
        cells.max().unwrap_or(0).max(title.chars().count())
    });
    Page {
        heading: heading::whole(&detail.row),
        headed: summary_facts::headed(&detail.row),
        facts: summary_facts::facts(detail),
        robots: RobotTable::new(detail),
        lines: summary_facts::lines(detail),
        widths: widths.collect(),
        titles,
        rows,
    }
}

/// What the channels of a unit are called together.
fn group_name(unit: &str) -> &'static str {
    match unit {
        "mm" => "lengths",
        "mm/s" => "speeds",
        "mm/s²" => "accelerations",
        "N" => "forces",
        _ => "others",
    }
}

/// Has the numbers of a column end so that their decimal points stand below each other.
fn align_points(rows: &mut [Vec<String>], column: usize) {
    let behind = |text: &str| {
        text.split_once('.')
            .map_or(0, |(_, digits)| digits.len() + 1)
    };
    let cells = rows.iter().filter(|row| row.len() > 2);
    let most = cells
        .filter_map(|row| row.get(column))
        .map(|text| behind(text));
    let most = most.max().unwrap_or(0);
    for cell in rows.iter_mut().filter(|row| row.len() > 2) {
        if let Some(text) = cell.get_mut(column) {
            text.push_str(&" ".repeat(most - behind(text)));
        }
    }
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
    fn decimal_points_stand_below_each_other_and_units_above_their_channels() {
        let summary = Summary::new(&fixture::detail());
        let page = &summary.page;
        assert_eq!(page.group(0), Some(("lengths", "mm")));
        assert_eq!(page.group(1), None, "a channel");
        let channels = || (0..page.rows.len()).filter(|row| page.group(*row).is_none());
        for column in FIRST_STATISTIC..page.titles.len() - 1 {
            let points = channels().filter_map(|row| {
                let text = &page.rows[row][column];
                text.chars().rev().position(|c| c == '.')
            });
            let points: Vec<usize> = points.collect();
            assert!(points.windows(2).all(|p| p[0] == p[1]), "{points:?}");
        }
        let names: Vec<&str> = channels().map(|row| page.rows[row][0].as_str()).collect();
        let detail = fixture::detail();
        let mut all: Vec<&str> = detail.columns.iter().skip(1).map(String::as_str).collect();
        let mut sorted = names.clone();
        all.sort_unstable();
        sorted.sort_unstable();
        assert_eq!(sorted, all, "every channel once");
    }

    #[test]
    fn what_the_heading_has_no_room_for_is_a_fact_and_nothing_is_told_twice() {
        let summary = Summary::new(&fixture::detail());
        let value = |width, label: &str| {
            let mut facts = summary.page.short_facts(width).into_iter();
            facts
                .find(|fact| fact.label == label)
                .map(|fact| fact.value.as_str())
        };
        for label in ["start", "runtime", "verdict", "cell"] {
            assert_eq!(value(120, label), None, "{label}");
        }
        for width in [40, 80] {
            assert_eq!(value(width, "start"), Some("2022-11-23 20:40:00.027"));
            assert_eq!(value(width, "runtime"), Some("1m 45s"));
        }
        assert_eq!(
            (value(80, "verdict"), value(120, "stop").is_some()),
            (None, true)
        );
        assert!(value(40, "verdict").is_some());
    }

    #[test]
    fn every_fact_and_every_figure_of_a_robot_has_a_line_in_any_width() {
        let page = page(&fixture::layered());
        let wide = page.robots.parts(400).concat().len();
        for width in 20..300 {
            let above = page.above(width);
            let (mut facts, mut columns) = (0, 1);
            for line in &above {
                match line {
                    Above::Facts(line) => {
                        assert!(line.len() <= Page::fact_columns(width), "{width}");
                        facts += line.len();
                    }
                    Above::Titles(part) => columns += part.len() - 1,
                    _ => {}
                }
            }
            assert_eq!(
                (facts, columns),
                (page.short_facts(width).len(), wide),
                "{width}"
            );
        }
    }

    #[test]
    fn the_cursor_passes_over_the_names_of_groups() {
        let size = (80, 18);
        let mut summary = Summary::new(&fixture::detail());
        let mut seen = vec![summary.row];
        for _ in 0..summary.page.rows.len() {
            summary.update(Action::Down, size);
            seen.push(summary.row);
        }
        for _ in 0..summary.page.rows.len() {
            summary.update(Action::Up, size);
            seen.push(summary.row);
        }
        assert!(seen.iter().all(|row| summary.page.group(*row).is_none()));
        let channels = (0..summary.page.rows.len()).filter(|r| summary.page.group(*r).is_none());
        assert!(channels.clone().all(|row| seen.contains(&row)));
        assert_eq!(summary.row, 1);
        summary.update(Action::Last, size);
        summary.update(Action::First, size);
        assert_eq!((summary.row, summary.top), (1, 0));
    }
}
