//! Help and palette, made from the key table.

use super::{
    columns::meaning::{glyph, verdict_word},
    keymap::{Binding, Context, Keymap},
    state::State,
};
use crate::etl::{catalog::LogState, quality::Verdict};

/// What lies over a view has keys of its own, which help tells after those of the view.
const OVER: [&[Context]; 6] = [
    &[Context::Input, Context::Text],
    &[Context::Note],
    &[Context::Palette],
    &[Context::Confirm],
    &[Context::Command],
    &[Context::Columns],
];

/// What the mouse does; it has no key table.
const MOUSE: [(&str, &str); 7] = [
    (
        "click",
        "put the cursor on a line; on the cursor's line: open it",
    ),
    ("click a title", "sort by the column; again: reverse"),
    ("click a view", "show it; in a run: the tab"),
    ("wheel", "three lines up or down"),
    (
        "click a chart",
        "put its cursor there; a channel's ✓: choose it",
    ),
    ("wheel on a chart", "zoom around the mouse"),
    ("Shift", "held down: select text, in most terminals"),
];

/// Everything that help tells where `state` is.
pub fn of(state: &State) -> Vec<HelpLine> {
    let keymap = &state.keymap;
    let mut all = lines(keymap, &state.screen_contexts());
    for contexts in OVER {
        all.push(HelpLine::Blank);
        all.extend(lines(keymap, contexts));
    }
    let states = LogState::ALL.map(|state| {
        let word = format!("{} {}", glyph(state), state.word());
        HelpLine::Keys(word, state.meaning().into())
    });
    let verdict = |v: Verdict| HelpLine::Keys(verdict_word(v).into(), v.meaning().into());
    all.extend([HelpLine::Blank, HelpLine::Title("States of logs")]);
    all.extend(states);
    all.extend([HelpLine::Blank, HelpLine::Title("Verdicts of runs")]);
    all.extend(Verdict::ALL.map(verdict));
    if state.mouse {
        all.push(HelpLine::Blank);
        all.push(HelpLine::Title("The mouse"));
        let message = MOUSE.map(|(what, does)| HelpLine::Keys(what.into(), does.into()));
        all.extend(message);
    }
    all
}

/// One line of help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    /// The name of a context.
    Title(&'static str),
    /// Keys and what they do.
    Keys(String, String),
    /// Nothing.
    Blank,
}

/// What the keys do where `contexts` hold, the innermost first.
pub fn lines(keymap: &Keymap, contexts: &[Context]) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    let bindings = keymap.bindings_in(contexts);
    for context in contexts {
        let here = |b: &&Binding| b.context == *context && !b.chords.is_empty();
        let mut own = bindings.iter().filter(here).peekable();
        if own.peek().is_none() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Title(context.title()));
        lines.extend(own.map(|b| HelpLine::Keys(keys(b), b.help.clone())));
    }
    lines
}

/// All keys of a binding: `j ↓`.
pub fn keys(binding: &Binding) -> String {
    let keys: Vec<String> = binding.chords.iter().map(ToString::to_string).collect();
    keys.join(" ")
}

/// The key that is shown where there is room for one.
pub fn usual_key(binding: &Binding) -> String {
    binding
        .chords
        .first()
        .map_or_else(String::new, ToString::to_string)
}

/// The lines of the palette: every action where `contexts` hold whose name or help has
/// the letters of `typed` in their order, the closest first.
pub fn palette(keymap: &Keymap, contexts: &[Context], typed: &str) -> Vec<Binding> {
    let typed: Vec<char> = typed
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let mut found: Vec<(usize, Binding)> = keymap
        .bindings_in(contexts)
        .into_iter()
        .filter_map(|b| {
            let score = [b.action.name(), &b.help]
                .iter()
                .filter_map(|t| distance(t, &typed))
                .min()?;
            Some((score, b))
        })
        .collect();
    found.sort_by_key(|(score, _)| *score);
    found.into_iter().map(|(_, binding)| binding).collect()
}

/// How many letters of `text` lie between the first and the last letter of `typed` and
/// do not belong to it, plus where it begins; `None` when its letters are not there.
fn distance(text: &str, typed: &[char]) -> Option<usize> {
    let Some(first) = typed.first() else {
        return Some(0);
    };
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let starts = text
        .iter()
        .enumerate()
        .filter(|(_, c)| *c == first)
        .map(|(i, _)| i);
    starts
        .filter_map(|start| {
            let mut letters = typed.iter().peekable();
            for (i, c) in text.iter().enumerate().skip(start) {
                if letters.peek() == Some(&c) {
                    letters.next();
                }
                if letters.peek().is_none() {
                    return Some((i + 1 - start - typed.len()) * 4 + start);
                }
            }
            None
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Action;

    #[test]
    fn the_palette_finds_by_scattered_letters() {
        let keymap = Keymap::built_in().unwrap();
        let contexts = [Context::Logs, Context::List, Context::Global];
        let first = |typed: &str| palette(&keymap, &contexts, typed).first().map(|b| b.action);
        assert_eq!(first("harvest"), Some(Action::Harvest));
        assert_eq!(first("hrv"), Some(Action::Harvest));
        assert_eq!(first("pgdn"), Some(Action::PageDown));
        assert_eq!(first("page d"), Some(Action::PageDown));
        assert_eq!(
            palette(&keymap, &contexts, "").len(),
            keymap.bindings_in(&contexts).len()
        );
    }

    #[test]
    fn help_names_every_key_that_works_there() {
        let keymap = Keymap::built_in().unwrap();
        let contexts = [Context::Logs, Context::List, Context::Global];
        let lines = lines(&keymap, &contexts);
        for binding in keymap.bindings_in(&contexts) {
            assert!(lines.contains(&HelpLine::Keys(keys(&binding), binding.help.clone())));
        }
        assert_eq!(lines[0], HelpLine::Title("Logs"));
    }

    #[test]
    fn help_explains_every_state_and_verdict() {
        let lines = of(&crate::app::fixture::populated((80, 24)));
        let explained = |word: &str, meaning: &str| {
            lines.iter().any(
                |line| matches!(line, HelpLine::Keys(w, m) if w.ends_with(word) && m == meaning),
            )
        };
        for state in LogState::ALL {
            assert!(explained(state.word(), state.meaning()), "{state:?}");
        }
        for verdict in Verdict::ALL {
            assert!(explained(verdict.word(), verdict.meaning()), "{verdict:?}");
        }
    }

    #[test]
    fn help_tells_every_context_that_a_view_can_lead_to_and_the_mouse() {
        let mut state = crate::app::fixture::populated((80, 24));
        let message = of(&state);
        for over in OVER.iter().flat_map(|contexts| contexts.iter()) {
            assert!(message.contains(&HelpLine::Title(over.title())), "{over:?}");
        }
        assert!(message.contains(&HelpLine::Title("The mouse")));
        state.mouse = false;
        assert!(!of(&state).contains(&HelpLine::Title("The mouse")));
    }
}
