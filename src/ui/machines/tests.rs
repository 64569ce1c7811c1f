use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::app::{
    Effect, Event,
    compare::CompareScreen,
    fixture::{answer, asked, keys as press, mouse_event, populated},
    lake_queries::ReadMachines,
    machines::{MachineScreen, fixture::machines},
    run::RunScreen,
    update,
};

fn screen(state: &State, no_color: bool) -> String {
    let theme = Theme::named("dark", no_color).unwrap();
    let (width, height) = state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| crate::ui::draw(frame, state, &theme))
        .unwrap();
    terminal.backend().to_string()
}

fn loaded(size: (u16, u16), machines: Vec<MachineRow>) -> State {
    let mut state = populated(size);
    let effects = press(&mut state, &["3"]);
    assert_eq!(asked::<ReadMachines>(&effects), [&ReadMachines]);
    answer_machines(&mut state, Ok(machines));
    state
}

fn answer_machines(state: &mut State, result: Result<Vec<MachineRow>, String>) {
    answer(state, |s| &mut s.machines.read, result);
}

#[test]
fn empty_moments_say_what_is_the_case() {
    let mut state = populated((80, 24));
    press(&mut state, &["3"]);
    let busy = "another process writes the catalog; try again".to_owned();
    answer_machines(&mut state, Err(busy.clone()));
    assert!(screen(&state, false).contains(&busy));
    let again = press(&mut state, &["ctrl-r"]);
    assert_eq!(asked::<ReadMachines>(&again), [&ReadMachines]);
    answer_machines(&mut state, Ok(machines()));
    assert!(!screen(&state, false).contains(&busy));
    answer_machines(&mut state, Err(busy.clone()));
    let shown = screen(&state, false);
    assert!(
        shown.contains(&busy) && shown.contains("cell 10"),
        "{shown}"
    );
}

#[test]
fn a_run_opens_from_its_machine_and_closes_to_it() {
    let mut state = loaded((80, 24), machines());
    press(&mut state, &["G", "enter", "g"]);
    press(&mut state, &["/", "0", "0", "5", "enter"]);
    let asked = press(&mut state, &["enter"]);
    assert!(
        state
            .view::<RunScreen>()
            .is_some_and(|run| run.log_key == "cell-10/005")
    );
    assert!(matches!(asked[..], [Effect::Ask(_)]));
    press(&mut state, &["esc"]);
    assert!(state.view::<MachineScreen>().is_some());
    assert_eq!(
        press(&mut state, &["H"]),
        [Effect::Harvest(vec!["cell-10/005".into()].into())]
    );
    press(&mut state, &["esc"]);
    assert!(
        state.view::<MachineScreen>().is_some(),
        "the search is over"
    );
    press(&mut state, &["esc"]);
    assert!(state.view::<Machines>().is_some());
    assert_eq!(press(&mut state, &["esc"]), []);
    press(&mut state, &["]"]);
    assert_eq!(state.top_view(), 3);
    press(&mut state, &["[", "["]);
    assert_eq!(state.top_view(), 1);
}

#[test]
fn marked_runs_of_a_machine_are_compared() {
    let mut state = loaded((80, 24), machines());
    press(&mut state, &["G", "enter", "g", "space", "space", "c"]);
    let compared = state
        .view::<CompareScreen>()
        .expect("two marked runs side by side");
    assert_eq!(compared.runs.len(), 2);
    press(&mut state, &["esc"]);
    assert!(
        state
            .view::<MachineScreen>()
            .is_some_and(|m| m.table.marked() == 2)
    );
}

#[test]
fn what_is_under_the_cursor_is_copied() {
    let copied = |keys: &[&str]| {
        let mut state = loaded((80, 24), machines());
        match press(&mut state, keys).last() {
            Some(Effect::Copy(text)) => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(copied(&["y"]), "no cell");
    assert_eq!(copied(&["j", "y"]), "robot 1");
    assert_eq!(copied(&["j", "j", "j", "y"]), "cell 2 / robot 1");
    assert_eq!(
        copied(&["j", "enter", "y"]),
        "cell-10/000:00000000-0000-6939-b762-6b6611ed0000"
    );
    assert_eq!(
        copied(&["!", "y"]),
        "mdtui --data-dir data --cache-dir cache machines"
    );
}

#[test]
fn a_filter_that_is_dropped_leaves_the_list_as_it_was() {
    let mut state = loaded((80, 24), machines());
    press(&mut state, &["j", "j", "j"]);
    let before = screen(&state, false);
    press(&mut state, &["f", "r", "o", "b", "o", "t", ":", "2", "esc"]);
    assert_eq!(screen(&state, false), before);
    press(&mut state, &["/", "1", "0", "esc"]);
    assert_eq!(screen(&state, false), before);
    press(&mut state, &["enter", "f", "r", "u", "n", ":", "x"]);
    assert!(screen(&state, false).contains("No run passes"));
}

#[test]
fn every_size_is_drawn() {
    let mut state = loaded((80, 24), machines());
    for keys in [&["G"][..], &["enter"], &["f", "z", "enter"]] {
        press(&mut state, keys);
        for width in (1..70).chain([120, 250]) {
            for height in (1..30).chain([60]) {
                update(&mut state, Event::Resize(width, height));
                screen(&state, false);
            }
        }
    }
}

#[test]
fn the_mouse_puts_the_cursor_and_opens() {
    use crossterm::event::{MouseButton, MouseEventKind};
    let mut state = loaded((80, 24), machines());
    let click = |state: &mut State, row: u16| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        update(state, Event::Mouse(mouse_event(kind, 10, row)));
    };
    let top = layout::list_top(state.size);
    click(&mut state, top + 6);
    assert_eq!(state.machines.cursor, 6);
    click(&mut state, top + 6);
    let machine = state.view::<MachineScreen>().expect("a second click opens");
    let (list, offset) = (machine.parts(state.size).list, machine.table.offset);
    click(&mut state, list.y + 1);
    let machine = state.view::<MachineScreen>().unwrap();
    assert_eq!(machine.table.cursor, offset);
}

/// Any keys of the two views in any order, sizes and refreshes between them: nothing
/// panics, and the cursor stays on a line.
#[test]
fn random_keys_never_panic() {
    use rand_core::Rng;
    const KEYS: [&str; 33] = [
        "j", "k", "g", "G", "ctrl-d", "pageup", "space", "enter", "enter", "s", "h", "l", "/", "f",
        "n", "N", "tab", "m", "v", "ctrl-a", "1", "0", ">", "esc", "+", "-", "_", ",", ".", "p",
        "o", "t", "e",
    ];
    let mut random = rand_pcg::Pcg64Mcg::new(20_221_123);
    let mut state = loaded((80, 24), machines());
    for step in 0..4000 {
        let n = random.next_u32();
        let pick = (n >> 8) as usize;
        if n.is_multiple_of(31) {
            let size = (1 + (n >> 8) % 210, 1 + (n >> 16) % 60);
            update(&mut state, Event::Resize(size.0 as u16, size.1 as u16));
        } else if n.is_multiple_of(29) {
            let mut some = machines();
            some.truncate(pick % 8);
            answer_machines(&mut state, Ok(some));
        } else if let Some(key) = KEYS.get(pick % KEYS.len()) {
            press(&mut state, &[key]);
            if state.top_view() != 2 {
                press(&mut state, &["3"]);
            }
        }
        let list = &state.machines;
        assert!(list.cursor < list.lines().len().max(1));
        if step % 5 == 0 {
            screen(&state, false);
        }
    }
}

#[test]
fn no_key_of_the_two_views_is_dead() {
    let charts = &["j", "enter", "g", "/", "0", "enter", "tab"];
    for enter in [&[][..], charts.get(..6).unwrap(), charts] {
        let start = || {
            let mut state = loaded((80, 24), machines());
            press(&mut state, &["j", "j", "/", "2", "enter"]);
            press(&mut state, enter);
            state
        };
        let contexts = start().screen_contexts();
        for binding in start().keymap.bindings_in(&contexts) {
            // From the first line some lead nowhere, from another they do.
            let noticed = [&[][..], &["j"], &["j", "l"], &["+"], &[".", "+", "+"]]
                .iter()
                .any(|setup| {
                    let mut state = start();
                    press(&mut state, setup);
                    let before = format!("{state:?}");
                    let effects = update(&mut state, Event::Key(binding.chords[0].event()));
                    !effects.is_empty() || before != format!("{state:?}")
                });
            let nowhere = binding.action == Action::ShowMachines && enter.is_empty();
            assert!(noticed != nowhere, "{}", binding.action.name());
        }
    }
}
