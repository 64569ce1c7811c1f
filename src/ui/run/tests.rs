use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::app::{Action, prompt::Purpose, run::fixture, view::View};

fn theme() -> Theme {
    Theme::named("dark", false).unwrap()
}

/// The run on a terminal of its own as text.
fn text(screen: &RunScreen) -> String {
    let backend = TestBackend::new(screen.size.0, screen.size.1);
    let mut terminal = Terminal::new(backend).unwrap();
    let theme = theme();
    terminal
        .draw(|frame| draw_in(frame, screen.size, screen, "", &theme))
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
        fixture::answer_queries(screen, effects);
    }
}

#[test]
fn every_size_is_drawn_in_every_tab() {
    let mut screen = fixture::opened((80, 24));
    for _ in 0..4 {
        act(&mut screen, &[Action::NextPane]);
        for width in (1..12).chain([25, 39, 40, 60, 80, 250]) {
            for height in (4..14).chain([20, 24, 60]) {
                let effects = screen.resize((width, height));
                fixture::answer_queries(&mut screen, effects);
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
        fixture::answer_queries(&mut screen, effects);
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

#[test]
fn the_legend_of_times_carries_the_day_where_the_run_crosses_midnight() {
    use crate::{
        app::run::{path::Colour, path_colours::PathColours},
        etl::time::SECOND,
    };
    let legend = |later: i64| {
        let from = fixture::START + later;
        let run = (from, from + 100 * SECOND);
        let figures = (from as f64, run.1 as f64);
        let colours = Some(PathColours::new(Colour::Time, figures, 5));
        let parts = path::legend((Colour::Time, ""), (colours, run), &theme());
        let spans = parts.iter().flatten();
        spans.map(|span| span.content.as_ref()).collect::<String>()
    };
    assert!(legend(0).starts_with(" time  ■ 20:40:00.027  ■ 20:40:20.027"));
    let over_midnight = legend((3 * 3600 + 19 * 60 + 30) * SECOND);
    let expected = " time  ■ 11-23 23:59:30.027  ■ 11-23 23:59:50.027  ■ 11-24 00:00:10.027";
    assert!(over_midnight.starts_with(expected), "{over_midnight}");
}

#[test]
fn overlaid_channels_have_their_names_on_their_lines() {
    for marker in [
        crate::app::chart::Marker::Braille,
        crate::app::chart::Marker::Dot,
    ] {
        let mut screen = fixture::opened((100, 30));
        act(&mut screen, &[Action::NextPane]);
        let in_plot = |screen: &RunScreen, name: &str| {
            let text = text(screen);
            let axis = ['┤', '│', '┐', '┘', '╷', '╵'];
            let plots = text.lines().filter_map(|line| line.split_once(axis));
            plots.filter(|(_, plot)| plot.contains(name)).count()
        };
        screen.views.as_mut().unwrap().signals.view.marker = marker;
        assert_eq!((in_plot(&screen, "fz_1"), in_plot(&screen, "f1")), (0, 0));
        act(&mut screen, &[Action::Overlay]);
        assert!(in_plot(&screen, "fz_1") > 0, "{}", text(&screen));
        assert!(in_plot(&screen, "f1") > 0, "{}", text(&screen));
    }
}

#[test]
fn the_heading_of_layers_drops_nothing_unsaid() {
    let mut screen = fixture::opened((80, 24));
    let layers = [Action::NextPane; 4];
    act(&mut screen, &layers);
    let all = ["robot", "step", "wall", "|axial force|", "(95 %:"];
    for size in [(80, 24), (120, 40), (200, 50)] {
        let effects = screen.resize(size);
        fixture::answer_queries(&mut screen, effects);
        let Some(views) = &mut screen.views else {
            continue;
        };
        views.layers = crate::app::run::Layers::new(&fixture::layered());
        let shown = text(&screen);
        assert!(all.iter().all(|word| shown.contains(word)), "{shown}");
    }
    let effects = screen.resize((60, 18));
    fixture::answer_queries(&mut screen, effects);
    assert!(
        text(&screen)
            .lines()
            .nth(2)
            .unwrap_or_default()
            .ends_with('…'),
        "{}",
        text(&screen)
    );
}

#[test]
fn the_smallest_size_explains_itself() {
    let mut screen = fixture::opened(layout::MINIMUM);
    act(&mut screen, &[Action::NextPane]);
    let shown = text(&screen);
    assert!(shown.contains(" Too few lines for charts."), "{shown}");
    act(&mut screen, &[Action::NextPane, Action::NextPane]);
    let shown = text(&screen);
    let line = shown.lines().rev().find(|line| line.contains("z_1"));
    let line = line.unwrap_or_else(|| panic!("{shown}"));
    for axis in ["x_1 ", "z_1 "] {
        let value = line.split_once(axis).unwrap().1;
        assert!(
            value.starts_with(|c: char| c == '−' || c.is_ascii_digit()),
            "{line}"
        );
    }
    let mut detail = fixture::flagged();
    detail.flags.clear();
    detail.not_evaluated = vec![detail.not_evaluated[0].clone(); 6];
    let read = Ok(Some(fixture::opened_run(detail)));
    let _ = screen.reload();
    let effects = fixture::deliver(&mut screen, |q| &mut q.detail, read);
    fixture::answer_queries(&mut screen, effects);
    act(&mut screen, &[Action::NextPane, Action::NextPane]);
    let shown = text(&screen);
    assert!(
        shown.contains("more lines: `mdtui show` has all"),
        "{shown}"
    );
}

#[test]
fn a_flag_has_its_value_and_threshold_where_the_list_has_no_room_for_them() {
    for (width, in_list) in [(60, false), (80, false), (120, true)] {
        let mut screen = fixture::opened((width, 24));
        let _ = screen.reload();
        let read = Ok(Some(fixture::opened_run(fixture::flagged())));
        let effects = fixture::deliver(&mut screen, |q| &mut q.detail, read);
        fixture::answer_queries(&mut screen, effects);
        act(&mut screen, &[Action::PreviousPane]);
        let shown = text(&screen);
        let list = shown
            .lines()
            .any(|line| line.contains("severity") && line.contains("threshold"));
        assert_eq!(list, in_list, "{shown}");
        let words = shown.contains("measured 15.010 s, threshold 0.050 s");
        assert_eq!(words, !in_list, "{shown}");
    }
}

#[test]
fn the_open_tab_has_its_title_at_the_smallest_size() {
    let mut screen = fixture::opened(layout::MINIMUM);
    for tab in Tab::ALL {
        let shown = text(&screen);
        let title = format!("[{}]", tab.title());
        assert!(shown.contains(&title), "{title} {shown}");
        act(&mut screen, &[Action::NextPane]);
    }
}
