//! One description of each column of a list: the list draws it, sorts by it, hides it and
//! exports it, all from here. What it holds is the field of the same name
//! ([`crate::etl::filter::RowField`]), by which lists are filtered too.
//!
//! * [`logs`], [`runs`], [`machines`], [`flags`], [`stretches`]: the columns by row type.
//! * [`fit`]: which of them a width has room for.
//! * [`meaning`]: the meanings that give words, states and verdicts their styles.

mod fit;
mod flags;
mod layers;
mod logs;
mod machines;
pub mod meaning;
mod runs;
mod stretches;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

pub use fit::{
    GAP, GUTTER, PlacedColumn, Places, Room, SCROLL_MARK, at, fit, nearest, places, step,
};
pub use logs::stored_and_all;
pub use meaning::Meaning;

use super::table::Row;
use crate::etl::{
    filter::{FieldRef, Filtered, Kind, Unit, Value, field},
    format::{bytes, format_delta, format_fit, thousands},
    time, zone,
};

/// Characters of the name of a cell or a robot at most.
const CELL: u16 = 24;

/// What one row has in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCell {
    /// What it says.
    pub text: String,
    /// Its style.
    pub meaning: Meaning,
}

impl ListCell {
    /// A cell of ordinary text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(text, Meaning::Text)
    }

    /// A cell.
    pub fn new(text: impl Into<String>, meaning: Meaning) -> Self {
        let text = text.into();
        Self { text, meaning }
    }
}

/// A time with its day in so many characters: `2022-11-23 20:40:00.035`, or as much of it as has room,
/// without the year where that would cost the seconds or the minute.
fn time_within(us: i64, width: u16) -> String {
    let text = zone::format_screen(us);
    let year = match width {
        ..16 => "2022-".len(),
        _ => 0,
    };
    text.chars().skip(year).take(width.into()).collect()
}

/// A column of a list of rows.
#[derive(Debug)]
pub struct Column<R: 'static> {
    name: Cow<'static, str>,
    title: Cow<'static, str>,
    /// In characters.
    width: u16,
    /// From so many characters of the list on: another title and width.
    wide: Option<(u16, &'static str, u16)>,
    /// Columns with the largest numbers leave narrow screens first.
    priority: u8,
    /// How wide it may be where keys are long; 0: it is not the column of keys.
    key_up_to: u16,
    stretches: bool,
    /// How wide it may be where its texts are long and there is room; 0: it keeps its width.
    grows_to: u16,
    /// Whether it tells which row this is: see [`fit`].
    identity: bool,
    /// What it holds; none: a picture.
    field: Option<FieldRef<R>>,
    /// What it is sorted by instead: by the first of these, what is equal by the next.
    sorted_by: Vec<FieldRef<R>>,
    /// What an export has instead.
    exported: Option<&'static [&'static str]>,
    empty_if: Option<fn(&R) -> bool>,
    meaning: Meaning,
    cell: Option<fn(&R, u16) -> ListCell>,
}

impl<R: Filtered> Column<R> {
    /// The column of the field that has this name, with a title that is its name. Its text
    /// follows from the kind of the field; numbers end at the right.
    fn new(name: impl Into<Cow<'static, str>>, width: u16, priority: u8) -> Self {
        let name = name.into();
        Self {
            field: field(&name),
            title: name.clone(),
            name,
            width,
            wide: None,
            priority,
            key_up_to: 0,
            stretches: false,
            grows_to: 0,
            identity: false,
            sorted_by: Vec::new(),
            exported: None,
            empty_if: None,
            meaning: Meaning::Text,
            cell: None,
        }
    }

    /// A column that is drawn only: not exported, sorted as the field `by`.
    fn picture(
        name: &'static str,
        (width, priority): (u16, u8),
        by: &'static str,
        cell: fn(&R, u16) -> ListCell,
    ) -> Self {
        Self {
            field: None,
            exported: Some(&[]),
            ..Self::new(name, width, priority).sorted_by(&[by]).cell(cell)
        }
    }

    fn title(self, title: impl Into<Cow<'static, str>>) -> Self {
        let title = title.into();
        Self { title, ..self }
    }

    /// From `from` characters of the list on it has this title and width.
    fn wide(self, from: u16, title: &'static str, width: u16) -> Self {
        let wide = Some((from, title, width));
        Self { wide, ..self }
    }

    /// It names the row: search hits and marks show here, what is too long is cut in the middle.
    /// It may take `up_to` characters.
    fn key(self, up_to: u16) -> Self {
        let key_up_to = up_to;
        Self { key_up_to, ..self }
    }

    /// It gets the width that the others leave.
    fn stretches(self) -> Self {
        let stretches = true;
        Self { stretches, ..self }
    }

    /// It has texts of any length: where other columns leave room, it takes what they need of it,
    /// up to so many characters.
    fn grows_to(self, grows_to: u16) -> Self {
        Self { grows_to, ..self }
    }

    /// It tells which row this is: it keeps its place beside a key that is kept whole.
    fn identity(self) -> Self {
        let identity = true;
        Self { identity, ..self }
    }

    /// Sorted by the first of these fields, what is equal by the next.
    fn sorted_by(self, fields: &[&str]) -> Self {
        let sorted_by = fields.iter().filter_map(|name| field(name)).collect();
        Self { sorted_by, ..self }
    }

    /// An export has these fields in its place.
    fn exported(self, fields: &'static [&'static str]) -> Self {
        let exported = Some(fields);
        Self { exported, ..self }
    }

    /// Rows that have nothing here, whatever the field says.
    fn empty_if(self, empty: fn(&R) -> bool) -> Self {
        let empty_if = Some(empty);
        Self { empty_if, ..self }
    }

    fn meaning(self, meaning: Meaning) -> Self {
        Self { meaning, ..self }
    }

    /// What stands in a cell of so many characters, where the kind of the field does not tell.
    fn cell(self, cell: fn(&R, u16) -> ListCell) -> Self {
        let cell = Some(cell);
        Self { cell, ..self }
    }

    /// What it is called where columns are chosen, in the file that remembers the choice, and
    /// in filters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a filter knows it by its name.
    pub fn has_field(&self) -> bool {
        self.field.is_some()
    }

    /// Whether it names the row.
    pub fn is_key(&self) -> bool {
        self.key_up_to > 0
    }

    /// Numbers end at the right.
    fn is_right(&self) -> bool {
        let kind = self.field.as_ref().map(FieldRef::kind);
        matches!(kind, Some(Kind::Number(_)))
    }

    /// The fields that rows are sorted by: what is equal by one, by the next.
    pub fn sort_fields(&self) -> &[FieldRef<R>] {
        match (self.sorted_by.as_slice(), &self.field) {
            ([], Some(field)) => std::slice::from_ref(field),
            (fields, _) => fields,
        }
    }

    /// What a row has here, in `width` characters.
    pub fn draw(&self, row: &R, width: u16) -> ListCell {
        match (self.cell, &self.field) {
            (Some(cell), _) => cell(row, width),
            (None, Some(field)) if !self.is_empty(row) => {
                ListCell::new(usual(field.kind(), &field.value(row), width), self.meaning)
            }
            (None, _) => ListCell::text(""),
        }
    }

    fn is_empty(&self, row: &R) -> bool {
        self.empty_if.is_some_and(|empty| empty(row))
    }

    /// Heading, kind and value of what an export has in place of this column.
    pub fn into_exports(self) -> Vec<ExportField<R>> {
        let empty_if = self.empty_if;
        let fields: Vec<FieldRef<R>> = match self.exported {
            Some(names) => names.iter().filter_map(|name| field(name)).collect(),
            None => self.field.into_iter().collect(),
        };
        let export = |field| ExportField { field, empty_if };
        fields.into_iter().map(export).collect()
    }
}

/// What the rows of a list need of its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The columns, by their index, in which no row has anything; those that tell which row it is
    /// are never among them.
    pub empty: Vec<usize>,
    /// How wide the longest text is in each column that may grow, within its bounds.
    pub widths: Vec<(usize, u16)>,
}

impl Needs {
    /// What `rows` need.
    pub fn of<R: Row>(rows: &[R]) -> Self {
        let mut needs = Self::default();
        if rows.is_empty() {
            return needs;
        }
        for (at, column) in R::columns(rows).iter().enumerate() {
            let is_blank = |row| column.draw(row, column.width).text.trim().is_empty();
            if !column.identity && !column.is_key() && rows.iter().all(is_blank) {
                needs.empty.push(at);
            } else if column.grows_to > 0 {
                let mut longest = column.width;
                for row in rows {
                    let cell = column.draw(row, column.grows_to);
                    longest = longest.max(cell.text.width() as u16);
                    if longest >= column.grows_to {
                        break;
                    }
                }
                needs.widths.push((at, longest.min(column.grows_to)));
            }
        }
        needs
    }
}

/// A column of a list that only tests have.
#[cfg(test)]
pub fn test_column<R: Filtered>(name: &'static str) -> Column<R> {
    Column::new(name, 8, 0)
}

/// A field as an export has it.
#[derive(Debug)]
pub struct ExportField<R: 'static> {
    field: FieldRef<R>,
    empty_if: Option<fn(&R) -> bool>,
}

impl<R: Filtered> ExportField<R> {
    /// A field by its name.
    pub fn named(name: &str) -> Option<Self> {
        let empty_if = None;
        field(name).map(|field| Self { field, empty_if })
    }

    /// The heading, with the unit where there is one.
    pub fn heading(&self) -> String {
        self.field.heading()
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.field.kind()
    }

    /// The value of a row.
    pub fn value<'a>(&self, row: &'a R) -> Value<'a> {
        match self.empty_if {
            Some(empty) if empty(row) => Value::Null,
            _ => self.field.value(row),
        }
    }
}

/// A value in at most `width` characters where that can be.
fn usual(kind: Kind, value: &Value<'_>, width: u16) -> String {
    let width = usize::from(width);
    match (value, kind) {
        (Value::Null, _) => String::new(),
        (Value::Number(number), Kind::Number(unit)) => match unit {
            Unit::Count => thousands(*number as u64),
            Unit::Bytes => bytes(*number as u64),
            Unit::Seconds => time::format_duration(*number),
            Unit::NewtonsPerDay => format_delta(*number, 1),
            _ => format_fit(*number, 1, width),
        },
        (Value::Number(number), _) => format_fit(*number, 1, width),
        (Value::Time(us), _) => zone::format_screen(*us).chars().take(width).collect(),
        (Value::Id(run), _) => run.short(),
        (Value::Texts(texts), _) => texts.join(", "),
        (text, _) => text.as_text().unwrap_or_default().to_owned(),
    }
}
