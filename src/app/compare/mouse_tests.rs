use super::*;
use crate::app::{compare::fixture, fixture::mouse_event, signals::Signals, view::View};

fn mouse(screen: &mut CompareScreen, kind: MouseEventKind, column: u16, row: u16) {
    let effects = screen.mouse(mouse_event(kind, column, row));
    fixture::answer_queries(screen, effects);
}

fn click(screen: &mut CompareScreen, column: u16, row: u16) {
    mouse(screen, MouseEventKind::Down(MouseButton::Left), column, row);
}

/// Places of the view that match, as columns and lines of the terminal.
fn places(screen: &CompareScreen, is: impl Fn(CompareHit) -> bool) -> Vec<(u16, u16)> {
    let (width, height) = screen.size;
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    all.filter(|at| is(screen.hit(*at))).collect()
}

fn signals(screen: &CompareScreen) -> &Signals {
    &screen.views.as_ref().unwrap().signals
}

#[test]
fn a_click_puts_the_cursor_a_wheel_zooms_and_a_drag_moves_it() {
    for size in [(80, 24), (200, 50)] {
        let mut screen = fixture::opened(3, size);
        let charts = places(&screen, |s| {
            matches!(s, CompareHit::Signals(.., SignalsHit::Time(_)))
        });
        let (first, last) = (charts[0], charts[charts.len() - 1]);
        assert!(last.0 == size.0 - 1 && last.1 > first.1);
        let columns = usize::from(last.0 - first.0 + 1);
        for column in [0, 7, columns - 1] {
            click(&mut screen, first.0 + column as u16, first.1);
            let view = signals(&screen).view;
            let seen = view.range.column_of(view.cursor.time, columns);
            assert_eq!(seen, Some(column));
        }
        let drag = MouseEventKind::Drag(MouseButton::Left);
        mouse(&mut screen, drag, first.0 + 9, last.1);
        let view = signals(&screen).view;
        assert_eq!(view.range.column_of(view.cursor.time, columns), Some(9));
        mouse(&mut screen, MouseEventKind::ScrollUp, first.0 + 30, first.1);
        let seen = signals(&screen).view.range;
        assert!(seen.span() < signals(&screen).view.bounds.span());
        mouse(&mut screen, MouseEventKind::ScrollRight, first.0, first.1);
        assert!(signals(&screen).view.range.start() > seen.start());
    }
}

#[test]
fn clicks_choose_channels_runs_and_panes() {
    let mut screen = fixture::opened(3, (80, 24));
    screen.update(Action::First);
    let mark = places(&screen, |s| {
        matches!(s, CompareHit::Signals(.., SignalsHit::Channel(_, true)))
    });
    let before = signals(&screen).chosen.len();
    let (x, y) = mark[0];
    let CompareHit::Signals(.., SignalsHit::Channel(row, _)) = screen.hit((0, y)) else {
        panic!("no channel there");
    };
    click(&mut screen, x, y);
    assert_eq!(signals(&screen).row, row);
    assert_ne!(signals(&screen).chosen.len(), before);
    click(&mut screen, x + 20, y);
    assert_eq!(signals(&screen).row, row, "it stays under the mouse");
    mouse(&mut screen, MouseEventKind::ScrollDown, x + 20, y);
    assert_eq!(signals(&screen).row, row + 1);
    let run = places(&screen, |s| s == CompareHit::Run(2))[0];
    click(&mut screen, run.0, run.1);
    assert_eq!(signals(&screen).turn, 2);
    let title = places(&screen, |s| s == CompareHit::Title(Pane::Sheet))[0];
    click(&mut screen, title.0, title.1);
    assert_eq!(screen.pane, Pane::Sheet);
    screen.update(Action::ShowAll);
    let sheet = places(&screen, |s| s == CompareHit::Sheet)[0];
    mouse(&mut screen, MouseEventKind::ScrollDown, sheet.0, sheet.1);
    assert_eq!(screen.views.as_ref().unwrap().sheet.top, NOTCH);
    mouse(&mut screen, MouseEventKind::ScrollRight, sheet.0, sheet.1);
    assert_eq!(screen.views.as_ref().unwrap().sheet.first_column, 2);
    // Where both are on the screen a click goes to the one under the pointer.
    let mut tall = fixture::opened(2, (120, 50));
    let sheet = places(&tall, |s| s == CompareHit::Sheet)[0];
    click(&mut tall, sheet.0, sheet.1);
    assert_eq!(tall.pane, Pane::Sheet);
    let chart = places(&tall, |s| {
        matches!(s, CompareHit::Signals(.., SignalsHit::Time(_)))
    })[0];
    click(&mut tall, chart.0, chart.1);
    assert_eq!(tall.pane, Pane::Overlaid);
}

#[test]
fn the_mouse_anywhere_at_any_size_fails_nowhere() {
    let kinds = [
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollRight,
        MouseEventKind::Moved,
    ];
    for size in [(1, 1), (40, 10), (41, 12), (80, 24), (200, 50)] {
        let mut screen = fixture::opened(3, (80, 24));
        screen.resize(size);
        for column in (0..size.0).step_by(7).chain([size.0, u16::MAX]) {
            for row in (0..size.1 + 2).chain([u16::MAX]) {
                let kind = kinds[usize::from(row ^ column) % 5];
                mouse(&mut screen, kind, column, row);
                let o = signals(&screen);
                assert!(o.view.bounds.contains(o.view.cursor.time));
                assert!(o.row < o.channels.len());
            }
        }
    }
}
