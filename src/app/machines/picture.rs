//! The charts of one machine as a picture.

use super::{Figure, MachineScreen};
use crate::app::export::{Charts, Export, PictureSize, Source, Trace, What};
use crate::etl::format::count;

impl MachineScreen {
    /// The charts of what is seen, in their order from the topmost on.
    ///
    /// # Errors
    /// One sentence: why there is nothing to write.
    pub fn picture(&self) -> Result<Export, String> {
        let turned = Figure::ALL.into_iter().enumerate().cycle();
        let turned = turned.skip(self.first).take(Figure::ALL.len());
        let chart = |(order, figure): (usize, Figure)| {
            let series = self.series(figure)?;
            // A figure that no run has would be an empty chart.
            series.extent()?;
            Some(vec![Trace {
                name: figure.title().to_owned(),
                unit: figure.unit().to_owned(),
                source: Source::Series(series.clone()),
                origin: 0,
                colour: order,
                dots: true,
                limits: Vec::new(),
            }])
        };
        let charts: Vec<Vec<Trace>> = turned.filter_map(chart).collect();
        if charts.is_empty() {
            return Err("there is no run to draw".into());
        }
        let runs = count(self.table.len() as u64, "run");
        let filter = match self.table.filter() {
            "" => String::new(),
            filter => format!("  filter: {filter}"),
        };
        Ok(Export {
            name: format!("trends_{}", self.name()),
            what: What::Charts(Charts {
                size: PictureSize::default(),
                title: format!("{}  {runs}{filter}", self.name()),
                legend: Vec::new(),
                range: self.view.range,
                aligned: false,
                charts,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Action, machines::fixture::machine};

    #[test]
    fn all_figures_of_the_visible_span_from_the_topmost_on() {
        let mut screen = MachineScreen::open(&machine(Some("10"), 1, 42));
        for action in [Action::NextPane, Action::Down, Action::ZoomIn] {
            screen.act(action);
        }
        let export = screen.picture().unwrap();
        assert_eq!(export.name, "trends_cell 10 / robot 1");
        let What::Charts(charts) = export.what else {
            panic!("no charts");
        };
        assert_eq!(charts.range, screen.view.range);
        let names: Vec<&str> = charts.charts.iter().map(|c| c[0].name.as_str()).collect();
        assert_eq!(
            (names.len(), names[0], names[6]),
            (7, "peak speed", "peak force")
        );
        let seen = screen
            .times()
            .iter()
            .filter(|t| charts.range.contains(**t))
            .count();
        let svg = charts.svg();
        // Every seventh run has no force: of three figures a dot is missing there.
        let dots = svg.matches("<circle").count();
        assert!(dots < 7 * seen && dots > 6 * seen, "{dots} {seen}");
        screen.table.set_filter("force>9000").unwrap();
        screen.trace();
        assert!(screen.picture().unwrap_err().contains("no run"));
    }
}
