//! Snapshots of screens: their text and their styles by meaning, at every size that is
//! promised, one file for each screen.

use std::{collections::BTreeMap, fmt::Write};

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    style::{Color, Modifier, Style},
};

use super::{draw, theme::Theme};
use crate::app::{State, abilities::Glyphs};

/// Small, usual and large.
pub const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (200, 50)];

/// Screens by name, to be held against what they were.
#[derive(Default)]
pub struct ScreenSnapshots(BTreeMap<String, String>);

impl ScreenSnapshots {
    /// Takes a screen in, at the size of its state.
    pub fn add(&mut self, name: &str, state: &State) {
        let seen = drawn(state, &by_meaning());
        let text = text(&seen);
        for theme in Theme::names() {
            let other = drawn(state, &Theme::named(theme, false).unwrap());
            assert_eq!(self::text(&other), text, "{name} in {theme}");
        }
        let bare = drawn(state, &Theme::named("dark", true).unwrap());
        assert_eq!(
            self::text(&bare),
            text,
            "{name}: a colour alone says nothing"
        );
        let ascii = by_meaning().with_glyphs(Glyphs::Ascii);
        let ascii = self::text(&drawn(state, &ascii));
        assert!(ascii.is_ascii(), "{name}: {ascii}");
        // Every glyph has a form; `?` stands for letters of names alone.
        let own = |text: &str| text.matches('?').count();
        let letters = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic());
        let letters = letters.filter(|c| !matches!(c, 'Δ' | 'µ')).count();
        assert_eq!(own(&ascii), own(&text) + letters, "{name}: {ascii}");
        let colourless = |c: &Cell| c.fg == Color::Reset && c.bg == Color::Reset;
        assert!(bare.content.iter().all(colourless), "{name}");
        let (width, height) = state.size;
        let entry = self.0.entry(name.to_owned()).or_default();
        let _ = write!(
            entry,
            "┄┄ {width}×{height}\n{text}\n┄┄ styles\n{}\n",
            styles(&seen)
        );
    }

    /// Holds every screen against its file.
    pub fn check(self) {
        for (name, look) in self.0 {
            insta::assert_snapshot!(name, look);
        }
    }
}

/// The screen of `state`.
pub fn drawn(state: &State, theme: &Theme) -> Buffer {
    let (width, height) = state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, state, theme)).unwrap();
    terminal.backend().buffer().clone()
}

/// The lines of a screen, without blanks at their ends.
pub fn text(buffer: &Buffer) -> String {
    let line = |y: u16| {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            // A wide character leaves the cell after it empty.
            x += (unicode_width::UnicodeWidthStr::width(symbol) as u16).max(1);
        }
        line.trim_end().to_owned()
    };
    let lines: Vec<String> = (0..buffer.area.height).map(line).collect();
    lines.join("\n")
}

/// Meanings in the order of [`by_meaning`]'s colours.
const MEANINGS: [&str; 15] = [
    "text", "muted", "accent", "title", "cursor", "mark", "hit", "good", "warning", "error",
    "busy", "key", "faint", "rule", "tab",
];

/// A theme in which every meaning has a colour of its own.
fn by_meaning() -> Theme {
    let style = |at: u8| Style::new().fg(Color::Indexed(at));
    Theme {
        text: style(0),
        muted: style(1),
        accent: style(2),
        title: style(3),
        // The line under the cursor keeps the meanings of its words.
        cursor: Style::new().add_modifier(Modifier::REVERSED),
        mark: style(5),
        hit: style(6),
        good: style(7),
        warning: style(8),
        error: style(9),
        busy: style(10),
        key: style(11),
        faint: style(12),
        rule: style(13),
        tab: style(14),
        surface: Style::new(),
        caret: Style::new().add_modifier(Modifier::REVERSED),
        series: (100..106).map(style).collect(),
        dim: (110..116).map(style).collect(),
        scale: (120..125).map(style).collect(),
        glyphs: Glyphs::Unicode,
    }
}

fn meaning(cell: &Cell) -> String {
    let name = match cell.fg {
        Color::Reset => String::new(),
        Color::Indexed(at @ 120..) => format!("scale{}", at - 120),
        Color::Indexed(at @ 110..) => format!("dim{}", at - 110),
        Color::Indexed(at @ 100..) => format!("series{}", at - 100),
        Color::Indexed(at) => MEANINGS
            .get(usize::from(at))
            .map_or_else(|| at.to_string(), |m| (*m).into()),
        other => format!("{other:?}"),
    };
    let mut name = if name == "text" { String::new() } else { name };
    if cell.bg != Color::Reset {
        let _ = write!(name, "/{:?}", cell.bg);
    }
    if cell.modifier.contains(Modifier::REVERSED) {
        name.push('!');
    }
    for (modifier, sign) in [
        (Modifier::BOLD, "b"),
        (Modifier::UNDERLINED, "u"),
        (Modifier::DIM, "d"),
    ] {
        if cell.modifier.contains(modifier) {
            let _ = write!(name, "+{sign}");
        }
    }
    name
}

/// Per line the stretches of one style: the meaning (`·`: ordinary text; `!`: under the
/// cursor) and how many characters. Lines of ordinary text are left out, equal ones named once.
fn styles(buffer: &Buffer) -> String {
    let mut describe: Vec<(u16, u16, String)> = Vec::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(String, usize)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            // What stands in a blank is not seen, but for its ground.
            let blank = cell.symbol() == " "
                && !cell
                    .modifier
                    .intersects(Modifier::REVERSED | Modifier::UNDERLINED)
                && cell.bg == Color::Reset;
            let name = if blank { None } else { Some(meaning(cell)) };
            match (runs.last_mut(), name) {
                (Some((last, n)), Some(name)) if *last == name => *n += 1,
                (Some((_, n)), None) => *n += 1,
                (_, name) => runs.push((name.unwrap_or_default(), 1)),
            }
        }
        while runs.last().is_some_and(|(name, _)| name.is_empty()) {
            runs.pop();
        }
        let line = runs
            .iter()
            .map(|(name, n)| format!("{}{n}", if name.is_empty() { "·" } else { name }))
            .collect::<Vec<_>>()
            .join(" ");
        match describe.last_mut() {
            Some((_, to, last)) if *last == line && *to + 1 == y => *to = y,
            _ if line.is_empty() => {}
            _ => describe.push((y, y, line)),
        }
    }
    let lines = describe.iter().map(|(from, to, line)| match from == to {
        true => format!("{from}: {line}"),
        false => format!("{from}–{to}: {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What every theme makes of every meaning.
#[test]
fn themes() {
    let mut table = String::new();
    for (name, no_color) in Theme::names().map(|n| (n, false)).chain([("dark", true)]) {
        let theme = Theme::named(name, no_color).unwrap();
        let _ = writeln!(table, "{name}{}", if no_color { ", NO_COLOR" } else { "" });
        for (meaning, style) in theme.styles() {
            let _ = writeln!(table, "  {meaning:<8} {}", describe(style));
        }
        for (kind, styles) in [
            ("series", &theme.series),
            ("dim", &theme.dim),
            ("scale", &theme.scale),
        ] {
            let styles: Vec<String> = styles.iter().map(|s| describe(*s)).collect();
            let _ = writeln!(table, "  {kind:<8} {}", styles.join(" · "));
        }
    }
    insta::assert_snapshot!("themes", table);
}

fn describe(style: Style) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(style.fg.map(|c| c.to_string().to_lowercase()));
    words.extend(
        style
            .bg
            .map(|c| format!("on {}", c.to_string().to_lowercase())),
    );
    if !style.add_modifier.is_empty() {
        words.push(format!("{:?}", style.add_modifier).to_lowercase());
    }
    if words.is_empty() {
        "as the terminal".into()
    } else {
        words.join(" ")
    }
}
