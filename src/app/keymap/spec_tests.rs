//! The key table against SPEC section 10: in every view each of its keys does what it says
//! there, or is absent for a reason that stands here.

use super::{Chord, Context};
use crate::app::{
    Action, State,
    fixture::{in_run, populated, press},
};

/// Views in which keys are absent, which, and why.
const ABSENT: &[(&[&str], &[&str], &str)] = &[
    (
        &["panel"],
        &[
            "h", "left", "l", "right", "space", "v", "ctrl-a", "enter", "/", "n", "N", "f", "s",
            "t", "e",
        ],
        "the panel is a text about one log: Tab leads back to the list, where these are",
    ),
    (
        &["Jobs"],
        &[
            "h",
            "left",
            "l",
            "right",
            "tab",
            "shift-tab",
            "space",
            "v",
            "ctrl-a",
            "f",
            "s",
            "t",
        ],
        "jobs stand in the order of time, the open ones first: they are searched, not sorted",
    ),
    (
        &["Machines"],
        &["v", "ctrl-a", "H", "c"],
        "machines are not marked, and nothing is done with several: Enter shows one with its runs",
    ),
    (
        &["Runs", "runs of a log", "Machines"],
        &["tab", "shift-tab"],
        "there is one pane",
    ),
    (
        &["trends"],
        &["/", "n", "N", "f", "s", "t"],
        "the charts have the keys: Tab leads to the list of runs, where these are",
    ),
    (
        &["charts", "Signals", "Path"],
        &["v", "ctrl-a", "enter", "/", "f", "s"],
        "channels are few and chosen one by one, in the order of the table",
    ),
    (
        &["charts", "Path"],
        &["n", "N"],
        "flags belong to a run's channels: they are in Signals and Quality",
    ),
    (&["Path"], &["space"], "the path is of all axes"),
    (
        &["charts", "differences", "Summary", "Signals", "Path"],
        &["t"],
        "there are no columns to choose; channels are chosen with Space",
    ),
    (
        &["differences", "Summary"],
        &[
            "space", "v", "ctrl-a", "/", "n", "N", "f", "s", "+", "=", "-", "_", ",", ".", "p", "o",
        ],
        "a page of figures: nothing to mark, to sort or to zoom",
    ),
    (
        &["differences"],
        &["enter"],
        "a difference is of whole runs: it has no place in the charts",
    ),
    (
        &["Samples"],
        &[
            "space", "v", "ctrl-a", "enter", "/", "s", "+", "=", "-", "_", ",", ".", "p",
        ],
        "rows stand in the order of time and are looked for by filter, time, null and limit",
    ),
    (
        &["Logs", "panel", "Runs", "runs of a log", "Machines", "Jobs"],
        &["+", "=", "-", "_", ",", ".", "p", "o"],
        "there is no chart and no place to go to",
    ),
    (
        &[
            "panel",
            "Runs",
            "runs of a log",
            "Machines",
            "machine",
            "trends",
            "charts",
            "differences",
            "Summary",
            "Signals",
            "Samples",
            "Path",
            "Layers",
            "Quality",
        ],
        &["x", "X"],
        "harvests are not seen here; w leads to them",
    ),
    (
        &[
            "Logs",
            "panel",
            "Jobs",
            "charts",
            "differences",
            "Summary",
            "Signals",
            "Samples",
            "Path",
            "Layers",
            "Quality",
        ],
        &["c"],
        "runs are marked, and compared, in their lists",
    ),
    (
        &["Layers", "Quality"],
        &[
            "space", "v", "ctrl-a", "+", "=", "-", "_", ",", ".", "p", "o",
        ],
        "flags are not marked, and charts are in Signals: Enter goes to the flag's place there",
    ),
];

/// Keys that mean something of their own in a view, beside those of [`KEYS`].
const OTHERS: &[(&str, &str, Action)] = &[
    ("Samples", "n", Action::NextNull),
    ("Samples", "N", Action::PreviousNull),
];

#[test]
fn every_key_of_the_specification_is_bound_in_every_view_or_absent_for_a_reason() {
    let mut wrong = Vec::new();
    for (view, state) in views() {
        let contexts = state.screen_contexts();
        for (keys, actions) in KEYS {
            for key in *keys {
                let event = Chord::parse(key).unwrap().event();
                let found = state.keymap.action(&contexts, event);
                let other = OTHERS
                    .iter()
                    .any(|(v, k, a)| *v == view && k == key && found == Some(*a));
                let absent = ABSENT
                    .iter()
                    .any(|(views, keys, _)| views.contains(&view) && keys.contains(key));
                match found {
                    Some(action) if other || actions.contains(&action) => {}
                    None if absent => {}
                    found => wrong.push(format!("{view}: {key} is {found:?}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_reason_stands_for_a_key_that_is_bound_everywhere() {
    let views = views();
    for (names, keys, why) in ABSENT {
        for key in *keys {
            let event = Chord::parse(key).unwrap().event();
            let absent = views.iter().any(|(view, state)| {
                let bound = state.keymap.action(&state.screen_contexts(), event);
                names.contains(view) && bound.is_none()
            });
            let known = views.iter().any(|(view, _)| names.contains(view));
            assert!(absent || !known, "{key} in {names:?}: {why}");
        }
    }
}

#[test]
fn the_contexts_of_every_view_are_known_to_rebinding() {
    for (view, state) in views() {
        let contexts = state.screen_contexts();
        assert!(
            Context::STACKS.contains(&contexts.as_slice()),
            "{view}: {contexts:?}"
        );
    }
    for context in Context::ALL {
        let known = Context::STACKS.iter().any(|stack| stack.contains(context));
        assert!(
            known != context.is_fixed() || *context == Context::Example,
            "{context:?}"
        );
    }
}

/// Keys, and the actions of which one must be bound to them.
type Row = (&'static [&'static str], &'static [Action]);
/// SPEC section 10, row by row.
const KEYS: &[Row] = &[
    (&["j", "down"], &[Action::Down]),
    (&["k", "up"], &[Action::Up]),
    (&["h", "left"], &[Action::Left]),
    (&["l", "right"], &[Action::Right]),
    (&["g", "home"], &[Action::First]),
    (&["G", "end"], &[Action::Last]),
    (&["ctrl-d"], &[Action::HalfDown]),
    (&["ctrl-u"], &[Action::HalfUp]),
    (&["pagedown"], &[Action::PageDown]),
    (&["pageup"], &[Action::PageUp]),
    (&["tab"], &[Action::NextPane]),
    (&["shift-tab"], &[Action::PreviousPane, Action::NextPane]),
    (&["space"], &[Action::Mark, Action::Fold]),
    (&["v"], &[Action::MarkRange]),
    (&["ctrl-a"], &[Action::MarkAll]),
    (&["enter"], &[Action::Open]),
    (&["esc"], &[Action::Escape]),
    (&["q"], &[Action::Back]),
    (&["Q", "ctrl-c"], &[Action::Quit]),
    (&["H"], &[Action::Harvest]),
    (&["x"], &[Action::CancelJob]),
    (&["X"], &[Action::CancelAllJobs]),
    (&["/"], &[Action::Search]),
    (&["n"], &[Action::Next]),
    (&["N"], &[Action::Previous]),
    (&["f"], &[Action::Filter]),
    (&["s"], &[Action::Sort]),
    (&["+", "="], &[Action::ZoomIn]),
    (&["-"], &[Action::ZoomOut]),
    (&["_"], &[Action::ZoomFit]),
    (&[","], &[Action::CursorLeft]),
    (&["."], &[Action::CursorRight]),
    (&["p"], &[Action::Pin]),
    (&["o"], &[Action::GoTo]),
    (&["t"], &[Action::Columns]),
    (&["c"], &[Action::Compare]),
    (&["e"], &[Action::Export]),
    (&["y"], &[Action::Copy]),
    (&["!"], &[Action::Command]),
    (&["ctrl-r"], &[Action::Refresh]),
    (&["w", "4"], &[Action::ShowJobs]),
    (&[":"], &[Action::Palette]),
    (&["?", "f1"], &[Action::Help]),
    (&["1"], &[Action::ShowLogs]),
    (&["2"], &[Action::ShowRuns]),
    (&["3"], &[Action::ShowMachines]),
    (&["["], &[Action::PreviousView]),
    (&["]"], &[Action::NextView]),
];

fn views() -> Vec<(&'static str, State)> {
    let size = (80, 24);
    let list = |keys: &[&str]| {
        let mut state = populated(size);
        press(&mut state, keys);
        state
    };
    let mut views = vec![
        ("Logs", list(&[])),
        ("panel", list(&["tab"])),
        ("Runs", list(&["2"])),
        ("runs of a log", list(&["enter"])),
        ("Machines", list(&["3"])),
        ("machine", list(&["3", "j", "enter"])),
        ("trends", list(&["3", "j", "enter", "tab"])),
        ("Jobs", list(&["4"])),
        ("charts", list(&["2", "space", "space", "c"])),
        ("differences", list(&["2", "space", "space", "c", "tab"])),
    ];
    for tab in crate::app::run::Tab::ALL {
        let mut state = in_run(size);
        for _ in 0..crate::app::run::Tab::ALL
            .iter()
            .position(|t| *t == tab)
            .unwrap()
        {
            press(&mut state, &["tab"]);
        }
        views.push((tab.title(), state));
    }
    views
}
