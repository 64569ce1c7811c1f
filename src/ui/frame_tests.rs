//! The footer, dialogs, and what lists leave out.

use super::{
    screen_snapshots::{drawn, text},
    theme::Theme,
};
use crate::app::{
    Effect, State,
    fixture::{
        answer, answered as answered_event, in_run, keys as press, populated, press as answered,
        type_in,
    },
    state::Tone,
    update,
};

fn screen(state: &State) -> String {
    text(&drawn(state, &Theme::named("dark", true).unwrap()))
}

/// The last line of the screen: what the keys do.
fn footer(state: &State) -> String {
    screen(state).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_footer_names_only_what_works_now() {
    let mut state = populated((120, 40));
    // A log that is gone is not harvested, and has no runs to open here.
    assert!(!footer(&state).contains("harvest"), "{}", footer(&state));
    press(&mut state, &["f"]);
    type_in(&mut state, "cell:nowhere");
    press(&mut state, &["enter"]);
    let empty = footer(&state);
    for key in ["Space", "Enter", "H harvest", "s sort", "/ search"] {
        assert!(!empty.contains(key), "{key} in an empty list: {empty}");
    }
    assert!(empty.contains("f filter"), "it leads back: {empty}");
    // Compare needs marks, Jobs leads nowhere from Jobs.
    press(&mut state, &["2"]);
    assert!(!footer(&state).contains("compare"), "{}", footer(&state));
    press(&mut state, &["4"]);
    let jobs = footer(&state);
    assert!(
        !jobs.contains("cancel") && !jobs.contains("w jobs"),
        "{jobs}"
    );
}

#[test]
fn a_tab_without_its_table_says_so_once_and_names_the_keys_that_lead_away() {
    let gone = "the run's table cache/a/run_x.parquet is gone; a harvest of a recreates it";
    let mut state = in_run((120, 40));
    for (tab, keys) in [
        ("Signals", ["zoom", "choose", "export"]),
        ("Samples", ["filter", "null", "columns"]),
        ("Path", ["axes", "robot", "zoom"]),
    ] {
        let mut effects = press(&mut state, &["tab"]);
        while let Some(effect) = effects.pop() {
            if let Effect::Ask(question) = effect {
                effects.extend(update(&mut state, answered_event(question.fail(gone))));
            }
        }
        let (shown, footer) = (screen(&state), footer(&state));
        assert!(shown.contains(&format!("[{tab}]")), "{shown}");
        assert_eq!(shown.matches("recreates it").count(), 1, "{shown}");
        for key in keys {
            assert!(!footer.contains(key), "{key} in {tab}: {footer}");
        }
        assert!(
            footer.contains("Tab next tab") && footer.contains("q back"),
            "{footer}"
        );
    }
}

#[test]
fn a_panel_about_nothing_is_neither_offered_nor_shown() {
    for view in ["1", "2"] {
        for size in [(80, 24), (200, 50)] {
            let mut state = populated(size);
            answered(&mut state, &[view]);
            assert!(footer(&state).contains("Tab panel"), "{}", footer(&state));
            press(&mut state, &["f"]);
            type_in(&mut state, "cell:nowhere");
            press(&mut state, &["enter"]);
            assert!(!footer(&state).contains("Tab"), "{}", footer(&state));
            press(&mut state, &["tab"]);
            let shown = screen(&state);
            assert!(
                shown.contains("passes the filter `cell:nowhere`"),
                "{shown}"
            );
            assert!(footer(&state).contains("f filter"), "the list has the keys");
        }
    }
}

#[test]
fn the_footer_says_whether_q_goes_back_or_quits() {
    let mut state = populated((120, 40));
    assert!(footer(&state).contains("q quit"));
    press(&mut state, &["tab"]);
    assert!(footer(&state).contains("q back"), "the panel is left first");
    press(&mut state, &["q", "v"]);
    assert!(footer(&state).contains("q back"), "a range is ended first");
    press(&mut state, &["q"]);
    assert!(footer(&state).contains("q quit"));
    let state = in_run((120, 40));
    assert!(footer(&state).contains("q back"));
}

#[test]
fn a_dialog_stands_free_on_a_ground_without_colours() {
    for size in [(60, 20), (80, 24), (200, 50)] {
        let mut state = populated(size);
        press(&mut state, &["j", "j", "j", "j", "e"]);
        let theme = Theme::named("dark", false).unwrap();
        let buffer = drawn(&state, &theme);
        let is = |x: u16, y: u16, symbol: &str| buffer[(x, y)].symbol() == symbol;
        let all = || (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
        let (left, top) = all().find(|(x, y)| is(*x, *y, "┌")).unwrap();
        let (right, bottom) = all().find(|(x, y)| is(*x, *y, "┘")).unwrap();
        for x in left - 2..=right + 2 {
            assert!(is(x, top - 1, " ") && is(x, bottom + 1, " "), "{size:?}");
        }
        for y in top - 1..=bottom + 1 {
            let sides = [left - 2, left - 1, right + 1, right + 2];
            assert!(sides.iter().all(|x| is(*x, y, " ")), "{size:?}");
        }
        let ground = all().filter(|(_, y)| *y < size.1 - 2 && (*y < top - 1 || *y > bottom + 1));
        let faint = theme.faint.fg;
        let mut behind = ground.filter(|at| buffer[*at].symbol() != " ");
        assert!(behind.all(|at| Some(buffer[at].fg) == faint), "{size:?}");
    }
}

#[test]
fn the_palette_and_the_chooser_of_columns_say_where_they_are() {
    let mut state = populated((80, 24));
    press(&mut state, &[":", "down", "down"]);
    let shown = screen(&state);
    let lines = crate::app::help::palette(&state.keymap, &state.screen_contexts(), "").len();
    assert!(shown.contains(&format!("3 of {lines}\n")), "{shown}");
    press(&mut state, &["esc", "t", "j"]);
    assert!(screen(&state).contains("2 of 9\n"), "{}", screen(&state));
}

#[test]
fn a_column_that_no_row_has_anything_in_is_left_out_and_the_chooser_says_so() {
    let mut state = populated((105, 24));
    assert!(screen(&state).contains("verdict"));
    let mut rows = crate::app::fixture::logs();
    for row in &mut rows {
        (row.verdict, row.cell_id) = (None, None);
    }
    answer(&mut state, |s| &mut s.logs.read, Ok(rows.into()));
    let shown = screen(&state);
    let header = shown.lines().find(|line| line.contains("state")).unwrap();
    assert!(
        !header.contains("verdict") && !header.contains("cell"),
        "{header}"
    );
    assert!(header.contains("size"), "{header}");
    press(&mut state, &["t"]);
    let shown = screen(&state);
    for (column, is_empty) in [("verdict", true), ("cell", true), ("size", false)] {
        let line = shown.lines().find(|l| l.contains(&format!("✓ {column}")));
        let line = line.unwrap_or_else(|| panic!("{shown}"));
        assert_eq!(line.contains("empty: left out"), is_empty, "{line}");
    }
}

#[test]
fn a_message_that_is_too_long_for_its_line_stands_whole_over_the_view() {
    let mut state = populated((80, 24));
    let words: Vec<String> = (0..40).map(|n| format!("word{n}")).collect();
    for marked in [false, true] {
        if marked {
            press(&mut state, &["space"]);
        }
        state.message = Some((Tone::Error, words.join(" ")));
        let drawn = screen(&state);
        let shown: Vec<&str> = drawn.split_whitespace().collect();
        for word in &words {
            assert!(shown.contains(&word.as_str()), "{word}: {drawn}");
        }
        let last = drawn.lines().rev().nth(1).unwrap();
        assert_eq!(last.contains("word39"), !marked, "{last}");
        assert_eq!(last.contains("marked"), marked, "{last}");
    }
    // The next key shows what was behind it.
    press(&mut state, &["j"]);
    assert!(!screen(&state).contains("word0"));
}
