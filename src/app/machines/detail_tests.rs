use super::*;
use crate::app::{action::Action, machines::fixture::*};

fn open() -> MachineScreen {
    MachineScreen::open(&machine(Some("10"), 1, 42))
}

#[test]
fn it_opens_at_the_latest_run_with_every_run_in_the_charts() {
    let screen = open();
    assert_eq!(screen.name(), "cell 10 / robot 1");
    let last = &screen.machine.as_ref().unwrap().series[41];
    assert_eq!(screen.cursor_time(), Some(last.start_us));
    assert_eq!(screen.view.bounds.end(), last.start_us);
    for figure in Figure::ALL {
        let series = screen.series(figure).unwrap();
        for point in &screen.machine.as_ref().unwrap().series {
            let sample = series.at_or_before(point.start_us).unwrap();
            assert_eq!(sample.time, point.start_us);
            match figure.of(point) {
                Some(value) => assert_eq!(sample.value, value),
                None => assert!(sample.value.is_nan()),
            }
        }
    }
    let extent = |figure| screen.series(figure).unwrap().extent();
    // Run 41 is without forces, run 12 has one bad sample.
    assert_eq!(
        extent(Figure::PeakForce),
        Some((700.0, 700.0 + 40.0 * 2.75))
    );
    assert_eq!(
        extent(Figure::MaxForce),
        Some((720.0, 700.0 + 12.0 * 2.75 + 900.0))
    );
    assert_eq!(extent(Figure::Runtime), Some((595.971, 599.971)));
}

#[test]
fn the_charts_show_the_runs_that_pass_the_filter() {
    let mut screen = open();
    screen.table.set_filter("verdict:fail").unwrap();
    screen.trace();
    // Runs 5, 14, 23, 32 and 41.
    assert_eq!(screen.series(Figure::Runtime).unwrap().len(), 5);
    screen.table.set_filter("force>9000").unwrap();
    screen.trace();
    assert_eq!(screen.cursor_time(), None);
    assert!(screen.series(Figure::Runtime).unwrap().is_empty());
}

#[test]
fn the_cursor_stays_with_its_run() {
    let mut screen = open();
    screen.table.cursor = 7;
    let at = screen.cursor_time();
    screen.update(&[machine(Some("10"), 2, 3), machine(Some("10"), 1, 43)]);
    assert_eq!((screen.cursor_time(), screen.table.len()), (at, 43));
    screen.update(&[machine(Some("10"), 2, 3)]);
    assert_eq!((screen.machine.is_none(), screen.table.len()), (true, 0));
    assert_eq!(screen.cursor_time(), None);
}

#[test]
fn the_charts_turn_round_when_they_have_the_keys() {
    let mut screen = open();
    let first = |screen: &MachineScreen| screen.charts(8).first().map(|c| c.0);
    assert_eq!(first(&screen), Some(Figure::PeakForce));
    assert!(!screen.act(Action::Down), "the list has the keys");
    screen.act(Action::NextPane);
    screen.act(Action::Down);
    assert_eq!(first(&screen), Some(Figure::PeakSpeed));
    screen.act(Action::Last);
    assert_eq!(first(&screen), Some(Figure::Distance));
    screen.act(Action::First);
    assert_eq!(first(&screen), Some(Figure::PeakForce));
    screen.act(Action::PreviousPane);
    assert!(!screen.act(Action::Down));
}

#[test]
fn the_parts_fill_the_view_at_any_size() {
    let screens = [open(), MachineScreen::open(&machine(None, 1, 1))];
    for screen in &screens {
        for size in (40..220)
            .step_by(20)
            .flat_map(|w| (10..70).map(move |h| (w, h)))
        {
            let parts = screen.parts(size);
            let (heading, body) = layout::headed(size, 1);
            assert_eq!((parts.heading, parts.charts.y), (heading, body.y));
            assert_eq!(parts.axis.y, parts.charts.bottom());
            let blank = parts.list.y - parts.axis.bottom();
            assert!(
                blank <= parts.axis.height
                    && (blank == 1) == (body.height >= 24 && !parts.axis.is_empty()),
                "{size:?}"
            );
            assert_eq!(parts.list.bottom(), body.bottom());
            assert!(parts.list.height >= 4, "{size:?}");
            let charts = screen.charts(parts.charts.height);
            let lines = charts.iter().map(|c| c.1.lines()).sum::<usize>() as u16;
            assert_eq!(lines, parts.charts.height, "{size:?}");
        }
        assert!(screen.charts(screen.parts((80, 24)).charts.height).len() >= 2);
        assert_eq!(
            screen.charts(screen.parts((200, 50)).charts.height).len(),
            7
        );
    }
}
