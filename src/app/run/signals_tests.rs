use super::*;
use crate::{
    app::run::fixture,
    etl::{overview::LONG_SPANS, reduce::Bucket},
};

fn signals() -> Signals {
    Signals::new(&fixture::detail()).unwrap()
}

fn names(signals: &Signals) -> Vec<&str> {
    signals
        .chosen
        .iter()
        .map(|c| signals.channels[*c].name.as_str())
        .collect()
}

#[test]
fn force_and_speed_are_chosen_first() {
    assert_eq!(names(&signals()), ["v1", "f1"]);
    let mut detail = fixture::detail();
    for name in ["v1", "f1"] {
        detail.channels.get_mut(name).unwrap().min = None;
    }
    assert_eq!(names(&Signals::new(&detail).unwrap()), ["x_1"]);
    detail.row.start_us = None;
    assert!(Signals::new(&detail).is_none());
}

#[test]
fn a_channel_is_asked_for_once_and_a_failed_one_not_again() {
    let mut s = signals();
    let first = s.wants();
    assert_eq!(first, [Want::Channel(4), Want::CursorRow(fixture::START)]);
    assert_eq!(s.wants(), []);
    s.take_channel(Err("torn".into()));
    assert_eq!(s.wants(), [Want::Channel(5)]);
    s.take_channel(Err("torn".into()));
    assert_eq!(
        s.wants(),
        [Want::Overview { stored: false }],
        "charts come first"
    );
    assert_eq!(s.wants(), []);
    assert_eq!(s.failed.len(), 2);
}

#[test]
fn a_long_run_is_seen_before_its_table_is_read() {
    let mut detail = fixture::detail();
    detail.row.rows = LONG;
    let mut s = Signals::new(&detail).unwrap();
    let first = s.wants();
    let stored = Want::Overview { stored: true };
    assert_eq!(first, [stored, Want::CursorRow(fixture::START)]);
    assert_eq!((s.wants(), s.sketch(4, 100)), (vec![], None));
    let mut without = s.clone();
    let bucket = Some(Bucket::at(7.5));
    s.take_overview(Ok(Some(Overview {
        channels: vec![vec![bucket; LONG_SPANS]; s.channels.len()],
    })));
    let seen = s.sketch(4, 100).and_then(|r| r.extent());
    assert_eq!(seen, Some((7.5, 7.5)));
    assert_eq!(s.wants(), [Want::Channel(4)]);
    // None was stored: charts first, as in any run.
    without.take_overview(Ok(None));
    assert_eq!(without.wants(), [Want::Channel(4)]);
    without.take_channel(Err("torn".into()));
    assert_eq!(without.wants(), [Want::Channel(5)]);
    without.take_channel(Err("torn".into()));
    assert_eq!(without.wants(), [Want::Overview { stored: false }]);
    without.take_overview(Err("torn".into()));
    assert_eq!(without.error.as_deref(), Some("torn"));
}

#[test]
fn a_channel_that_nobody_wants_any_more_makes_way() {
    let mut s = signals();
    s.wants();
    assert!(s.is_loading(4));
    s.row = 4;
    s.update(Action::Mark, 20);
    assert_eq!(s.wants(), [Want::Channel(5)]);
}

#[test]
fn zoom_pan_and_cursor_stay_within_the_run() {
    let mut s = signals();
    s.view.cursor.time = s.view.bounds.start() + s.view.bounds.span() / 4;
    s.update(Action::ZoomIn, 20);
    assert_eq!(s.view.range.span(), s.view.bounds.span() / 2);
    let share = |s: &Signals| {
        (s.view.cursor.time - s.view.range.start()) as f64 / s.view.range.span() as f64
    };
    assert!((share(&s) - 0.25).abs() < 1e-6);
    for _ in 0..100 {
        s.update(Action::Right, 20);
    }
    assert_eq!(s.view.range.end(), s.view.bounds.end());
    // The cursor was left behind: a step brings it back at the edge.
    s.update(Action::CursorRight, 20);
    assert_eq!(s.view.cursor.time, s.view.range.start());
    for _ in 0..1000 {
        s.update(Action::CursorRight, 20);
    }
    assert_eq!(s.view.cursor.time, s.view.bounds.end());
    s.update(Action::ZoomFit, 20);
    assert_eq!(s.view.range, s.view.bounds);
    s.view.show(
        s.view.bounds.start() + 100,
        s.view.bounds.start() + 1_000_100,
    );
    assert_eq!(s.view.range.span(), 1_000_000);
}

#[test]
fn list_and_charts_share_the_lines() {
    let mut s = signals();
    for height in 0..200 {
        let layout = s.layout(height);
        assert!(layout.list <= s.channels.len());
        let lines: usize = s.charts(layout.charts).iter().map(|(_, h)| h).sum();
        assert_eq!(lines, layout.charts);
        if layout.charts > 0 {
            assert_eq!(layout.list + layout.charts + 4, height);
        }
    }
    // By unit: x z x_2, then fx fz f1, then v1 vx_2.
    s.chosen = (0..8).collect();
    let seen = |s: &Signals| -> Vec<Vec<usize>> { s.charts(9).into_iter().map(|c| c.0).collect() };
    s.row = 7;
    assert_eq!(
        seen(&s),
        [[5], [4], [7]],
        "the chart of the channel under the cursor is seen"
    );
    s.row = 0;
    assert_eq!(seen(&s), [[0], [1], [6]]);
    s.update(Action::Overlay, 20);
    assert_eq!(seen(&s), [vec![0, 1, 6], vec![2, 3, 5], vec![4, 7]]);
    s.chosen.clear();
    assert_eq!(s.layout(40).charts, 0);
}
