//! Which theme is used, and why.

use super::Theme;
use crate::{
    app::abilities::{Abilities, Colors},
    etl::Result,
};

/// What decides on the theme.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The theme that the config file names; `None`: as the terminal's background wants it.
    pub theme: Option<&'a str>,
    /// Whether the background is light, as far as it is known.
    pub light: bool,
    /// What the terminal can show.
    pub abilities: &'a Abilities,
}

/// The theme that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// What it can show in that terminal.
    pub theme: Theme,
    /// Why: a sentence without a full stop.
    pub reason: String,
}

impl Wish<'_> {
    /// The theme that fits.
    ///
    /// # Errors
    /// [`crate::etl::Error::Usage`] for an unknown name.
    pub fn choose(&self) -> Result<Choice> {
        let wanted = self
            .theme
            .unwrap_or(if self.light { "light" } else { "dark" });
        let colors = self.abilities.colors;
        let name = match Theme::for_sixteen(wanted)? {
            Some(other) if colors <= Colors::Sixteen => other,
            _ => wanted.to_owned(),
        };
        let theme = Theme::in_colors(&name, colors)?.with_glyphs(self.abilities.glyphs);
        let reason = self.reason();
        Ok(Choice {
            name,
            theme,
            reason,
        })
    }

    fn reason(&self) -> String {
        let Abilities {
            colors,
            colors_because: because,
            ..
        } = self.abilities;
        let amount = match colors {
            Colors::None => "no colours",
            Colors::Sixteen => "16 colours",
            Colors::Cube => "256 colours",
            Colors::True => "true colour",
        };
        let shade = if self.light { "light" } else { "dark" };
        let wish = match self.theme {
            Some(name) => format!("the config file says {name}"),
            None => format!("the background counts as {shade} until the terminal says otherwise"),
        };
        format!("{wish}; {amount}, as {because}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(theme: Option<&str>, light: bool, colors: Colors) -> Choice {
        let abilities = Abilities {
            colors,
            colors_because: "TERM is x".into(),
            ..Abilities::default()
        };
        let wish = Wish {
            theme,
            light,
            abilities: &abilities,
        };
        wish.choose().unwrap()
    }

    #[test]
    fn the_terminal_and_the_config_file_choose_the_theme() {
        for (theme, light, colors, expected) in [
            (None, false, Colors::True, "dark"),
            (None, true, Colors::Cube, "light"),
            (None, true, Colors::Sixteen, "light-16"),
            (None, false, Colors::None, "dark-16"),
            (Some("light"), false, Colors::True, "light"),
            (Some("light"), false, Colors::Sixteen, "light-16"),
            (Some("dark-16"), true, Colors::True, "dark-16"),
            (Some("high-contrast"), true, Colors::Cube, "high-contrast"),
        ] {
            assert_eq!(
                chosen(theme, light, colors).name,
                expected,
                "{theme:?} {colors:?}"
            );
        }
        assert_eq!(
            chosen(None, true, Colors::Cube).reason,
            "the background counts as light until the terminal says otherwise; 256 colours, as \
             TERM is x"
        );
        assert_eq!(
            chosen(Some("dark"), true, Colors::Sixteen).reason,
            "the config file says dark; 16 colours, as TERM is x"
        );
    }
}
