//! Colours by meaning, from the files in `assets/themes`.
//!
//! * [`choose`]: which theme is used, and why.
//! * [`color`]: colours as numbers.

pub mod choose;
pub mod color;

#[cfg(test)]
mod checks;

use std::collections::HashMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::{
    app::{
        abilities::{Colors, Glyphs},
        columns::Meaning,
    },
    etl::{Error, Result, suggest},
};

const THEMES: [(&str, &str); 5] = [
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    (
        "dark-16",
        include_str!("../../../assets/themes/dark-16.toml"),
    ),
    (
        "light-16",
        include_str!("../../../assets/themes/light-16.toml"),
    ),
    (
        "high-contrast",
        include_str!("../../../assets/themes/high-contrast.toml"),
    ),
];

/// How much of a series' colour its dim shade has; the rest is surface.
const DIM: f64 = 0.45;

/// Colours of a scale from low to high.
pub const CLASSES: usize = 5;

/// Names the styles of a theme once: the fields, reading them, and going through them.
macro_rules! styles {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        /// Styles by meaning. Every meaning that a style carries stands on the screen as a word
        /// or a glyph too.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Theme {
            $($(#[$meta])* pub $name: Style,)*
            /// The character under the cursor of a text field.
            pub caret: Style,
            /// Lines of charts, one after the other.
            pub series: Vec<Style>,
            /// Their dim shades: what lies around a line.
            pub dim: Vec<Style>,
            /// [`CLASSES`] colours from low to high.
            pub scale: Vec<Style>,
            /// Which characters are drawn.
            pub glyphs: Glyphs,
        }

        impl Theme {
            /// The names of the styles by meaning.
            pub const MEANINGS: &[&str] = &[$(stringify!($name)),*];

            /// The styles by meaning, with their names.
            pub fn styles(&self) -> impl Iterator<Item = (&'static str, Style)> {
                [$((stringify!($name), self.$name)),*].into_iter()
            }

            /// Every style.
            fn each(&mut self) -> impl Iterator<Item = &mut Style> {
                let lists = self.series.iter_mut().chain(&mut self.dim).chain(&mut self.scale);
                [$(&mut self.$name),*].into_iter().chain(lists)
            }

            /// A style by its name.
            fn style_mut(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

styles! {
    /// What everything lies on: its ground, and text of no other meaning.
    surface,
    /// Ordinary text.
    text,
    /// What matters less: units, headers, hints.
    muted,
    /// Values that are held, not sampled.
    faint,
    /// Lines between parts, grid lines.
    rule,
    /// The one accent: where one is.
    accent,
    /// The view and the tab that are open.
    tab,
    /// Titles.
    title,
    /// Laid under the line under the cursor, whose words keep their colours.
    cursor,
    /// Marked lines.
    mark,
    /// A search hit.
    hit,
    /// Harvested, pass.
    good,
    /// Suspect, partial, stale.
    warning,
    /// Failed.
    error,
    /// Work under way.
    busy,
    /// A key in hints and help.
    key,
}

impl Theme {
    /// The style of a cell.
    pub fn of(&self, meaning: impl Into<Meaning>) -> Style {
        match meaning.into() {
            Meaning::Text => self.text,
            Meaning::Muted => self.muted,
            Meaning::Picture => self.muted,
            Meaning::Good => self.good,
            Meaning::Warning => self.warning,
            Meaning::Error => self.error,
            Meaning::Busy => self.busy,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// The theme for terminals of 16 colours; none: it is one itself.
    sixteen: Option<String>,
    styles: HashMap<String, RawStyle>,
    series: Vec<RawStyle>,
    scale: Vec<RawStyle>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
struct RawStyle {
    fg: Option<String>,
    bg: Option<String>,
    /// The entry of the 256-colour table that stands for the ground, or else for the text;
    /// without it the nearest one.
    cube: Option<u8>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    dim: bool,
    #[serde(default)]
    reverse: bool,
    #[serde(default)]
    underline: bool,
}

impl Theme {
    /// Names of the themes that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        THEMES.into_iter().map(|(name, _)| name)
    }

    /// A theme by name in true colour; without colours when `no_color`.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown name.
    pub fn named(name: &str, no_color: bool) -> Result<Self> {
        let colors = if no_color { Colors::None } else { Colors::True };
        Self::in_colors(name, colors)
    }

    /// A theme by name, as a terminal of so many colours shows it.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown name.
    pub fn in_colors(name: &str, colors: Colors) -> Result<Self> {
        let theme = Self::parse(&raw(name)?, name, colors)?;
        Ok(if colors == Colors::None {
            theme.without_colors()
        } else {
            theme
        })
    }

    /// The name of the theme that stands for `name` on terminals of 16 colours; none where it
    /// is made of those.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown name.
    pub fn for_sixteen(name: &str) -> Result<Option<String>> {
        Ok(raw(name)?.sixteen)
    }

    /// The theme where the terminal has these characters.
    #[must_use]
    pub fn with_glyphs(self, glyphs: Glyphs) -> Self {
        Self { glyphs, ..self }
    }

    fn parse(raw: &Raw, name: &str, colors: Colors) -> Result<Self> {
        let unknown = |what: &str| {
            Error::Usage(format!(
                "the theme `{name}`: `{what}` has an unknown colour"
            ))
        };
        let all = |what: &str, styles: &[RawStyle]| {
            let styles = styles.iter().map(|raw| raw.style(colors));
            styles
                .collect::<Option<Vec<Style>>>()
                .ok_or_else(|| unknown(what))
        };
        let mut theme = Self {
            caret: Style::new().add_modifier(Modifier::REVERSED),
            series: all("series", &raw.series)?,
            scale: all("scale", &raw.scale)?,
            ..Self::default()
        };
        for meaning in Self::MEANINGS {
            let style = raw.styles.get(*meaning).ok_or_else(|| {
                Error::Usage(format!("the theme `{name}` has no style `{meaning}`"))
            })?;
            let style = style.style(colors).ok_or_else(|| unknown(meaning))?;
            if let Some(own) = theme.style_mut(meaning) {
                *own = style;
            }
        }
        if let Some(meaning) = raw.styles.keys().find(|m| theme.style_mut(m).is_none()) {
            let sentence = format!("the theme `{name}`: there is no style `{meaning}`");
            return Err(Error::Usage(sentence));
        }
        let dim = |series: &Style| dim(*series, theme.surface, colors);
        theme.dim = theme.series.iter().map(dim).collect();
        Ok(theme)
    }

    /// The style of the `index`-th line of a chart.
    pub fn series(&self, index: usize) -> Style {
        self.nth(&self.series, index)
    }

    /// The dim shade of the `index`-th line of a chart.
    pub fn series_dim(&self, index: usize) -> Style {
        self.nth(&self.dim, index)
    }

    fn nth(&self, styles: &[Style], index: usize) -> Style {
        let at = index.checked_rem(styles.len()).unwrap_or(0);
        styles.get(at).copied().unwrap_or(self.text)
    }

    /// The style of a class of a scale, from 0 (low) to [`CLASSES`] - 1.
    pub fn scale(&self, class: usize) -> Style {
        self.scale.get(class).copied().unwrap_or(self.text)
    }

    fn without_colors(mut self) -> Self {
        for style in self.each() {
            *style = Style {
                fg: None,
                bg: None,
                ..*style
            };
        }
        // Without colours the line under the cursor needs another sign.
        self.cursor = self.cursor.add_modifier(Modifier::REVERSED);
        self.tab = self.tab.add_modifier(Modifier::REVERSED);
        // So does a scale, whose classes nothing else tells apart.
        const WEIGHTS: [Modifier; CLASSES] = [
            Modifier::DIM,
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::BOLD.union(Modifier::UNDERLINED),
            Modifier::REVERSED,
        ];
        for (style, weight) in self.scale.iter_mut().zip(WEIGHTS) {
            *style = Style::new().add_modifier(weight);
        }
        self
    }
}

fn raw(name: &str) -> Result<Raw> {
    let found = THEMES.into_iter().find(|(n, _)| *n == name);
    let (_, toml) = found.ok_or_else(|| {
        let known: Vec<&str> = Theme::names().collect();
        Error::Usage(format!(
            "there is no theme `{name}`{}",
            suggest::among(name, "themes", &known)
        ))
    })?;
    toml::from_str(toml).map_err(|e| {
        Error::Usage(format!(
            "the theme `{name}` cannot be read: {}",
            e.message()
        ))
    })
}

/// The dim shade of a line: nearer to the surface.
fn dim(series: Style, surface: Style, colors: Colors) -> Style {
    let parts = |color: Option<Color>| color.and_then(color::rgb);
    match (parts(series.fg), parts(surface.bg)) {
        (Some(line), Some(ground)) => {
            let [r, g, b] = color::mix(line, ground, DIM);
            series.fg(shown(Color::Rgb(r, g, b), None, colors))
        }
        _ => series.add_modifier(Modifier::DIM),
    }
}

/// A colour as a terminal of so many colours shows it.
fn shown(color: Color, cube: Option<u8>, colors: Colors) -> Color {
    match (color, colors) {
        (Color::Rgb(r, g, b), Colors::Sixteen | Colors::Cube) => {
            Color::Indexed(cube.unwrap_or_else(|| color::nearest([r, g, b])))
        }
        _ => color,
    }
}

impl RawStyle {
    /// None where a colour is unknown.
    fn style(&self, colors: Colors) -> Option<Style> {
        let mut style = Style::default();
        if let Some(fg) = &self.fg {
            let cube = self.cube.filter(|_| self.bg.is_none());
            style = style.fg(shown(fg.parse().ok()?, cube, colors));
        }
        if let Some(bg) = &self.bg {
            style = style.bg(shown(bg.parse().ok()?, self.cube, colors));
        }
        for (on, modifier) in [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.reverse, Modifier::REVERSED),
            (self.underline, Modifier::UNDERLINED),
        ] {
            if on {
                style = style.add_modifier(modifier);
            }
        }
        Some(style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_theme_is_whole_and_no_color_has_none() {
        for name in Theme::names() {
            for colors in [Colors::Sixteen, Colors::Cube, Colors::True] {
                let theme = Theme::in_colors(name, colors).unwrap();
                assert!(theme.series.len() >= 6, "{name}");
                assert_eq!(theme.dim.len(), theme.series.len(), "{name}");
                assert_eq!(theme.scale.len(), CLASSES, "{name}");
            }
            let mut bare = Theme::named(name, true).unwrap();
            assert!(
                bare.cursor.add_modifier.contains(Modifier::REVERSED),
                "{name}"
            );
            let classes: BTreeSet<String> = bare.scale.iter().map(|s| format!("{s:?}")).collect();
            assert_eq!(classes.len(), CLASSES, "{name}: classes that look the same");
            for style in bare.each() {
                assert_eq!((style.fg, style.bg), (None, None), "{name}");
            }
        }
    }

    #[test]
    fn a_terminal_is_only_told_colours_that_it_has() {
        let told = |name: &str, colors: Colors| {
            let mut theme = Theme::in_colors(name, colors).unwrap();
            let styles: Vec<Style> = theme.each().map(|style| *style).collect();
            let told = styles.into_iter().flat_map(|style| [style.fg, style.bg]);
            told.flatten().collect::<Vec<Color>>()
        };
        for name in Theme::names() {
            let cube = told(name, Colors::Cube);
            assert!(!cube.iter().any(|c| matches!(c, Color::Rgb(..))), "{name}");
            let sixteen = Theme::for_sixteen(name).unwrap();
            let sixteen = told(sixteen.as_deref().unwrap_or(name), Colors::Sixteen);
            let more = |c: &Color| matches!(c, Color::Rgb(..) | Color::Indexed(_));
            assert!(!sixteen.iter().any(more), "{name}");
        }
    }

    #[test]
    fn an_unknown_theme_names_the_known_ones() {
        let error = Theme::named("neon", false).unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no theme `neon`; the themes are dark, light, dark-16, light-16, high-contrast"
        );
    }
}
