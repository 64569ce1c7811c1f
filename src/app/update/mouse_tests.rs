use super::*;
use crate::app::{
    Event,
    fixture::{answer, harvesting, keys, mouse_event, populated, run, run_screen},
    logs::Logs,
    run::RunScreen,
    runs::Runs,
    update,
};

fn mouse(state: &mut State, kind: MouseEventKind, column: u16, row: u16) -> Vec<Effect> {
    update(state, Event::Mouse(mouse_event(kind, column, row)))
}

fn click(state: &mut State, column: u16, row: u16) -> Vec<Effect> {
    mouse(state, MouseEventKind::Down(MouseButton::Left), column, row)
}

fn is_log_runs(state: &State) -> bool {
    state.view::<Runs>().is_some_and(|runs| runs.log.is_some())
}

#[test]
fn a_click_puts_the_cursor_and_a_second_one_opens() {
    let mut state = populated((80, 24));
    let first = layout::list_top(state.size);
    click(&mut state, 20, first + 2);
    assert_eq!(state.logs.table.cursor, 2);
    assert!(state.view::<Logs>().is_some());
    click(&mut state, 20, first + 2);
    assert!(is_log_runs(&state));
    click(&mut state, 20, first + 20);
    assert!(is_log_runs(&state), "no such line");
}

#[test]
fn a_title_sorts_and_the_second_time_reverses() {
    let mut state = populated((80, 24));
    let header = layout::list_top(state.size) - 1;
    let mut x = columns::GUTTER;
    for (index, width) in columns::places(&state.placed_columns()) {
        click(&mut state, x, header);
        assert_eq!(state.logs.table.sort, Some((index, false)));
        click(&mut state, x + width - 1, header);
        assert_eq!(state.logs.table.sort, Some((index, true)));
        x += width + columns::GAP;
    }
    let before = state.logs.table.sort;
    click(&mut state, 0, header);
    assert_eq!(state.logs.table.sort, before, "the gutter sorts nothing");
}

#[test]
fn names_in_the_top_line_show_their_views_at_every_width() {
    for width in [60, 80, 100, 200] {
        let mut state = populated((width, 24));
        harvesting(&mut state);
        let mut seen = Vec::new();
        for x in 0..width {
            click(&mut state, x, 0);
            if seen.last() != Some(&state.top_view()) {
                seen.push(state.top_view());
            }
        }
        assert_eq!(seen, [0, 1, 2, 3], "{width}");
    }
}

#[test]
fn a_run_gets_the_mouse_from_its_own_top_left_and_its_tabs_are_clicked() {
    let mut state = populated((80, 24));
    keys(&mut state, &["2"]);
    let runs = vec![run(0, "cell-10/a")];
    answer(&mut state, |s| &mut s.runs.read, Ok(runs.into()));
    keys(&mut state, &["enter"]);
    let detail = crate::app::run::fixture::detail();
    let read = Ok(Some(crate::app::run::fixture::opened_run(detail)));
    crate::app::run::fixture::deliver(run_screen(&mut state), |q| &mut q.detail, read);
    let top = layout::headed(state.size, 1).0.y;
    let mut seen = Vec::new();
    for x in 0..80 {
        click(&mut state, x, top);
        if let Some(run) = state.view::<RunScreen>()
            && seen.last() != Some(&run.tab)
        {
            seen.push(run.tab);
        }
    }
    assert_eq!(seen, crate::app::run::Tab::ALL);
}

#[test]
fn a_wheel_scrolls_help_and_answers_no_question() {
    let mut state = populated((80, 24));
    keys(&mut state, &["?"]);
    mouse(&mut state, MouseEventKind::ScrollDown, 5, 5);
    let Some(Overlay::Help(help)) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    assert_eq!(help.scroll, NOTCH);
    keys(&mut state, &["esc"]);
    harvesting(&mut state);
    keys(&mut state, &["Q"]);
    mouse(&mut state, MouseEventKind::ScrollDown, 5, 5);
    assert!(click(&mut state, 40, 12).is_empty());
    assert_eq!(state.overlay, Some(Overlay::Quit));
    keys(&mut state, &["n"]);
    mouse(&mut state, MouseEventKind::ScrollDown, 5, 5);
    assert_eq!(state.logs.table.cursor, NOTCH);
    mouse(&mut state, MouseEventKind::ScrollUp, 5, 5);
    assert_eq!(state.logs.table.cursor, 0);
}

#[test]
fn a_click_chooses_a_line_of_the_palette() {
    let mut state = populated((80, 24));
    keys(&mut state, &[":"]);
    let top = layout::body(state.size).y + 1;
    click(&mut state, 10, top + 3);
    let Some(Overlay::Palette(line, 3)) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    assert_eq!(line.text(), "");
    crate::app::fixture::type_in(&mut state, "show-machines");
    click(&mut state, 10, top);
    assert!(state.overlay.is_none());
    assert_eq!(state.top_view(), 2, "the line under the cursor is chosen");
    // There is no line under the last one.
    keys(&mut state, &[":"]);
    crate::app::fixture::type_in(&mut state, "show-machines");
    click(&mut state, 10, top + 15);
    assert!(matches!(state.overlay, Some(Overlay::Palette(_, 0))));
}

#[test]
fn a_click_chooses_a_column_and_a_second_one_hides_it() {
    let mut state = populated((80, 24));
    keys(&mut state, &["t"]);
    let chooser = |state: &State| match &state.overlay {
        Some(Overlay::Columns(chooser)) => chooser.clone(),
        other => panic!("{other:?}"),
    };
    let area = chooser(&state).area(state.size);
    click(&mut state, area.x + 5, area.y + 3);
    assert_eq!(chooser(&state).cursor, 2);
    assert!(chooser(&state).columns[2].1);
    click(&mut state, area.x + 5, area.y + 3);
    assert!(!chooser(&state).columns[2].1);
    for (x, y) in [
        (area.x - 1, area.y + 2),
        (area.x + 5, area.y),
        (area.x + 5, area.bottom() - 1),
    ] {
        click(&mut state, x, y);
        assert_eq!(chooser(&state).cursor, 2, "{x} {y}");
    }
    mouse(&mut state, MouseEventKind::ScrollUp, 5, 5);
    assert_eq!(chooser(&state).cursor, 0);
}
