//! What is shown of a run that is open, as commands and as text to copy.

use super::{RunScreen, Tab};
use crate::{
    app::{chart::format_value, command::Command},
    etl::time,
};

impl RunScreen {
    /// The `mdtui` command that shows the same.
    pub fn command(&self) -> Command {
        let run = format!("{}/{}", self.log_key, self.run);
        let tabs_of_figures = [Tab::Summary, Tab::Quality];
        let Some(views) = self
            .views
            .as_ref()
            .filter(|_| !tabs_of_figures.contains(&self.tab))
        else {
            return Command::new("show").names([run]);
        };
        let signals = &views.signals;
        let mut told = Command::new("export");
        let columns: Vec<String> = match self.tab {
            Tab::Signals => {
                let chosen = signals.chosen.iter();
                let chosen = chosen.filter_map(|c| signals.channels.get(*c));
                chosen.map(|c| c.name.clone()).collect()
            }
            Tab::Path => {
                let known = |name: &String| signals.channels.iter().any(|c| c.name == *name);
                views.path.columns().into_iter().filter(known).collect()
            }
            _ => views.samples.ordered().unwrap_or_default(),
        };
        if !columns.is_empty() {
            told = told.option("--columns", columns.join(","));
        }
        if self.tab == Tab::Samples {
            if let Some(filtered) = &views.samples.filtered {
                told = told.option("--where", filtered.condition.text.as_str());
            }
        } else if signals.view.range != signals.view.bounds {
            let range = signals.view.range;
            told = told
                .option("--from", time::format(range.start()))
                .option("--to", time::format(range.end()));
        }
        told.option("-o", format!("{}.csv", self.run)).names([run])
    }

    /// What `y` copies: the run's id, the chosen channels' values at the cursor, or
    /// the row under the cursor.
    pub fn copy(&self) -> String {
        let id = self.run.to_string();
        let Some(views) = &self.views else { return id };
        match self.tab {
            Tab::Summary => id,
            Tab::Quality => {
                let row = views.quality.table.current();
                row.map_or(id, |row| format!("{}: {}", row.flag.rule, row.flag.message))
            }
            Tab::Path => views
                .path
                .place(views.signals.view.cursor.time)
                .unwrap_or(id),
            Tab::Signals => {
                let s = &views.signals;
                let mut text = time::format(s.view.cursor.snap(s.times()));
                for c in &s.chosen {
                    let value = s.value_at(*c, s.view.cursor.time).filter(|v| !v.is_nan());
                    if let (Some(channel), Some(value)) = (s.channels.get(*c), value) {
                        text.push_str(&format!(" {}={value} {}", channel.name, channel.unit));
                    }
                }
                text
            }
            Tab::Samples => {
                let s = &views.samples;
                let cells = 0..s.columns.titles.len();
                let cells: Vec<String> = cells.filter_map(|c| s.cell(s.row, c)).collect();
                if cells.is_empty() {
                    id
                } else {
                    cells.join("\t")
                }
            }
        }
    }

    /// What the cursor of Signals stands on, in words: its time, the pinned one's
    /// and the difference.
    pub fn cursor_line(&self) -> Option<String> {
        let s = &self.views.as_ref()?.signals;
        let here = s.view.cursor.snap(s.times());
        let mut text = format!("cursor {}", time::format_clock(here));
        let Some(pin) = s.view.cursor.pin else {
            return Some(text);
        };
        let seconds = (here - pin) as f64 / time::SECOND as f64;
        text.push_str(&format!(
            "  pin {}  Δ {} s",
            time::format_clock(pin),
            format_value(seconds, 3)
        ));
        Some(text)
    }
}
