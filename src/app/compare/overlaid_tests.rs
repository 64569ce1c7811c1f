use super::*;
use crate::app::compare::fixture;

const SECOND: i64 = 1_000_000;

/// Three runs of 105, 95 and 85 seconds; the second has no `f1`. Nothing is loaded.
fn overlaid() -> Overlaid {
    let details = [0, 1, 2].map(fixture::detail);
    let runs: Vec<Option<&RunDetail>> = details.iter().map(Some).collect();
    let comparison = Comparison::new(&runs, &[]);
    Overlaid::new(&runs, &comparison)
}

fn series(values: &[f64], origin: i64) -> Series {
    let times: Vec<i64> = (0..values.len() as i64)
        .map(|i| origin + i * SECOND)
        .collect();
    Series::new(times.into(), values.to_vec(), 10 * SECOND)
}

fn start(run: usize) -> i64 {
    fixture::detail(run).row.start_us.unwrap()
}

#[test]
fn runs_lie_over_each_other_from_their_starts() {
    let o = overlaid();
    assert_eq!(o.view.bounds, TimeRange::new(0, 104_990_000));
    assert_eq!(o.view.range, o.view.bounds);
    let f1 = o.channels.iter().position(|c| c.name == "f1").unwrap();
    assert_eq!(o.chosen, BTreeSet::from([f1]));
    let has: Vec<bool> = o.channels[f1].runs.iter().map(Option::is_some).collect();
    assert_eq!(has, [true, false, true]);
}

#[test]
fn each_run_is_asked_for_one_channel_at_a_time_and_failures_not_again() {
    let mut o = overlaid();
    let f1 = o.row;
    let want = |run, channel| Want { run, channel };
    assert_eq!(o.wants(), [want(0, f1), want(2, f1)], "run B has no f1");
    assert_eq!(o.wants(), [], "both are on their way");
    o.take(0, Ok(("f1".into(), series(&[1.0, 2.0], start(0)))));
    o.take(2, Err("the table is gone".into()));
    assert_eq!(o.wants(), []);
    assert_eq!(o.failure(2, f1), Some("the table is gone"));
    assert_eq!(
        (o.failure_of(0), o.failure_of(2)),
        (None, Some("the table is gone"))
    );
    // Another channel is asked of all that have it, the one whose file is gone too.
    o.update(Action::First, 5);
    o.update(Action::Mark, 5);
    assert_eq!(o.wants(), [want(0, 0), want(1, 0), want(2, 0)]);
    // What is no longer chosen makes room for what is.
    o.update(Action::Mark, 5);
    o.update(Action::Down, 5);
    o.update(Action::Mark, 5);
    assert_eq!(o.wants(), [want(0, 1), want(1, 1), want(2, 1)]);
}

#[test]
fn values_are_those_at_or_before_the_same_time_of_each_run() {
    let mut o = overlaid();
    let f1 = o.row;
    o.wants();
    o.take(
        0,
        Ok(("f1".into(), series(&[1.0, 2.0, f64::NAN, 4.0], start(0)))),
    );
    o.take(2, Ok(("f1".into(), series(&[10.0, 20.0, 30.0], start(2)))));
    let at = |o: &Overlaid, run, seconds: f64| {
        let value = o.value_at(run, f1, (seconds * 1e6) as i64);
        value.map(|v| v.to_string())
    };
    assert_eq!(at(&o, 0, 1.5).as_deref(), Some("2"));
    assert_eq!(at(&o, 2, 1.5).as_deref(), Some("20"));
    assert_eq!(at(&o, 0, 2.0).as_deref(), Some("NaN"));
    assert_eq!(at(&o, 0, -0.5).as_deref(), Some("NaN"));
    assert_eq!(at(&o, 2, 90.0).as_deref(), Some("NaN"), "after its end");
    assert_eq!(at(&o, 1, 1.0), None, "not loaded");
    // C is aligned two seconds into it: what was at 2 s is at 0 s now.
    o.update(Action::NextRun, 5);
    o.update(Action::NextRun, 5);
    assert_eq!(o.turn, 2);
    o.view.go_to(2 * SECOND);
    let said = o.update(Action::AlignHere, 5).unwrap();
    assert!(
        said.starts_with("run C is aligned at +2.000 s of it"),
        "{said}"
    );
    assert_eq!((o.place(2), o.place(0)), (Some(2 * SECOND), None));
    assert_eq!((o.view.cursor.time, o.turn), (0, 0));
    assert_eq!(at(&o, 2, 0.0).as_deref(), Some("30"));
    assert_eq!(at(&o, 2, -1.5).as_deref(), Some("10"));
    assert_eq!(at(&o, 0, 0.0).as_deref(), Some("1"));
    assert_eq!(o.view.bounds, TimeRange::new(-2 * SECOND, 104_990_000));
    assert_eq!(o.view.range, o.view.bounds, "the whole stays the whole");
    let reduced = o.reduce(2, f1, 107).unwrap();
    assert_eq!(reduced.columns[0].map(|c| c.bucket.min), Some(10.0));
    // Moving on from there counts from the place, not from the start.
    o.update(Action::NextRun, 5);
    o.update(Action::NextRun, 5);
    o.view.go_to(-SECOND);
    o.update(Action::AlignHere, 5);
    assert_eq!(o.place(2), Some(SECOND));
    o.update(Action::AlignStart, 5);
    assert_eq!((o.place(2), o.has_places()), (None, false));
    assert_eq!(o.view.bounds, TimeRange::new(0, 104_990_000));
}

#[test]
fn what_is_aligned_stays_where_it_is_on_the_screen() {
    let mut o = overlaid();
    o.view.show(20 * SECOND, 40 * SECOND);
    o.view.go_to(25 * SECOND);
    o.update(Action::AlignHere, 5);
    assert_eq!(o.view.cursor.time, 0);
    assert_eq!(o.view.range, TimeRange::new(-5 * SECOND, 15 * SECOND));
}

#[test]
fn a_place_lies_within_its_run() {
    let mut o = overlaid();
    o.update(Action::NextRun, 5);
    o.update(Action::NextRun, 5);
    o.view.go_to(104 * SECOND);
    o.update(Action::AlignHere, 5);
    let (from, to) = o.span(2).unwrap();
    assert_eq!(o.place(2), Some(to - from), "its end: it is shorter than A");
}

#[test]
fn the_cursor_stays_in_sight() {
    let mut o = overlaid();
    for _ in 0..6 {
        o.update(Action::ZoomIn, 5);
    }
    assert!(o.view.range.span() < 2 * SECOND);
    for _ in 0..300 {
        o.update(Action::CursorRight, 5);
        assert!(o.view.range.contains(o.view.cursor.time));
    }
    assert!(o.view.cursor.time > 3 * SECOND);
    o.update(Action::ZoomFit, 5);
    assert_eq!(o.view.range, o.view.bounds);
    o.view.show(5 * SECOND, 7 * SECOND);
    assert!(o.view.range.contains(o.view.cursor.time));
    assert_eq!(o.view.range, TimeRange::new(5 * SECOND, 7 * SECOND));
}

#[test]
fn another_look_keeps_places_choice_and_what_is_loaded_from_the_same_files() {
    let mut o = overlaid();
    let f1 = o.row;
    o.wants();
    for run in [0, 2] {
        o.take(run, Ok(("f1".into(), series(&[1.0, 2.0], start(run)))));
    }
    o.view.go_to(3 * SECOND);
    o.update(Action::AlignHere, 5);
    o.update(Action::Marker, 5);
    let mut again = overlaid();
    again.resume(o.clone(), &[true, true, false]);
    assert_eq!(
        (again.place(0), again.chosen.clone()),
        (Some(3 * SECOND), o.chosen)
    );
    assert_eq!((again.view.marker, again.turn), (o.view.marker, o.turn));
    assert!(again.value_at(0, f1, 0).is_some());
    assert_eq!(
        again.wants(),
        [Want {
            run: 2,
            channel: f1
        }]
    );
}

#[test]
fn without_a_magnitude_the_first_channel_is_looked_at() {
    let channels = |names: &[&str]| -> Vec<Shared> {
        let shared = |name: &&str| Shared {
            name: (*name).into(),
            unit: String::new(),
            decimals: 2,
            runs: vec![],
        };
        names.iter().map(shared).collect()
    };
    let robots = ["1", "2", "10", "left"].map(str::to_owned);
    let robots: Vec<&String> = robots.iter().collect();
    let first = |names: &[&str]| {
        let chosen = default_channels(&channels(names), &robots);
        chosen.first().copied()
    };
    assert_eq!(first(&["fx_1", "v1", "f2", "f10"]), Some(2));
    assert_eq!(first(&["flow_left", "vleft", "fleft"]), Some(2));
    assert_eq!(first(&["fx_1", "v", "v1"]), Some(2));
    assert_eq!(first(&["fx_1", "temperature"]), Some(0));
    assert_eq!(first(&[]), None);
}
