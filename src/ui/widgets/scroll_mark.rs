//! Where the lines on the screen are among all lines of a list.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// Draws the mark in the last column of `area`, whose lines show those from `first` on of `all`;
/// nothing where all are seen. It touches an end of the area only at that end of the list.
pub fn draw(area: Rect, buf: &mut Buffer, first: usize, all: usize, style: Style) {
    let area = area.intersection(buf.area);
    let height = usize::from(area.height);
    if area.is_empty() || all <= height {
        return;
    }
    let length = (height * height / all).clamp(1, height);
    let lowest = height - length;
    let top = match first {
        0 => 0,
        first if first + height >= all => lowest,
        first => {
            let least = lowest.min(1);
            (first * height / all).clamp(least, lowest.saturating_sub(1).max(least))
        }
    };
    let x = area.right() - 1;
    for y in (area.y..area.bottom()).skip(top).take(length) {
        buf.set_string(x, y, "▐", style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mark in an area of so many lines: its first line and its length.
    fn mark(height: u16, first: usize, all: usize) -> Option<(usize, usize)> {
        let area = Rect::new(0, 0, 3, height);
        let mut buf = Buffer::empty(area);
        draw(area, &mut buf, first, all, Style::new());
        let lines: Vec<usize> = (0..height)
            .filter(|y| buf[(2, *y)].symbol() == "▐")
            .map(usize::from)
            .collect();
        let first = *lines.first()?;
        assert_eq!(lines, (first..first + lines.len()).collect::<Vec<_>>());
        Some((first, lines.len()))
    }

    #[test]
    fn the_mark_is_where_the_lines_are_and_at_an_end_only_at_that_end() {
        assert_eq!(mark(10, 0, 10), None);
        assert_eq!(mark(10, 0, 20), Some((0, 5)));
        assert_eq!(mark(10, 1, 20), Some((1, 5)));
        assert_eq!(mark(10, 9, 20), Some((4, 5)));
        assert_eq!(mark(10, 10, 20), Some((5, 5)));
        assert_eq!(mark(10, 50_000, 100_000), Some((5, 1)));
        assert_eq!(mark(10, 99_989, 100_000), Some((8, 1)));
        assert_eq!(mark(10, 99_990, 100_000), Some((9, 1)));
    }

    #[test]
    fn every_size_is_drawn() {
        for height in 0..6 {
            for all in 0..20 {
                for first in 0..20 {
                    mark(height, first, all);
                }
            }
        }
    }
}
