//! What the terminal can show, as far as the environment tells: colours and characters.

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colors {
    /// None: `NO_COLOR` is set.
    None,
    /// The 16 that every terminal has; the operator chose what they look like.
    Sixteen,
    /// 256, of which those from 16 on are a fixed cube and a scale of greys.
    Cube,
    /// Any, by red, green and blue.
    True,
}

/// Which characters there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// All.
    #[default]
    Unicode,
    /// Letters, but hardly a symbol: the console of Linux.
    Letters,
    /// Those of ASCII.
    Ascii,
}

/// What the terminal can show, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// How many colours there are.
    pub colors: Colors,
    /// What tells the colours: `COLORTERM is truecolor`.
    pub colors_because: String,
    /// Which characters there are.
    pub glyphs: Glyphs,
    /// What tells the characters: `LANG is C`.
    pub glyphs_because: String,
}

impl Default for Abilities {
    /// A terminal that shows everything.
    fn default() -> Self {
        Self {
            colors: Colors::True,
            colors_because: String::new(),
            glyphs: Glyphs::Unicode,
            glyphs_because: String::new(),
        }
    }
}

impl Abilities {
    /// What the environment tells; `variable` gives the value of a variable that is set to
    /// anything but nothing.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let (colors, colors_because) = colors(&variable);
        let (glyphs, glyphs_because) = glyphs(&variable);
        Self {
            colors,
            colors_because,
            glyphs,
            glyphs_because,
        }
    }
}

/// Terminals that take any colour though they say so by their name alone.
const TRUE_COLOR: [&str; 7] = [
    "alacritty",
    "contour",
    "direct",
    "foot",
    "ghostty",
    "kitty",
    "wezterm",
];

fn colors(variable: &impl Fn(&str) -> Option<String>) -> (Colors, String) {
    // <https://no-color.org>
    if variable("NO_COLOR").is_some() {
        return (Colors::None, "NO_COLOR is set".to_owned());
    }
    let Some(term) = variable("TERM") else {
        return (Colors::Sixteen, "TERM is not set".to_owned());
    };
    let by_term = |colors| (colors, format!("TERM is {term}"));
    if term == "dumb" || term == "linux" {
        return by_term(Colors::Sixteen);
    }
    let named = TRUE_COLOR.iter().any(|name| term.contains(name));
    // GNU screen passes on the variable of the terminal around it, but not its colours.
    let colorterm = variable("COLORTERM").filter(|_| variable("STY").is_none());
    match colorterm.as_deref() {
        Some(word @ ("truecolor" | "24bit")) => (Colors::True, format!("COLORTERM is {word}")),
        _ if named => by_term(Colors::True),
        _ if term.contains("256") => by_term(Colors::Cube),
        _ => by_term(Colors::Sixteen),
    }
}

fn glyphs(variable: &impl Fn(&str) -> Option<String>) -> (Glyphs, String) {
    // In the order of POSIX.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| Some((name, variable(name)?)));
    if let Some((name, locale)) = &locale {
        let folded = locale.to_lowercase();
        if !folded.contains("utf-8") && !folded.contains("utf8") {
            return (Glyphs::Ascii, format!("{name} is {locale}"));
        }
    }
    if variable("TERM").as_deref() == Some("linux") {
        // Its fonts have 256 or 512 characters.
        return (Glyphs::Letters, "TERM is linux".to_owned());
    }
    let because = locale.map_or("no locale is set".to_owned(), |(name, locale)| {
        format!("{name} is {locale}")
    });
    (Glyphs::Unicode, because)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Abilities {
        Abilities::of(|name| {
            let found = set.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_tells_the_colours() {
        let colors = |set: &[(&str, &str)]| {
            let known = of(set);
            (known.colors, known.colors_because)
        };
        let xterm = ("TERM", "xterm-256color");
        let truecolor = ("COLORTERM", "truecolor");
        for (set, expected, because) in [
            (&[][..], Colors::Sixteen, "TERM is not set"),
            (&[xterm], Colors::Cube, "TERM is xterm-256color"),
            (&[xterm, truecolor], Colors::True, "COLORTERM is truecolor"),
            (
                &[xterm, ("COLORTERM", "yes")],
                Colors::Cube,
                "TERM is xterm-256color",
            ),
            (
                &[xterm, truecolor, ("NO_COLOR", "1")],
                Colors::None,
                "NO_COLOR is set",
            ),
            (
                &[("TERM", "xterm-kitty")],
                Colors::True,
                "TERM is xterm-kitty",
            ),
            (
                &[("TERM", "linux"), truecolor],
                Colors::Sixteen,
                "TERM is linux",
            ),
            (&[("TERM", "vt220")], Colors::Sixteen, "TERM is vt220"),
            (
                &[("TERM", "screen"), truecolor, ("STY", "1.pts")],
                Colors::Sixteen,
                "TERM is screen",
            ),
        ] {
            assert_eq!(colors(set), (expected, because.to_owned()), "{set:?}");
        }
    }

    #[test]
    fn the_locale_tells_the_characters_in_the_order_of_posix() {
        let glyphs = |set: &[(&str, &str)]| {
            let known = of(set);
            (known.glyphs, known.glyphs_because)
        };
        let german = ("LANG", "de_DE.UTF-8");
        for (set, expected, because) in [
            (&[][..], Glyphs::Unicode, "no locale is set"),
            (&[german], Glyphs::Unicode, "LANG is de_DE.UTF-8"),
            (&[("LANG", "C.utf8")], Glyphs::Unicode, "LANG is C.utf8"),
            (
                &[("LANG", "de_DE.ISO-8859-1")],
                Glyphs::Ascii,
                "LANG is de_DE.ISO-8859-1",
            ),
            (&[german, ("LC_ALL", "C")], Glyphs::Ascii, "LC_ALL is C"),
            (
                &[german, ("TERM", "linux")],
                Glyphs::Letters,
                "TERM is linux",
            ),
        ] {
            assert_eq!(glyphs(set), (expected, because.to_owned()), "{set:?}");
        }
    }
}
