//! From a flag to its place in Signals, and back.

use super::{Quality, RunScreen, Tab};
use crate::app::choice::Choice;

impl RunScreen {
    /// The list of flags, while it is seen.
    pub fn flags(&self) -> Option<&Quality> {
        let views = self.views.as_ref()?;
        (self.tab == Tab::Quality).then_some(&views.quality)
    }

    /// As [`RunScreen::flags`], to search and filter.
    pub fn flags_mut(&mut self) -> Option<&mut Quality> {
        let views = self.views.as_mut()?;
        (self.tab == Tab::Quality).then_some(&mut views.quality)
    }

    /// Columns of the list of flags on the screen, by their place in the order of sorting.
    pub fn flag_columns(&self) -> Vec<usize> {
        let width = u16::try_from(self.body().0).unwrap_or(u16::MAX);
        let columns = self.flags().map(|q| q.columns(width)).unwrap_or_default();
        columns.iter().map(|c| c.index).collect()
    }

    /// Shows the chosen columns of flags.
    pub fn choose_flag_columns(&mut self, choice: &Choice) {
        if let Some(views) = &mut self.views
            && views.quality.choice != *choice
        {
            views.quality.choice = choice.clone();
        }
        let shown = self.flag_columns();
        if let Some(quality) = self.flags_mut()
            && !shown.contains(&quality.table.column)
        {
            quality.table.column = shown.first().copied().unwrap_or(0);
        }
    }

    /// Goes to the flag under the cursor in Signals.
    pub(super) fn open_flag(&mut self) {
        let Some(views) = &mut self.views else { return };
        let Some(row) = views.quality.table.current() else {
            return;
        };
        let (flag, span) = (&row.flag, row.span);
        let channel = flag.channel.as_deref();
        let known = |name: &str| views.signals.channels.iter().any(|c| c.name == name);
        self.message = Some(match channel {
            Some(name) if !known(name) => format!("{name} has no samples: {}", flag.message),
            _ => format!("{}: {}", flag.rule, flag.message),
        });
        views.signals.show_flag(span, channel);
        self.tab = Tab::Signals;
        self.from_quality = true;
    }
}
