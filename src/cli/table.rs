//! Text tables: aligned, units in the headers, widths from the content.

use unicode_width::UnicodeWidthStr;

use super::page::Page;
use crate::{
    etl::{
        filter::{Filtered, Kind, Unit, Value, field},
        format::{bytes, thousands},
        time, zone,
    },
    ui::text::{fit, fit_middle},
};

/// On which side of its column a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// How a column gives way on a narrow terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shortened {
    /// Numbers and words of closed sets are whole or not there.
    Never,
    /// A key: in the middle, when no other column can go.
    Middle,
    /// A sentence: at its end, before any column goes.
    End,
}

/// The least of a key that still tells which it is, and of a sentence that says something.
const LEAST_KEY: usize = 17;
const LEAST_SENTENCE: usize = 20;
/// Blanks between columns.
const GAP: usize = 2;

/// What stands for a value that is not there.
pub const NONE: &str = "-";

/// A column of a table.
#[derive(Debug, Clone)]
struct TextColumn {
    heading: String,
    align: Align,
    /// Columns with the largest numbers leave narrow terminals first; 0: it stays.
    priority: u8,
    shortened: Shortened,
}

/// A column that is printed: its index and its width.
type Placed = (usize, usize);

/// A table that is built row by row.
#[derive(Debug, Clone)]
pub struct TextTable {
    columns: Vec<TextColumn>,
    rows: Vec<Vec<String>>,
    indent: usize,
    /// So many columns at the left are repeated where the others are printed in several blocks.
    repeated: Option<usize>,
}

impl TextTable {
    /// A table with these column heads; `>` before a head aligns its column to the right.
    pub fn new(heads: &[&str]) -> Self {
        let columns = heads.iter().map(|head| {
            let (heading, align) = match head.strip_prefix('>') {
                Some(heading) => (heading, Align::Right),
                None => (*head, Align::Left),
            };
            TextColumn {
                heading: heading.to_owned(),
                align,
                priority: 0,
                shortened: Shortened::Never,
            }
        });
        Self::of_columns(columns.collect())
    }

    fn of_columns(columns: Vec<TextColumn>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            indent: 0,
            repeated: None,
        }
    }

    /// Moves the table to the right.
    pub fn indent(mut self, spaces: usize) -> Self {
        self.indent = spaces;
        self
    }

    /// Which columns leave narrow terminals, those with the largest numbers first; 0 stays.
    pub fn priorities(mut self, priorities: &[u8]) -> Self {
        for (column, priority) in self.columns.iter_mut().zip(priorities) {
            column.priority = *priority;
        }
        self
    }

    /// The column `at` has keys, which a narrow terminal shows without their middle.
    pub fn key(mut self, at: usize) -> Self {
        if let Some(column) = self.columns.get_mut(at) {
            column.shortened = Shortened::Middle;
        }
        self
    }

    /// The column `at` has sentences, which a narrow terminal shows without their end.
    pub fn sentences(mut self, at: usize) -> Self {
        if let Some(column) = self.columns.get_mut(at) {
            column.shortened = Shortened::End;
        }
        self
    }

    /// No column leaves a narrow terminal: it has them in blocks below each other, each of which
    /// begins with the first `repeated` columns.
    pub fn in_blocks(mut self, repeated: usize) -> Self {
        self.repeated = Some(repeated);
        self
    }

    /// Adds a row of as many cells as there are columns.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Rows so far, without the heads.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text for a page, a line break after each row. Columns that are empty in
    /// every row are left out.
    pub fn render(&self, page: &Page) -> String {
        let heads = self.columns.iter().map(|c| c.heading.width());
        let mut placed: Vec<Placed> = Vec::with_capacity(self.columns.len());
        for (c, heading) in heads.enumerate() {
            let cells = self
                .rows
                .iter()
                .map(|row| row.get(c).map_or(0, |t| t.width()));
            let widest = cells.max();
            if widest != Some(0) {
                placed.push((c, widest.unwrap_or(0).max(heading)));
            }
        }
        match (page.width(), self.repeated) {
            (None, _) => self.lines(&placed),
            (Some(width), Some(repeated)) => self.blocks(&placed, repeated, width),
            (Some(width), None) => self.lines(&self.fit(&placed, width, page)),
        }
    }

    /// The columns that have room in so many characters, as wide as they can be there.
    fn fit(&self, all: &[Placed], width: usize, page: &Page) -> Vec<Placed> {
        let column = |at: usize| self.columns.get(at);
        let shortened = |at: usize| column(at).map_or(Shortened::Never, |c| c.shortened);
        let priority = |at: usize| column(at).map_or(0, |c| c.priority);
        let least = |(at, natural): Placed, short_keys: bool| match shortened(at) {
            Shortened::End => natural.min(LEAST_SENTENCE),
            Shortened::Middle if short_keys => natural.min(LEAST_KEY),
            _ => natural,
        };
        let total = |placed: &[Placed], short_keys: bool| {
            let widths = placed.iter().map(|p| least(*p, short_keys) + GAP);
            (self.indent + widths.sum::<usize>()).saturating_sub(GAP)
        };
        let (mut placed, mut optional): (Vec<Placed>, Vec<Placed>) =
            all.iter().partition(|(at, _)| priority(*at) == 0);
        let short_keys = total(&placed, false) > width;
        optional.sort_by_key(|(at, _)| priority(*at));
        for column_of in optional {
            placed.push(column_of);
            if total(&placed, short_keys) > width {
                placed.pop();
                page.leave_out(column(column_of.0).map_or("", |c| c.heading.as_str()));
            }
        }
        placed.sort_unstable();
        let mut left = width.saturating_sub(total(&placed, short_keys));
        let mut widths: Vec<usize> = placed.iter().map(|p| least(*p, short_keys)).collect();
        // Keys have the room before sentences.
        for kind in [Shortened::Middle, Shortened::End] {
            for ((at, natural), width) in placed.iter().zip(&mut widths) {
                if shortened(*at) == kind {
                    let more = left.min(natural - *width);
                    (*width, left) = (*width + more, left - more);
                }
            }
        }
        let fitted = placed.into_iter().zip(widths);
        fitted.map(|((at, _), width)| (at, width)).collect()
    }

    /// The columns in blocks of at most so many characters.
    fn blocks(&self, placed: &[Placed], repeated: usize, width: usize) -> String {
        let (first, others): (Vec<Placed>, Vec<Placed>) =
            placed.iter().partition(|(at, _)| *at < repeated);
        let around = self.indent + first.iter().map(|(_, w)| w + GAP).sum::<usize>();
        let mut blocks: Vec<Vec<Placed>> = Vec::new();
        let mut left = 0;
        for (at, wide) in others {
            match blocks.last_mut().filter(|_| wide <= left) {
                Some(block) => block.push((at, wide)),
                None => {
                    blocks.push([first.as_slice(), &[(at, wide)]].concat());
                    left = width.saturating_sub(around);
                }
            }
            left = left.saturating_sub(wide + GAP);
        }
        if blocks.is_empty() {
            return self.lines(&first);
        }
        let blocks = blocks.iter().map(|block| self.lines(block));
        blocks.collect::<Vec<_>>().join("\n")
    }

    fn lines(&self, placed: &[Placed]) -> String {
        let mut out = String::new();
        let heads: Vec<String> = self.columns.iter().map(|c| c.heading.clone()).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = " ".repeat(self.indent);
            for (i, (c, width)) in placed.iter().enumerate() {
                let Some(column) = self.columns.get(*c) else {
                    continue;
                };
                let text = row.get(*c).map_or("", String::as_str);
                if i > 0 {
                    line.push_str(&" ".repeat(GAP));
                }
                let width = u16::try_from(*width).unwrap_or(u16::MAX);
                let right = column.align == Align::Right;
                line.push_str(&match column.shortened {
                    Shortened::Middle => fit_middle(text, width),
                    _ => fit(text, width, right),
                });
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// A column of a table of rows, by the name of a field: the heading, the side and the text of a
/// cell follow from what the field holds.
pub struct RowColumn<R: 'static> {
    column: TextColumn,
    text: Box<dyn Fn(&R) -> String>,
}

impl<R: Filtered> RowColumn<R> {
    /// The field in the form that reads best: durations and sizes with their units, times in UTC.
    pub fn new(name: &str) -> Self {
        let Some(field) = field::<R>(name) else {
            return Self::of(name, |_| String::new());
        };
        let kind = field.kind();
        let heading = match kind {
            Kind::Number(Unit::Seconds | Unit::Bytes) => field.words(),
            Kind::Time => zone::heading(&field.words()),
            _ => field.heading(),
        };
        Self::with(heading, align(kind), move |row| {
            written(kind, &field.value(row))
        })
    }

    /// The number with so many decimals, and its unit in the heading.
    pub fn decimals(name: &str, decimals: usize) -> Self {
        let Some(field) = field::<R>(name) else {
            return Self::of(name, |_| String::new());
        };
        let (heading, align) = (field.heading(), align(field.kind()));
        let text = move |row: &R| match field.value(row) {
            Value::Number(number) => fixed(Some(number), decimals),
            _ => NONE.into(),
        };
        Self::with(heading, align, text)
    }

    /// A column of words that no field has.
    pub fn of(heading: &str, text: fn(&R) -> String) -> Self {
        Self::with(heading.to_owned(), Align::Left, text)
    }

    fn with(heading: String, align: Align, text: impl Fn(&R) -> String + 'static) -> Self {
        Self {
            column: TextColumn {
                heading,
                align,
                priority: 0,
                shortened: Shortened::Never,
            },
            text: Box::new(text),
        }
    }

    /// When it leaves a narrow terminal: those with the largest numbers first, 0 stays.
    pub fn priority(mut self, priority: u8) -> Self {
        self.column.priority = priority;
        self
    }

    /// As [`TextTable::key`].
    pub fn key(mut self) -> Self {
        self.column.shortened = Shortened::Middle;
        self
    }

    /// As [`TextTable::sentences`].
    pub fn sentences(mut self) -> Self {
        self.column.shortened = Shortened::End;
        self
    }

    /// The same column with other text.
    pub fn written(self, text: fn(&R) -> String) -> Self {
        let text = Box::new(text);
        Self { text, ..self }
    }
}

fn align(kind: Kind) -> Align {
    match kind {
        Kind::Number(_) => Align::Right,
        _ => Align::Left,
    }
}

fn written(kind: Kind, value: &Value<'_>) -> String {
    match (value, kind) {
        (Value::Number(number), Kind::Number(Unit::Count)) => thousands(*number as u64),
        (Value::Number(number), Kind::Number(Unit::Bytes)) => bytes(*number as u64),
        (Value::Number(number), Kind::Number(Unit::Seconds)) => time::format_duration(*number),
        (Value::Number(number), _) => fixed(Some(*number), 3),
        (Value::Time(us), _) => zone::format_screen(*us),
        (Value::Id(run), _) => run.short(),
        (Value::Texts(texts), _) => texts.join(", "),
        (text, _) => or_none(text.as_text()),
    }
}

/// The rows as a table.
pub fn of_rows<R: 'static>(rows: &[R], columns: &[RowColumn<R>], page: &Page) -> String {
    let heads = columns.iter().map(|c| c.column.clone());
    let mut table = TextTable::of_columns(heads.collect());
    for row in rows {
        table.row(columns.iter().map(|column| (column.text)(row)).collect());
    }
    table.render(page)
}

/// A number with a fixed number of decimals; [`NONE`] when it is not there.
pub fn fixed(value: Option<f64>, decimals: usize) -> String {
    // Plain digits say nothing of what is far out of range.
    let plain = |v: f64| match v.abs() < 1e15 {
        true => format!("{v:.decimals$}"),
        false => format!("{v:.decimals$e}"),
    };
    value.map_or_else(|| NONE.into(), plain)
}

/// Text that may not be there.
pub fn or_none(text: Option<impl Into<String>>) -> String {
    text.map_or_else(|| NONE.into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_empty_ones_are_left_out() {
        let mut table = TextTable::new(&["log", ">rows", "cell", ">size"]);
        table.row(vec![
            "加工".into(),
            "12".into(),
            String::new(),
            "1 B".into(),
        ]);
        table.row(vec![
            "a-long-key".into(),
            "1,234".into(),
            String::new(),
            "12 B".into(),
        ]);
        assert_eq!(
            table.render(&Page::default()),
            "log          rows  size\n加工           12   1 B\na-long-key  1,234  12 B\n"
        );
    }

    fn logs() -> TextTable {
        let heads = ["state", "log", ">size", ">rows", "reason"];
        let table = TextTable::new(&heads).priorities(&[0, 0, 3, 2, 1]);
        let mut table = table.key(1).sentences(4);
        for reason in [
            "",
            "its last line is not complete, and it has been written to",
        ] {
            let cells = [
                "harvested",
                "cell-10/2022-11-23T2040",
                "14.8 MB",
                "1,577,762",
                reason,
            ];
            table.row(cells.map(str::to_owned).into());
        }
        table
    }

    #[test]
    fn a_narrow_terminal_shortens_sentences_then_leaves_columns_out_then_shortens_keys() {
        let lines = |width: usize| {
            let page = Page::of_width(width);
            let text = logs().render(&page);
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line:?}");
            }
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(200).join("\n") + "\n",
            logs().render(&Page::default())
        );
        assert_eq!(
            lines(80)[2],
            "harvested  cell-10/2022-11-23T2040  14.8 MB  1,577,762  its last line is not co…"
        );
        assert_eq!(
            lines(70)[2],
            "harvested  cell-10/2022-11-23T2040  1,577,762  its last line is not c…"
        );
        // A column that has room takes the place of one that needs more.
        assert_eq!(
            lines(64)[2],
            "harvested  cell-10/2022-11-23T2040  its last line is not comple…"
        );
        assert_eq!(
            lines(50)[2],
            "harvested  cell-10/2022-11-23T2040  1,577,762"
        );
        assert_eq!(lines(40)[2], "harvested  cell-10/2022-11-23T2040");
        assert_eq!(lines(30)[2], "harvested  cell-10/2…1-23T2040");
        assert_eq!(lines(28)[0], "state      log");
    }

    #[test]
    fn blocks_repeat_their_first_columns_and_lose_nothing() {
        let mut table = TextTable::new(&["channel", ">min", ">mean", ">max"]).in_blocks(1);
        table.row(
            ["fx_1", "-1500.25", "-3.50", "920.00"]
                .map(str::to_owned)
                .into(),
        );
        let page = Page::of_width(26);
        let expected = "channel       min   mean\nfx_1     -1500.25  -3.50\n\n\
                        channel     max\nfx_1     920.00\n";
        assert_eq!(table.render(&page), expected);
        assert_eq!(table.render(&Page::default()).lines().count(), 2);
        // A column that has no room at all stands alone.
        assert_eq!(table.render(&Page::of_width(5)).matches("fx_1").count(), 3);
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(fixed(Some(-1.25), 1), "-1.2");
        assert_eq!(fixed(None, 1), "-");
    }
}
