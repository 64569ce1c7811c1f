//! Which columns of a list a width has room for: drawing and the column cursor agree.

use std::borrow::Cow;

use super::{Column, Needs};
use crate::{app::choice::Choice, etl::filter::Filtered};

/// Marks and cursor before the first column.
pub const GUTTER: u16 = 3;

/// Blanks between columns.
pub const GAP: u16 = 2;

/// Kept at the right for the mark that says where in the list the lines are.
pub const SCROLL_MARK: u16 = 1;

/// The most that a column takes of what the others leave.
const STRETCHED: u16 = 60;

/// A column on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedColumn {
    /// Its place among all columns of the list.
    pub index: usize,
    /// Title.
    pub title: Cow<'static, str>,
    /// In characters.
    pub width: u16,
    /// Whether its cells end at the right.
    pub right: bool,
}

/// What columns are fitted into.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// Characters of the list.
    pub width: u16,
    /// Characters kept for the keys of rows, whatever other columns that costs; within the
    /// bounds of their column.
    pub key: u16,
    /// Columns that are of no use here.
    pub without: &'static [&'static str],
    /// What the operator chose.
    pub choice: &'a Choice,
}

/// The columns that have room, from left to right, as rows with such `needs` want them: empty ones
/// have none.
pub fn fit<R: Filtered>(columns: &[Column<R>], room: Room<'_>, needs: &Needs) -> Vec<PlacedColumn> {
    let hidden = |(at, c): &(usize, &Column<R>)| {
        room.choice.hides(&c.name) || room.without.contains(&&*c.name) || needs.empty.contains(at)
    };
    let all = columns.iter().enumerate();
    let mut order: Vec<(usize, &Column<R>)> = all.clone().filter(|c| !hidden(c)).collect();
    order.sort_by_key(|(_, column)| column.priority);
    let usual = |column: &Column<R>| match column.wide {
        Some((from, title, width)) if room.width >= from => (title.into(), width),
        _ => (column.title.clone(), column.width),
    };
    // What else must be on the screen: the other columns that tell which row it is, and what is
    // around the columns.
    let others = order.iter().filter(|(_, c)| c.identity && !c.is_key());
    let around = GUTTER + SCROLL_MARK + others.map(|(_, c)| usual(c).1 + GAP).sum::<u16>();
    let shape = |column: &Column<R>| {
        if !column.is_key() {
            return usual(column);
        }
        let key = room.key.min(room.width.saturating_sub(around));
        let key = key.clamp(column.width, column.key_up_to);
        (column.title.clone(), key)
    };
    let mut left = room.width.saturating_sub(GUTTER + SCROLL_MARK);
    let mut missing = 0;
    let mut placed = Vec::with_capacity(columns.len());
    for (index, column) in order {
        let needed = shape(column).1 + if placed.is_empty() { 0 } else { GAP };
        if needed <= left {
            left -= needed;
            placed.push(index);
        } else if column.stretches && placed.len() < 2 {
            // It is there in any width, if need be in less than it wants.
            (missing, left) = (needed - left, 0);
            placed.push(index);
        }
    }
    // Texts take of the rest what they need, the most important first.
    let mut grown = vec![0; columns.len()];
    for index in &placed {
        let need = needs.widths.iter().find(|(at, _)| at == index);
        if let (Some((_, need)), Some(column), Some(by)) =
            (need, columns.get(*index), grown.get_mut(*index))
        {
            *by = need.saturating_sub(shape(column).1).min(left);
            left -= *by;
        }
    }
    let mut placed: Vec<PlacedColumn> = all
        .filter(|(index, _)| placed.contains(index))
        .map(|(index, column)| {
            let (title, mut width) = shape(column);
            width += grown.get(index).copied().unwrap_or(0);
            if column.stretches {
                width = (width + left).saturating_sub(missing).min(STRETCHED);
            }
            PlacedColumn {
                index,
                title,
                width,
                right: column.is_right(),
            }
        })
        .collect();
    let name = |c: &PlacedColumn| columns.get(c.index).map_or("", Column::name);
    placed.sort_by_key(|column| room.choice.place(name(column)));
    placed
}

/// Where columns are on the screen: index and width.
pub type Places = Vec<(usize, u16)>;

/// Where `columns` are, from left to right.
pub fn places(columns: &[PlacedColumn]) -> Places {
    columns.iter().map(|c| (c.index, c.width)).collect()
}

/// The column, by its index, whose title or cells are drawn at
/// `x` characters from the left edge of the list.
pub fn at(places: &[(usize, u16)], x: u16) -> Option<usize> {
    let mut left = GUTTER;
    for (index, width) in places {
        // The gap belongs to the column before it: a title may run into it.
        let right = left + width + GAP;
        if (left..right).contains(&x) {
            return Some(*index);
        }
        left = right;
    }
    None
}

/// `column` if it is among those on the screen, else the one that is nearest before it among all
/// columns, else the first; what stands on the screen is sorted by, and nothing else.
pub fn nearest(shown: &[usize], column: usize) -> usize {
    let before = shown.iter().copied().filter(|at| *at <= column).max();
    before.or(shown.first().copied()).unwrap_or(column)
}

/// The column beside `column` among those on the screen, from left to right; the first
/// when `column` is not among them.
pub fn step(shown: &[usize], column: usize, right: bool) -> usize {
    let at = shown.iter().position(|c| *c == column);
    let next = match at {
        Some(at) if right => shown.get(at + 1),
        Some(at) => at.checked_sub(1).and_then(|at| shown.get(at)),
        None => shown.first(),
    };
    next.copied().unwrap_or(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{fixture, table::Row},
        etl::catalog::{LogRow, MachinePoint, MachineRow},
    };

    const ROBOTS: [&str; 2] = ["1", "left"];

    /// Names, titles and widths of the columns of such rows that have room.
    fn fitted<R: Row>(
        rows: &[R],
        (width, key): (u16, u16),
        without: &'static [&'static str],
        choice: &Choice,
    ) -> Vec<(String, String, u16)> {
        let columns = R::columns(rows);
        let room = Room {
            width,
            key,
            without,
            choice,
        };
        // Whether they have anything is not what this is about.
        let needs = Needs {
            empty: Vec::new(),
            ..Needs::of(rows)
        };
        let placed = fit(&columns, room, &needs);
        let sum: u16 = placed.iter().map(|c| c.width + GAP).sum();
        assert!(GUTTER + sum <= width + GAP, "{width} {key}");
        let message = placed.into_iter().map(|at| {
            let name = columns[at.index].name().to_owned();
            (name, at.title.into_owned(), at.width)
        });
        message.collect()
    }

    fn logs(width: u16, key: u16) -> Vec<(String, String, u16)> {
        fitted::<LogRow>(&[], (width, key), &[], &Choice::default())
    }

    fn runs(width: u16, of_log: bool, choice: &Choice) -> Vec<(String, String, u16)> {
        let mut run = fixture::run(0, "a");
        run.change(|fields| {
            fields.distance_mm = ROBOTS.map(|robot| (robot.to_owned(), 1.0)).into();
        });
        let without: &[&str] = if of_log { &["log"] } else { &[] };
        fitted(&[run], (width, 0), without, choice)
    }

    fn names(columns: &[(String, String, u16)]) -> Vec<&str> {
        columns.iter().map(|(name, ..)| name.as_str()).collect()
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn every_robot_has_a_titled_column_of_its_own() {
        let columns = runs(200, false, &Choice::default());
        let of = |name: &str| columns.iter().find(|c| c.0 == name).unwrap();
        let (_, title, width) = of("distance 1");
        assert_eq!((title.as_str(), *width), ("distance 1 mm", 13));
        let (_, title, width) = of("distance left");
        assert_eq!((title.as_str(), *width), ("distance left mm", 16));
        let choice = Choice {
            hidden: words(&["distance 1"]),
            ..Choice::default()
        };
        let shown = runs(200, false, &choice);
        let shown = names(&shown);
        assert!(!shown.contains(&"distance 1") && shown.contains(&"distance left"));
    }

    #[test]
    fn columns_fit_every_width_and_the_state_is_never_cut() {
        let usual = Choice::default();
        for width in 40..260 {
            let state = &logs(width, 0)[0];
            assert_eq!((state.0.as_str(), state.2), ("state", 12), "{width}");
            runs(width, false, &usual);
            for name in [0, 15, 200] {
                fitted::<MachineRow>(&[], (width, name), &[], &usual);
            }
            fitted::<MachinePoint>(&[], (width, 0), &[], &usual);
        }
        let machines = |width, name| fitted::<MachineRow>(&[], (width, name), &[], &usual);
        assert_eq!((logs(200, 0).len(), machines(200, 12).len()), (9, 16));
        let shown = runs(200, false, &usual);
        let kept = ["distance 1", "disposition"];
        assert!(kept.iter().all(|name| names(&shown).contains(name)));
        let points = fitted::<MachinePoint>(&[], (200, 0), &[], &usual);
        assert_eq!(points.len(), 13, "all");
        for (columns, stay) in [
            (logs(80, 0), ["span", "verdict"]),
            (runs(80, true, &usual), ["disposition", "verdict"]),
            (machines(80, 12), ["peak force", "suspect"]),
        ] {
            assert!(stay.iter().all(|name| names(&columns).contains(name)));
        }
    }

    #[test]
    fn a_key_that_is_kept_whole_costs_other_columns_but_never_the_state() {
        for width in 70..140 {
            for key in [10, 23, 34, 58, 300] {
                let columns = logs(width, key);
                assert_eq!((columns[0].0.as_str(), columns[0].2), ("state", 12));
                let most = (width - GUTTER - SCROLL_MARK - 12 - GAP).min(60);
                assert!(columns[1].2 >= key.min(most), "{width} {key}");
            }
        }
        let shown = logs(78, 34);
        assert!(names(&shown).contains(&"runs") && !names(&shown).contains(&"span"));
    }

    #[test]
    fn chosen_columns_stand_as_they_were_ordered_and_make_room_for_others() {
        let choice = Choice {
            order: words(&["sparkline", "run"]),
            hidden: words(&["start", "verdict"]),
        };
        let shown = runs(94, true, &choice);
        let shown = names(&shown);
        assert_eq!(shown[..2], ["sparkline", "run"]);
        assert!(!shown.contains(&"start") && !shown.contains(&"verdict"));
    }

    #[test]
    fn texts_are_whole_where_there_is_room_and_cost_no_column() {
        let choice = Choice::default();
        let shown = |cell: &str, width| {
            let stretch = crate::app::find::fixture::stretch_in(cell);
            fitted(&[stretch], (width, 0), &[], &choice)
        };
        let cell = |cell: &str, width| {
            let columns = shown(cell, width);
            columns.into_iter().find(|c| c.0 == "cell").map(|c| c.2)
        };
        for width in [100, 120, 200] {
            assert_eq!(cell("cell-03", width), Some(7), "{width}");
            assert_eq!(cell("10", width), Some(6), "{width}");
            assert_eq!(names(&shown("cell-03", width)), names(&shown("10", width)));
        }
        assert_eq!(
            cell("hall-2/press-line-7/cell-03", 200),
            Some(24),
            "not without end"
        );
        // Without room it is as it was: the log keeps its least width.
        for width in 60..100 {
            assert!(cell("hall-2/cell-03", width).is_none_or(|wide| wide >= 6));
            let log = shown("hall-2/cell-03", width)
                .into_iter()
                .find(|c| c.0 == "log");
            assert!(log.is_none_or(|log| log.2 >= 17), "{width}");
        }
    }

    #[test]
    fn titles_are_whole_words_where_there_is_room() {
        let title = |width| {
            let shown = fitted::<MachinePoint>(&[], (width, 0), &[], &Choice::default());
            shown.into_iter().find(|c| c.0 == "peak speed").unwrap().1
        };
        assert_eq!(
            (title(149).as_str(), title(150).as_str()),
            ("peak mm/s", "peak speed mm/s")
        );
    }

    #[test]
    fn the_column_cursor_follows_the_screen() {
        assert_eq!(step(&[4, 0, 1], 4, true), 0);
        assert_eq!(step(&[4, 0, 1], 1, true), 1, "stays at the edge");
        assert_eq!(step(&[4, 0, 1], 0, false), 4);
        assert_eq!(step(&[4, 0, 1], 4, false), 4);
        assert_eq!(step(&[4, 0, 1], 3, true), 4, "what is not shown is left");
        assert_eq!(step(&[], 3, true), 3);
    }

    #[test]
    fn a_column_without_room_gives_the_cursor_to_one_before_it() {
        assert_eq!(nearest(&[4, 0, 2], 2), 2);
        assert_eq!(nearest(&[4, 0, 2], 3), 2);
        assert_eq!(nearest(&[4, 2], 1), 4, "none is before it");
        assert_eq!(nearest(&[], 3), 3);
    }

    #[test]
    fn every_place_belongs_to_its_column() {
        let choice = Choice::default();
        let room = Room {
            width: 200,
            key: 0,
            without: &[],
            choice: &choice,
        };
        let columns = places(&fit(&LogRow::columns(&[]), room, &Needs::default()));
        let mut x = GUTTER;
        assert_eq!(at(&columns, x - 1), None, "the gutter is no column");
        for (index, width) in &columns {
            assert_eq!(at(&columns, x), Some(*index));
            assert_eq!(at(&columns, x + width), Some(*index));
            x += width + GAP;
        }
        assert_eq!(at(&columns, x), None);
    }
}
