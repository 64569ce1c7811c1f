use super::*;
use crate::app::{chart::TimeRange, fixture::mouse_event, layout, machines::fixture::*};

const SIZE: (u16, u16) = (100, 30);
const DAY: i64 = 86_400 * time::SECOND;

/// 42 runs, one every six hours from 2022-11-23 20:40 on.
fn open() -> MachineScreen {
    MachineScreen::open(&machine(Some("10"), 1, 42))
}

fn start(run: usize) -> i64 {
    machine(Some("10"), 1, 42).series[run].start_us
}

fn mouse(screen: &mut MachineScreen, kind: MouseEventKind, column: u16, row: u16) -> bool {
    screen.mouse(mouse_event(kind, column, row), SIZE)
}

#[test]
fn list_and_charts_have_one_cursor() {
    let mut screen = open();
    assert_eq!(screen.view.cursor.time, start(41));
    screen.act(Action::CursorLeft);
    assert_eq!(
        (screen.table.cursor, screen.view.cursor.time),
        (40, start(40))
    );
    screen.table.cursor = 7;
    screen.follow();
    assert_eq!(screen.view.cursor.time, start(7));
    // Sorted the other way round, the charts still go on in time.
    screen.table.column = 1;
    screen.table.act(Action::Sort, 5);
    screen.table.act(Action::Sort, 5);
    screen.follow();
    screen.act(Action::CursorRight);
    assert_eq!(
        (screen.table.cursor, screen.view.cursor.time),
        (33, start(8))
    );
    for _ in 0..100 {
        screen.act(Action::CursorRight);
    }
    assert_eq!(
        (screen.table.cursor, screen.view.cursor.time),
        (0, start(41))
    );
}

#[test]
fn charts_zoom_and_pan_and_the_list_brings_its_run_into_sight() {
    let mut screen = open();
    for _ in 0..3 {
        assert!(screen.act(Action::ZoomIn));
    }
    assert!(screen.view.range.span() < 2 * DAY && screen.view.range.contains(start(41)));
    assert!(
        !screen.act(Action::Left),
        "in the list they move the column"
    );
    screen.act(Action::NextPane);
    let before = screen.view.range;
    assert!(screen.act(Action::Left));
    assert!(screen.view.range.start() < before.start());
    assert_eq!(screen.table.cursor, 41, "panning leaves the cursor");
    screen.table.cursor = 0;
    screen.follow();
    assert!(screen.view.range.contains(start(0)));
    screen.act(Action::ZoomFit);
    assert_eq!(screen.view.range, screen.view.bounds);
    screen.table.set_filter("verdict:fail").unwrap();
    screen.trace();
    assert_eq!(
        screen.view.range, screen.view.bounds,
        "the whole stays the whole"
    );
    assert_eq!(screen.view.bounds, TimeRange::new(start(5), start(41)));
}

#[test]
fn typed_days_times_and_runs_lead_there() {
    let mut screen = open();
    let mut go = |text: &str| {
        screen.submit(text).unwrap();
        screen.table.cursor
    };
    assert_eq!(go("2022-11-25"), 5, "its first run");
    assert_eq!(go("2022-11-23"), 0, "the day of the first run");
    assert_eq!(go("2022-11-24 20:40"), 4);
    assert_eq!(go("2022-11-24T21:00:00Z"), 4, "the run at or before it");
    assert_eq!(go("+2d"), 8);
    assert_eq!(go("42"), 41);
    screen.submit("2022-11-24..2022-11-26").unwrap();
    let range = screen.view.range;
    assert_eq!(
        zone::format_screen(range.start()),
        "2022-11-24 00:00:00.000"
    );
    assert_eq!(zone::format_screen(range.end()), "2022-11-26 23:59:59.999");
    assert!(range.contains(screen.view.cursor.time));
    for (bad, message) in [
        (
            "2021-01-01",
            "outside of the runs, which begin from 2022-11-23 20:40",
        ),
        ("99", "there are 42 runs"),
        ("noon", "`noon` is not a position: type 2022-11-24,"),
        ("2022-11-26..2022-11-24", "the span ends before it begins"),
    ] {
        let error = screen.submit(bad).unwrap_err();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn a_run_is_gone_to_by_its_id() {
    let mut screen = open();
    let point = screen.table.rows()[5].clone();
    screen.submit(&point.run.to_string()).unwrap();
    assert_eq!(screen.view.cursor.time, point.start_us);
}

#[test]
fn one_run_is_no_plural() {
    let mut screen = MachineScreen::open(&machine(Some("10"), 1, 1));
    assert_eq!(screen.submit("99"), Err("there is 1 run".to_owned()));
}

#[test]
fn a_pin_tells_what_changed_since() {
    let mut screen = open();
    screen.table.cursor = 4;
    screen.follow();
    assert_eq!(screen.pinned(true), None);
    assert!(screen.at_cursor(Figure::PeakForce).is_empty());
    screen.act(Action::Pin);
    screen.table.cursor = 8;
    screen.follow();
    // The nearest first: a narrow screen has no room for all.
    let places = "Δ 24h 00m  pin 2022-11-24 20:40:00  cursor 2022-11-25 20:40:00";
    assert_eq!(screen.pinned(true).unwrap().join("  "), places);
    let values = screen.at_cursor(Figure::PeakForce);
    assert_eq!(values[1], "Δ +11.00", "{values:?}");
    // A difference is marked as one wherever it stands.
    let without_charts = screen.pinned(false).unwrap();
    assert_eq!(
        without_charts[1],
        format!("peak force {} N (Δ +11.00)", values[0])
    );
    for figure in Figure::ALL {
        let values = screen.at_cursor(figure);
        assert!(
            values.iter().all(|text| text.chars().count() <= LABEL),
            "{values:?}"
        );
        assert!(
            values.get(1).is_none_or(|text| text.starts_with("Δ ")),
            "{values:?}"
        );
    }
}

#[test]
fn the_mouse_moves_the_cursor_to_the_run_that_it_points_at() {
    let mut screen = open();
    let parts = screen.parts(SIZE);
    let y = parts.charts.y + 1;
    let down = MouseEventKind::Down(MouseButton::Left);
    let left = gutter(LABEL) as u16;
    assert!(mouse(&mut screen, down, left, y));
    assert_eq!((screen.table.cursor, screen.pane), (0, Pane::Trends));
    assert!(mouse(
        &mut screen,
        MouseEventKind::Drag(MouseButton::Left),
        SIZE.0 - 1,
        y
    ));
    assert_eq!(screen.table.cursor, 41);
    assert!(mouse(&mut screen, MouseEventKind::ScrollUp, left + 5, y));
    assert!(screen.view.range.span() < screen.view.bounds.span());
    assert!(
        !mouse(&mut screen, down, 5, parts.list.y + 2),
        "the list's own"
    );
    assert_eq!(screen.pane, Pane::Runs);
    let title = (0..SIZE.0).filter(|x| {
        let mut probe = screen.clone();
        mouse(&mut probe, down, *x, layout::headed(SIZE, 1).0.y);
        probe.pane == Pane::Trends
    });
    assert_eq!(title.count(), "[Charts]".len());
    for size in [(1, 1), (40, 10), (80, 24)] {
        for (x, y) in (0..90).flat_map(|x| (0..30).map(move |y| (x, y))) {
            screen.mouse(mouse_event(down, x, y), size);
        }
    }
}
