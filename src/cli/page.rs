//! What the answer of a command is printed on: a terminal of some width, or a pipe or file, which
//! is as wide as it need be.

use std::{cell::RefCell, io::IsTerminal};

use super::exit;
use crate::etl::Result;

/// Columns without room that are named.
const MOST_NAMED: usize = 4;

/// Where tables are printed.
#[derive(Debug, Default)]
pub struct Page {
    /// Columns of the terminal; `None`: no terminal.
    width: Option<usize>,
    /// Headings of columns that had no room.
    left_out: RefCell<Vec<String>>,
}

impl Page {
    /// Standard output. `COLUMNS` takes precedence over the width that the terminal tells.
    pub fn stdout() -> Self {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return Self::default();
        }
        let variable = std::env::var("COLUMNS").ok();
        let variable = variable.and_then(|columns| columns.trim().parse().ok());
        let told = || rustix::termios::tcgetwinsize(&stdout).ok();
        let width = variable.or_else(|| Some(usize::from(told()?.ws_col)));
        Self {
            width: width.filter(|columns| *columns > 0),
            ..Self::default()
        }
    }

    /// A terminal of so many columns.
    #[cfg(test)]
    pub fn of_width(columns: usize) -> Self {
        Self {
            width: Some(columns),
            ..Self::default()
        }
    }

    /// Columns of the terminal; `None`: as many as it takes.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Remembers a column that has no room.
    pub fn leave_out(&self, heading: &str) {
        let mut left_out = self.left_out.borrow_mut();
        if !left_out.iter().any(|known| known == heading) {
            left_out.push(heading.to_owned());
        }
    }

    /// Prints the text of the tables, and says on standard error which columns had no room.
    ///
    /// # Errors
    /// Those of [`exit::print`].
    pub fn print(&self, text: &str) -> Result<()> {
        exit::print(text)?;
        if let Some(sentence) = self.sentence() {
            exit::note(&sentence);
        }
        Ok(())
    }

    fn sentence(&self) -> Option<String> {
        let left_out = self.left_out.borrow();
        let (named, more) = left_out.split_at(left_out.len().min(MOST_NAMED));
        let names = named.join(", ");
        let more = match more.len() {
            0 => String::new(),
            n => format!(" and {n} more columns"),
        };
        (!left_out.is_empty()).then(|| {
            format!("no room for {names}{more}: a wider terminal shows more, `| less -S` all")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_room_are_named_once() {
        let page = Page::of_width(80);
        assert_eq!(page.sentence(), None);
        for heading in ["rows", "size (B)", "rows"] {
            page.leave_out(heading);
        }
        let sentence = page.sentence().unwrap();
        assert!(
            sentence.starts_with("no room for rows, size (B): "),
            "{sentence}"
        );
        for heading in ["a", "b", "c", "d"] {
            page.leave_out(heading);
        }
        let sentence = page.sentence().unwrap();
        let begin = "no room for rows, size (B), a, b and 2 more columns: ";
        assert!(sentence.starts_with(begin), "{sentence}");
    }
}
