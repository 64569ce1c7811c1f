//! Draws the example of a view.

use ratatui::Frame;

use super::{
    lines::{put, take},
    theme::Theme,
};
use crate::{
    app::{State, example_view::ExampleView, layout},
    etl::format::count,
};

/// Draws what was counted.
pub fn draw(frame: &mut Frame, state: &State, view: &ExampleView, theme: &Theme) {
    let (heading, mut rest) = layout::headed(state.size, 1);
    let buf = frame.buffer_mut();
    let counted = format!(" counted to {}", view.count);
    put(heading, buf, &counted, theme.title);
    let machines = match view.machines {
        Some(machines) => format!(" {}", count(machines as u64, "machine")),
        None => " reading the machines …".into(),
    };
    put(take(&mut rest, 1), buf, &machines, theme.text);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        app::{
            Effect,
            example_view::KEYS,
            export::{Form, What},
            fixture::{answer, answer_queries, answered, asked, keys, populated, press},
            keymap::Keymap,
            lake_queries::{ReadMachines, WriteExport},
            machines::fixture::machines,
            runs::Runs,
            update,
        },
        etl::catalog::Refresh,
        ui::screen_snapshots::{drawn, text},
    };

    fn browser() -> State {
        let mut state = populated((80, 24));
        state.keymap = Arc::new(Keymap::built_in_with(KEYS).unwrap());
        state
    }

    fn screen(state: &State) -> String {
        text(&drawn(state, &Theme::named("dark", false).unwrap()))
    }

    #[test]
    fn a_view_of_its_own_is_opened_drawn_used_and_closed() {
        let mut state = browser();
        press(&mut state, &["2"]);
        let asked = keys(&mut state, &["ctrl-e"]);
        assert!(screen(&state).contains("reading the machines …"));
        answer_queries(&mut state, asked);
        press(&mut state, &["a", "a"]);
        let shown = screen(&state);
        for expected in [
            "Runs › example",
            "counted to 2",
            "machines",
            "a count",
            "[2 Runs]",
        ] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        press(&mut state, &["?"]);
        assert!(screen(&state).contains("An example"), "help has its keys");
        press(&mut state, &["esc"]);
        assert_eq!(keys(&mut state, &["y"]), [Effect::Copy("2".into())]);
        press(&mut state, &["!"]);
        assert!(screen(&state).contains("cache machines"));
        press(&mut state, &["esc", "esc"]);
        assert!(state.view::<Runs>().is_some(), "back where it was opened");
        press(&mut state, &["a"]);
        assert!(!screen(&state).contains("counted"));
    }

    #[test]
    fn a_view_of_its_own_is_exported() {
        let mut state = browser();
        press(&mut state, &["ctrl-e", "a", "e"]);
        let effects = keys(&mut state, &["n"]);
        let [WriteExport(export)] = asked::<WriteExport>(&effects)[..] else {
            panic!("{effects:?}");
        };
        let What::List { list, form } = &export.what else {
            panic!("{export:?}");
        };
        assert_eq!((list.csv().as_str(), *form), ("count\n1\n", Form::Ndjson));
    }

    #[test]
    fn a_view_is_told_of_changes_and_answers_though_another_is_open_over_it() {
        let mut state = browser();
        press(&mut state, &["ctrl-e", "a", "ctrl-e"]);
        let change = Refresh {
            changed_keys: vec!["cell-01/2022-11-23T2000".into()],
            ..Refresh::default()
        };
        let effects = answer(&mut state, |s| &mut s.queries.refresh, Ok(change));
        assert_eq!(
            asked::<ReadMachines>(&effects).len(),
            2,
            "both examples ask"
        );
        let one = machines().into_iter().take(1);
        let one: Vec<_> = one.collect();
        for effect in effects {
            if let Effect::Ask(question) = effect
                && question.query::<ReadMachines>().is_some()
            {
                let answer = question.reply::<ReadMachines>(Ok(one.clone()));
                update(&mut state, answered(answer));
            }
        }
        press(&mut state, &["esc"]);
        let shown = screen(&state);
        assert!(
            shown.contains("counted to 1") && shown.contains(" 1 machine"),
            "{shown}"
        );
    }
}
