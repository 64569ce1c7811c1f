//! Lists as columns of typed cells, made while they are written: a list may be very long.

use std::{fmt, fs::File, ops::Range, path::Path, sync::Arc};

use crate::{
    app::{
        columns::{Column, ExportField},
        table::{Row, Table},
    },
    etl::{
        Result,
        base::CancelToken,
        export::{Exported, ListColumn, Values, write_list},
    },
};

type Get<T, V> = Box<dyn Fn(&T) -> Option<V> + Send + Sync>;

/// A column of a list that stands in no [`Table`]: its title, and what it says of a row.
pub struct ExportColumn<T> {
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

impl<T> ExportColumn<T> {
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
    pub(super) fn field<'a>(&self, rows: impl Iterator<Item = &'a T>) -> ListColumn
    where
        T: 'a,
    {
        let values = match &self.cells {
            Cells::Text(cell) => Values::Text(rows.map(cell).collect()),
            Cells::Whole(cell) => Values::Whole(rows.map(cell).collect()),
            Cells::Number(cell) => {
                Values::Number(rows.map(|row| cell(row).unwrap_or(f64::NAN)).collect())
            }
            Cells::Time(cell) => Values::Time(rows.map(cell).collect()),
        };
        let title = self.title.clone();
        ListColumn { title, values }
    }
}

/// The fields that stand for the columns of these places, in their order.
fn exports<T: Row>(table: &Table<T>, places: &[usize]) -> Vec<ExportField<T>> {
    let mut columns: Vec<_> = T::columns(table.rows()).into_iter().map(Some).collect();
    let shown = places.iter().filter_map(|at| columns.get_mut(*at)?.take());
    let mut exports: Vec<_> = shown.flat_map(Column::into_exports).collect();
    exports.extend(
        T::ALSO_EXPORTED
            .iter()
            .filter_map(|name| ExportField::named(name)),
    );
    exports
}

fn list_column<'a, T: Row>(
    field: &ExportField<T>,
    rows: impl Iterator<Item = &'a T>,
) -> ListColumn {
    ListColumn {
        title: field.heading(),
        values: Values::of(field.kind(), rows.map(|row| field.value(row))),
    }
}

/// A list that is to be written.
#[derive(Clone)]
pub struct ExportTable {
    lines: usize,
    fields: Arc<dyn Fn(Range<usize>) -> Vec<ListColumn> + Send + Sync>,
}

impl ExportTable {
    /// Rows that are few: their cells are made here and now.
    pub fn few<'a, T: 'a>(columns: &[ExportColumn<T>], rows: impl Iterator<Item = &'a T>) -> Self {
        let rows: Vec<&T> = rows.collect();
        let fields = columns.iter().map(|c| c.field(rows.iter().copied()));
        Self::made(rows.len(), fields.collect())
    }

    fn made(lines: usize, fields: Vec<ListColumn>) -> Self {
        let part = move |rows: Range<usize>| {
            let part = |field: &ListColumn| ListColumn {
                title: field.title.clone(),
                values: field.values.part(rows.clone()),
            };
            fields.iter().map(part).collect()
        };
        Self {
            lines,
            fields: Arc::new(part),
        }
    }

    /// The rows that a list shows, in their order, with what stands in the columns of these
    /// places: their cells are made while they are written.
    pub fn of<T: Row>(table: &Table<T>, columns: &[usize]) -> Self {
        let shown = table.shown();
        let lines = shown.len();
        let exports = exports(table, columns);
        Self::new(lines, move |lines| {
            let rows: Vec<_> = lines.filter_map(|at| shown.now(at)).collect();
            let column = |field| list_column(field, rows.iter().map(AsRef::as_ref));
            exports.iter().map(column).collect()
        })
    }

    /// `lines` rows, whose cells `fields` makes while they are written.
    pub fn new(
        lines: usize,
        fields: impl Fn(Range<usize>) -> Vec<ListColumn> + Send + Sync + 'static,
    ) -> Self {
        let fields = Arc::new(fields);
        Self { lines, fields }
    }

    /// As [`ExportTable::of`] with rows in another order, which are few.
    pub fn ordered<'a, T: Row>(
        table: &Table<T>,
        columns: &[usize],
        rows: impl Iterator<Item = &'a T>,
    ) -> Self {
        let rows: Vec<&T> = rows.collect();
        let exports = exports(table, columns);
        let fields = exports
            .iter()
            .map(|field| list_column(field, rows.iter().copied()));
        Self::made(rows.len(), fields.collect())
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

impl PartialEq for ExportTable {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines && Arc::ptr_eq(&self.fields, &other.fields)
    }
}

impl fmt::Debug for ExportTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        write!(f, "{} lines", self.lines)
    }
}
