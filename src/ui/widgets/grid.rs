//! A grid of any size under titles: only the rows and columns on the screen are asked for.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::scroll_mark;
use crate::{
    app::run::grid,
    ui::{list::select, theme::Theme},
};

/// One cell as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridCell {
    /// What it says.
    pub text: String,
    /// Drawn as something that is not there (null, held, not loaded yet).
    pub muted: bool,
    /// A muted character behind it, in the space between columns.
    pub mark: Option<char>,
}

/// A grid whose first column stays while the others scroll. Numbers end at the
/// right edge of their column.
pub struct Grid<'a> {
    /// Titles, the frozen column's first.
    pub titles: &'a [String],
    /// The column under the cursor: its title stands in brackets.
    pub current: Option<usize>,
    /// Second line of the header (units); empty: no such line.
    pub units: &'a [String],
    /// How many columns, from the frozen one on, begin at their left edge: text.
    pub left: usize,
    /// Width of each column in characters.
    pub widths: &'a [usize],
    /// The first scrolled column (1 is the first after the frozen one).
    pub first_column: usize,
    /// The first row.
    pub first_row: u64,
    /// Rows altogether.
    pub rows: u64,
    /// The row under the cursor.
    pub cursor: Option<u64>,
    /// Gives the cell of a row and a column.
    pub cell: &'a dyn Fn(u64, usize) -> GridCell,
    /// Its styles.
    pub theme: &'a Theme,
    /// The style of the frozen column.
    pub frozen: Style,
}

impl Grid<'_> {
    /// Draws it. The first column of characters is the margin, in which the row under the cursor
    /// has its bar.
    pub fn render(&self, area: Rect, buf: &mut Buffer) {
        let whole = area.intersection(buf.area);
        let area = Rect {
            x: whole.x + 1.min(whole.width),
            width: whole.width.saturating_sub(1),
            ..whole
        };
        if area.width == 0 || area.height == 0 {
            return;
        }
        let columns = self.layout(area);
        let mut y = area.y;
        for line in [self.titles, self.units] {
            if line.is_empty() || y >= area.bottom() {
                continue;
            }
            for (column, x, width) in &columns {
                let text = line.get(*column).map_or("", String::as_str);
                let left = *column < self.left;
                put(buf, *x, y, (*width, left), text, self.theme.muted);
                if y == area.y && self.current == Some(*column) {
                    self.brackets(area, buf, (*x, *width), text.width().min(*width));
                }
            }
            y += 1;
        }
        let lines = Rect {
            y,
            height: area.bottom().saturating_sub(y),
            ..area
        };
        for row in self.first_row..self.rows {
            if y >= area.bottom() {
                break;
            }
            for (column, x, width) in &columns {
                let cell = (self.cell)(row, *column);
                let style = match (cell.muted, *column) {
                    (true, _) => self.theme.muted,
                    (false, 0) => self.frozen,
                    (false, _) => self.theme.text,
                };
                put(buf, *x, y, (*width, *column < self.left), &cell.text, style);
                let behind = *x + *width as u16;
                if let Some(mark) = cell.mark.filter(|_| behind < area.right()) {
                    buf[(behind, y)].set_char(mark).set_style(self.theme.muted);
                }
            }
            if self.cursor == Some(row) {
                let line = Rect {
                    y,
                    height: 1,
                    ..whole
                };
                select(line, buf, self.theme);
            }
            y += 1;
        }
        let number = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        let (first, all) = (number(self.first_row), number(self.rows));
        scroll_mark::draw(lines, buf, first, all, self.theme.muted);
    }

    /// Brackets around the title of a column that ends at its right edge, in the space between
    /// columns.
    fn brackets(&self, area: Rect, buf: &mut Buffer, column: (u16, usize), title: usize) {
        let end = column.0 + column.1 as u16;
        let start = end - title as u16;
        if let Some(before) = start.checked_sub(1).filter(|x| *x >= area.x) {
            buf.set_string(before, area.y, "[", self.theme.muted);
        }
        if end < area.right() {
            buf.set_string(end, area.y, "]", self.theme.muted);
        }
    }

    /// Visible columns: index, left edge, width.
    fn layout(&self, area: Rect) -> Vec<(usize, u16, usize)> {
        let shown = grid::visible_columns(self.widths, self.first_column, usize::from(area.width));
        let scrolled = self.first_column.max(1)..;
        let mut x = 0;
        std::iter::once(0)
            .chain(scrolled.take(shown))
            .filter_map(|column| {
                let width = *self.widths.get(column)?;
                let left = x;
                x += width + grid::SPACE;
                (left < usize::from(area.width)).then(|| {
                    let width = width.min(usize::from(area.width) - left);
                    (column, area.x + left as u16, width)
                })
            })
            .collect()
    }
}

/// Writes `text` into a column of (width, whether it begins at the left edge); what is
/// too long is cut with a mark, never run into its neighbour.
fn put(buf: &mut Buffer, x: u16, y: u16, column: (usize, bool), text: &str, style: Style) {
    let (width, left) = column;
    let length = text.width();
    if length <= width {
        let indent = if left { 0 } else { width - length };
        buf.set_stringn(x + indent as u16, y, text, width, style);
    } else if width > 0 {
        buf.set_stringn(x, y, text, width - 1, style);
        buf.set_string(x + (width - 1) as u16, y, "…", style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_owned()).collect()
    }

    fn draw(width: u16, height: u16, first_column: usize, first_row: u64) -> (Vec<String>, usize) {
        let asked = RefCell::new(0);
        let cell = |row: u64, column: usize| {
            *asked.borrow_mut() += 1;
            GridCell {
                text: format!("{row}.{column}"),
                muted: false,
                mark: None,
            }
        };
        let titles = words(&["time", "fx_1", "fy_1", "fz_1"]);
        let units = words(&["", "N", "N", "N"]);
        let table = Grid {
            titles: &titles,
            current: (first_column == 1).then_some(2),
            units: &units,
            left: 0,
            widths: &[8, 6, 6, 6],
            first_column,
            first_row,
            rows: 10_000_000,
            cursor: Some(first_row),
            cell: &cell,
            theme: &Theme::default(),
            frozen: Style::default(),
        };
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        table.render(area, &mut buf);
        let lines = (0..height)
            .map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>())
            .map(|l| l.trim_end().to_owned())
            .collect();
        (lines, asked.into_inner())
    }

    #[test]
    fn the_first_column_stays_while_the_others_scroll() {
        let (lines, _) = draw(26, 4, 1, 7);
        assert_eq!(
            lines,
            [
                "     time    fx_1   [fy_1]",
                "                N       N",
                "▌     7.0     7.1     7.2",
                "      8.0     8.1     8.2▐",
            ]
        );
        let (lines, _) = draw(25, 3, 3, 9_999_999);
        assert_eq!(
            lines,
            ["     time    fz_1", "                N", "9999999…9999999…"].map(|l| match l {
                // Too long for their columns: cut with a mark.
                "9999999…9999999…" => "▌9999999…  99999…       ▐".to_owned(),
                l => l.to_owned(),
            })
        );
    }

    #[test]
    fn only_what_is_on_the_screen_is_asked_for() {
        let (_, asked) = draw(26, 12, 1, 5_000_000);
        assert_eq!(asked, 10 * 3);
        let (_, asked) = draw(200, 3, 4, 0);
        assert_eq!(asked, 1);
    }

    #[test]
    fn every_size_is_drawn() {
        for width in 0..40 {
            for height in 0..6 {
                draw(width, height, 2, 9_999_998);
            }
        }
    }
}
