//! Text tables: aligned, units in the headers, widths from the content.

use unicode_width::UnicodeWidthStr;

use crate::etl::{
    filter::{Filtered, Kind, Unit, Value, field},
    format::{bytes, thousands},
    time, zone,
};

/// On which side of its column a cell stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// What stands for a value that is not there.
pub const NONE: &str = "-";

/// A table that is built row by row.
#[derive(Debug, Clone)]
pub struct TextTable {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
    indent: usize,
}

impl TextTable {
    /// A table with these column heads; `>` before a head aligns its column to the right.
    pub fn new(heads: &[&str]) -> Self {
        let columns = heads
            .iter()
            .map(|head| match head.strip_prefix('>') {
                Some(head) => (head.to_owned(), Align::Right),
                None => ((*head).to_owned(), Align::Left),
            })
            .collect();
        Self {
            columns,
            rows: Vec::new(),
            indent: 0,
        }
    }

    /// Moves the table to the right.
    pub fn indent(mut self, spaces: usize) -> Self {
        self.indent = spaces;
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

    /// The table as text, a line break after each row. Columns that are empty in every row
    /// are left out.
    pub fn render(&self) -> String {
        let cell = |row: &Vec<String>, c: usize| row.get(c).cloned().unwrap_or_default();
        let shown: Vec<usize> = (0..self.columns.len())
            .filter(|c| self.rows.is_empty() || self.rows.iter().any(|r| !cell(r, *c).is_empty()))
            .collect();
        let heads: Vec<String> = self.columns.iter().map(|(head, _)| head.clone()).collect();
        let widths: Vec<usize> = shown
            .iter()
            .map(|c| {
                let rows = self.rows.iter().map(|r| cell(r, *c).width());
                rows.chain([cell(&heads, *c).width()]).max().unwrap_or(0)
            })
            .collect();
        let mut out = String::new();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = " ".repeat(self.indent);
            for (i, (c, width)) in shown.iter().zip(&widths).enumerate() {
                let text = cell(row, *c);
                let space = " ".repeat(width.saturating_sub(text.width()));
                if i > 0 {
                    line.push_str("  ");
                }
                match self.columns.get(*c) {
                    Some((_, Align::Right)) => line.extend([space, text]),
                    _ => line.extend([text, space]),
                }
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
    heading: String,
    align: Align,
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
        Self {
            heading,
            align: align(kind),
            text: Box::new(move |row| written(kind, &field.value(row))),
        }
    }

    /// The number with so many decimals, and its unit in the heading.
    pub fn decimals(name: &str, decimals: usize) -> Self {
        let Some(field) = field::<R>(name) else {
            return Self::of(name, |_| String::new());
        };
        Self {
            heading: field.heading(),
            align: align(field.kind()),
            text: Box::new(move |row| match field.value(row) {
                Value::Number(number) => fixed(Some(number), decimals),
                _ => NONE.into(),
            }),
        }
    }

    /// A column of words that no field has.
    pub fn of(heading: &str, text: fn(&R) -> String) -> Self {
        Self {
            heading: heading.to_owned(),
            align: Align::Left,
            text: Box::new(text),
        }
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
pub fn of_rows<R: 'static>(rows: &[R], columns: &[RowColumn<R>]) -> String {
    let mut table = TextTable {
        columns: columns
            .iter()
            .map(|c| (c.heading.clone(), c.align))
            .collect(),
        rows: Vec::with_capacity(rows.len()),
        indent: 0,
    };
    for row in rows {
        table.row(columns.iter().map(|column| (column.text)(row)).collect());
    }
    table.render()
}

/// A number with a fixed number of decimals; [`NONE`] when it is not there.
pub fn fixed(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| NONE.into(), |v| format!("{v:.decimals$}"))
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
            table.render(),
            "log          rows  size\n加工           12   1 B\na-long-key  1,234  12 B\n"
        );
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(fixed(Some(-1.25), 1), "-1.2");
        assert_eq!(fixed(None, 1), "-");
    }
}
