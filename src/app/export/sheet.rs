//! Lists as columns of typed cells, made by whoever writes them: a list may be very long.

use std::{fmt, fs::File, ops::Range, path::Path, sync::Arc};

use crate::{
    app::table::{Row, Table},
    etl::{
        Result,
        base::CancelToken,
        export::{Exported, Field, Values, write_list},
    },
};

type Get<T, V> = Box<dyn Fn(&T) -> Option<V> + Send + Sync>;

/// A column: its title, and what it says of a row.
pub struct Column<T> {
    /// Title, with the unit where there is one.
    title: String,
    cells: Cells<T>,
}

/// The cells of a column have one type, whatever the rows are.
enum Cells<T> {
    Text(Get<T, String>),
    Whole(Get<T, i64>),
    Number(Get<T, f64>),
    Time(Get<T, i64>),
}

impl<T> Column<T> {
    fn new(title: impl Into<String>, cells: Cells<T>) -> Self {
        let title = title.into();
        Self { title, cells }
    }

    /// A column of words.
    pub fn text(
        title: impl Into<String>,
        cell: impl Fn(&T) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(title, Cells::Text(Box::new(cell)))
    }

    /// A column of whole numbers.
    pub fn whole<N: TryInto<i64>>(
        title: impl Into<String>,
        cell: impl Fn(&T) -> Option<N> + Send + Sync + 'static,
    ) -> Self {
        let whole = move |row: &T| cell(row)?.try_into().ok();
        Self::new(title, Cells::Whole(Box::new(whole)))
    }

    /// A column of numbers.
    pub fn number(
        title: impl Into<String>,
        cell: impl Fn(&T) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        Self::new(title, Cells::Number(Box::new(cell)))
    }

    /// A column of times, in microseconds since 1970.
    pub fn time(
        title: impl Into<String>,
        cell: impl Fn(&T) -> Option<i64> + Send + Sync + 'static,
    ) -> Self {
        Self::new(title, Cells::Time(Box::new(cell)))
    }

    /// The cells of some rows.
    pub(super) fn field<'a>(&self, rows: impl Iterator<Item = &'a T>) -> Field
    where
        T: 'a,
    {
        let values = match &self.cells {
            Cells::Text(cell) => Values::Text(rows.map(cell).collect()),
            Cells::Whole(cell) => Values::Whole(rows.map(cell).collect()),
            Cells::Number(cell) => Values::Number(rows.map(cell).collect()),
            Cells::Time(cell) => Values::Time(rows.map(cell).collect()),
        };
        let title = self.title.clone();
        Field { title, values }
    }
}

/// A list that is to be written.
#[derive(Clone)]
pub struct Listed {
    lines: usize,
    fields: Arc<dyn Fn(Range<usize>) -> Vec<Field> + Send + Sync>,
}

impl Listed {
    /// Rows that are few: their cells are made here and now.
    pub fn few<'a, T: 'a>(columns: &[Column<T>], rows: impl Iterator<Item = &'a T>) -> Self {
        let rows: Vec<&T> = rows.collect();
        let fields = columns.iter().map(|c| c.field(rows.iter().copied()));
        let fields: Vec<Field> = fields.collect();
        let part = move |rows: Range<usize>| {
            let part = |field: &Field| Field {
                title: field.title.clone(),
                values: field.values.part(rows.clone()),
            };
            fields.iter().map(part).collect()
        };
        Self {
            lines: rows.len(),
            fields: Arc::new(part),
        }
    }

    /// The rows that a list shows, in their order: their cells are made while they are
    /// written.
    pub fn of<T: Row>(table: &Table<T>, columns: Vec<Column<T>>) -> Self {
        let shown = table.shown();
        let lines = shown.len();
        Self::new(lines, move |lines| {
            let rows: Vec<_> = lines.filter_map(|at| shown.now(at)).collect();
            let field = |column: &Column<T>| column.field(rows.iter().map(AsRef::as_ref));
            columns.iter().map(field).collect()
        })
    }

    /// `lines` rows, whose cells `fields` makes while they are written.
    pub fn new(
        lines: usize,
        fields: impl Fn(Range<usize>) -> Vec<Field> + Send + Sync + 'static,
    ) -> Self {
        let fields = Arc::new(fields);
        Self { lines, fields }
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.lines
    }

    /// Writes it; see [`write_list`].
    ///
    /// # Errors
    /// As [`write_list`].
    pub fn write(&self, file: &mut File, target: &Path, cancel: &CancelToken) -> Result<Exported> {
        write_list(file, target, self.lines, self.fields.as_ref(), cancel)
    }

    /// The list as CSV.
    #[cfg(test)]
    pub fn csv(&self) -> String {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        let mut out = File::create(file.path()).unwrap();
        let cancel = CancelToken::new();
        self.write(&mut out, file.path(), &cancel).unwrap();
        std::fs::read_to_string(file.path()).unwrap()
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines && Arc::ptr_eq(&self.fields, &other.fields)
    }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        write!(f, "{} lines", self.lines)
    }
}
