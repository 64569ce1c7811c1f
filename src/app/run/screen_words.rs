//! What is shown of a run that is open, as commands and as text to copy.

use super::{RunScreen, Tab};
use crate::{app::command::Command, etl::time};

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
        let mut command = Command::new("export");
        let columns: Vec<String> = match self.tab {
            Tab::Signals => signals.chosen_names().map(str::to_owned).collect(),
            Tab::Path => {
                let known = |name: &String| signals.channels.iter().any(|c| c.name == *name);
                views.path.columns().into_iter().filter(known).collect()
            }
            _ => views.samples.ordered().unwrap_or_default(),
        };
        if !columns.is_empty() {
            command = command.option("--columns", columns.join(","));
        }
        if self.tab == Tab::Samples {
            if let Some(filtered) = &views.samples.filtered {
                command = command.option("--where", filtered.condition.text.as_str());
            }
        } else if signals.view.range != signals.view.bounds {
            let range = signals.view.range;
            command = command
                .option("--from", time::format(range.start()))
                .option("--to", time::format(range.end()));
        }
        command
            .option("-o", format!("{}.csv", self.run))
            .names([run])
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
            Tab::Signals => views.signals.copy(),
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
}
