//! What is shown of runs side by side, as a command, as text to copy, as a title, and
//! what an operator types to go somewhere.

use super::{
    CompareScreen, Pane,
    screen::is_shown,
    sheet::{listed, plain},
};
use crate::{
    app::{
        command::Command,
        effect::Effect,
        export::{Export, Form, What},
        signals::check_form,
    },
    etl::parse_error::ParseError,
};

impl CompareScreen {
    /// What the place is called in the top line.
    pub fn title(&self) -> String {
        format!("Runs › {} compared", self.runs.len())
    }

    /// The `mdtui` command that shows the same.
    pub fn command(&self) -> Command {
        let mut command = Command::new("compare");
        let chosen: Vec<&str> = self
            .views
            .as_ref()
            .map_or_else(Vec::new, |views| views.signals.chosen_names().collect());
        if !chosen.is_empty() {
            command = command.option("--channels", chosen.join(","));
        }
        let runs = self.runs.iter();
        command.names(runs.map(|run| format!("{}/{}", run.log_key, run.run)))
    }

    /// What `y` copies: the table of differences, columns parted by tabs.
    pub fn copy(&self) -> Option<String> {
        let views = self.views.as_ref()?;
        let shown = |at: usize| is_shown(&views.signals, at);
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
            return self.picture(&views.signals);
        }
        let shown = |at: usize| is_shown(&views.signals, at);
        let list = listed(self.runs.len(), &views.comparison, shown);
        let ids: Vec<String> = self.runs.iter().map(|run| run.run.short()).collect();
        Ok(Export {
            name: format!("compare_{}", ids.join("_")),
            what: What::List { list, form },
        })
    }

    /// How the runs are aligned, in words.
    pub fn alignment(&self) -> &'static str {
        match &self.views {
            Some(views) if views.signals.has_places() => "aligned at their places",
            _ => "aligned at their starts",
        }
    }

    /// Whether a run's place is set next.
    pub fn is_turn(&self, run: usize) -> bool {
        let views = self.views.as_ref();
        self.pane == Pane::Overlaid && views.is_some_and(|v| v.signals.turn == run)
    }

    /// Takes a line that was typed after [`CompareScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, text: &str) -> Result<Vec<Effect>, ParseError> {
        let Some(views) = &mut self.views else {
            // Where the runs begin and end is not known yet: only the form is.
            check_form(text, true)?;
            self.message = Some("the cursor goes there once the runs are read".into());
            self.place = Some(text.to_owned());
            return Ok(Vec::new());
        };
        views.signals.submit(text)?;
        Ok(self.ask_missing())
    }
}
