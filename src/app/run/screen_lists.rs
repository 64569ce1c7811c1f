//! The tabs of a run that are lists, and from a row of one to its place in Signals and back.

use super::{Quality, RunScreen, Tab, tab_list};
use crate::app::{choice::Choices, columns::PlacedColumn, list::List};
use crate::etl::schema::ChannelName;

impl RunScreen {
    /// The flags, while they are shown.
    pub fn flags(&self) -> Option<&Quality> {
        let views = self.views.as_ref()?;
        (self.tab == Tab::Quality).then_some(&views.quality)
    }

    /// The list of the tab that is open, if that is one.
    pub fn tab_list(&self) -> Option<&dyn List> {
        let views = self.views.as_ref()?;
        match self.tab {
            Tab::Layers => Some(&views.layers.table),
            Tab::Quality => Some(&views.quality.table),
            _ => None,
        }
    }

    /// As [`RunScreen::tab_list`], to search and filter.
    pub fn tab_list_mut(&mut self) -> Option<&mut dyn List> {
        let views = self.views.as_mut()?;
        match self.tab {
            Tab::Layers => Some(&mut views.layers.table),
            Tab::Quality => Some(&mut views.quality.table),
            _ => None,
        }
    }

    /// Rows of the list on the screen.
    pub fn tab_list_lines(&self) -> usize {
        let height = self.body().1;
        let Some(views) = &self.views else { return 0 };
        match self.tab {
            Tab::Layers => views.layers.lines(height),
            Tab::Quality => views.quality.lines(height),
            _ => 0,
        }
    }

    fn placed_columns(&self) -> Vec<PlacedColumn> {
        let width = u16::try_from(self.body().0).unwrap_or(u16::MAX);
        let Some(views) = &self.views else {
            return Vec::new();
        };
        match self.tab {
            Tab::Layers => views.layers.columns(width),
            Tab::Quality => views.quality.columns(width),
            _ => Vec::new(),
        }
    }

    /// Columns of the list on the screen, by their place in the order of sorting.
    pub fn list_columns(&self) -> Vec<usize> {
        self.placed_columns().iter().map(|c| c.index).collect()
    }

    /// Shows the chosen columns of the lists.
    pub fn choose_list_columns(&mut self, choices: &Choices) {
        let width = u16::try_from(self.body().0).unwrap_or(u16::MAX);
        let Some(views) = &mut self.views else { return };
        let (layers, quality) = (&mut views.layers, &mut views.quality);
        tab_list::choose(&mut layers.table, &mut layers.choice, choices, width);
        tab_list::choose(&mut quality.table, &mut quality.choice, choices, width);
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
            Some(name) if !known(name) => {
                format!("{name} has no samples: {}", flag.shown_message())
            }
            _ => format!("{}: {}", flag.rule, flag.shown_message()),
        });
        views.signals.show_flag(span, channel);
        self.came_from = Some(self.tab);
        self.tab = Tab::Signals;
    }

    /// Goes to the layer under the cursor in Signals.
    pub(super) fn open_layer(&mut self) {
        let Some(views) = &mut self.views else { return };
        let Some(row) = views.layers.table.current() else {
            return;
        };
        let robot = &row.robot;
        self.message = Some(format!("layer {} of robot {robot}", row.number));
        let force = ChannelName::TotalForce(robot).to_string();
        views.signals.show_flag(row.span, Some(&force));
        self.came_from = Some(self.tab);
        self.tab = Tab::Signals;
    }
}
