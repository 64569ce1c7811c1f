use super::*;
use crate::app::run::fixture::{self, ROWS, START, answer_queries, opened, time_of};
use crate::app::signals::Key;
use crate::app::view::View;
use crate::etl::parse_error::ParseError;

const X: Key = Key { run: 0, channel: 0 };

fn act(screen: &mut RunScreen, action: Action) -> usize {
    let effects = screen.update(action);
    answer_queries(screen, effects)
}

fn submit(screen: &mut RunScreen, text: &str) -> Result<(), ParseError> {
    let effects = screen.submit(Purpose::GoTo, text)?;
    answer_queries(screen, effects);
    Ok(())
}

fn samples(screen: &RunScreen) -> &Samples {
    &screen.views.as_ref().unwrap().samples
}

fn signals(screen: &RunScreen) -> &Signals {
    &screen.views.as_ref().unwrap().signals
}

#[test]
fn each_tab_reads_what_it_shows_when_it_is_shown() {
    let mut screen = opened((80, 24));
    assert_eq!(screen.tab, Tab::Summary);
    assert!(signals(&screen).overview(X).is_none());
    // Sparklines, z_1, fz_1 and f1, the values at the cursor.
    assert_eq!(act(&mut screen, Action::NextPane), 5);
    for channel in [1, 3, 5] {
        let line = signals(&screen).visible_stats(Key { run: 0, channel });
        assert!(line.is_some());
    }
    assert_eq!(
        act(&mut screen, Action::ZoomIn),
        0,
        "a zoom asks for nothing"
    );
    assert_eq!(act(&mut screen, Action::Pin), 0);
    assert_eq!(
        act(&mut screen, Action::CursorRight),
        1,
        "values of the other channels"
    );
    // The row at the cursor, rows, which channels never repeat a value.
    assert_eq!(act(&mut screen, Action::NextPane), 3);
    assert_eq!(
        samples(&screen).cell(0, 0).as_deref(),
        Some("20:40:00.027000")
    );
    assert_eq!(act(&mut screen, Action::NextPane), 1);
    assert_eq!(screen.tab, Tab::Path);
    assert_eq!(
        act(&mut screen, Action::ZoomIn),
        0,
        "nor does one of the path"
    );
    assert_eq!(act(&mut screen, Action::NextPane), 0);
    assert_eq!(screen.tab, Tab::Layers);
    assert_eq!(act(&mut screen, Action::NextPane), 0);
    assert_eq!(screen.tab, Tab::Quality);
    assert_eq!(act(&mut screen, Action::NextPane), 0);
    assert_eq!(screen.tab, Tab::Summary);
}

#[test]
fn a_pin_measures_channels_without_a_chart_too() {
    let mut screen = opened((80, 24));
    act(&mut screen, Action::NextPane);
    act(&mut screen, Action::Pin);
    assert_eq!(signals(&screen).since_pin(0, 0), Some(0.0));
    act(&mut screen, Action::CursorRight);
    let row = (0..ROWS)
        .take_while(|r| time_of(*r) <= signals(&screen).view.cursor.time)
        .count()
        - 1;
    assert_eq!(
        signals(&screen).since_pin(0, 0),
        Some(fixture::value(0, row))
    );
    assert!(signals(&screen).since_pin(0, 7).unwrap().is_nan());
    act(&mut screen, Action::Pin);
    assert_eq!(signals(&screen).since_pin(0, 0), None);
}

#[test]
fn samples_read_windows_around_what_is_seen() {
    let mut screen = opened((80, 24));
    act(&mut screen, Action::NextPane);
    act(&mut screen, Action::NextPane);
    for _ in 0..50 {
        assert_eq!(
            act(&mut screen, Action::PageDown),
            usize::from(screen.tab != Tab::Samples)
        );
        if samples(&screen).row > 900 {
            break;
        }
    }
    assert_eq!(act(&mut screen, Action::Last), 1);
    let s = samples(&screen);
    assert_eq!(s.row, ROWS as u64 - 1);
    assert_eq!(
        s.cell(s.row, 1),
        s.cell(s.row, 1).filter(|t| t.contains('.'))
    );
    assert_eq!(s.cell(s.row, 8).as_deref(), Some("·"), "null");
    assert_eq!(s.time(), Some(time_of(ROWS - 1)));
    act(&mut screen, Action::First);
    assert_eq!(
        samples(&screen).cell(ROWS as u64 - 1, 0),
        None,
        "no longer in memory"
    );
}

#[test]
fn one_goes_to_times_and_rows() {
    let mut screen = opened((80, 24));
    assert_eq!(screen.prompt(Action::GoTo), None);
    act(&mut screen, Action::NextPane);
    act(&mut screen, Action::NextPane);
    assert_eq!(screen.prompt(Action::GoTo), Some(Purpose::GoTo));
    submit(&mut screen, "+10s").unwrap();
    assert_eq!(samples(&screen).row, 1000);
    submit(&mut screen, "4,321").unwrap();
    assert_eq!(samples(&screen).row, 4320);
    assert_eq!(
        submit(&mut screen, "20001").unwrap_err().sentence,
        "the table has 10,000 rows"
    );
    assert!(
        submit(&mut screen, "soon")
            .unwrap_err()
            .sentence
            .starts_with("`soon` is not a position")
    );
    assert!(
        submit(&mut screen, "+2h")
            .unwrap_err()
            .sentence
            .contains("outside of the run")
    );
    act(&mut screen, Action::PreviousPane);
    submit(&mut screen, "20:40:00").unwrap();
    assert_eq!(signals(&screen).view.cursor.time, START);
    submit(&mut screen, "20:40:30 .. 20:40:40").unwrap();
    assert_eq!(signals(&screen).view.range.span(), 10_000_000);
    assert!(
        signals(&screen)
            .view
            .range
            .contains(signals(&screen).view.cursor.time)
    );
    submit(&mut screen, "7001").unwrap();
    assert_eq!(signals(&screen).view.cursor.time, time_of(7000));
}

#[test]
fn a_run_that_failed_or_is_gone_says_so() {
    let (mut screen, _) = RunScreen::open("log", fixture::run(), (80, 24));
    let mut detail = fixture::detail();
    detail
        .row
        .change(|fields| fields.error = Some("every sample of robot 2 has the same time"));
    detail.row.change(|fields| fields.start_us = None);
    detail.row.change(|fields| fields.file_name = None);
    let read = Ok(Some(fixture::opened_run(detail)));
    assert_eq!(fixture::deliver(&mut screen, |q| &mut q.detail, read), []);
    assert_eq!(
        screen.error.as_deref(),
        Some("every sample of robot 2 has the same time")
    );
    for action in Action::ALL {
        screen.update(*action);
    }
    fixture::deliver(&mut screen, |q| &mut q.detail, Ok(None));
    assert!(
        screen
            .error
            .unwrap()
            .contains("6939b762…11ed is not in the lake any more")
    );
}

#[test]
fn a_table_deleted_by_hand_is_reported_in_every_tab_and_queried_once() {
    let mut screen = opened((80, 24));
    for tab in [Tab::Signals, Tab::Samples, Tab::Path] {
        let mut open = screen.update(Action::NextPane);
        assert_eq!(screen.tab, tab);
        let mut asked = 0;
        while let Some(Effect::Ask(question)) = open.pop() {
            asked += 1;
            open.extend(screen.answer(&mut question.fail("the run's table is gone")));
        }
        assert!((1..=5).contains(&asked), "{asked}");
        assert_eq!(screen.resize((100, 30)), []);
    }
    assert!(samples(&screen).error.is_some());
    let failure = |channel| signals(&screen).failure(Key { run: 0, channel });
    assert!(failure(3).is_some() && failure(5).is_some());
    assert!(signals(&screen).error.is_some());
    // Looking again finds it back.
    let again = screen.reload();
    assert!(answer_queries(&mut screen, again) > 1);
    assert!(samples(&screen).error.is_none());
}

#[test]
fn a_second_scan_keeps_the_place() {
    let mut screen = opened((80, 24));
    act(&mut screen, Action::NextPane);
    act(&mut screen, Action::First);
    act(&mut screen, Action::Mark);
    act(&mut screen, Action::ZoomIn);
    let before = signals(&screen).clone();
    let again = screen.reload();
    assert_eq!(
        answer_queries(&mut screen, again),
        1,
        "what is loaded stays"
    );
    let after = signals(&screen);
    assert_eq!(
        (after.view.range, &after.chosen),
        (before.view.range, &before.chosen)
    );
}

#[test]
fn commands_and_copies_say_what_is_shown() {
    let mut screen = opened((80, 24));
    let run = fixture::run().to_string();
    assert_eq!(
        screen.command().unwrap().words(),
        ["show".to_owned(), format!("cell-10/2022-11-23T2040:{run}")]
    );
    let name = format!("cell-10/2022-11-23T2040:{run}");
    assert_eq!(screen.copy(), Some(name), "as commands take it");
    act(&mut screen, Action::NextPane);
    act(&mut screen, Action::ZoomIn);
    let command = |screen: &RunScreen| screen.command().unwrap().words().join(" ");
    let begin = "plot --channels z_1,fz_1,f1 --from 2022-11-23T20:40:00.027000Z --to";
    assert!(command(&screen).starts_with(begin), "{}", command(&screen));
    act(&mut screen, Action::Overlay);
    assert!(command(&screen).contains(" --overlay ") && command(&screen).contains(".svg "));
    act(&mut screen, Action::Overlay);
    assert_eq!(
        screen.copy().as_deref(),
        Some("2022-11-23T20:40:00.027000Z z_1=-48 mm fz_1=-1400 N f1=1400 N")
    );
    act(&mut screen, Action::NextPane);
    let copied = screen.copy().unwrap();
    assert!(
        copied.starts_with("2022-11-23T20:40:00.027000Z z_1=-48 mm fz_1=-1400 N f1=1400 N "),
        "{copied}"
    );
    act(&mut screen, Action::NextPane);
    let copied = screen.copy().unwrap();
    assert!(
        copied.starts_with("2022-11-23T20:40:00.027000Z x_1="),
        "{copied}"
    );
    assert!(copied.ends_with(" z_1=-48 mm"), "{copied}");
}

#[test]
fn no_action_at_any_size_fails() {
    let mut screen = opened((80, 24));
    for size in [(1, 1), (0, 0), (20, 5), (300, 100)] {
        let effects = screen.resize(size);
        answer_queries(&mut screen, effects);
        for _ in 0..4 {
            act(&mut screen, Action::NextPane);
            for action in Action::ALL
                .iter()
                .filter(|a| !matches!(a, Action::NextPane | Action::PreviousPane))
            {
                act(&mut screen, *action);
            }
        }
    }
}

#[test]
fn a_place_typed_before_the_run_is_read_waits_for_it() {
    for (tabs, text) in [(1, "+10s"), (1, "1,001"), (2, "1,001"), (2, "+10s")] {
        let (mut screen, effects) = RunScreen::open("log", fixture::run(), (80, 24));
        for _ in 0..tabs {
            screen.update(Action::NextPane);
        }
        // Digits must go to the text field, not to other views.
        assert_eq!(screen.prompt(Action::GoTo), Some(Purpose::GoTo));
        let wrong = submit(&mut screen, "soon").unwrap_err().sentence;
        assert!(wrong.starts_with("`soon` is not a position"), "{wrong}");
        submit(&mut screen, text).unwrap();
        let message = screen.take_message().unwrap();
        assert_eq!(message, "the cursor goes there once the run is read");
        answer_queries(&mut screen, effects);
        assert_eq!(screen.take_message(), None, "{text}");
        let views = screen.views.as_ref().unwrap();
        if tabs == 1 {
            let time = views.signals.view.cursor.time;
            assert_eq!(time, time_of(1000), "{text}");
        } else {
            assert_eq!(views.samples.row, 1000, "{text}");
        }
    }
    let (mut screen, effects) = RunScreen::open("log", fixture::run(), (80, 24));
    screen.update(Action::NextPane);
    submit(&mut screen, "+2h").unwrap();
    answer_queries(&mut screen, effects);
    let message = screen.take_message().unwrap();
    assert!(message.contains("outside of the run"), "{message}");
}
