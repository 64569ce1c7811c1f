use std::sync::Arc;

use super::{
    query::{Ask, ChannelRead, Rows},
    *,
};
use crate::{
    app::{chart::Series, compare::fixture as several, run::fixture as one},
    etl::{
        overview::{LONG, LONG_SPANS, Overview},
        reduce::Bucket,
    },
};

const SECOND: i64 = 1_000_000;
const SIZE: (usize, usize) = (100, 40);
/// Lines of a view that shows but a few charts.
const HEIGHT: usize = 20;

fn single() -> Signals {
    Signals::of_run(&one::detail(), &["v1", "f1"].map(str::to_owned)).unwrap()
}

/// Three runs of 105, 95 and 85 seconds; the second has no `f1`. Nothing is read.
fn three() -> Signals {
    let details = [0, 1, 2].map(several::detail);
    let runs: Vec<Option<&RunDetail>> = details.iter().map(Some).collect();
    Signals::of_runs(&runs, &Comparison::new(&runs, &[]), &["f1".to_owned()])
}

/// What is asked, in few words.
fn asks(signals: &mut Signals) -> Vec<String> {
    let wants = signals.queries(SIZE);
    let word = |(run, query): &(usize, SignalsQuery)| match &query.ask {
        Ask::Overview { stored, .. } => format!("{run} overview stored={stored}"),
        Ask::Channel(read) => format!("{run} {}", read.channel),
        Ask::CursorRow { .. } => format!("{run} cursor"),
        Ask::RowTimes(rows) => format!("{run} {rows:?}"),
        Ask::Distribution(read) => format!("{run} distribution of {}", read.channel),
    };
    wants.iter().map(word).collect()
}

fn one_answer(query: &SignalsQuery) -> SignalsAnswer {
    super::fixture::answer(query)
}

fn names(signals: &Signals) -> Vec<&str> {
    signals.chosen_names().collect()
}

#[test]
fn what_has_a_chart_is_in_sight_at_first() {
    let signals = single();
    let (first, last) = (
        signals.chosen.first().unwrap(),
        signals.chosen.last().unwrap(),
    );
    assert!(*last > 2, "not all in sight without scrolling");
    for height in 8..60 {
        let lines = signals.layout(height).list;
        let top = signals.first_row(lines);
        let seen = top..top + lines;
        assert!(seen.contains(first), "{height}");
        assert!(seen.contains(last) || last - first >= lines, "{height}");
    }
}

fn fail(signals: &mut Signals, run: usize, part: Part) {
    signals.take(run, part, Err("the table is gone".into()));
}

/// Rows of a second each from `origin` on.
fn rows(values: &[f64], origin: i64) -> Result<SignalsAnswer, String> {
    let times: Vec<i64> = (0..values.len() as i64)
        .map(|i| origin + i * SECOND)
        .collect();
    let series = Series::new(times.into(), values.to_vec(), 10 * SECOND);
    Ok(SignalsAnswer::Channel(Box::new(ChannelRead::Rows {
        rows: Rows {
            first_row: 0,
            series: Arc::new(series),
        },
        covers: TimeRange::new(i64::MIN, i64::MAX),
        limits: vec![],
    })))
}

fn start(run: usize) -> i64 {
    several::detail(run).row.start_us().unwrap()
}

#[test]
fn default_channels_are_chosen_first() {
    assert_eq!(names(&single()), ["v1", "f1"]);
    let mut detail = one::detail();
    assert_eq!(names(&Signals::of_run(&detail, &[]).unwrap()), ["x_1"]);
    detail.row.change(|fields| fields.start_us = None);
    assert!(Signals::of_run(&detail, &[]).is_none());
}

#[test]
fn a_channel_is_asked_for_once_and_a_failed_one_not_again() {
    let mut s = single();
    assert_eq!(asks(&mut s), ["0 v1", "0 cursor"]);
    assert_eq!(asks(&mut s), [""; 0]);
    fail(&mut s, 0, Part::Channel);
    assert_eq!(asks(&mut s), ["0 f1"]);
    fail(&mut s, 0, Part::Channel);
    let sparklines = ["0 overview stored=false"];
    assert_eq!(asks(&mut s), sparklines, "charts come first");
    assert_eq!(asks(&mut s), [""; 0]);
    assert_eq!(s.failure_of(0), Some("the table is gone"));
}

#[test]
fn a_long_run_is_drawn_before_its_table_is_read() {
    let mut detail = one::detail();
    detail.row.change(|fields| fields.rows = LONG);
    let mut s = Signals::of_run(&detail, &["v1", "f1"].map(str::to_owned)).unwrap();
    let f1 = Key { run: 0, channel: 4 };
    assert_eq!(asks(&mut s), ["0 overview stored=true", "0 cursor"]);
    assert_eq!(asks(&mut s), [""; 0]);
    assert_eq!(s.line(f1, 100), Line::Reading);
    let mut without = s.clone();
    let bucket = Some(Bucket::at(7.5));
    let overview = Overview {
        channels: vec![vec![bucket; LONG_SPANS]; s.channels.len()],
    };
    let overview = SignalsAnswer::Overview(Some(overview));
    s.take(0, Part::Overview, Ok(overview));
    let Line::Coarse(line) = s.line(f1, 100) else {
        panic!("no line");
    };
    assert_eq!(line.extent(), Some((7.5, 7.5)));
    assert_eq!(asks(&mut s), ["0 v1"]);
    // None was stored: charts first, as in any run.
    without.take(0, Part::Overview, Ok(SignalsAnswer::Overview(None)));
    assert_eq!(asks(&mut without), ["0 v1"]);
    fail(&mut without, 0, Part::Channel);
    assert_eq!(asks(&mut without), ["0 f1"]);
    fail(&mut without, 0, Part::Channel);
    assert_eq!(asks(&mut without), ["0 overview stored=false"]);
    fail(&mut without, 0, Part::Overview);
    assert_eq!(without.error.as_deref(), Some("the table is gone"));
}

#[test]
fn a_channel_that_is_not_chosen_any_more_makes_way() {
    let mut s = single();
    assert_eq!(asks(&mut s)[0], "0 v1");
    s.row = 4;
    s.update(Action::Mark, HEIGHT);
    assert_eq!(asks(&mut s), ["0 f1"]);
}

#[test]
fn zoom_pan_and_cursor_stay_within_the_run() {
    let mut s = single();
    s.view.cursor.time = s.view.bounds.start() + s.view.bounds.span() / 4;
    s.update(Action::ZoomIn, HEIGHT);
    assert_eq!(s.view.range.span(), s.view.bounds.span() / 2);
    let share = |s: &Signals| {
        (s.view.cursor.time - s.view.range.start()) as f64 / s.view.range.span() as f64
    };
    assert!((share(&s) - 0.25).abs() < 1e-6);
    for _ in 0..100 {
        s.update(Action::Right, HEIGHT);
    }
    assert_eq!(s.view.range.end(), s.view.bounds.end());
    // The cursor was left behind: a step brings it back at the edge.
    s.update(Action::CursorRight, HEIGHT);
    assert_eq!(s.view.cursor.time, s.view.range.start());
    for _ in 0..1000 {
        s.update(Action::CursorRight, HEIGHT);
    }
    assert_eq!(s.view.cursor.time, s.view.bounds.end());
    s.update(Action::ZoomFit, HEIGHT);
    assert_eq!(s.view.range, s.view.bounds);
    let start = s.view.bounds.start();
    s.view.show(start + 100, start + 1_000_100);
    assert_eq!(s.view.range.span(), SECOND);
}

#[test]
fn list_and_charts_share_the_lines() {
    let mut s = single();
    for height in 0..200 {
        let layout = s.layout(height);
        assert!(layout.list <= s.channels.len());
        let lines: usize = s.charts(layout.charts).iter().map(|(_, h)| h.lines()).sum();
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
        "the chart of the channel under the cursor is visible"
    );
    s.row = 0;
    assert_eq!(seen(&s), [[0], [1], [6]]);
    s.update(Action::Overlay, HEIGHT);
    assert_eq!(seen(&s), [vec![0, 1, 6], vec![2, 3, 5], vec![4, 7]]);
    s.chosen.clear();
    assert_eq!(s.layout(40).charts, 0);
}

#[test]
fn a_row_that_is_typed_is_gone_to_once_its_time_is_read() {
    let mut s = single();
    s.submit("7,001 .. 7,101").unwrap();
    assert_eq!(asks(&mut s).last().unwrap(), "0 [7000, 7100]");
    assert_eq!(asks(&mut s), [""; 0], "once");
    let times = [7000, 7100].map(one::time_of);
    let message = s.take(0, Part::RowTimes, Ok(SignalsAnswer::RowTimes(times.into())));
    assert_eq!(message, None);
    assert_eq!(s.view.range, TimeRange::new(times[0], times[1]));
    let wrong = s.submit("10,001").unwrap_err().sentence;
    assert_eq!(wrong, "the table has 10,000 rows");
    s.submit("3").unwrap();
    s.queries(SIZE);
    let message = s.take(0, Part::RowTimes, Err("torn".into()));
    assert_eq!(message.as_deref(), Some("torn"));
}

#[test]
fn runs_lie_over_each_other_from_their_starts() {
    let s = three();
    assert_eq!(s.view.bounds, TimeRange::new(0, 104_990_000));
    assert_eq!(s.view.range, s.view.bounds);
    let f1 = s.channels.iter().position(|c| c.name == "f1").unwrap();
    assert_eq!(s.chosen, BTreeSet::from([f1]));
    let has = [0, 1, 2].map(|run| s.channels[f1].is_in(run));
    assert_eq!(has, [true, false, true]);
}

#[test]
fn each_run_is_asked_for_one_channel_at_a_time_and_failures_not_again() {
    let mut s = three();
    let f1 = s.row;
    assert_eq!(asks(&mut s), ["0 f1", "2 f1"], "run B has no f1");
    assert_eq!(asks(&mut s), [""; 0], "both are on their way");
    s.take(0, Part::Channel, rows(&[1.0, 2.0], start(0)));
    fail(&mut s, 2, Part::Channel);
    assert_eq!(asks(&mut s), [""; 0]);
    let failure = s.failure(Key {
        run: 2,
        channel: f1,
    });
    assert_eq!(failure, Some("the table is gone"));
    assert_eq!(
        (s.failure_of(0), s.failure_of(2)),
        (None, Some("the table is gone"))
    );
    // Another channel is asked of all that have it, the one whose file is gone too.
    s.update(Action::First, 40);
    s.update(Action::Mark, 40);
    assert_eq!(asks(&mut s), ["0 x_1", "1 x_1", "2 x_1"]);
    // What is no longer chosen makes room for what is.
    s.update(Action::Mark, 40);
    s.update(Action::Down, 40);
    s.update(Action::Mark, 40);
    assert_eq!(asks(&mut s), ["0 z_1", "1 z_1", "2 z_1"]);
}

#[test]
fn values_are_those_at_or_before_the_same_time_of_each_run() {
    let mut s = three();
    let f1 = s.row;
    asks(&mut s);
    let first = rows(&[1.0, 2.0, f64::NAN, 4.0], start(0));
    s.take(0, Part::Channel, first);
    s.take(2, Part::Channel, rows(&[10.0, 20.0, 30.0], start(2)));
    let at = |s: &Signals, run, seconds: f64| {
        let value = s.value_at(run, f1, (seconds * 1e6) as i64);
        value.map(|v| v.to_string())
    };
    assert_eq!(at(&s, 0, 1.5).as_deref(), Some("2"));
    assert_eq!(at(&s, 2, 1.5).as_deref(), Some("20"));
    assert_eq!(at(&s, 0, 2.0).as_deref(), Some("NaN"));
    assert_eq!(at(&s, 0, -0.5).as_deref(), Some("NaN"));
    assert_eq!(at(&s, 2, 90.0).as_deref(), Some("NaN"), "after its end");
    assert_eq!(at(&s, 1, 1.0), None, "not read");
    // C is aligned two seconds into it: what was at 2 s is at 0 s now.
    s.update(Action::NextRun, HEIGHT);
    s.update(Action::NextRun, HEIGHT);
    assert_eq!(s.turn, 2);
    s.view.go_to(2 * SECOND);
    let said = s.update(Action::AlignHere, HEIGHT).unwrap();
    assert!(
        said.starts_with("run C is aligned at +2.000 s from its start"),
        "{said}"
    );
    assert_eq!((s.place(2), s.place(0)), (Some(2 * SECOND), None));
    assert_eq!((s.view.cursor.time, s.turn), (0, 0));
    assert_eq!(at(&s, 2, 0.0).as_deref(), Some("30"));
    assert_eq!(at(&s, 2, -1.5).as_deref(), Some("10"));
    assert_eq!(at(&s, 0, 0.0).as_deref(), Some("1"));
    assert_eq!(s.view.bounds, TimeRange::new(-2 * SECOND, 104_990_000));
    assert_eq!(s.view.range, s.view.bounds, "the whole stays the whole");
    let Line::Exact(line) = s.line(
        Key {
            run: 2,
            channel: f1,
        },
        107,
    ) else {
        panic!("no line");
    };
    assert_eq!(line.columns[0].map(|c| c.bucket.min), Some(10.0));
    // Moving on from there counts from the place, not from the start.
    s.update(Action::NextRun, HEIGHT);
    s.update(Action::NextRun, HEIGHT);
    s.view.go_to(-SECOND);
    s.update(Action::AlignHere, HEIGHT);
    assert_eq!(s.place(2), Some(SECOND));
    s.update(Action::AlignStart, HEIGHT);
    assert_eq!((s.place(2), s.has_places()), (None, false));
    assert_eq!(s.view.bounds, TimeRange::new(0, 104_990_000));
}

#[test]
fn what_is_aligned_stays_where_it_is_on_the_screen() {
    let mut s = three();
    s.view.show(20 * SECOND, 40 * SECOND);
    s.view.go_to(25 * SECOND);
    s.update(Action::AlignHere, HEIGHT);
    assert_eq!(s.view.cursor.time, 0);
    assert_eq!(s.view.range, TimeRange::new(-5 * SECOND, 15 * SECOND));
}

#[test]
fn a_place_lies_within_its_run() {
    let mut s = three();
    s.update(Action::NextRun, HEIGHT);
    s.update(Action::NextRun, HEIGHT);
    s.view.go_to(104 * SECOND);
    s.update(Action::AlignHere, HEIGHT);
    let (from, to) = s.span(2).unwrap();
    assert_eq!(s.place(2), Some(to - from), "its end: it is shorter than A");
}

#[test]
fn reopening_keeps_places_choice_and_what_was_read_from_the_same_files() {
    let mut s = three();
    let f1 = s.row;
    asks(&mut s);
    for run in [0, 2] {
        s.take(run, Part::Channel, rows(&[1.0, 2.0], start(run)));
    }
    s.view.go_to(3 * SECOND);
    s.update(Action::AlignHere, HEIGHT);
    s.update(Action::Marker, HEIGHT);
    let mut details = [0, 1, 2].map(several::detail);
    details[2]
        .row
        .change(|fields| fields.file_name = Some("another.parquet".into()));
    let runs: Vec<Option<&RunDetail>> = details.iter().map(Some).collect();
    let mut again = Signals::of_runs(&runs, &Comparison::new(&runs, &[]), &["f1".to_owned()]);
    again.resume(s.clone());
    assert_eq!(
        (again.place(0), again.chosen.clone()),
        (Some(3 * SECOND), s.chosen)
    );
    assert_eq!((again.view.marker, again.turn), (s.view.marker, s.turn));
    assert!(again.value_at(0, f1, 0).is_some());
    assert_eq!(asks(&mut again), ["2 f1"]);
}

#[test]
fn the_histogram_follows_the_cursor_of_the_list_and_the_visible_span() {
    use crate::app::action::Action;
    let mut s = single();
    let answer = |s: &mut Signals| {
        for _ in 0..8 {
            for (run, query) in s.queries(SIZE) {
                s.take(run, query.part(), Ok(one_answer(&query)));
            }
        }
    };
    answer(&mut s);
    assert!(s.distribution().is_none());
    assert_eq!(s.update(Action::Distribution, HEIGHT), None);
    assert_eq!(asks(&mut s), ["0 distribution of v1"]);
    assert_eq!(asks(&mut s), [""; 0], "each once");
    // The run is zoomed before the answer: the later question counts.
    s.update(Action::ZoomIn, HEIGHT);
    answer(&mut s);
    let rows = |s: &Signals| s.distribution().unwrap().unwrap().unwrap().samples;
    let half = rows(&s);
    s.update(Action::ZoomFit, HEIGHT);
    assert_eq!(rows(&s), half, "shown until the other is counted");
    answer(&mut s);
    assert_eq!(rows(&s), 10_000);
    assert!((4_000..6_000).contains(&half), "{half}");
    s.update(Action::Down, HEIGHT);
    assert!(s.distribution().is_none(), "of another channel");
    answer(&mut s);
    assert!(s.distribution().is_some());
    // Too low a terminal says so.
    let mut low = single();
    let said = low.update(Action::Distribution, 10);
    assert!(said.unwrap().contains("too low") && !low.has_distribution);
    let mut several = three();
    several.update(Action::Distribution, HEIGHT);
    assert!(!several.has_distribution);
}

#[test]
fn the_cursor_begins_where_every_chart_has_a_value() {
    let mut detail = one::detail();
    let start = detail.row.start_us().unwrap();
    for (channel, after) in [("v1", 2), ("f1", 7), ("z_1", 90)] {
        let stats = detail.channels.get_mut(channel).unwrap();
        stats.first_time = Some(crate::etl::time::format(start + after * SECOND));
    }
    let names = ["v1", "f1"].map(str::to_owned);
    let mut signals = Signals::of_run(&detail, &names).unwrap();
    assert_eq!(signals.view.cursor.time, start + 7 * SECOND);
    assert_eq!(signals.view.range, signals.view.bounds, "all is seen");
    for channel in &signals.chosen {
        assert!(!signals.is_before_first(0, *channel));
    }
    // Channels that were remembered are put on by the run that opens; a cursor that was moved stays.
    signals.choose_named(&["z_1".to_owned()]);
    assert_eq!(signals.view.cursor.time, start + 7 * SECOND);
    signals.put_on_values();
    assert_eq!(signals.view.cursor.time, start + 90 * SECOND);
    signals.view.put(start + 50 * SECOND);
    let mut again = Signals::of_run(&detail, &names).unwrap();
    again.resume(signals);
    assert_eq!(again.view.cursor.time, start + 50 * SECOND);
    // Runs over each other count from their starts.
    let mut details = [0, 1].map(several::detail);
    let first = details[1].row.start_us().unwrap() + 4 * SECOND;
    let stats = details[1].channels.get_mut("v1").unwrap();
    stats.first_time = Some(crate::etl::time::format(first));
    let runs: Vec<Option<&RunDetail>> = details.iter().map(Some).collect();
    let shared = Comparison::new(&runs, &[]);
    let signals = Signals::of_runs(&runs, &shared, &["v1".to_owned()]);
    assert_eq!(signals.view.cursor.time, 4 * SECOND);
}
