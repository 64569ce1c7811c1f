//! The one time of a run's views: the charts' cursor, the row of Samples, the point of Path and
//! the flag of Quality stand for the same moment; and the way to a sample of a channel.

use super::{
    FindSample, FoundSample, Goal, LocateTime, RunScreen, Tab, path::Colour, summary::Leads,
};
use crate::{
    app::{action::Action, effect::Effect},
    etl::{format::format_value, schema::ChannelName, zone},
};

impl RunScreen {
    /// Brings the views together: the charts' cursor (which is Path's too) goes to the row that
    /// was chosen in Samples or the flag that was chosen in Quality; Samples and Quality, once
    /// they are seen, go to where the charts' cursor was moved.
    pub(super) fn share_cursor(&mut self, effects: &mut Vec<Effect>) {
        let height = self.body().1;
        let Some(views) = &mut self.views else { return };
        let (signals, samples) = (&mut views.signals, &mut views.samples);
        let cursor = signals.view.cursor.time;
        match samples.shared {
            Some((time, row)) if time == cursor => {
                let here = samples.table_row(samples.row);
                if row != here
                    && let Some(now) = samples.time()
                {
                    signals.view.go_to(now);
                    samples.shared = Some((signals.view.cursor.time, here));
                }
            }
            _ if self.tab == Tab::Samples && !self.queries.locate.is_asked() => {
                let query = LocateTime {
                    table: views.table.clone(),
                    time: cursor,
                    cursor: true,
                };
                self.queries.locate.ask(query, effects);
            }
            _ => {}
        }
        if self.tab == Tab::Quality {
            let lines = views.quality.lines(height);
            if let Some(time) = views.quality.share(signals.view.cursor.time, lines) {
                signals.view.go_to(time);
            }
        }
    }

    /// The row at a time that was asked for. The charts' cursor goes to the row of a time that
    /// was typed.
    pub(super) fn located(&mut self, query: &LocateTime, row: u64) {
        let height = self.body().1;
        let Some(views) = &mut self.views else { return };
        let samples = &mut views.samples;
        samples.go_to_table_row(row, height);
        samples.shared = Some(match query.cursor {
            true => (query.time, samples.table_row(samples.row)),
            false => (views.signals.view.cursor.time, u64::MAX),
        });
    }

    /// The row at a time cannot be found: the row of Samples stays, and is not asked for again
    /// before the cursor moves.
    pub(super) fn not_located(&mut self, sentence: String) {
        self.message = Some(sentence);
        let Some(views) = &mut self.views else { return };
        let samples = &mut views.samples;
        let row = samples.table_row(samples.row);
        samples.shared = Some((views.signals.view.cursor.time, row));
    }

    /// Asks for the largest or the smallest sample of the channel under the cursor; `None` when
    /// `action` is neither, or the tab has no such channel.
    pub(super) fn seek(&mut self, action: Action) -> Option<Vec<Effect>> {
        let (goal, title) = match action {
            Action::Largest => (Goal::Largest, "largest"),
            Action::Smallest => (Goal::Smallest, "smallest"),
            _ => return None,
        };
        let views = self.views.as_ref()?;
        let (channel, among) = match self.tab {
            Tab::Signals => {
                let channel = views.signals.channels.get(views.signals.row)?;
                (channel.name.clone(), None)
            }
            Tab::Samples => {
                let samples = &views.samples;
                (samples.current()?.to_owned(), samples.shown_rows())
            }
            Tab::Path => {
                let robot = &views.path.shown()?.robot;
                let name = match views.path.colour() {
                    Colour::Force => ChannelName::TotalForce(robot).to_string(),
                    Colour::Speed => ChannelName::Speed(robot).to_string(),
                    Colour::Time => {
                        let sentence = "colour the path by force or speed to go to its extremes";
                        self.message = Some(sentence.into());
                        return Some(Vec::new());
                    }
                };
                if !views.signals.channels.iter().any(|c| c.name == name) {
                    self.message = Some(format!("the run has no {name}"));
                    return Some(Vec::new());
                }
                (name, None)
            }
            Tab::Summary | Tab::Layers | Tab::Quality => return None,
        };
        let query = FindSample {
            table: views.table.clone(),
            channel,
            goal,
            title: title.into(),
            among,
            opens: false,
        };
        let mut effects = Vec::new();
        self.queries.sample.ask(query, &mut effects);
        Some(effects)
    }

    /// Goes from the statistic under the cursor of Summary to its sample in Signals.
    pub(super) fn open_statistic(&mut self) -> Vec<Effect> {
        let (Some(views), Some(detail)) = (&self.views, &self.detail) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        match views.summary.leads(detail) {
            Leads::Nothing(why) => self.message = Some(why),
            Leads::Time(channel, at, title) => {
                let clock = zone::format_clock_within(at, views.signals.view.bounds.ends());
                self.message = Some(format!("{title} of {channel} at {clock}"));
                self.show_sample(at, &channel);
            }
            Leads::Sample(channel, goal, title) => {
                let query = FindSample {
                    table: views.table.clone(),
                    channel,
                    goal,
                    title,
                    among: None,
                    opens: true,
                };
                self.queries.sample.ask(query, &mut effects);
            }
        }
        effects
    }

    fn show_sample(&mut self, at: i64, channel: &str) {
        let Some(views) = &mut self.views else { return };
        views.signals.show_flag(Some((at, at)), Some(channel));
        self.came_from = Some(self.tab);
        self.tab = Tab::Signals;
    }

    /// Goes to the sample that was looked for, and says what it is.
    pub(super) fn found_sample(&mut self, query: &FindSample, found: Option<FoundSample>) {
        let height = self.body().1;
        let Some(views) = &mut self.views else { return };
        let (title, channel) = (&query.title, &query.channel);
        let Some(found) = found else {
            let shown = if query.among.is_some() {
                " in the rows that are shown"
            } else {
                ""
            };
            self.message = Some(format!("{channel} has no value{shown}"));
            return;
        };
        let known = views.signals.channels.iter().find(|c| c.name == *channel);
        let (unit, decimals) = known.map_or(("", 3), |c| (c.unit.as_str(), c.decimals));
        let value = |value: f64| format!("{} {unit}", format_value(value, decimals));
        let clock = zone::format_clock_within(found.time, views.signals.view.bounds.ends());
        let of_run = match (query.goal, query.among.is_some()) {
            // A statistic of Summary says itself what it is of.
            (Goal::Nearest(_), _) => "",
            _ if query.opens => "",
            (_, true) => " in the rows that are shown",
            (_, false) => " of the run",
        };
        // The charts may show a part of the run in which it does not lie.
        let is_chart = matches!(self.tab, Tab::Signals | Tab::Path);
        let moves = is_chart && !views.signals.view.range.contains(found.time);
        let moved = if moves { ": the view moved there" } else { "" };
        self.message = Some(match query.goal {
            Goal::Nearest(wanted) if wanted != found.value => format!(
                "{title} of {channel} is {}: the nearest sample, {}, at {clock}",
                value(wanted).trim_end(),
                value(found.value).trim_end(),
            ),
            _ => format!(
                "{title} {channel}{of_run}: {} at {clock}{moved}",
                value(found.value).trim_end()
            ),
        });
        match self.tab {
            Tab::Summary if query.opens => self.show_sample(found.time, &query.channel),
            Tab::Samples => views.samples.go_to_table_row(found.row, height),
            _ => views.signals.view.go_to(found.time),
        }
    }
}

#[cfg(test)]
#[path = "time_cursor_tests.rs"]
mod tests;
