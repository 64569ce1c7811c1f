//! Which columns of a list a width has room for: drawing and the column cursor agree.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::{
    choice::Choice,
    rows::{LogColumn, RunColumn},
};

/// Marks and cursor before the first column.
pub const GUTTER: u16 = 3;

/// Blanks between columns.
pub const GAP: u16 = 2;

/// A column's width and how it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<C> {
    /// Which.
    pub id: C,
    /// Its place in the order of sorting.
    pub index: usize,
    /// Title.
    pub title: Cow<'static, str>,
    /// Characters.
    pub width: u16,
    /// Numbers end at the right.
    pub right: bool,
}

/// The name of a log takes what the others leave, within these bounds.
const NAME: (u16, u16) = (21, 60);

/// From this many characters on runs have the seconds of their start.
const WIDE: u16 = 100;

fn log_column(id: LogColumn) -> (&'static str, u16, bool) {
    match id {
        LogColumn::State => ("state", 12, false),
        LogColumn::Log => ("log", NAME.0, false),
        LogColumn::Cell => ("cell", 8, false),
        LogColumn::Size => ("size", 7, true),
        LogColumn::Rows => ("rows", 6, true),
        LogColumn::Runs => ("runs", 5, true),
        LogColumn::Span => ("span", 8, true),
        LogColumn::Harvested => ("harvested", 16, false),
        LogColumn::Verdict => ("verdict", 13, false),
    }
}

/// Columns of the list of logs in `width` characters; `key` of them are kept for the keys,
/// whatever other columns that costs.
pub fn logs(width: u16, key: u16, choice: &Choice) -> Vec<Column<LogColumn>> {
    use LogColumn::*;
    // The first that are left out stand last.
    let mut order = vec![State, Log, Verdict, Runs, Rows, Span, Size, Harvested, Cell];
    order.retain(|id| !choice.hides(log_column(*id).0));
    // What else must stand: the state, and what is around the columns.
    let most = width.saturating_sub(GUTTER + log_column(State).1 + GAP);
    let name = key.min(most).clamp(NAME.0, NAME.1);
    let spec = |id| match id {
        Log => (log_column(Log).0, name, false),
        id => log_column(id),
    };
    let mut columns = fit(width, &LogColumn::ALL, &order, |id| id == Log, spec);
    choice.sort(&mut columns, |column| (&*column.title).into());
    columns
}

/// All columns of the list of logs by name.
pub fn log_names() -> Vec<String> {
    LogColumn::ALL
        .map(|id| log_column(id).0.to_owned())
        .to_vec()
}

/// What a column of runs of these robots is called where it is chosen; titles may be others.
fn run_name(id: RunColumn, robots: &[String]) -> Cow<'static, str> {
    match id {
        RunColumn::Run => "run".into(),
        RunColumn::Log => "log".into(),
        RunColumn::Cell => "cell".into(),
        RunColumn::Start => "start".into(),
        RunColumn::Runtime => "runtime".into(),
        RunColumn::Distance(robot) => {
            let robot = robots.get(robot).map_or("", String::as_str);
            format!("distance {robot}").into()
        }
        RunColumn::Samples => "samples".into(),
        RunColumn::Channels => "channels".into(),
        RunColumn::Verdict => "verdict".into(),
        RunColumn::Flags => "flags".into(),
        RunColumn::Spark => "sparkline".into(),
    }
}

fn run_column(id: RunColumn, robots: &[String], wide: bool) -> (Cow<'static, str>, u16, bool) {
    let (title, width, right) = match id {
        RunColumn::Run => ("run", 13, false),
        RunColumn::Log => ("log", NAME.0, false),
        RunColumn::Cell => ("cell", 6, false),
        RunColumn::Start => ("start", if wide { 19 } else { 16 }, false),
        RunColumn::Runtime => ("runtime", 8, true),
        RunColumn::Distance(_) => {
            let title = run_name(id, robots).into_owned() + " mm";
            let width = title.width().clamp(DISTANCE.0, DISTANCE.1) as u16;
            return (title.into(), width, true);
        }
        RunColumn::Samples => ("samples", 9, true),
        RunColumn::Channels => ("chan", 4, true),
        RunColumn::Verdict => ("verdict", 13, false),
        RunColumn::Flags => ("flags", 5, true),
        RunColumn::Spark => ("", 24, false),
    };
    (title.into(), width, right)
}

/// A distance takes what its title needs, which has the robot's name in it, within these
/// bounds: `1,234,567.8` is never cut.
const DISTANCE: (usize, usize) = (11, 24);

/// Columns of a list of runs of these robots, in `width` characters. `of_log`: they are all
/// of one log, whose name stands above.
pub fn runs(
    width: u16,
    robots: &[String],
    of_log: bool,
    choice: &Choice,
) -> Vec<Column<RunColumn>> {
    use RunColumn::*;
    let wide = width >= WIDE;
    let mut order = vec![Run, Start, Runtime, Verdict];
    order.extend((0..robots.len()).map(Distance));
    order.extend([Spark, Samples, Channels, Cell, Log, Flags]);
    order.retain(|id| !(choice.hides(&run_name(*id, robots)) || of_log && *id == Log));
    let all = RunColumn::all(robots.len());
    let spec = |id| run_column(id, robots, wide);
    let mut columns = fit(width, &all, &order, |id| id == Log, spec);
    for column in &mut columns {
        column.index = column.id.index();
    }
    choice.sort(&mut columns, |column| run_name(column.id, robots));
    columns
}

/// All columns of a list of runs of these robots by name.
pub fn run_names(robots: &[String]) -> Vec<String> {
    let all = RunColumn::all(robots.len()).into_iter();
    all.map(|id| run_name(id, robots).into_owned()).collect()
}

/// The columns of `all` that have room when they are taken in `order`.
pub(super) fn fit<C: Copy + PartialEq, T: Into<Cow<'static, str>>>(
    width: u16,
    all: &[C],
    order: &[C],
    is_name: impl Fn(C) -> bool,
    spec: impl Fn(C) -> (T, u16, bool),
) -> Vec<Column<C>> {
    let mut left = width.saturating_sub(GUTTER);
    let mut missing = 0;
    let mut taken: Vec<C> = Vec::with_capacity(all.len());
    for id in order {
        let needed = spec(*id).1 + if taken.is_empty() { 0 } else { GAP };
        if needed <= left {
            left -= needed;
            taken.push(*id);
        } else if is_name(*id) && taken.len() < 2 {
            // The name stands in any width, if need be in less than it wants.
            (missing, left) = (needed - left, 0);
            taken.push(*id);
        }
    }
    let chosen = all.iter().enumerate().filter(|(_, id)| taken.contains(id));
    chosen
        .map(|(index, id)| {
            let (title, width, right) = spec(*id);
            let width = if is_name(*id) {
                (width + left).saturating_sub(missing).min(NAME.1)
            } else {
                width
            };
            Column {
                id: *id,
                index,
                title: title.into(),
                width,
                right,
            }
        })
        .collect()
}

/// Where columns stand: place in the order of sorting, and width.
pub type Places = Vec<(usize, u16)>;

/// Where `columns` stand, from left to right.
pub fn places<C>(columns: &[Column<C>]) -> Places {
    columns.iter().map(|c| (c.index, c.width)).collect()
}

/// The column, by its place in the order of sorting, whose title or cells are drawn at
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

    fn sum<C>(columns: &[Column<C>]) -> u16 {
        let gaps = GAP * (columns.len() as u16).saturating_sub(1);
        GUTTER + gaps + columns.iter().map(|c| c.width).sum::<u16>()
    }

    fn robots() -> Vec<String> {
        vec!["1".into(), "left".into()]
    }

    #[test]
    fn every_robot_has_a_titled_column_of_its_own() {
        let columns = runs(200, &robots(), false, &Choice::default());
        let of = |id| columns.iter().find(|c| c.id == id).unwrap();
        let (one, left) = (of(RunColumn::Distance(0)), of(RunColumn::Distance(1)));
        assert_eq!((&*one.title, one.width), ("distance 1 mm", 13));
        assert_eq!((&*left.title, left.width), ("distance left mm", 16));
        let choice = Choice {
            hidden: vec!["distance 1".into()],
            ..Choice::default()
        };
        let shown = runs(200, &robots(), false, &choice);
        let ids: Vec<_> = shown.iter().map(|c| c.id).collect();
        assert!(!ids.contains(&RunColumn::Distance(0)) && ids.contains(&RunColumn::Distance(1)));
        for (column, other) in columns
            .iter()
            .zip(runs(200, &robots()[..1], false, &choice))
        {
            let sorts_by = RunColumn::of_index(column.index);
            assert_eq!(sorts_by, Some(column.id));
            assert_eq!(RunColumn::of_index(other.index), Some(other.id));
        }
    }

    #[test]
    fn columns_fit_and_the_state_is_never_cut() {
        for width in 40..220 {
            let usual = Choice::default();
            let columns = logs(width, 0, &usual);
            assert!(sum(&columns) <= width, "{width}");
            assert_eq!(
                (columns[0].id, columns[0].width),
                (LogColumn::State, 12),
                "{width}"
            );
            assert!(
                sum(&runs(width, &robots(), false, &usual)) <= width,
                "{width}"
            );
        }
        let usual = Choice::default();
        assert_eq!(logs(200, 0, &usual).len(), LogColumn::ALL.len());
        let all = RunColumn::all(2).len();
        assert_eq!(runs(200, &robots(), false, &usual).len(), all);
        let at_80: Vec<_> = logs(80, 0, &usual).iter().map(|c| c.id).collect();
        assert!(at_80.contains(&LogColumn::Span) && at_80.contains(&LogColumn::Verdict));
        let at_80: Vec<_> = runs(80, &robots(), true, &usual)
            .iter()
            .map(|c| c.id)
            .collect();
        assert!(at_80.contains(&RunColumn::Distance(0)) && at_80.contains(&RunColumn::Verdict));
    }

    #[test]
    fn a_key_that_is_kept_whole_costs_other_columns_but_never_the_state() {
        let usual = Choice::default();
        for width in 70..140 {
            for key in [10, 23, 34, 58, 300] {
                let columns = logs(width, key, &usual);
                assert!(sum(&columns) <= width, "{width} {key}");
                assert_eq!((columns[0].id, columns[0].width), (LogColumn::State, 12));
                let most = (width - GUTTER - 12 - GAP).min(NAME.1);
                assert!(columns[1].width >= key.min(most), "{width} {key}");
            }
        }
        let shown: Vec<_> = logs(78, 34, &usual).iter().map(|c| c.id).collect();
        assert!(shown.contains(&LogColumn::Runs) && !shown.contains(&LogColumn::Span));
    }

    #[test]
    fn chosen_columns_stand_as_they_were_ordered_and_make_room_for_others() {
        let words = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let choice = Choice {
            order: words(&["sparkline", "run"]),
            hidden: words(&["start", "verdict"]),
        };
        let shown: Vec<_> = runs(90, &robots(), true, &choice)
            .iter()
            .map(|c| c.id)
            .collect();
        assert_eq!(shown[..2], [RunColumn::Spark, RunColumn::Run]);
        assert!(!shown.contains(&RunColumn::Start) && !shown.contains(&RunColumn::Verdict));
        for (all, names) in [(log_names(), 9), (run_names(&robots()), 12)] {
            let unique: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!((all.len(), unique.len()), (names, names));
        }
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
    fn every_place_belongs_to_its_column() {
        let columns = places(&logs(200, 0, &Choice::default()));
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
