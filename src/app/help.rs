//! Help and palette, made from the key table.

use unicode_width::UnicodeWidthStr;

use super::{
    action::Action,
    columns::meaning::{glyph, verdict_word},
    keymap::{Binding, Context, Keymap},
    layout,
    prompt::Line,
    saved_view::{ViewCommand, command},
    scroll::Scroll,
    state::State,
    wrap::wrap,
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

/// Help, as it is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HelpScreen {
    /// The first line that is shown.
    pub scroll: usize,
    /// Only what has this text is shown.
    pub search: Line,
    /// Whether the text is being typed.
    pub typing: bool,
}

/// From so many columns of the terminal on help has another column of its own.
const COLUMN: u16 = 58;

/// Characters for keys, at least and at most; longer ones stand on a line of their own.
const KEYS: (usize, usize) = (12, 20);

impl HelpScreen {
    /// Does what a key asks for; `None`: help is closed.
    pub fn act(mut self, state: &State, action: Action) -> Option<Self> {
        match action {
            Action::Escape if self.typing || !self.search.text().is_empty() => {
                (self.typing, self.search) = (false, Line::default());
            }
            Action::Escape => return None,
            Action::Accept if self.typing => self.typing = false,
            Action::Search => self.typing = true,
            Action::Up | Action::Down => self.scroll = self.scrolled(state, action),
            _ if self.typing => {
                self.search.edit(action);
                self.scroll = 0;
            }
            _ => self.scroll = self.scrolled(state, action),
        }
        Some(self)
    }

    fn scrolled(&self, state: &State, action: Action) -> usize {
        let page = self.page(state);
        let height = usize::from(layout::body(state.size).height);
        // A page on begins after the last line that is shown.
        let shown = page.end(self.scroll, height).saturating_sub(self.scroll);
        Scroll::new(page.lines.len() + 1, shown.max(1)).moved(self.scroll, action)
    }

    /// The first line that is shown when the last one is in sight.
    pub fn last_scroll(&self, state: &State) -> usize {
        let height = usize::from(layout::body(state.size).height);
        let page = self.page(state);
        let all = page.lines.len();
        // A blank line at the top of a column is not shown.
        let least = all.saturating_sub(page.columns * (height + 1));
        let mut scrolls = least..all;
        let last = scrolls.find(|scroll| page.end(*scroll, height) == all);
        last.unwrap_or(0)
    }

    /// What there is to read, in as many columns as the terminal has room for.
    pub fn page(&self, state: &State) -> HelpPage {
        let columns = usize::from((state.size.0 / COLUMN).clamp(1, 3));
        let width = state.size.0 / columns as u16;
        let lines = found(of(state), self.search.text());
        let keys = lines.iter().filter_map(|line| match line {
            HelpLine::Keys(keys, _) => Some(keys.width() + 2),
            _ => None,
        });
        let keys = keys.filter(|width| *width <= KEYS.1).max();
        let keys = keys.unwrap_or_default().max(KEYS.0);
        HelpPage {
            lines: wrapped(&lines, usize::from(width), keys),
            columns,
            width,
            keys,
        }
    }
}

/// Help as one text, which goes on from the end of each column at the top of the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct HelpPage {
    /// Its lines, none wider than a column.
    pub lines: Vec<HelpLine>,
    /// Columns side by side.
    pub columns: usize,
    /// Characters of each.
    pub width: u16,
    /// Characters of the keys at its left.
    pub keys: usize,
}

impl HelpPage {
    /// The lines from `scroll` on that columns of `height` lines show, column by column. No column
    /// begins with a blank line or ends with a title.
    pub fn shown(&self, scroll: usize, height: usize) -> Vec<&[HelpLine]> {
        let mut rest = self.lines.get(scroll..).unwrap_or_default();
        let mut shown = Vec::new();
        for _ in 0..self.columns {
            while let [HelpLine::Blank, after @ ..] = rest {
                rest = after;
            }
            let mut end = height.min(rest.len());
            if end < rest.len() {
                let last = rest.get(..end).unwrap_or_default();
                let titles = last.iter().rev().take(2);
                let title = titles
                    .enumerate()
                    .find(|(_, line)| matches!(line, HelpLine::Title(_)));
                end -= title.map_or(0, |(at, _)| at + 1).min(end.saturating_sub(1));
            }
            let (column, after) = rest.split_at(end);
            shown.push(column);
            rest = after;
        }
        shown
    }

    /// The line after the last one that is shown from `scroll` on.
    pub fn end(&self, scroll: usize, height: usize) -> usize {
        let shown = self.shown(scroll, height);
        let last = shown.into_iter().rfind(|column| !column.is_empty());
        let Some(last) = last else {
            return scroll.min(self.lines.len());
        };
        // Columns are parts of the lines, one after the other.
        let after = last.as_ptr_range().end;
        let at = self.lines.as_ptr_range();
        (after as usize - at.start as usize) / size_of::<HelpLine>()
    }
}

/// The lines that have `text`, whatever the case, below their titles; a title that has it keeps
/// all of its lines.
fn found(lines: Vec<HelpLine>, text: &str) -> Vec<HelpLine> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return lines;
    }
    let has = |part: &str| part.to_lowercase().contains(&text);
    let mut kept = Vec::new();
    for group in lines.split(|line| *line == HelpLine::Blank) {
        let whole = matches!(group.first(), Some(HelpLine::Title(title)) if has(title));
        let own: Vec<&HelpLine> = group
            .iter()
            .filter(|line| match line {
                HelpLine::Keys(keys, what) => whole || has(keys) || has(what),
                _ => false,
            })
            .collect();
        if own.is_empty() {
            continue;
        }
        if !kept.is_empty() {
            kept.push(HelpLine::Blank);
        }
        let titles = group.iter().filter(|l| matches!(l, HelpLine::Title(_)));
        kept.extend(titles.chain(own).cloned());
    }
    kept
}

/// Lines in columns of `width` characters, of which `keys` are those of the keys.
fn wrapped(all: &[HelpLine], width: usize, keys: usize) -> Vec<HelpLine> {
    let room = width.saturating_sub(keys + 5).max(10) as u16;
    let mut lines = Vec::new();
    for line in all {
        let HelpLine::Keys(names, what) = line else {
            lines.push(line.clone());
            continue;
        };
        let mut names = names.clone();
        if names.width() + 2 > keys {
            lines.push(HelpLine::Keys(std::mem::take(&mut names), String::new()));
        }
        for part in wrap(what, room) {
            lines.push(HelpLine::Keys(std::mem::take(&mut names), part));
        }
    }
    lines
}

/// Everything that help tells where `state` is: what concerns the view first.
pub fn of(state: &State) -> Vec<HelpLine> {
    let keymap = &state.keymap;
    let mut all = lines(keymap, &state.screen_contexts());
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
    for contexts in OVER {
        all.push(HelpLine::Blank);
        all.extend(lines(keymap, contexts));
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

/// How many lines the palette has: actions, or saved views where their name is typed.
pub fn palette_lines(state: &State, typed: &str) -> usize {
    match command(typed) {
        Some(ViewCommand::Open(name)) => state.saved_views.matching(name).len(),
        Some(ViewCommand::Save(_)) => 0,
        None => palette(&state.keymap, &state.screen_contexts(), typed).len(),
    }
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

    #[test]
    fn no_column_of_help_collides_with_another_and_nothing_is_cut() {
        for width in [40, 60, 80, 116, 120, 174, 200, 400] {
            let state = crate::app::fixture::populated((width, 30));
            let page = HelpScreen::default().page(&state);
            assert_eq!(page.columns, usize::from((width / COLUMN).clamp(1, 3)));
            let mut told = String::new();
            for line in &page.lines {
                if let HelpLine::Keys(keys, what) = line {
                    let keys = keys.width().max(page.keys);
                    let used = if what.is_empty() {
                        0
                    } else {
                        keys + what.width()
                    };
                    assert!(used + 4 <= usize::from(page.width), "{width}: {line:?}");
                    told.push_str(what);
                    told.push(' ');
                }
            }
            for line in of(&state) {
                if let HelpLine::Keys(_, what) = line {
                    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(
                        told.contains(what.split_whitespace().next().unwrap_or("")),
                        "{what}"
                    );
                }
            }
        }
    }

    #[test]
    fn help_is_one_text_that_goes_on_from_column_to_column() {
        for width in [80, 120, 200] {
            let mut state = crate::app::fixture::populated((width, 30));
            crate::app::fixture::press(&mut state, &["?"]);
            let height = usize::from(layout::body(state.size).height);
            let mut read = Vec::new();
            let mut pages = 0;
            loop {
                let Some(crate::app::state::Overlay::Help(help)) = &state.overlay else {
                    panic!("{:?}", state.overlay);
                };
                let (page, scroll) = (help.page(&state), help.scroll);
                let shown = page.shown(scroll, height);
                assert_eq!(shown.len(), page.columns);
                for column in &shown {
                    assert!(column.len() <= height);
                    assert_ne!(column.first(), Some(&HelpLine::Blank));
                    let is_last = page.end(scroll, height) == page.lines.len();
                    let ends_with_title = matches!(column.last(), Some(HelpLine::Title(_)));
                    assert!(is_last || !ends_with_title, "{width}");
                }
                // What a page on shows begins where this one ends, or is the last page.
                let end = page.end(scroll, height);
                read.resize(read.len().max(end), false);
                read[scroll..end].fill(true);
                if end == page.lines.len() {
                    break;
                }
                pages += 1;
                assert!(pages < 20);
                crate::app::fixture::press(&mut state, &["pagedown"]);
            }
            assert!(read.iter().all(|line| *line), "{width}: nothing is skipped");
            assert!(pages > 0, "{width}: the test has more than a page");
        }
    }

    #[test]
    fn help_is_searched_and_esc_clears_the_search_first() {
        let mut state = crate::app::fixture::populated((120, 30));
        let mut lines = Vec::new();
        let texts: [&[&str]; 4] = [&["?"], &["/", "m", "a", "r", "k"], &["enter"], &["esc"]];
        for keys in texts {
            crate::app::fixture::press(&mut state, keys);
            let Some(crate::app::state::Overlay::Help(help)) = &state.overlay else {
                panic!("{:?}", state.overlay);
            };
            lines.push(help.page(&state).lines.len());
        }
        assert!(lines[1] > 0 && lines[1] * 2 < lines[0], "{lines:?}");
        assert_eq!((lines[2], lines[3]), (lines[1], lines[0]));
        crate::app::fixture::press(&mut state, &["esc"]);
        assert_eq!(state.overlay, None);
    }
}
