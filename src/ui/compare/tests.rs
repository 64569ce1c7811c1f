use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::app::{Action, compare::fixture, view::View};

const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (200, 50)];

/// The comparison on a terminal of its own as text.
fn text(screen: &CompareScreen) -> String {
    let mut terminal = Terminal::new(TestBackend::new(screen.size.0, screen.size.1)).unwrap();
    let theme = Theme::named("dark", true).unwrap();
    terminal
        .draw(|frame| draw_in(frame, screen.size, screen, &theme))
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

fn act(screen: &mut CompareScreen, actions: &[Action]) {
    for action in actions {
        let effects = screen.update(*action);
        fixture::answer_queries(screen, effects);
    }
}

#[test]
fn runs_that_are_gone_or_failed_say_so() {
    for size in SIZES {
        let (mut screen, _) = CompareScreen::open(fixture::names(4), size);
        assert!(text(&screen).contains("reading the runs …"));
        let mut details: Vec<_> = (0..4).map(|at| Some(fixture::detail(at))).collect();
        details[1] = None;
        if let Some(third) = &mut details[2] {
            crate::app::run::fixture::fail(&mut third.row);
            third.channels.clear();
        }
        fixture::read(&mut screen, Ok(details));
        let gone = "the run's table cache/a/run_x.parquet is gone; a harvest of a recreates it";
        fixture::channel_fails(&mut screen, 0, gone);
        let shown = text(&screen);
        for word in ["the run's table", "gone", "every sample"] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
        // The error stands above the charts, once; the record still says which run it is.
        assert_eq!(shown.matches("the run's table").count(), 1, "{shown}");
        let line = |letter: &str| {
            let line = shown.lines().find(|line| line.contains(letter));
            line.unwrap_or_default().to_owned()
        };
        assert!(line("A ━━").contains("its table cannot be read"), "{shown}");
        assert!(size.0 < 80 || line("A ━━").contains("1m 45s"), "{shown}");
        assert!(line("C ━━").contains("failed: "), "{shown}");
        let (mut screen, _) = CompareScreen::open(fixture::names(2), size);
        fixture::read(&mut screen, Err("the catalog is busy".into()));
        assert!(text(&screen).contains("the catalog is busy"));
    }
}

#[test]
fn runs_without_a_common_channel_say_so() {
    let (mut screen, _) = CompareScreen::open(fixture::names(2), (80, 24));
    let mut details: Vec<_> = (0..2).map(fixture::detail).collect();
    for (detail, kept) in details.iter_mut().zip(["x_1", "z_1"]) {
        detail.channels.retain(|name, _| name == kept);
    }
    let details = details.into_iter().map(Some).collect();
    fixture::read(&mut screen, Ok(details));
    assert!(text(&screen).contains("No two of these runs have a channel in common"));
    screen.update(Action::NextPane);
    assert!(text(&screen).contains("runtime (s)"));
}

#[test]
fn every_size_is_drawn_in_both_panes() {
    for runs in [2, 6] {
        let mut screen = fixture::opened(runs, (80, 24));
        for _ in 0..2 {
            act(&mut screen, &[Action::NextPane]);
            for width in (1..50).chain([80, 120, 250]) {
                for height in (4..30).chain([60]) {
                    let effects = screen.resize((width, height));
                    fixture::answer_queries(&mut screen, effects);
                    text(&screen);
                }
            }
        }
    }
}

/// Actions and sizes without plan, drawn after each.
#[test]
fn nothing_that_is_pressed_fails() {
    use rand_core::{Rng, SeedableRng};
    let mut random = rand_pcg::Pcg32::seed_from_u64(12);
    let mut screen = fixture::opened(4, (80, 24));
    for step in 0..1500 {
        let dice = random.next_u32() as usize;
        let effects = if dice.is_multiple_of(40) {
            screen.resize(((dice / 64 % 150) as u16, (dice / 8192 % 60) as u16))
        } else if dice.is_multiple_of(30) {
            let place = ["10", "-3s", "+1s..+2s", "5..5", "x"][dice / 64 % 5];
            screen.submit(place).unwrap_or_default()
        } else if dice.is_multiple_of(50) {
            screen.reload()
        } else {
            screen.update(Action::ALL[dice / 64 % Action::ALL.len()])
        };
        fixture::answer_queries(&mut screen, effects);
        if step % 3 == 0 {
            text(&screen);
        }
        let o = &screen.views.as_ref().unwrap().signals;
        assert!(o.view.bounds.contains(o.view.cursor.time));
        assert_eq!(o.view.range.clamp(o.view.bounds), o.view.range);
        assert!(screen.copy().unwrap().starts_with("channel"));
        assert!(
            screen
                .views
                .as_ref()
                .unwrap()
                .signals
                .cursor_line()
                .starts_with("cursor ")
        );
    }
}
