//! Colours by meaning, from the files in `assets/themes`.

use std::collections::HashMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::{
    app::columns::Meaning,
    etl::{Error, Result},
};

const THEMES: [(&str, &str); 3] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (
        "high-contrast",
        include_str!("../../assets/themes/high-contrast.toml"),
    ),
];

/// Styles by meaning. Every meaning that a style carries stands on the screen as a word
/// or a glyph too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What matters less: units, headers, hints.
    pub muted: Style,
    /// The one accent: where one is.
    pub accent: Style,
    /// Titles.
    pub title: Style,
    /// The line under the cursor.
    pub cursor: Style,
    /// Marked lines.
    pub mark: Style,
    /// A search hit.
    pub hit: Style,
    /// Harvested, pass.
    pub good: Style,
    /// Suspect, partial, stale.
    pub warning: Style,
    /// Failed.
    pub error: Style,
    /// Work under way.
    pub busy: Style,
    /// A key in hints and help.
    pub key: Style,
    /// Lines of charts, one after the other.
    pub series: Vec<Style>,
    /// Values that are held, not sampled; grid lines.
    pub faint: Style,
}

impl Theme {
    /// The style of a cell.
    pub fn of(&self, meaning: impl Into<Meaning>) -> Style {
        match meaning.into() {
            Meaning::Text => self.text,
            Meaning::Muted => self.muted,
            Meaning::Accent => self.accent,
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
    styles: HashMap<String, RawStyle>,
    series: Vec<RawStyle>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
struct RawStyle {
    fg: Option<String>,
    bg: Option<String>,
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

    /// A theme by name; without colours when `no_color`.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown name.
    pub fn named(name: &str, no_color: bool) -> Result<Self> {
        let (_, toml) = THEMES
            .into_iter()
            .find(|(n, _)| *n == name)
            .ok_or_else(|| {
                let known: Vec<&str> = Self::names().collect();
                Error::Usage(format!(
                    "there is no theme `{name}`; there are {}",
                    known.join(", ")
                ))
            })?;
        let theme = Self::parse(toml, name)?;
        Ok(if no_color {
            theme.without_colors()
        } else {
            theme
        })
    }

    fn parse(toml: &str, name: &str) -> Result<Self> {
        let raw: Raw = toml::from_str(toml).map_err(|e| {
            Error::Usage(format!(
                "the theme `{name}` cannot be read: {}",
                e.message()
            ))
        })?;
        let get = |meaning: &str| {
            let raw = raw.styles.get(meaning).ok_or_else(|| {
                Error::Usage(format!("the theme `{name}` has no style `{meaning}`"))
            })?;
            raw.style().ok_or_else(|| {
                Error::Usage(format!(
                    "the theme `{name}`: `{meaning}` has an unknown colour"
                ))
            })
        };
        let series: Vec<Style> = raw.series.iter().filter_map(RawStyle::style).collect();
        Ok(Self {
            text: get("text")?,
            muted: get("muted")?,
            accent: get("accent")?,
            title: get("title")?,
            cursor: get("cursor")?,
            mark: get("mark")?,
            hit: get("hit")?,
            good: get("good")?,
            warning: get("warning")?,
            error: get("error")?,
            busy: get("busy")?,
            key: get("key")?,
            faint: get("faint")?,
            series,
        })
    }

    /// The style of the `index`-th line of a chart.
    pub fn series(&self, index: usize) -> Style {
        let at = index.checked_rem(self.series.len()).unwrap_or(0);
        self.series.get(at).copied().unwrap_or(self.text)
    }

    fn without_colors(mut self) -> Self {
        let styles = [
            &mut self.text,
            &mut self.muted,
            &mut self.accent,
            &mut self.title,
            &mut self.cursor,
            &mut self.mark,
            &mut self.hit,
            &mut self.good,
            &mut self.warning,
            &mut self.error,
            &mut self.busy,
            &mut self.key,
            &mut self.faint,
        ];
        for style in styles.into_iter().chain(&mut self.series) {
            *style = Style {
                fg: None,
                bg: None,
                ..*style
            };
        }
        // Without colours the line under the cursor needs another sign.
        self.cursor = self.cursor.add_modifier(Modifier::REVERSED);
        self
    }
}

impl RawStyle {
    fn style(&self) -> Option<Style> {
        let mut style = Style::default();
        if let Some(fg) = &self.fg {
            style = style.fg(fg.parse::<Color>().ok()?);
        }
        if let Some(bg) = &self.bg {
            style = style.bg(bg.parse::<Color>().ok()?);
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

    #[test]
    fn every_theme_is_whole_and_no_color_has_none() {
        for name in Theme::names() {
            let theme = Theme::named(name, false).unwrap();
            assert!(theme.series.len() >= 6, "{name}");
            let bare = Theme::named(name, true).unwrap();
            for style in [
                bare.text,
                bare.error,
                bare.cursor,
                bare.good,
                bare.series(0),
            ] {
                assert_eq!((style.fg, style.bg), (None, None), "{name}");
            }
            assert!(
                bare.cursor.add_modifier.contains(Modifier::REVERSED),
                "{name}"
            );
        }
    }

    #[test]
    fn an_unknown_theme_names_the_known_ones() {
        let error = Theme::named("neon", false).unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no theme `neon`; there are dark, light, high-contrast"
        );
    }
}
