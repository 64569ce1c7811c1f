//! Going somewhere in a run that is open: what was typed, and where it leads.

use super::{LocateTime, RunScreen, Tab};
use crate::{
    app::{
        effect::Effect,
        prompt::Purpose,
        signals::{check_form, read_position},
    },
    etl::{format::count, parse_error::ParseError, position::Position},
};

impl RunScreen {
    /// Takes a line that was typed after [`RunScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, purpose: Purpose, text: &str) -> Result<Vec<Effect>, ParseError> {
        if purpose == Purpose::Filter {
            return self.submit_filter(text);
        }
        let height = self.body().1;
        let Some(views) = &mut self.views else {
            if self.error.is_some() {
                return Err("the run has no table to go to".into());
            }
            return self.wait_for(text);
        };
        if self.tab == Tab::Samples {
            let start = views.signals.view.bounds.start();
            let time = match read_position(text, start)? {
                Position::Row(row) if row >= views.samples.total => {
                    let rows = count(views.samples.total, "row");
                    return Err(format!("the table has {rows}").into());
                }
                Position::Row(row) => {
                    views.samples.go_to_table_row(row, height);
                    return Ok(self.ask_missing());
                }
                Position::Time(time) => views.signals.inside(time)?,
            };
            let (table, mut effects) = (views.table.clone(), Vec::new());
            let query = LocateTime {
                table,
                time,
                cursor: false,
            };
            self.queries.locate.ask(query, &mut effects);
            return Ok(effects);
        }
        views.signals.submit(text)?;
        Ok(self.ask_missing())
    }

    /// Keeps a place until the run is read: where it begins and ends is not known yet, only
    /// the form is.
    fn wait_for(&mut self, text: &str) -> Result<Vec<Effect>, ParseError> {
        if self.tab == Tab::Samples {
            read_position(text, 0)?;
        } else {
            check_form(text, false)?;
        }
        self.message = Some("the cursor goes there once the run is read".into());
        self.place = Some(text.to_owned());
        Ok(Vec::new())
    }

    /// Goes to the place that waits, once the run is read.
    pub(super) fn go_to_place(&mut self) -> Vec<Effect> {
        if self.views.is_none() {
            if self.error.is_some() {
                self.place = None;
            }
            return Vec::new();
        }
        let Some(text) = self.place.take() else {
            return Vec::new();
        };
        self.submit(Purpose::GoTo, &text).unwrap_or_else(|mistake| {
            self.message = Some(mistake.sentence);
            Vec::new()
        })
    }
}
