//! Lists as CSV for spreadsheets.

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words; never taken for a formula.
    Text(String),
    /// A number as it is written.
    Number(String),
    /// Nothing known.
    Blank,
}

impl Cell {
    /// A text, or nothing.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Blank, |t| Self::Text(t.into()))
    }

    /// A number, or nothing.
    pub fn number(number: Option<impl ToString>) -> Self {
        number.map_or(Self::Blank, |n| Self::Number(n.to_string()))
    }

    /// A time as logs write it, or nothing.
    pub fn time(us: Option<i64>) -> Self {
        us.map_or(Self::Blank, |us| Self::Text(crate::etl::time::format(us)))
    }

    fn push(&self, out: &mut String) {
        let text = match self {
            Self::Blank => return,
            Self::Number(number) => return out.push_str(number),
            Self::Text(text) => text,
        };
        // A spreadsheet would run such a text as a formula.
        let guard = if text.starts_with(['=', '+', '-', '@']) {
            "'"
        } else {
            ""
        };
        if text.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(guard);
            out.push_str(&text.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(guard);
            out.push_str(text);
        }
    }
}

/// A column: its title, and what it says of a row.
pub struct Column<T> {
    /// Title, with the unit where there is one.
    pub title: String,
    /// The cell of a row.
    pub cell: Box<dyn Fn(&T) -> Cell>,
}

impl<T> Column<T> {
    /// A column.
    pub fn new(title: impl Into<String>, cell: impl Fn(&T) -> Cell + 'static) -> Self {
        Self {
            title: title.into(),
            cell: Box::new(cell),
        }
    }
}

/// The rows as CSV with a header, and how many they are.
pub fn csv<'a, T: 'a>(columns: &[Column<T>], rows: impl Iterator<Item = &'a T>) -> (String, u64) {
    let mut out = String::new();
    let mut lines = 0;
    line(
        &mut out,
        columns.iter().map(|c| Cell::Text(c.title.clone())),
    );
    for row in rows {
        line(&mut out, columns.iter().map(|c| (c.cell)(row)));
        lines += 1;
    }
    (out, lines)
}

fn line(out: &mut String, cells: impl Iterator<Item = Cell>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(',');
        }
        cell.push(out);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(cell: Cell) -> String {
        let columns = [Column::new("a", move |(): &()| cell.clone())];
        let (text, lines) = csv(&columns, [()].iter());
        assert_eq!(lines, 1);
        text.strip_prefix("a\n").unwrap().trim_end().to_owned()
    }

    #[test]
    fn formulas_are_text_and_numbers_stay() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(one(Cell::Text(text.into())), format!("'{text}"));
        }
        assert_eq!(one(Cell::Text("=A1,B1".into())), "\"'=A1,B1\"");
        assert_eq!(one(Cell::number(Some(-1.5))), "-1.5");
        assert_eq!(one(Cell::number(None::<u64>)), "");
        assert_eq!(one(Cell::Text("a-b".into())), "a-b");
    }

    proptest! {
        #[test]
        fn a_reader_of_csv_gets_the_text_back(texts in prop::collection::vec("[a-z=,\"\n +-]{0,12}", 1..5)) {
            let columns: Vec<Column<Vec<String>>> = (0..texts.len())
                .map(|i| Column::new(format!("c{i}"), move |row: &Vec<String>| Cell::Text(row[i].clone())))
                .collect();
            let (out, _) = csv(&columns, [texts.clone()].iter());
            let mut reader = csv::ReaderBuilder::new().from_reader(out.as_bytes());
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            // A line of one empty cell is no record.
            if texts.len() > 1 {
                let read: Vec<&str> = read[0].iter().collect();
                for (text, read) in texts.iter().zip(read) {
                    let guarded = text.starts_with(['=', '+', '-', '@']);
                    prop_assert_eq!(read.strip_prefix('\'').filter(|_| guarded).unwrap_or(read), text);
                    prop_assert!(!read.starts_with(['=', '+', '-', '@']));
                }
            }
        }
    }
}
