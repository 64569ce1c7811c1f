use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::app::{
    Action, layout,
    prompt::Purpose,
    run::{RunAnswer, RunSlot, fixture},
};

fn theme() -> Theme {
    Theme::named("dark", false).unwrap()
}

/// The run's part of the terminal as text.
fn text(screen: &RunScreen) -> String {
    let body = layout::body(screen.size);
    let backend = TestBackend::new(body.width, body.height);
    let mut terminal = Terminal::new(backend).unwrap();
    let theme = theme();
    terminal
        .draw(|frame| draw(frame, frame.area(), screen, &theme))
        .unwrap();
    let buffer = terminal.backend().buffer();
    let lines = (0..buffer.area.height).map(|y| {
        let line: String = (0..buffer.area.width)
            .map(|x| buffer[(x, y)].symbol())
            .collect();
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn act(screen: &mut RunScreen, actions: &[Action]) {
    for action in actions {
        let effects = screen.update(*action);
        fixture::settle(screen, effects);
    }
}

fn snapshot(name: &str, actions: &[Action]) {
    for size in [(80, 24), (200, 50)] {
        let mut screen = fixture::opened(size);
        act(&mut screen, actions);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), text(&screen));
    }
}

#[test]
fn summary() {
    snapshot("summary", &[]);
    use Action::*;
    snapshot("summary_scrolled", &[Last, Right, Right]);
}

#[test]
fn signals() {
    use Action::*;
    // z_1 with its gap joins force and speed; the cursor measures from a pin.
    let mut actions = vec![NextPane, First, Down, Mark, Pin];
    actions.extend([CursorRight; 20]);
    snapshot("signals", &actions);
    actions.extend([ZoomIn, Marker, Right]);
    snapshot("signals_zoomed_blocks", &actions);
}

#[test]
fn single_samples_are_marked_where_there_is_room() {
    use Action::*;
    // v1 has a new value in every row, x_2 holds one.
    let mut actions = vec![NextPane, Down, Down, Mark, CursorRight];
    actions.extend([ZoomIn; 10]);
    snapshot("signals_samples", &actions);
}

#[test]
fn signals_without_a_chart_and_with_all() {
    use Action::*;
    let chosen = [NextPane, First, Down, Down, Down, Down, Mark, Down, Mark];
    snapshot("signals_none_chosen", &chosen);
    let mut all = vec![NextPane, First];
    all.extend([
        Mark, Down, Mark, Down, Mark, Down, Mark, Down, Down, Down, Mark, Down, Mark,
    ]);
    snapshot("signals_all_chosen", &all);
    all.push(Overlay);
    snapshot("signals_overlaid", &all);
}

#[test]
fn samples() {
    use Action::*;
    snapshot("samples", &[NextPane, NextPane, Down, Down]);
    snapshot(
        "samples_end",
        &[NextPane, NextPane, Last, Right, Right, Right],
    );
}

#[test]
fn samples_filtered() {
    for size in [(60, 20), (80, 24), (200, 50)] {
        let mut screen = fixture::opened(size);
        act(&mut screen, &[Action::NextPane, Action::NextPane]);
        let mut snap = |name: &str, text_of: &str| {
            let effects = screen.submit(Purpose::Filter, text_of).unwrap();
            fixture::settle(&mut screen, effects);
            act(&mut screen, &[Action::Right, Action::Down]);
            let name = format!("{name}_{}x{}", size.0, size.1);
            insta::assert_snapshot!(name, text(&screen));
        };
        snap("samples_filtered", "z_1 is null and fx_1 > 19.99");
        snap("samples_filter_empty", "x_2 != 5");
    }
}

#[test]
fn path() {
    use Action::*;
    let mut actions = vec![PreviousPane];
    snapshot("path", &actions);
    actions.extend([ZoomIn, Right, CursorRight, NextColour, Marker]);
    snapshot("path_zoomed", &actions);
    actions.extend([ZoomFit, NextPlane, NextColour]);
    snapshot("path_x_z_by_time", &actions);
}

#[test]
fn what_is_not_read_yet_has_its_place() {
    let (mut screen, _) = RunScreen::open("log", fixture::run(), (80, 24));
    assert_eq!(text(&screen).trim(), "reading the run …");
    let detail = RunAnswer::Detail(Some(Box::new(fixture::detail())));
    screen.answer(RunSlot::Detail, Ok(detail));
    screen.update(Action::NextPane);
    insta::assert_snapshot!("signals_loading", text(&screen));
    screen.update(Action::NextPane);
    insta::assert_snapshot!("samples_loading", text(&screen));
}

#[test]
fn what_cannot_be_shown_says_why() {
    let mut screen = fixture::opened((80, 24));
    let gone = "the run's table cache/a/run_x.parquet is gone; harvest a again with --force to have it back";
    screen.update(Action::NextPane);
    for slot in [
        RunSlot::Overview,
        RunSlot::Channel,
        RunSlot::Channel,
        RunSlot::CursorRow,
    ] {
        screen.answer(slot, Err(gone.into()));
    }
    insta::assert_snapshot!("signals_table_gone", text(&screen));
    screen.update(Action::NextPane);
    screen.answer(RunSlot::Rows, Err(gone.into()));
    insta::assert_snapshot!("samples_table_gone", text(&screen));
    let (mut screen, _) = RunScreen::open("log", fixture::run(), (80, 24));
    let mut detail = fixture::detail();
    detail.row.error = Some("every sample of robot 2 has the same time".into());
    (
        detail.row.start_us,
        detail.row.stop_us,
        detail.row.runtime_s,
    ) = (None, None, None);
    screen.answer(
        RunSlot::Detail,
        Ok(RunAnswer::Detail(Some(Box::new(detail)))),
    );
    insta::assert_snapshot!("failed_run", text(&screen));
}

#[test]
fn every_size_is_drawn_in_every_tab() {
    let mut screen = fixture::opened((80, 24));
    for _ in 0..4 {
        act(&mut screen, &[Action::NextPane]);
        for width in (1..12).chain([25, 39, 40, 60, 80, 250]) {
            for height in (4..14).chain([20, 24, 60]) {
                let effects = screen.resize((width, height));
                fixture::settle(&mut screen, effects);
                text(&screen);
            }
        }
    }
}

#[test]
fn the_row_under_the_cursor_is_always_seen() {
    for height in 8..40 {
        let mut screen = fixture::opened((80, height));
        act(&mut screen, &[Action::NextPane, Action::NextPane]);
        for action in [
            Action::Last,
            Action::PageUp,
            Action::HalfDown,
            Action::First,
            Action::PageDown,
        ] {
            act(&mut screen, &[action]);
            let samples = &screen.views.as_ref().unwrap().samples;
            let time = samples.cell(samples.row, 0).unwrap();
            assert!(
                text(&screen).contains(&time),
                "{action:?} at {height} lines"
            );
        }
    }
}

/// Actions and sizes without plan, drawn after each.
#[test]
fn nothing_that_is_pressed_fails() {
    use rand_core::Rng;
    use rand_core::SeedableRng;
    let mut random = rand_pcg::Pcg32::seed_from_u64(11);
    let mut screen = fixture::opened((80, 24));
    for step in 0..1500 {
        let dice = random.next_u32() as usize;
        let effects = if dice.is_multiple_of(40) {
            screen.resize(((dice / 64 % 150) as u16, (dice / 8192 % 60) as u16))
        } else if dice.is_multiple_of(30) {
            let place = ["+10s", "20:40:30", "5000", "+1s..+2s", "x"][dice / 64 % 5];
            screen.submit(Purpose::GoTo, place).unwrap_or_default()
        } else if dice.is_multiple_of(29) {
            let texts = [
                "fz_1 < -1500",
                "x_1 is null",
                "",
                "z_1 is null or time > +90s",
            ];
            let asked = screen.submit(Purpose::Filter, texts[dice / 64 % texts.len()]);
            asked.unwrap_or_default()
        } else {
            screen.update(Action::ALL[dice / 64 % Action::ALL.len()])
        };
        fixture::settle(&mut screen, effects);
        if step % 3 == 0 {
            text(&screen);
        }
        let views = screen.views.as_ref().unwrap();
        assert!(views.samples.row < views.samples.rows.max(1));
        assert!(
            views
                .signals
                .view
                .bounds
                .contains(views.signals.view.cursor.time)
        );
        assert_eq!(
            views.signals.view.range.clamp(views.signals.view.bounds),
            views.signals.view.range
        );
    }
}
