//! What `e` writes of a run that is open.

use super::{RunScreen, Tab, path::Colour};
use crate::{
    app::{
        export::{self, Charts, Export, ExportTable, Form, PathPicture, PictureSize, What},
        signals::Signals,
    },
    etl::{catalog::RunRow, schema::ChannelName, zone},
};

impl RunScreen {
    /// What the tab shows as a file; what has rows in `form`.
    ///
    /// # Errors
    /// One sentence: why there is nothing to write.
    pub fn export(&self, form: Form) -> Result<Export, String> {
        let views = self.views.as_ref().ok_or("the run is not read yet")?;
        let detail = self.detail.as_ref().ok_or("the run is not read yet")?;
        let signals = &views.signals;
        let (what, kind) = match self.tab {
            Tab::Signals => (What::Charts(charts(&detail.row, signals)?), "signals"),
            Tab::Path => {
                if views.path.shown().is_none() {
                    return Err("there is no path to export".into());
                }
                let robot = views.path.shown().map_or("", |r| r.robot.as_str());
                let figure = match views.path.colour() {
                    Colour::Force => ChannelName::TotalForce(robot).to_string(),
                    Colour::Speed => ChannelName::Speed(robot).to_string(),
                    Colour::Time => String::new(),
                };
                let found = signals.channels.iter().find(|c| c.name == figure);
                let picture = PathPicture {
                    title: format!("{}  robot {robot}", heading(&detail.row)),
                    path: views.path.clone(),
                    range: signals.view.range,
                    unit: found.map(|c| c.unit.clone()).unwrap_or_default(),
                };
                (What::Path(Box::new(picture)), "path")
            }
            Tab::Summary => {
                let list = super::summary::sheet(detail);
                (What::List { list, form }, "summary")
            }
            Tab::Layers => {
                if views.layers.table.is_empty() {
                    return Err("no layer is shown: there is nothing to export".into());
                }
                let columns = self.list_columns();
                let list = ExportTable::of(&views.layers.table, &columns);
                (What::List { list, form }, "layers")
            }
            Tab::Quality => {
                if views.quality.table.is_empty() {
                    return Err("no flag is shown: there is nothing to export".into());
                }
                let columns = self.list_columns();
                let list = ExportTable::of(&views.quality.table, &columns);
                (What::List { list, form }, "flags")
            }
            Tab::Samples => {
                let what = What::Samples {
                    table: views.table.clone(),
                    columns: views.samples.channels(),
                    rows: views.samples.shown_rows(),
                    form,
                };
                (what, "samples")
            }
        };
        Ok(Export {
            name: export::name_of_runs(kind, [self.run]),
            what,
        })
    }
}

/// The charts of a run's signals as a picture.
///
/// # Errors
/// One sentence: why there is nothing to draw.
pub fn charts(row: &RunRow, signals: &Signals) -> Result<Charts, String> {
    Ok(Charts {
        size: PictureSize::default(),
        title: heading(row),
        legend: Vec::new(),
        range: signals.view.range,
        aligned: false,
        charts: signals.traces()?,
    })
}

/// Run, cell, log and start, for above a picture.
fn heading(row: &RunRow) -> String {
    let mut words = vec![format!("run {}", row.run)];
    words.extend(row.cell_id().map(|cell| format!("cell {cell}")));
    words.push(row.log_key().to_owned());
    words.extend(row.start_us().map(zone::format_screen));
    words.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Action, run::fixture};

    fn tab(tab: Tab) -> RunScreen {
        let mut screen = fixture::opened((80, 24));
        while screen.tab != tab {
            let effects = screen.update(Action::NextPane);
            fixture::answer_queries(&mut screen, effects);
        }
        screen
    }

    #[test]
    fn signals_give_the_chosen_charts_of_the_visible_span() {
        let mut screen = tab(Tab::Signals);
        screen.update(Action::ZoomIn);
        let export = screen.export(Form::Csv).unwrap();
        assert!(export.name.starts_with("signals_6939b762-11ed"));
        let What::Charts(charts) = export.what else {
            panic!("{export:?}")
        };
        let views = screen.views.as_ref().unwrap();
        assert_eq!(charts.range, views.signals.view.range);
        assert_eq!(charts.charts.len(), views.signals.chosen.len());
        assert!(charts.svg().contains("f1 (N)"));
    }

    #[test]
    fn what_is_missing_is_reported() {
        let (screen, _) = RunScreen::open("log", fixture::run(), (80, 24));
        assert!(screen.export(Form::Csv).unwrap_err().contains("not read"));
        let summary = tab(Tab::Summary).export(Form::Csv).unwrap();
        assert!(summary.name.starts_with("summary_"));
        let What::List { list, .. } = summary.what else {
            panic!("{summary:?}")
        };
        let csv = list.csv();
        assert_eq!(list.len(), 8);
        assert!(csv.starts_with("channel,unit,count,min,") && csv.contains("\nf1,N,10000,"));
        let mut screen = tab(Tab::Signals);
        screen.views.as_mut().unwrap().signals.chosen.clear();
        assert!(screen.export(Form::Csv).unwrap_err().contains("no channel"));
    }

    #[test]
    fn samples_and_path_are_named_for_what_they_are() {
        let samples = tab(Tab::Samples).export(Form::Parquet).unwrap();
        assert!(samples.name.starts_with("samples_"));
        assert!(matches!(
            samples.what,
            What::Samples { ref columns, rows: None, form: Form::Parquet, .. } if columns.len() == 8
        ));
        let path = tab(Tab::Path).export(Form::Csv).unwrap();
        assert!(path.name.starts_with("path_") && matches!(path.what, What::Path(_)));
    }
}
