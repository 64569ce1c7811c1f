//! Going somewhere in a run that is open: what was typed, and where it leads.

use super::{RunRequest, RunScreen, RunSlot, Tab, screen::ask};
use crate::{
    app::{chart::format_whole, effect::Effect, prompt::Purpose},
    etl::{
        mistake::Mistake,
        place::{FORMS, Place},
        time,
    },
};

impl RunScreen {
    /// Takes a line that was typed after [`RunScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, purpose: Purpose, text: &str) -> Result<Vec<Effect>, Mistake> {
        if purpose == Purpose::Filter {
            return self.submit_filter(text);
        }
        let height = self.body().1;
        let Some(views) = &mut self.views else {
            return Err("the run has no table to go to".into());
        };
        let bounds = views.signals.view.bounds;
        let read = |text: &str| {
            Place::read(text, bounds.start())
                .ok_or_else(|| format!("`{}` is no place: type {FORMS}", text.trim()))
        };
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
                Place::Row(row) if row >= views.samples.total => {
                    let rows = format_whole(views.samples.total);
                    Err(format!("the table has {rows} rows").into())
                }
                Place::Row(row) => {
                    views.samples.go_to_table_row(row, height);
                    Ok(self.want())
                }
                Place::Time(t) => {
                    let (table, time) = (views.table.clone(), inside(near(t, bounds.start()))?);
                    Ok(vec![ask(
                        RunSlot::Locate,
                        RunRequest::Locate { table, time },
                    )])
                }
            };
        }
        let signals = &mut views.signals;
        let as_time = |place: Place| match place {
            Place::Time(t) => inside(near(t, bounds.start())),
            Place::Row(row) => {
                let times = signals.times();
                let at = usize::try_from(row).ok().and_then(|r| times.get(r));
                at.copied().ok_or_else(|| match times.len() {
                    0 => "the rows are still being read: type a time".to_owned(),
                    n => format!("the table has {} rows", format_whole(n as u64)),
                })
            }
        };
        match text.split_once("..") {
            None => {
                let time = as_time(read(text)?)?;
                signals.view.go_to(time);
            }
            Some((from, to)) => {
                let (from, to) = (as_time(read(from)?)?, as_time(read(to)?)?);
                signals.view.show(from, to);
            }
        }
        Ok(self.want())
    }
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
