//! Which columns of a table fit, for moving and for drawing alike.

/// Blanks between two columns.
pub const SPACE: usize = 2;

/// Kept at the right for the mark that says where in the table the rows are.
const SCROLL_MARK: usize = 1;

/// How many scrolled columns, from column `first` on, fit whole into `width` beside
/// the frozen column 0. At least one, so that every column can be reached.
pub fn visible_columns(widths: &[usize], first: usize, width: usize) -> usize {
    let first = first.max(1);
    let mut used = widths.first().copied().unwrap_or(0);
    let fitting = widths
        .iter()
        .skip(first)
        .take_while(|w| {
            used += SPACE + **w;
            used + SCROLL_MARK <= width
        })
        .count();
    fitting.max(1).min(widths.len().saturating_sub(first))
}

/// The largest `first` that still fills `width`: scrolling ends there.
pub fn last_first(widths: &[usize], width: usize) -> usize {
    let mut first = widths.len().saturating_sub(1).max(1);
    while first > 1
        && visible_columns(widths, first - 1, width) > visible_columns(widths, first, width)
    {
        first -= 1;
    }
    first
}

/// The first scrolled column, if it was `first`, so that column `at` is shown.
pub fn first_showing(widths: &[usize], first: usize, at: usize, width: usize) -> usize {
    let mut first = first.clamp(1, last_first(widths, width)).min(at.max(1));
    while first < at && first + visible_columns(widths, first, width) <= at {
        first += 1;
    }
    first
}

/// The column at character `x` of a grid of `width` characters whose first scrolled column is
/// `first`; a blank before a column belongs to it, for numbers end at its right.
pub fn column_at(widths: &[usize], first: usize, width: usize, x: usize) -> Option<usize> {
    let first = first.max(1);
    let scrolled = first..first + visible_columns(widths, first, width);
    let mut end = 0;
    let mut columns = std::iter::once(0).chain(scrolled);
    columns.find(|column| {
        let blank = if *column > 0 { SPACE } else { 0 };
        end += blank + widths.get(*column).copied().unwrap_or(0);
        x < end
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_belongs_to_the_column_that_stands_there() {
        let at = |first, x| column_at(&WIDTHS, first, 25, x);
        assert_eq!(
            [0, 7, 8, 15, 16, 23].map(|x| at(1, x)),
            [0, 0, 1, 1, 2, 2].map(Some)
        );
        assert_eq!((at(1, 24), at(2, 8), at(2, 16)), (None, Some(2), None));
    }

    const WIDTHS: [usize; 5] = [8, 6, 6, 20, 6];

    #[test]
    fn columns_are_shown_whole() {
        assert_eq!(visible_columns(&WIDTHS, 1, 25), 2);
        assert_eq!(visible_columns(&WIDTHS, 1, 24), 1);
        assert_eq!(visible_columns(&WIDTHS, 3, 10), 1);
        assert_eq!(visible_columns(&WIDTHS, 1, 200), 4);
        assert_eq!(visible_columns(&WIDTHS, 5, 200), 0);
        assert_eq!(visible_columns(&[], 1, 200), 0);
    }

    #[test]
    fn scrolling_ends_when_the_last_column_is_seen() {
        assert_eq!(last_first(&WIDTHS, 200), 1);
        assert_eq!(last_first(&WIDTHS, 39), 3);
        assert_eq!(last_first(&WIDTHS, 10), 4);
        assert_eq!(last_first(&[], 10), 1);
    }
}
