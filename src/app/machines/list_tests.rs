use super::*;
use crate::app::{machines::fixture::*, table::Row};

fn list() -> Machines {
    let mut list = Machines::default();
    list.take(machines());
    list
}

/// The lines as words: cells with `+` when folded.
fn lines_of(list: &Machines) -> Vec<String> {
    let tell = |line: &Line| match line {
        Line::Cell(cell, n) => {
            let sign = if list.is_folded(cell.as_ref()) {
                "+"
            } else {
                "-"
            };
            format!("{sign}{} {n}", cell.as_deref().unwrap_or("none"))
        }
        Line::Machine(at) => list.table().get(*at).unwrap().name(),
    };
    list.lines().iter().map(tell).collect()
}

fn column(name: &str) -> usize {
    let columns = MachineRow::columns(&[]);
    columns.iter().position(|c| c.name() == name).unwrap()
}

fn put(list: &mut Machines, line: &str) {
    let lines = lines_of(list);
    list.cursor = lines.iter().position(|l| l == line).unwrap();
}

fn under_cursor(list: &Machines) -> String {
    lines_of(list)[list.cursor].clone()
}

#[test]
fn machines_stand_below_their_cells() {
    assert_eq!(
        lines_of(&list()),
        [
            "-none 1",
            "robot 1",
            "-2 2",
            "cell 2 / robot 1",
            "cell 2 / robot 2",
            "-10 2",
            "cell 10 / robot 1",
            "cell 10 / robot 2",
            "-line-a/cell-with-a-long-name 1",
            "cell line-a/cell-with-a-long-name / robot 1",
        ]
    );
    assert_eq!(list().name_width(), 9, "the names of cells take no column");
}

#[test]
fn a_cell_folds_from_any_of_its_lines_and_unfolds() {
    let mut list = list();
    put(&mut list, "cell 10 / robot 2");
    list.fold();
    assert_eq!(under_cursor(&list), "+10 2");
    assert_eq!(list.lines().len(), 8);
    assert_eq!(list.current(), None);
    assert_eq!(list.current_cell(), Some(Some("10".into())));
    list.fold();
    assert_eq!(
        (under_cursor(&list), list.lines().len()),
        ("-10 2".into(), 10)
    );
}

#[test]
fn cursor_and_folds_survive_a_refresh() {
    let mut list = list();
    put(&mut list, "-2 2");
    list.fold();
    put(&mut list, "cell 10 / robot 2");
    let mut more = machines();
    more.insert(1, machine(Some("1"), 1, 5));
    list.take(more);
    assert_eq!(under_cursor(&list), "cell 10 / robot 2");
    assert!(lines_of(&list).contains(&"+2 2".to_owned()));
    // A machine that is gone leaves the cursor at its cell.
    let mut less = machines();
    less.remove(4);
    list.take(less);
    assert_eq!(under_cursor(&list), "-10 1");
    list.take(Vec::new());
    assert_eq!((list.cursor, list.lines().len()), (0, 0));
    list.fold();
    list.apply(Action::Last, 5);
    assert!(!list.search("x", 3) && !list.search_on(false));
}

#[test]
fn sorting_keeps_cells_together_and_puts_the_one_with_the_first_machine_first() {
    let mut list = list();
    put(&mut list, "cell 2 / robot 1");
    list.put_column(column("peak force"));
    list.apply(Action::Sort, 1);
    // Robot 1 alone: 700 N; cell 2: up to 705.5 and 1405.5 N; cell 10: 812.75 and 1512.75 N.
    let cells = |list: &Machines| -> Vec<String> {
        lines_of(list)
            .into_iter()
            .filter(|l| l.starts_with('-'))
            .collect()
    };
    assert_eq!(
        cells(&list),
        [
            "-none 1",
            "-2 2",
            "-line-a/cell-with-a-long-name 1",
            "-10 2"
        ]
    );
    assert_eq!(under_cursor(&list), "cell 2 / robot 1");
    list.apply(Action::Sort, 1);
    assert_eq!(
        lines_of(&list)[..6],
        [
            "-10 2",
            "cell 10 / robot 2",
            "cell 10 / robot 1",
            "-2 2",
            "cell 2 / robot 2",
            "cell 2 / robot 1",
        ]
    );
}

#[test]
fn filters_ask_for_figures() {
    let mut list = list();
    let shown = |list: &mut Machines, filter: &str| {
        list.filter(filter).unwrap();
        list.table().len()
    };
    assert_eq!(shown(&mut list, "cell:10 robot:1 runs>5"), 1);
    assert_eq!(lines_of(&list), ["-10 1", "cell 10 / robot 1"]);
    assert_eq!(shown(&mut list, "cell:1"), 0);
    assert_eq!(shown(&mut list, "robot:2"), 2);
    assert_eq!(shown(&mut list, "force>1000"), 2);
    assert_eq!(shown(&mut list, "slope>0"), 3);
    assert_eq!(shown(&mut list, "fail>2"), 2);
    assert_eq!(shown(&mut list, "verdict:fail"), 3);
    assert_eq!(shown(&mut list, "since:2022-12-01"), 2);
    assert_eq!(
        shown(&mut list, "runtime>5000 speed>100 distance>1 mean>1 pass>1"),
        2
    );
    assert!(
        list.filter("colour:red")
            .unwrap_err()
            .sentence
            .contains("slope")
    );
}

#[test]
fn a_search_unfolds_what_hides_its_hit() {
    let mut list = list();
    put(&mut list, "-10 2");
    list.fold();
    assert!(list.search("10 / Robot 2", 0));
    assert_eq!(under_cursor(&list), "cell 10 / robot 2");
    assert!(list.search("robot 2", 0));
    assert_eq!(under_cursor(&list), "cell 2 / robot 2");
    assert!(list.search_on(true));
    assert_eq!(under_cursor(&list), "cell 10 / robot 2");
    assert!(list.search_on(true), "around the end");
    assert_eq!(under_cursor(&list), "cell 2 / robot 2");
    assert!(list.search_on(false));
    assert_eq!(under_cursor(&list), "cell 10 / robot 2");
    // From a cell its own machine is the next.
    put(&mut list, "-10 2");
    list.search("robot 1", list.cursor);
    assert_eq!(under_cursor(&list), "cell 10 / robot 1");
    assert!(!list.search("robot 9", 2));
    assert_eq!(list.cursor, 2);
}

#[test]
fn the_cursor_stays_on_the_screen() {
    let mut list = list();
    for lines in 1..12 {
        for action in [Action::Last, Action::PageUp, Action::Down, Action::First] {
            list.apply(action, lines);
            list.keep_cursor_visible(lines);
            assert!((list.offset..list.offset + lines).contains(&list.cursor));
            assert!(list.offset == 0 || list.offset + lines <= list.lines().len());
        }
    }
}
