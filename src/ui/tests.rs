use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rand_core::Rng;
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::app::{
    Event,
    fixture::{answer, harvesting, keys as press, populated, run},
    lake_queries::ReadRunList,
    query::Pending,
    update,
};

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
