//! Going somewhere in a run that is open: what was typed, and where it leads.

use super::{LocateTime, RunScreen, Tab};
use crate::{
    app::{effect::Effect, prompt::Purpose},
    etl::{
        format::count,
        parse_error::ParseError,
        position::{FORMS, Position},
        time,
    },
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
        let bounds = views.signals.view.bounds;
        let read = |text: &str| Position::read(text, bounds.start()).ok_or_else(|| no_place(text));
        let inside = |t: i64| {
            bounds.contains(t).then_some(t).ok_or_else(|| {
                let (from, to) = (
                    time::format_screen(bounds.start()),
                    time::format_clock(bounds.end()),
                );
                format!(
                    "{} is outside of the run, which lasts from {from} to {to}",
                    time::format_screen(t)
                )
            })
        };
        if self.tab == Tab::Samples {
            return match read(text)? {
                Position::Row(row) if row >= views.samples.total => {
                    let rows = count(views.samples.total, "row");
                    Err(format!("the table has {rows}").into())
                }
                Position::Row(row) => {
                    views.samples.go_to_table_row(row, height);
                    Ok(self.ask_missing())
                }
                Position::Time(t) => {
                    let (table, time) = (views.table.clone(), inside(near(t, bounds.start()))?);
                    let mut effects = Vec::new();
                    let query = LocateTime { table, time };
                    self.queries.locate.ask(query, &mut effects);
                    Ok(effects)
                }
            };
        }
        views.signals.submit(text)?;
        Ok(self.ask_missing())
    }

    /// Keeps a place until the run is read: where it begins and ends is not known yet, only
    /// the form is.
    fn wait_for(&mut self, text: &str) -> Result<Vec<Effect>, ParseError> {
        let mut parts = text.splitn(if self.tab == Tab::Samples { 1 } else { 2 }, "..");
        if let Some(bad) = parts.find(|part| Position::read(part, 0).is_none()) {
            return Err(no_place(bad).into());
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

fn no_place(text: &str) -> String {
    format!("`{}` is not a position: type {FORMS}", text.trim())
}

/// A time typed without a fraction may lie just before the run's first sample: it
/// means the start.
fn near(time: i64, start: i64) -> i64 {
    if time < start && time > start - time::SECOND {
        start
    } else {
        time
    }
}
