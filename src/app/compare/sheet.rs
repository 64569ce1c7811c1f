//! The table of differences as text, with its place on the screen.

use crate::{
    app::{
        action::Action,
        export::{ExportTable, sheet::ExportColumn},
        run::grid,
        scroll::Scroll,
    },
    etl::{
        compare::{Channel, Comparison, Line, Relative, letter, with_unit},
        format::{decimals_for, format_delta, format_value, thousands},
        time::SECOND,
    },
};

/// The table's header.
const HEADER: usize = 1;

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whether it is the name of a channel, above its statistics.
    pub head: bool,
    /// One for each column; a head has only the first.
    pub cells: Vec<String>,
}

/// The table and where it is scrolled to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Titles, the frozen column's first.
    pub titles: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Widths of the columns.
    pub widths: Vec<usize>,
    /// The first row that is seen.
    pub top: usize,
    /// The first scrolled column.
    pub first_column: usize,
    /// Whether all figures are shown, in the order of the table.
    pub all: bool,
    /// Figures that are not shown, because all runs have the same.
    pub hidden: usize,
}

/// `+12.345 s`: a time from where the runs are aligned, to the millisecond.
pub fn offset(us: i64) -> String {
    let text = format_value(us as f64 / SECOND as f64, 3);
    let sign = if us > 0 { "+" } else { "" };
    format!("{sign}{text} s")
}

/// A figure on its way into the table.
struct Figure {
    /// How large its difference is.
    size: f64,
    /// See [`Line::is_of_recording`].
    is_of_recording: bool,
    row: Row,
}

/// The totals, or the figures of a channel.
struct Group {
    rows: Vec<Row>,
    /// The largest difference of the process.
    size: f64,
    hidden: usize,
}

impl Group {
    /// Figures below the name of their channel. Without `all` those that differ: first those of
    /// the process, each by the size of the difference.
    fn new(head: Option<String>, figures: impl Iterator<Item = Figure>, all: bool) -> Self {
        let mut figures: Vec<Figure> = figures.collect();
        let count = figures.len();
        if !all {
            figures.retain(|figure| figure.size > 0.0 && figure.row.differs());
            figures.sort_by(|a, b| {
                let size = || b.size.total_cmp(&a.size);
                a.is_of_recording.cmp(&b.is_of_recording).then_with(size)
            });
        }
        let hidden = count - figures.len();
        let process = figures.iter().filter(|figure| !figure.is_of_recording);
        let size = process.map(|figure| figure.size).fold(0.0, f64::max);
        let head = head.filter(|_| !figures.is_empty());
        let head = head.map(|name| Row {
            head: true,
            cells: vec![name],
        });
        let rows = figures.into_iter().map(|figure| figure.row);
        Self {
            rows: head.into_iter().chain(rows).collect(),
            size,
            hidden,
        }
    }
}

impl Row {
    /// Whether a difference is written that is not zero, or one is missing.
    fn differs(&self) -> bool {
        let differences = self.cells.iter().skip(3).step_by(3);
        let mut texts = differences.map(String::as_str);
        texts.any(|text| text == "·" || text.bytes().any(|b| (b'1'..=b'9').contains(&b)))
    }
}

fn channel_group(channel: &Channel, all: bool) -> Group {
    let values: Vec<&Line> = channel
        .lines
        .iter()
        .filter(|line| line.unit == channel.unit && !line.is_count())
        .collect();
    let digits = decimals(&values);
    let figures = channel.lines.iter().map(|line| {
        // The head says the channel's unit; only other units are repeated.
        let other = line.unit != channel.unit;
        let digits = if other { decimals(&[line]) } else { digits };
        let scale = line.scale(Some(channel));
        Figure {
            size: line.size(scale),
            is_of_recording: line.is_of_recording(Some(channel)),
            row: row(&format!("  {}", line.title(other)), line, digits, scale),
        }
    });
    Group::new(Some(with_unit(&channel.name, &channel.unit)), figures, all)
}

fn totals_group(head: Option<&str>, lines: &[&Line], all: bool) -> Group {
    let indent = if head.is_some() { "  " } else { "" };
    let figures = lines.iter().map(|line| {
        let title = format!("{indent}{}", line.title(true));
        Figure {
            size: line.size(None),
            is_of_recording: false,
            row: row(&title, line, decimals(&[line]), None),
        }
    });
    Group::new(head.map(str::to_owned), figures, all)
}

impl Sheet {
    /// Runtime and distances, the statistics of those channels of `comparison` for which `shown`
    /// holds (its index), then how much was recorded, from the top. Without `all` only what
    /// differs as it is written, channels and their figures by the size of the difference.
    pub fn new(
        runs: usize,
        comparison: &Comparison,
        all: bool,
        shown: impl Fn(usize) -> bool,
    ) -> Self {
        let mut titles = vec!["statistic".to_owned(), "A".to_owned()];
        for run in 1..runs {
            let run = letter(run);
            titles.extend([run.to_string(), format!("{run} − A"), "% of |A|".to_owned()]);
        }
        let (recording, process): (Vec<&Line>, Vec<&Line>) = comparison
            .totals
            .iter()
            .partition(|line| line.is_of_recording(None));
        let mut groups: Vec<Group> = comparison
            .channels
            .iter()
            .enumerate()
            .filter(|(at, _)| shown(*at))
            .map(|(_, channel)| channel_group(channel, all))
            .collect();
        if !all {
            groups.sort_by(|a, b| b.size.total_cmp(&a.size));
        }
        groups.insert(0, totals_group(None, &process, all));
        groups.push(totals_group(Some("recording"), &recording, all));
        let hidden = groups.iter().map(|group| group.hidden).sum();
        let rows: Vec<Row> = groups.into_iter().flat_map(|group| group.rows).collect();
        let width = |(c, title): (usize, &String)| {
            let cells = rows.iter().filter_map(|r| r.cells.get(c));
            let widths = cells.chain([title]).map(|text| text.chars().count());
            widths.max().unwrap_or(0)
        };
        let widths = titles.iter().enumerate().map(width).collect();
        Self {
            titles,
            rows,
            widths,
            top: 0,
            first_column: 1,
            all,
            hidden,
        }
    }

    /// Scrolls within `size` (columns, lines).
    pub fn update(&mut self, action: Action, size: (usize, usize)) {
        let page = size.1.saturating_sub(HEADER);
        let scroll = Scroll::new(self.rows.len(), page);
        if let Some(top) = scroll.step(self.top, action) {
            self.top = top;
        }
        match action {
            Action::Right => self.first_column += 1,
            Action::Left => self.first_column = self.first_column.saturating_sub(1),
            _ => {}
        }
        self.clamp(size);
    }

    /// Whether a screen of so many columns shows only some of the table's.
    pub fn has_more_columns(&self, width: usize) -> bool {
        grid::last_first(&self.widths, width) > 1
    }

    /// Keeps the last row at the bottom and the last column at the right.
    pub fn clamp(&mut self, (width, height): (usize, usize)) {
        let page = height.saturating_sub(HEADER);
        self.top = Scroll::new(self.rows.len(), page).top(self.top);
        let last = grid::last_first(&self.widths, width);
        self.first_column = self.first_column.clamp(1, last);
    }
}

/// The comparison as text for a spreadsheet, columns parted by tabs, with plain numbers.
pub fn plain(runs: usize, comparison: &Comparison, shown: impl Fn(usize) -> bool) -> String {
    let titles = titles(runs).into_iter();
    let mut out = joined(
        &["channel", "statistic", "unit"]
            .map(String::from)
            .into_iter()
            .chain(titles)
            .collect::<Vec<_>>(),
    );
    for (channel, line) in lines(comparison, shown) {
        let text = |v: Option<f64>| v.map(|v| v.to_string()).unwrap_or_default();
        let mut cells = vec![channel.to_owned(), name(line), line.unit.clone()];
        cells.extend((0..3 * runs - 2).map(|at| text(figure(line, at))));
        out.push_str(&joined(&cells));
    }
    out
}

/// The comparison as a list: the columns of [`plain`].
pub fn listed(runs: usize, comparison: &Comparison, shown: impl Fn(usize) -> bool) -> ExportTable {
    type Row<'a> = (&'a str, &'a Line);
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut columns: Vec<ExportColumn<Row>> = vec![
        ExportColumn::text("channel", move |row: &Row| known(row.0)),
        ExportColumn::text("statistic", |row: &Row| Some(name(row.1))),
        ExportColumn::text("unit", move |row: &Row| known(&row.1.unit)),
    ];
    let figures = titles(runs).into_iter().enumerate();
    columns.extend(
        figures.map(|(at, title)| ExportColumn::number(title, move |row: &Row| figure(row.1, at))),
    );
    let rows: Vec<Row> = lines(comparison, shown).collect();
    ExportTable::few(&columns, rows.iter())
}

/// Titles of the figures: each run's value, and how far it is from the first one's.
fn titles(runs: usize) -> Vec<String> {
    let mut titles = vec!["A".to_owned()];
    for run in 1..runs {
        let run = letter(run);
        titles.extend([
            run.to_string(),
            format!("{run} - A"),
            format!("{run} - A (%)"),
        ]);
    }
    titles
}

/// The figure below one of the titles.
fn figure(line: &Line, title: usize) -> Option<f64> {
    // The first run has a value only.
    let (run, which) = match title {
        0 => (0, 0),
        at => (1 + (at - 1) / 3, (at - 1) % 3),
    };
    let cell = line.cells.get(run)?;
    [cell.value, cell.difference, cell.percent]
        .get(which)
        .copied()?
}

/// The totals, then the statistics of those channels that are shown, with their names.
fn lines(
    comparison: &Comparison,
    shown: impl Fn(usize) -> bool,
) -> impl Iterator<Item = (&str, &Line)> {
    let totals = comparison.totals.iter().map(|line| ("", line));
    let channels = comparison.channels.iter().enumerate();
    let channels = channels.filter(move |(at, _)| shown(*at));
    totals.chain(channels.flat_map(|(_, channel)| {
        channel
            .lines
            .iter()
            .map(|line| (channel.name.as_str(), line))
    }))
}

fn name(line: &Line) -> String {
    let robot = line.robot.as_ref().map(|r| format!(" {r}"));
    format!("{}{}", line.name, robot.unwrap_or_default())
}

/// One line; what holds a tab or a quote is quoted as RFC 4180 says.
fn joined(cells: &[String]) -> String {
    let quoted = |cell: &String| {
        if cell.contains(['\t', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let cells: Vec<String> = cells.iter().map(quoted).collect();
    cells.join("\t") + "\n"
}

/// Digits after the point for all values of `lines`, so that their points stand below
/// each other; none for counts.
fn decimals(lines: &[&Line]) -> usize {
    if lines.iter().all(|line| line.is_count()) {
        return 0;
    }
    let values = lines.iter().flat_map(|l| &l.cells).filter_map(|c| c.value);
    let extent = values.map(|v| (v, v));
    extent
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .map_or(2, |(min, max)| decimals_for(min, max).min(3))
}

fn row(title: &str, line: &Line, decimals: usize, scale: Option<f64>) -> Row {
    let mut cells = vec![title.to_owned()];
    let null = f64::NAN;
    for (at, cell) in line.cells.iter().enumerate() {
        cells.push(match cell.value {
            Some(n) if line.is_count() => thousands(n as u64),
            value => format_value(value.unwrap_or(null), decimals),
        });
        if at > 0 {
            cells.push(signed(cell.difference.unwrap_or(null), decimals));
            cells.push(match line.relative(at, scale) {
                Relative::Percent(percent) => signed(percent, 2),
                Relative::Times(times) => format!("× {}", format_value(times, 1)),
                // A ratio to almost nothing is no figure either.
                Relative::NearZero | Relative::Unknown => format_value(null, 2),
            });
        }
    }
    Row { head: false, cells }
}

/// A difference; one that rounds to zero has no sign.
fn signed(value: f64, decimals: usize) -> String {
    let text = format_value(value, decimals);
    if text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        format_delta(value, decimals)
    } else {
        text
    }
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
