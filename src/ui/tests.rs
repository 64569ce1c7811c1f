use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rand_core::Rng;
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::app::{
    Event,
    fixture::{answer, harvesting, keys as press, log, populated, run},
    lake_queries::ReadRunList,
    query::Pending,
    update,
};
use crate::etl::{catalog::LogState, lake::ReadOnly};

fn theme() -> Theme {
    Theme::named("dark", false).unwrap()
}

fn screen(state: &State) -> String {
    let (width, height) = state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, state, &theme())).unwrap();
    terminal.backend().to_string()
}

fn with_runs(size: (u16, u16)) -> State {
    let mut state = populated(size);
    press(&mut state, &["2"]);
    let runs = (0..6).map(|n| run(n, "cell-10/2022-11-23T2040")).collect();
    answer(&mut state, |s| &mut s.runs.read, Ok(runs));
    state
}

#[test]
fn the_word_of_a_state_is_never_cut() {
    let mut state = populated((80, 24));
    press(&mut state, &["G"]);
    let text = screen(&state);
    for row in state.logs.table.rows() {
        assert!(
            text.contains(&format!(" {} ", row.state.word())),
            "{}",
            row.state.word()
        );
    }
}

#[test]
fn a_list_says_where_in_it_the_cursor_is() {
    let mut state = populated((80, 24));
    let rows = (0..4_310).map(|n| log(&format!("log-{n:04}"), LogState::Pending));
    let rows: Vec<_> = rows.collect();
    answer(&mut state, |s| &mut s.logs.read, Ok(rows.into()));
    let marks = |text: &str| -> Vec<usize> {
        let lines = text.lines().enumerate();
        let marked = lines.filter(|(_, line)| line.trim_end_matches('"').ends_with('▐'));
        marked.map(|(at, _)| at).collect()
    };
    let text = screen(&state);
    assert!(text.contains("1 of 4,310 \"\n"), "{text}");
    assert_eq!(marks(&text), [3], "the first line of the list");
    press(&mut state, &["G", "k"]);
    let text = screen(&state);
    assert!(text.contains("4,309 of 4,310 "), "{text}");
    assert_eq!(marks(&text), [21], "the last line of the list");
    press(&mut state, &["/"]);
    assert!(!screen(&state).contains("of 4,310"), "where text is typed");
}

#[test]
fn the_footer_of_a_lake_that_is_only_read_offers_no_harvest() {
    let mut state = populated((200, 24));
    // A log that is there and has runs.
    press(&mut state, &["j", "j", "j", "j"]);
    assert!(screen(&state).contains("H harvest"));
    state.set_read_only(&ReadOnly::because("cache is owned by anna"));
    let text = screen(&state);
    assert!(
        !text.contains("H harvest") && text.contains("Enter runs"),
        "{text}"
    );
    press(&mut state, &["4"]);
    assert!(!screen(&state).contains("cancel all"));
}

#[test]
fn without_colours_the_screen_says_the_same() {
    let state = populated((80, 24));
    let bare = Theme::named("dark", true).unwrap();
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| draw(frame, &state, &bare)).unwrap();
    assert_eq!(terminal.backend().to_string(), screen(&state));
    let colourless = |color| color == ratatui::style::Color::Reset;
    assert!(
        terminal
            .backend()
            .buffer()
            .content
            .iter()
            .all(|c| colourless(c.fg) && colourless(c.bg))
    );
}

/// The list of one log's runs, if it is open; else that of all.
fn open_runs(state: &mut State, all: bool) -> &mut Pending<ReadRunList> {
    if all || state.view::<Runs>().is_none() {
        return &mut state.runs.read;
    }
    &mut state.view_mut::<Runs>().unwrap().read
}

/// Any keys in any order, with resizes down to 1×1: nothing panics.
#[test]
fn random_keys_and_sizes_never_panic() {
    let mut random = rand_pcg::Pcg64Mcg::new(20_221_123);
    let mut state = with_runs((80, 24));
    harvesting(&mut state);
    let chords: Vec<KeyEvent> = {
        let bound = state
            .keymap
            .bindings()
            .iter()
            .flat_map(|b| b.chords.iter().map(|c| c.event()));
        let typed = "az09:>/ü加"
            .chars()
            .map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        bound.chain(typed).collect()
    };
    let theme = theme();
    for step in 0..6000 {
        let n = random.next_u32();
        if n.is_multiple_of(40) {
            let size = (1 + (n >> 8) % 210, 1 + (n >> 16) % 60);
            update(&mut state, Event::Resize(size.0 as u16, size.1 as u16));
        } else if n.is_multiple_of(53) {
            let runs = (0..u128::from((n >> 8) % 9))
                .map(|n| run(n, "cell-01/a"))
                .collect();
            let all = n & 64 == 0;
            answer(&mut state, |s| open_runs(s, all), Ok(runs));
        } else if let Some(key) = chords.get((n >> 8) as usize % chords.len()) {
            update(&mut state, Event::Key(*key));
        }
        if step % 7 == 0 {
            let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).unwrap();
            terminal.draw(|frame| draw(frame, &state, &theme)).unwrap();
        }
    }
}
