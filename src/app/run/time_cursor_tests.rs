//! One moment in all tabs of a run.

use super::*;
use crate::app::{
    prompt::Purpose,
    run::fixture::{self, START, time_of, value},
};

fn act(screen: &mut RunScreen, action: Action) {
    let effects = screen.update(action);
    fixture::answer_queries(screen, effects);
}

fn go(screen: &mut RunScreen, tab: Tab) {
    while screen.tab != tab {
        act(screen, Action::NextPane);
    }
}

fn opened(tab: Tab) -> RunScreen {
    let mut screen = fixture::opened((100, 30));
    go(&mut screen, tab);
    screen
}

fn cursor(screen: &RunScreen) -> i64 {
    screen.views.as_ref().unwrap().signals.view.cursor.time
}

fn row(screen: &RunScreen) -> u64 {
    let samples = &screen.views.as_ref().unwrap().samples;
    samples.table_row(samples.row)
}

#[test]
fn the_row_of_samples_and_the_cursor_of_the_charts_are_one() {
    let mut screen = opened(Tab::Samples);
    assert_eq!((row(&screen), cursor(&screen)), (0, START));
    for _ in 0..7 {
        act(&mut screen, Action::Down);
    }
    assert_eq!(cursor(&screen), time_of(7));
    act(&mut screen, Action::Last);
    assert_eq!(cursor(&screen), time_of(9_999), "rows that had to be read");
    // From the charts to the samples, also where the cursor stands between two rows.
    go(&mut screen, Tab::Signals);
    let views = screen.views.as_mut().unwrap();
    views.signals.view.go_to(time_of(4_321) + 3_000);
    go(&mut screen, Tab::Samples);
    assert_eq!(row(&screen), 4_321);
    assert_eq!(cursor(&screen), time_of(4_321) + 3_000, "it was not moved");
    // What is typed in one counts in the others.
    let effects = screen.submit(Purpose::GoTo, "+10s").unwrap();
    fixture::answer_queries(&mut screen, effects);
    assert_eq!((row(&screen), cursor(&screen)), (1_000, time_of(1_000)));
    go(&mut screen, Tab::Path);
    let place = screen.views.as_ref().unwrap().path.place(cursor(&screen));
    act(&mut screen, Action::CursorRight);
    let moved = screen.views.as_ref().unwrap().path.place(cursor(&screen));
    assert!(place != moved && cursor(&screen) > time_of(1_000));
    let there = cursor(&screen);
    go(&mut screen, Tab::Samples);
    assert_eq!(
        (row(&screen), cursor(&screen)),
        (((there - START) / 10_000) as u64, there)
    );
}

#[test]
fn a_row_that_cannot_be_found_is_not_asked_for_again() {
    let mut screen = opened(Tab::Signals);
    screen
        .views
        .as_mut()
        .unwrap()
        .signals
        .view
        .go_to(time_of(50));
    let mut open = screen.update(Action::NextPane);
    assert_eq!(screen.tab, Tab::Samples);
    let mut asked = 0;
    while let Some(effect) = open.pop() {
        let crate::app::effect::Effect::Ask(question) = effect else {
            continue;
        };
        let mut answer = if question.query::<LocateTime>().is_some() {
            asked += 1;
            assert!(asked < 3, "it is asked for again and again");
            question.fail("the run's table is busy")
        } else {
            fixture::answer(&question).unwrap()
        };
        open.extend(screen.answer(&mut answer));
    }
    assert_eq!((asked, row(&screen), cursor(&screen)), (1, 0, time_of(50)));
    assert_eq!(screen.message.as_deref(), Some("the run's table is busy"));
    // The next row that is chosen leads again.
    act(&mut screen, Action::Down);
    assert_eq!((row(&screen), cursor(&screen)), (1, time_of(1)));
}

#[test]
fn a_row_that_a_filter_hides_leaves_the_cursor_of_the_charts() {
    let mut screen = opened(Tab::Samples);
    let effects = screen.submit(Purpose::Filter, "fz_1 < -5000").unwrap();
    fixture::answer_queries(&mut screen, effects);
    assert_eq!(row(&screen), 7_777);
    assert_eq!(
        cursor(&screen),
        time_of(7_777),
        "the cursor goes with its row"
    );
    go(&mut screen, Tab::Signals);
    screen
        .views
        .as_mut()
        .unwrap()
        .signals
        .view
        .go_to(time_of(50));
    go(&mut screen, Tab::Samples);
    assert_eq!((row(&screen), cursor(&screen)), (7_777, time_of(50)));
    act(&mut screen, Action::Down);
    assert_eq!(cursor(&screen), time_of(50), "there is no other row");
}

#[test]
fn extremes_are_samples_of_the_table_and_not_of_the_chart() {
    let mut screen = opened(Tab::Signals);
    let views = screen.views.as_mut().unwrap();
    let fz = views.signals.channels.iter().position(|c| c.name == "fz_1");
    views.signals.row = fz.unwrap();
    act(&mut screen, Action::Smallest);
    assert_eq!(cursor(&screen), time_of(7_777));
    let message = screen.message.take().unwrap();
    assert_eq!(
        message,
        "smallest fz_1 of the run: −9,999.50 N at 20:41:22.797"
    );
    go(&mut screen, Tab::Samples);
    assert_eq!(row(&screen), 7_777);
    // Of the current column, x_1, and among the rows that are shown.
    for _ in 0..3 {
        act(&mut screen, Action::Right);
    }
    act(&mut screen, Action::Largest);
    let best = |rows: std::ops::Range<usize>| {
        rows.rev()
            .max_by(|a, b| value(0, *a).total_cmp(&value(0, *b)))
            .unwrap()
    };
    assert_eq!(row(&screen), best(0..10_000) as u64);
    let effects = screen.submit(Purpose::Filter, "time > +90s").unwrap();
    fixture::answer_queries(&mut screen, effects);
    act(&mut screen, Action::Largest);
    assert_eq!(row(&screen), best(8_501..10_000) as u64);
    assert_eq!(cursor(&screen), time_of(best(8_501..10_000)));
    // A path is coloured by force first.
    go(&mut screen, Tab::Path);
    act(&mut screen, Action::Largest);
    assert!(
        screen
            .message
            .take()
            .unwrap()
            .starts_with("largest f1 of the run: 1,600.00 N at ")
    );
    act(&mut screen, Action::NextColour);
    act(&mut screen, Action::NextColour);
    act(&mut screen, Action::Largest);
    assert!(screen.message.take().unwrap().contains("colour the path"));
}

#[test]
fn a_statistic_leads_to_its_sample_and_back() {
    let mut screen = opened(Tab::Summary);
    let summary = |screen: &RunScreen| screen.views.as_ref().unwrap().summary.clone();
    while summary(&screen).page.rows[summary(&screen).row][0] != "fz_1" {
        act(&mut screen, Action::Down);
    }
    let title = |screen: &RunScreen| {
        let summary = summary(screen);
        summary.page.titles[summary.column].clone()
    };
    assert_eq!(title(&screen), "max");
    act(&mut screen, Action::Right);
    act(&mut screen, Action::Open);
    let message = screen.message.take().unwrap();
    assert!(
        message.starts_with("mean has no sample of its own"),
        "{message}"
    );
    assert_eq!(screen.tab, Tab::Summary);
    for _ in 0..2 {
        act(&mut screen, Action::Left);
    }
    assert_eq!(title(&screen), "min");
    act(&mut screen, Action::Open);
    assert_eq!(
        (screen.tab, cursor(&screen)),
        (Tab::Signals, time_of(7_777))
    );
    let signals = &screen.views.as_ref().unwrap().signals;
    let fz = signals
        .channels
        .iter()
        .position(|c| c.name == "fz_1")
        .unwrap();
    assert!(signals.chosen.contains(&fz) && signals.row == fz);
    assert!(crate::app::view::View::step_back(&mut screen));
    assert_eq!(screen.tab, Tab::Summary);
    while title(&screen) != "p99" {
        act(&mut screen, Action::Right);
    }
    act(&mut screen, Action::Open);
    let message = screen.message.take().unwrap();
    assert!(message.starts_with("p99 "), "{message}");
    assert_eq!(screen.tab, Tab::Signals);
}

#[test]
fn quality_follows_the_cursor_and_leads_it() {
    let mut screen = opened(Tab::Signals);
    fixture::deliver(
        &mut screen,
        |q| &mut q.detail,
        Ok(Some(fixture::opened_run(fixture::flagged()))),
    );
    let rule = |screen: &RunScreen| {
        let quality = &screen.views.as_ref().unwrap().quality;
        quality.table.current().unwrap().flag.rule.clone()
    };
    screen
        .views
        .as_mut()
        .unwrap()
        .signals
        .view
        .go_to(time_of(7_700));
    go(&mut screen, Tab::Quality);
    assert_eq!(rule(&screen), "missing_axis", "it lasts for the whole run");
    assert_eq!(cursor(&screen), time_of(7_700));
    // The spike's time is within the whole run too: the shorter flag says more of it.
    go(&mut screen, Tab::Signals);
    screen
        .views
        .as_mut()
        .unwrap()
        .signals
        .view
        .go_to(time_of(7_777));
    go(&mut screen, Tab::Quality);
    assert_eq!(rule(&screen), "spike");
    // Of one severity, the flag of the whole run began first.
    act(&mut screen, Action::Up);
    assert_eq!(rule(&screen), "missing_axis");
    act(&mut screen, Action::Down);
    assert_eq!(rule(&screen), "spike");
    assert_eq!(cursor(&screen), time_of(7_777));
    go(&mut screen, Tab::Samples);
    assert_eq!(row(&screen), 7_777);
    go(&mut screen, Tab::Quality);
    assert_eq!(rule(&screen), "spike");
}
