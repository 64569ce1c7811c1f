use super::*;
use crate::{
    app::{
        compare::fixture,
        export::{Form, What},
        keymap::Context,
        view::View,
    },
    etl::stats::ChannelStatistic,
};

#[test]
fn opening_asks_for_the_runs_then_for_a_channel_of_each_that_has_it() {
    let (mut screen, effects) = CompareScreen::open(fixture::names(3), (80, 24));
    // The runs, and fz_1 of each.
    assert_eq!(fixture::answer_queries(&mut screen, effects), 4);
    let signals = &mut screen.views.as_mut().unwrap().signals;
    signals.row = signals
        .channels
        .iter()
        .position(|c| c.name == "f1")
        .unwrap();
    // Also f1, which B does not have.
    let effects = screen.update(Action::Mark);
    assert_eq!(fixture::answer_queries(&mut screen, effects), 2);
    let views = screen.views.as_ref().unwrap();
    assert_eq!(views.signals.value_at(1, views.signals.row, 0), None);
    let at = |run| views.signals.value_at(run, views.signals.row, 0).unwrap();
    assert_eq!(at(2) - at(0), 80.0);
    let line = screen.views.as_ref().unwrap().signals.cursor_line();
    assert_eq!(line, "cursor 0.000 s  f1  C − A +80.00 N");
}

#[test]
fn a_line_says_how_far_the_cursor_is_from_its_pin() {
    let mut screen = fixture::opened(2, (80, 24));
    for action in [Action::Pin, Action::CursorRight, Action::CursorRight] {
        screen.update(action);
    }
    let line = screen.views.as_ref().unwrap().signals.cursor_line();
    let expected = "cursor +2.100 s  pin 0.000 s  Δ +2.100 s  fz_1  B − A +40.00 N";
    assert_eq!(line, expected);
}

#[test]
fn the_table_follows_the_chosen_channels_and_so_does_the_command() {
    let mut screen = fixture::opened(2, (80, 24));
    // Equal statistics have rows too.
    screen.update(Action::NextPane);
    screen.update(Action::ShowAll);
    screen.update(Action::NextPane);
    let rows = |screen: &CompareScreen| screen.views.as_ref().unwrap().sheet.rows.len();
    let one = rows(&screen);
    let command = |screen: &CompareScreen| screen.command().unwrap().words().join(" ");
    let begin = "plot --channels fz_1 -o compare.svg cell-10/2022-11-23T2040:";
    assert!(command(&screen).starts_with(begin), "{}", command(&screen));
    screen.update(Action::NextPane);
    let begin = "compare --channels fz_1 cell-10/2022-11-23T2040:";
    assert!(command(&screen).starts_with(begin), "{}", command(&screen));
    screen.update(Action::NextPane);
    screen.submit("10..30").unwrap();
    assert!(command(&screen).contains(" --from +10s --to +30s "));
    screen.update(Action::ZoomFit);
    screen.update(Action::First);
    screen.update(Action::Mark);
    let statistics = ChannelStatistic::compared().count();
    assert_eq!(rows(&screen), one + 1 + statistics);
    assert_eq!(screen.command().unwrap().words()[2], "x_1,fz_1");
    assert!(screen.copy().unwrap().contains("\nx_1\tmean\t"));
    screen.update(Action::NextPane);
    let export = screen.export(&[], Form::Csv).unwrap();
    screen.update(Action::NextPane);
    assert_eq!(export.name, "compare_6939b762-11ed_6939b762-11ee");
    let copied = screen.copy().unwrap().lines().count() - 1;
    let What::List { list, .. } = export.what else {
        panic!("{export:?}")
    };
    assert!(list.len() == copied && list.csv().contains("\nx_1,mean,mm,"));
    for channel in [0, 1] {
        let views = screen.views.as_mut().unwrap();
        let chosen: Vec<usize> = views.signals.chosen.iter().copied().collect();
        views.signals.row = chosen[0];
        screen.update(Action::Mark);
        assert_eq!(
            screen.views.as_ref().unwrap().signals.chosen.len(),
            1 - channel
        );
    }
    let all = screen.views.as_ref().unwrap().comparison.channels.len();
    assert_eq!(rows(&screen), one + 13 * (all - 1), "none chosen: all");
    assert_eq!(screen.command().unwrap().words().len(), 3);
}

#[test]
fn keys_go_to_the_pane_that_has_them() {
    let mut screen = fixture::opened(3, (80, 24));
    assert_eq!(screen.contexts()[0], Context::Overlaid);
    assert_eq!(screen.prompt(Action::GoTo), Some(Purpose::GoTo));
    screen.update(Action::NextPane);
    assert_eq!(screen.contexts()[0], Context::Differences);
    assert_eq!(screen.prompt(Action::GoTo), None);
    screen.update(Action::ShowAll);
    screen.update(Action::Down);
    assert_eq!(screen.views.as_ref().unwrap().sheet.top, 1);
    screen.update(Action::PreviousPane);
    screen.update(Action::Up);
    assert_eq!(screen.views.as_ref().unwrap().sheet.top, 1);
}

#[test]
fn a_typed_place_moves_the_cursor_or_shows_a_span() {
    let mut screen = fixture::opened(2, (80, 24));
    let cursor = |s: &CompareScreen| s.views.as_ref().unwrap().signals.view.cursor.time;
    screen.submit("12.5").unwrap();
    assert_eq!(cursor(&screen), 12_500_000);
    screen.submit("+1m .. 1m10s").unwrap();
    let range = screen.views.as_ref().unwrap().signals.view.range;
    assert_eq!((range.start(), range.end()), (60_000_000, 70_000_000));
    let error = screen.submit("3h").unwrap_err().sentence;
    assert_eq!(
        error,
        "+10,800.000 s is outside: the runs last from 0.000 s to +104.990 s"
    );
    assert!(
        screen
            .submit("noon")
            .unwrap_err()
            .sentence
            .starts_with("`noon` is not a position: type 12.5")
    );
}

#[test]
fn a_place_typed_before_the_runs_are_read_waits_for_them() {
    for (place, expected, message) in [
        ("12.5", 12_500_000, None),
        ("3h", 0, Some("+10,800.000 s is outside")),
    ] {
        let (mut screen, effects) = CompareScreen::open(fixture::names(2), (80, 24));
        assert_eq!(screen.prompt(Action::GoTo), Some(Purpose::GoTo));
        let error = screen.submit("noon").unwrap_err().sentence;
        assert!(error.starts_with("`noon` is not a position"), "{error}");
        screen.submit(place).unwrap();
        let said = screen.take_message().unwrap();
        assert_eq!(said, "the cursor goes there once the runs are read");
        fixture::answer_queries(&mut screen, effects);
        let view = screen.views.as_ref().unwrap().signals.view;
        assert_eq!(view.cursor.time, expected);
        let said = screen.take_message();
        assert!(
            said.as_deref()
                .unwrap_or_default()
                .starts_with(message.unwrap_or_default())
        );
        assert_eq!(said.is_some(), message.is_some());
    }
}

#[test]
fn a_run_that_goes_or_changes_is_read_again_without_losing_ones_place() {
    let mut screen = fixture::opened(3, (80, 24));
    screen.submit("30").unwrap();
    screen.update(Action::AlignHere);
    assert!(
        screen
            .take_message()
            .unwrap()
            .starts_with("run A is aligned at +30.000 s")
    );
    let mut details: Vec<_> = (0..3).map(|at| Some(fixture::detail(at))).collect();
    details[1] = None;
    if let Some(third) = &mut details[2] {
        third
            .row
            .change(|fields| fields.file_name = Some("another.parquet".into()));
    }
    let asked = fixture::read(&mut screen, Ok(details));
    // Only the run with another file is read again.
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(screen.runs[1].detail.is_none());
    assert_eq!(
        screen.views.as_ref().unwrap().signals.place(0),
        Some(30_000_000)
    );
    // What cannot be read says so, and does not end what is shown.
    fixture::read(&mut screen, Err("the catalog is busy".into()));
    assert_eq!(
        screen.take_message().as_deref(),
        Some("the catalog is busy")
    );
    assert!(screen.views.is_some() && screen.error.is_none());
}

#[test]
fn a_run_is_compared_with_the_one_before_or_says_that_there_is_none() {
    let (key, run) = fixture::names(3).swap_remove(2);
    let (mut screen, effects) = CompareScreen::open_previous(key.clone(), run, (80, 24));
    fixture::answer_queries(&mut screen, effects);
    let keys: Vec<&str> = screen.runs.iter().map(|r| r.log_key.as_str()).collect();
    assert_eq!(
        keys,
        [fixture::names(3)[1].0.as_str(), key.as_str()],
        "the earlier one is A"
    );
    assert!(screen.views.is_some() && screen.error.is_none());
    let (key, run) = fixture::names(1).swap_remove(0);
    let (mut screen, effects) = CompareScreen::open_previous(key, run, (80, 24));
    fixture::answer_queries(&mut screen, effects);
    assert!(
        screen
            .error
            .unwrap()
            .contains("no earlier run of this machine")
    );
    assert!(screen.views.is_none());
}

#[test]
fn equal_figures_are_shown_on_one_key() {
    let mut screen = fixture::opened(3, (80, 24));
    screen.update(Action::NextPane);
    let rows = |screen: &CompareScreen| screen.views.as_ref().unwrap().sheet.rows.len();
    let some = rows(&screen);
    screen.update(Action::ShowAll);
    assert!(rows(&screen) > some);
    screen.update(Action::ShowAll);
    assert_eq!(rows(&screen), some);
}
