//! What is shown of runs side by side, as a command, as text to copy, as a title, and
//! what an operator types to go somewhere.

use super::{
    CompareScreen, Overlaid, Pane,
    screen::is_shown,
    sheet::{listed, offset, plain},
};
use crate::{
    app::{
        chart::format_delta,
        command::Command,
        effect::Effect,
        export::{Export, Form, What},
    },
    etl::{compare::letter, parse_error::ParseError, position::Position},
};

/// What is understood of a place, for messages.
const FORMS: &str = "12.5, +1m30s, -2s, or from..to, counted from where the runs are aligned";

impl CompareScreen {
    /// What the place is called in the top line.
    pub fn title(&self) -> String {
        format!("Runs › {} compared", self.runs.len())
    }

    /// The `mdtui` command that shows the same.
    pub fn command(&self) -> Command {
        let mut told = Command::new("compare");
        let chosen: Vec<&str> = self.views.as_ref().map_or_else(Vec::new, |views| {
            let channels = views.overlaid.chosen.iter();
            let channels = channels.filter_map(|c| views.overlaid.channels.get(*c));
            channels.map(|c| c.name.as_str()).collect()
        });
        if !chosen.is_empty() {
            told = told.option("--channels", chosen.join(","));
        }
        let runs = self.runs.iter();
        told.names(runs.map(|run| format!("{}/{}", run.log_key, run.run)))
    }

    /// What `y` copies: the table of differences, columns parted by tabs.
    pub fn copy(&self) -> Option<String> {
        let views = self.views.as_ref()?;
        let shown = |at: usize| is_shown(&views.overlaid, at);
        Some(plain(self.runs.len(), &views.comparison, shown))
    }

    /// What the pane with the keys shows as a file: the charts, or the table of
    /// differences in `form`.
    ///
    /// # Errors
    /// One sentence: why there is nothing to write.
    pub fn export(&self, form: Form) -> Result<Export, String> {
        let views = self.views.as_ref().ok_or("the runs are not read yet")?;
        if self.pane == Pane::Overlaid {
            return self.picture(&views.overlaid);
        }
        let shown = |at: usize| is_shown(&views.overlaid, at);
        let list = listed(self.runs.len(), &views.comparison, shown);
        let ids: Vec<String> = self.runs.iter().map(|run| run.run.short()).collect();
        Ok(Export {
            name: format!("compare_{}", ids.join("_")),
            what: What::List { list, form },
        })
    }

    /// What the cursor stands on, in words: its time and the pinned one, and how far the
    /// runs are from the first there, in the chart of the list's cursor (else the first).
    pub fn cursor_line(&self) -> Option<String> {
        let overlaid = &self.views.as_ref()?.overlaid;
        let time = overlaid.view.cursor.time;
        let mut text = format!("cursor {}", offset(time));
        if let Some(pin) = overlaid.view.cursor.pin {
            let seconds = (time - pin) as f64 / 1e6;
            let change = format_delta(seconds, 3);
            text.push_str(&format!("  pin {}  Δ {change} s", offset(pin)));
        }
        let under = Some(overlaid.row).filter(|row| overlaid.chosen.contains(row));
        if let Some(channel) = under.or_else(|| overlaid.chosen.first().copied()) {
            text.push_str(&self.apart(overlaid, channel).unwrap_or_default());
        }
        Some(text)
    }

    fn apart(&self, overlaid: &Overlaid, channel: usize) -> Option<String> {
        let shared = overlaid.channels.get(channel)?;
        let value = |run| {
            let value = overlaid.value_at(run, channel, overlaid.view.cursor.time)?;
            Some(value).filter(|v| !v.is_nan())
        };
        let first = value(0)?;
        let mut text = String::new();
        for run in 1..self.runs.len() {
            if let Some(value) = value(run) {
                let change = format_delta(value - first, shared.decimals);
                text.push_str(&format!("  {} − A {change}", letter(run)));
            }
        }
        (!text.is_empty()).then(|| format!("  {}{text} {}", shared.name, shared.unit))
    }

    /// How the runs are aligned, in words.
    pub fn alignment(&self) -> &'static str {
        match &self.views {
            Some(views) if views.overlaid.has_places() => "aligned at their places",
            _ => "aligned at their starts",
        }
    }

    /// Whether a run's place is set next.
    pub fn is_turn(&self, run: usize) -> bool {
        let views = self.views.as_ref();
        self.pane == Pane::Overlaid && views.is_some_and(|v| v.overlaid.turn == run)
    }

    /// Takes a line that was typed after [`CompareScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, text: &str) -> Result<Vec<Effect>, ParseError> {
        let Some(views) = &mut self.views else {
            // Where the runs begin and end is not known yet: only the form is.
            let is_place = |part: &str| place(part).is_some();
            if !text.split("..").all(is_place) {
                return Err(format!("`{}` is not a position: type {FORMS}", text.trim()).into());
            }
            self.message = Some("goes there once the runs are read".into());
            self.place = Some(text.to_owned());
            return Ok(Vec::new());
        };
        let overlaid = &mut views.overlaid;
        let read = |text: &str| -> Result<i64, String> {
            let time = place(text)
                .ok_or_else(|| format!("`{}` is not a position: type {FORMS}", text.trim()))?;
            if overlaid.view.bounds.contains(time) {
                return Ok(time);
            }
            let (from, to) = (overlaid.view.bounds.start(), overlaid.view.bounds.end());
            Err(format!(
                "{} is outside: the runs last from {} to {}",
                offset(time),
                offset(from),
                offset(to)
            ))
        };
        match text.split_once("..") {
            None => {
                let time = read(text)?;
                overlaid.view.go_to(time);
            }
            Some((from, to)) => {
                let (from, to) = (read(from)?, read(to)?);
                overlaid.view.show(from, to);
            }
        }
        Ok(self.want())
    }
}

/// Microseconds from where the runs are aligned: `12.5`, `+1m30s`, `-2s`.
fn place(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    match Position::read(&format!("+{text}"), 0)? {
        Position::Time(time) => Some(sign * time),
        Position::Row(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_the_alignment() {
        assert_eq!(place("12.5"), Some(12_500_000));
        assert_eq!(place(" +1m30s "), Some(90_000_000));
        assert_eq!(place("-2s"), Some(-2_000_000));
        assert_eq!(place("−250ms"), Some(-250_000));
        for bad in ["", "+", "--2", "+-2", "x", "20:40", "-"] {
            assert_eq!(place(bad), None, "{bad:?}");
        }
    }
}
